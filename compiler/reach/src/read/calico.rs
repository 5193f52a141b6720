//! Calico's selectors, as far as they are a conjunction: `app == 'db' && has(tier)`.

use crate::labels::{Condition, NAMESPACE_NAME, Requirement, Selector};

/// The longest text that is read: nobody writes longer ones by hand.
const LONGEST: usize = 4096;

/// What Calico itself labels namespaces with: their names.
const NAME: &str = "projectcalico.org/name";

/// A selector; none where it says more than that several things must hold.
pub(super) fn selector(text: &str) -> Option<Selector> {
    if text.len() > LONGEST {
        return None;
    }
    let mut requirements = Vec::new();
    for term in text.split("&&").map(str::trim) {
        if !matches!(term, "" | "all()" | "global()") {
            requirements.push(requirement(term)?);
        }
    }
    Some(Selector::new(requirements))
}

fn requirement(term: &str) -> Option<Requirement> {
    let called = |term: &str| {
        let key = term.strip_prefix("has(")?.strip_suffix(')')?;
        key_of(key)
    };
    if let Some(key) = called(term) {
        let condition = Condition::Exists;
        return Some(Requirement { key, condition });
    }
    if let Some(key) = term.strip_prefix('!').and_then(|it| called(it.trim())) {
        let condition = Condition::DoesNotExist;
        return Some(Requirement { key, condition });
    }
    let one = |text: &str| Some(vec![quoted(text)?]);
    // What differs from a value may be absent, too.
    let (key, condition) = if let Some((key, value)) = term.split_once("==") {
        (key, Condition::In(one(value)?))
    } else if let Some((key, value)) = term.split_once("!=") {
        (key, Condition::NotIn(one(value)?))
    } else if let Some((key, values)) = term.split_once(" not in ") {
        (key, Condition::NotIn(list(values)?))
    } else if let Some((key, values)) = term.split_once(" in ") {
        (key, Condition::In(list(values)?))
    } else {
        return None;
    };
    let key = key_of(key)?;
    Some(Requirement { key, condition })
}

/// A label's key. Calico's own labels are of things that are not read here, but for the name.
fn key_of(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
    let key = if text == NAME { NAMESPACE_NAME } else { text };
    let known = !key.is_empty() && key.chars().all(plain);
    (known && !key.starts_with("projectcalico.org/")).then(|| key.to_owned())
}

/// `'db'` or `"db"`.
fn quoted(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = ['\'', '"'].into_iter().find_map(|quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    });
    inner.map(str::to_owned)
}

/// `{'a', 'b'}`, with one at least.
fn list(text: &str) -> Option<Vec<String>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut values: Vec<String> = inner.split(',').map(quoted).collect::<Option<_>>()?;
    values.sort_unstable();
    values.dedup();
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conjunctions_are_read_and_nothing_else_is() {
        let read = |text: &str| selector(text).map(|it| it.to_string());
        let same = |text: &str, told: &str| assert_eq!(read(text).as_deref(), Some(told), "{text}");
        same("all()", "");
        same("", "");
        same("app == 'db'", "app=db");
        same("app=='db'&&has(tier)", "app=db,tier");
        same(
            "tier in { 'b', \"a\" } && !has(debug)",
            "!debug,tier in (a,b)",
        );
        same(
            "env != 'dev' && env not in {'test'}",
            "env notin (dev),env notin (test)",
        );
        same(
            "projectcalico.org/name == 'shop'",
            "kubernetes.io/metadata.name=shop",
        );
        for text in [
            "app == 'db' || has(tier)",
            "!(app == 'db')",
            "(app == 'db')",
            "app starts with 'd'",
            "app == db",
            "app == 'a' 'b'",
            "in {'a'}",
            "tier in {}",
            "projectcalico.org/namespace == 'shop'",
            "has()",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
