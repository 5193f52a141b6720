//! Who is given a role.

use std::fmt;
use std::sync::Arc;

use super::error::quoted;
use super::name::label_fault;
use super::{Unit, UnitError};

/// A group, a user or a service account, as the cluster's authentication names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    kind: SubjectKind,
    name: Arc<str>,
}

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// A group of the identity provider.
    Group,
    /// One user of the identity provider.
    User,
    /// A service account of the cluster.
    ServiceAccount,
}

const KINDS: [(&str, SubjectKind); 3] = [
    ("group", SubjectKind::Group),
    ("user", SubjectKind::User),
    ("sa", SubjectKind::ServiceAccount),
];

/// The longest name, in bytes: what the API takes for other names too.
const MAX_LEN: usize = 253;

impl Subject {
    /// What it is.
    pub fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// Its name, without the prefix; of a service account, without its namespace.
    pub fn name(&self) -> &str {
        match (self.kind, self.name.split_once('/')) {
            (SubjectKind::ServiceAccount, Some((_, name))) => name,
            _ => &self.name,
        }
    }

    /// The namespace of a service account, where it is said: `sa:ops/backup`.
    pub fn namespace(&self) -> Option<&str> {
        match self.kind {
            SubjectKind::ServiceAccount => self.name.split_once('/').map(|(space, _)| space),
            SubjectKind::Group | SubjectKind::User => None,
        }
    }

    /// Whether Kubernetes itself gives out that name: `system:authenticated` is everyone.
    pub fn is_system(&self) -> bool {
        self.name.starts_with("system:")
    }
}

impl Unit for Subject {
    const NAME: &'static str = "subject";
    const EXAMPLE: &'static str = "group:acme-ml";
    const DOC: &'static str = "who is meant: group:NAME, user:NAME, or sa:NAMESPACE/NAME";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let kind = text.split_once(':').and_then(|(prefix, name)| {
            let kind = KINDS.iter().find(|(known, _)| *known == prefix)?.1;
            Some((kind, name))
        });
        let Some((kind, name)) = kind else {
            return Err(no_kind(text));
        };
        let at = text.len() - name.len()..text.len();
        if let Some(why) = name_fault(kind, name) {
            return Err(UnitError::new(format!("{} names no subject: {why}", quoted(text))).at(at));
        }
        Ok(Self {
            kind,
            name: name.into(),
        })
    }
}

fn no_kind(text: &str) -> UnitError {
    let error = UnitError::new(format!(
        "{} does not say whether it is a group or a user",
        quoted(text)
    ));
    if text.is_empty() || text.len() > MAX_LEN || name_fault(SubjectKind::User, text).is_some() {
        return error.help(format!("write one such as \"{}\"", Subject::EXAMPLE));
    }
    let bare = text.split_once(':').map_or(text, |(_, name)| name);
    error.help(format!("write \"group:{bare}\" or \"user:{bare}\""))
}

/// Why a name cannot be a subject's, if it cannot.
fn name_fault(kind: SubjectKind, name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("its name is empty");
    }
    if name.len() > MAX_LEN {
        return Some("its name is too long");
    }
    if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("its name has a blank");
    }
    let label = |part: &str| part.split('.').all(|label| label_fault(label).is_none());
    let account = || match name.split_once('/') {
        Some((space, name)) => label_fault(space).is_none() && label(name),
        None => label(name),
    };
    (kind == SubjectKind::ServiceAccount && !account())
        .then_some("a service account is NAME or NAMESPACE/NAME, of a-z, 0-9, `-` and `.`")
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = KINDS.iter().find(|(_, kind)| *kind == self.kind);
        f.pad(&format!("{}:{}", prefix.map_or("", |(p, _)| p), self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_say_what_they_are() {
        for (written, kind, namespace, name) in [
            ("group:acme-ml", SubjectKind::Group, None, "acme-ml"),
            (
                "group:oidc:acme/ml",
                SubjectKind::Group,
                None,
                "oidc:acme/ml",
            ),
            (
                "user:li@example.com",
                SubjectKind::User,
                None,
                "li@example.com",
            ),
            ("sa:backup", SubjectKind::ServiceAccount, None, "backup"),
            (
                "sa:ops/backup",
                SubjectKind::ServiceAccount,
                Some("ops"),
                "backup",
            ),
        ] {
            let subject = Subject::parse(written).unwrap();
            assert_eq!(
                (subject.kind(), subject.namespace(), subject.name()),
                (kind, namespace, name)
            );
            assert_eq!(subject.to_string(), written);
        }
        assert!(
            Subject::parse("group:system:authenticated")
                .unwrap()
                .is_system()
        );
    }

    #[test]
    fn a_wrong_subject_says_what_to_write() {
        for (written, help) in [
            (
                "acme-ml",
                Some("write \"group:acme-ml\" or \"user:acme-ml\""),
            ),
            ("team:acme", Some("write \"group:acme\" or \"user:acme\"")),
            ("", Some("write one such as \"group:acme-ml\"")),
            ("user:", None),
            ("user:a b", None),
            ("sa:A/b", None),
            ("sa:a/b/c", None),
        ] {
            assert_eq!(
                Subject::parse(written).unwrap_err().help.as_deref(),
                help,
                "{written}"
            );
        }
    }
}
