//! Labels, and selectors of them.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// The labels of a pod or of a namespace.
pub type Labels = BTreeMap<String, String>;

/// The label that the API server itself puts on every namespace: its name.
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// What one requirement asks of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// The key is there, with one of these values; never empty.
    In(Vec<String>),
    /// The key is not there, or has none of these values; never empty.
    NotIn(Vec<String>),
    /// The key is there.
    Exists,
    /// The key is not there.
    DoesNotExist,
}

/// A key, and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The key.
    pub key: String,
    /// What is asked.
    pub condition: Condition,
}

/// A label selector: all requirements hold. Without any it selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    /// The requirements, sorted, each once. Many peers have the same, and share it.
    pub requirements: Arc<[Requirement]>,
}

impl Requirement {
    /// Whether labels meet it.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match &self.condition {
            Condition::In(values) => value.is_some_and(|value| values.contains(value)),
            Condition::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Condition::Exists => value.is_some(),
            Condition::DoesNotExist => value.is_none(),
        }
    }
}

impl Selector {
    /// A selector of these requirements.
    pub fn new(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort();
        requirements.dedup();
        Self {
            requirements: requirements.into(),
        }
    }

    /// What is the same of two selectors only if they ask for the same, and quick to look up. Two
    /// that ask for the same need not have it in common.
    pub(crate) fn identity(&self) -> usize {
        self.requirements.as_ptr().addr()
    }

    /// Whether labels meet all requirements.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|it| it.matches(labels))
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The values that it lets a key have, where it names them: what an index can be asked for.
    pub fn values(&self, key: &str) -> Option<&[String]> {
        self.requirements.iter().find_map(|it| match &it.condition {
            Condition::In(values) if it.key == key => Some(values.as_slice()),
            _ => None,
        })
    }
}

/// As kubectl takes it: `app=web`, `tier in (a,b)`, `env notin (dev)`, `gpu`, `!debug`; but what is
/// empty is seen: `app=""`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = |value: &String| match value.as_str() {
            "" => "\"\"".to_owned(),
            value => value.to_owned(),
        };
        let list = |values: &[String]| values.iter().map(seen).collect::<Vec<_>>().join(",");
        let key = &self.key;
        match &self.condition {
            Condition::In(values) if values.len() == 1 => write!(f, "{key}={}", list(values)),
            Condition::In(values) => write!(f, "{key} in ({})", list(values)),
            Condition::NotIn(values) => write!(f, "{key} notin ({})", list(values)),
            Condition::Exists => f.write_str(key),
            Condition::DoesNotExist => write!(f, "!{key}"),
        }
    }
}

/// The requirements with commas between them, as kubectl takes them.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, requirement) in self.requirements.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{requirement}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &[(&str, &str)]) -> Labels {
        text.iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn asks(condition: Condition) -> Requirement {
        Requirement {
            key: "app".to_owned(),
            condition,
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_in_nothing_and_not_in_everything() {
        let (web, none) = (labels(&[("app", "web")]), labels(&[("tier", "web")]));
        let values = vec!["web".to_owned()];
        assert!(asks(Condition::In(values.clone())).matches(&web));
        assert!(!asks(Condition::In(values.clone())).matches(&none));
        assert!(!asks(Condition::NotIn(values.clone())).matches(&web));
        assert!(asks(Condition::NotIn(values)).matches(&none));
        assert!(asks(Condition::Exists).matches(&web));
        assert!(!asks(Condition::Exists).matches(&none));
        assert!(!asks(Condition::DoesNotExist).matches(&web));
        assert!(asks(Condition::DoesNotExist).matches(&none));
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let empty = asks(Condition::In(vec![String::new()]));
        assert!(empty.matches(&labels(&[("app", "")])));
        assert!(!empty.matches(&labels(&[])));
    }

    #[test]
    fn selectors_are_written_as_they_are_asked_for() {
        let two = vec![String::new(), "web".to_owned()];
        let all = [
            Condition::In(vec![String::new()]),
            Condition::In(two.clone()),
            Condition::NotIn(two),
            Condition::Exists,
            Condition::DoesNotExist,
        ];
        let selector = Selector::new(all.into_iter().map(asks).collect());
        let told = r#"app="",app in ("",web),app notin ("",web),app,!app"#;
        assert_eq!(selector.to_string(), told);
    }

    #[test]
    fn without_requirements_everything_is_selected() {
        assert!(Selector::default().matches(&labels(&[])));
        assert!(Selector::default().is_everything());
    }
}
