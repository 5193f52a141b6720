//! The names of things.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use super::error::quoted;
use super::{Unit, UnitError};

/// The name of a kind's instance: a DNS label (RFC 1123), because it ends up in one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The longest DNS label, in bytes (RFC 1035 §2.3.4).
    pub const MAX_LEN: usize = 63;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it begins with a letter, as the older RFC 1035 demands; a Kubernetes Service
    /// needs that.
    pub fn starts_with_letter(&self) -> bool {
        self.0.starts_with(|c: char| c.is_ascii_lowercase())
    }
}

impl Unit for Name {
    const NAME: &'static str = "name";
    const EXAMPLE: &'static str = "gpu-train";
    const DOC: &'static str = "a DNS label: lower-case letters, digits and `-`, at most 63 of them";

    fn parse(text: &str) -> Result<Self, UnitError> {
        match label_fault(text) {
            None => Ok(Self(text.into())),
            Some(fault) => Err(fault_in(text, "a name", fault)),
        }
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        let error = UnitError::new(format!("the number `{n}` is not a name"));
        Err(match Self::parse(&n.to_string()) {
            Ok(name) => error.help(format!(
                "a name that looks like a number is quoted: \"{name}\""
            )),
            Err(_) => error,
        })
    }
}

/// What keeps a text from being a DNS label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelFault {
    Empty,
    TooLong(usize),
    /// A character that no label has, and where it stands.
    Character(usize, char),
    /// A `-` at the start or the end, and where.
    Hyphen(usize),
}

/// The first reason why `text` is no DNS label in lower case.
pub(super) fn label_fault(text: &str) -> Option<LabelFault> {
    if text.is_empty() {
        return Some(LabelFault::Empty);
    }
    let foreign = text
        .char_indices()
        .find(|(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '-'));
    if let Some((at, c)) = foreign {
        return Some(LabelFault::Character(at, c));
    }
    if text.starts_with('-') {
        return Some(LabelFault::Hyphen(0));
    }
    if text.ends_with('-') {
        return Some(LabelFault::Hyphen(text.len() - 1));
    }
    (text.len() > Name::MAX_LEN).then_some(LabelFault::TooLong(text.len()))
}

/// Words for a label's fault, with the nearest label as help; `what` has its article.
pub(super) fn fault_in(text: &str, what: &str, fault: LabelFault) -> UnitError {
    let shown = quoted(text);
    let error = match fault {
        LabelFault::Empty => return UnitError::new(format!("an empty string is not {what}")),
        LabelFault::TooLong(len) => {
            return UnitError::new(format!(
                "{shown} has {len} characters: {what} has at most {}",
                Name::MAX_LEN
            ))
            .help("shorten it")
            .at(Name::MAX_LEN..len);
        }
        LabelFault::Character(at, c) => {
            let why = if c.is_ascii_uppercase() {
                "capitals are not allowed".to_owned()
            } else {
                format!("{} is not allowed", quoted(&c.to_string()))
            };
            UnitError::new(format!(
                "{shown} is not {what}: {why}, only a-z, 0-9 and `-`"
            ))
            .at(at..at + c.len_utf8())
        }
        LabelFault::Hyphen(at) => {
            UnitError::new(format!("{shown} is not {what}: it begins or ends with `-`"))
                .at(at..at + 1)
        }
    };
    match nearest_label(text) {
        Some(label) => error.help(format!("write {label}")),
        None => error.help("write a-z and 0-9, with `-` between"),
    }
}

/// The label that a text was likely meant to be: lower case, foreign characters as hyphens.
fn nearest_label(text: &str) -> Option<String> {
    // Dropping letters of other alphabets would propose a word that nobody knows.
    if text.len() > 2 * Name::MAX_LEN || !text.is_ascii() {
        return None;
    }
    let mut label = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        if matches!(c, 'a'..='z' | '0'..='9') {
            label.push(c);
        } else if !label.ends_with('-') {
            label.push('-');
        }
    }
    let label = label.trim_matches('-');
    label_fault(label).is_none().then(|| label.to_owned())
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_dns_labels() {
        for good in ["a", "gpu-train", "0", "x2", &"a".repeat(63)] {
            assert_eq!(Name::parse(good).unwrap(), good);
        }
        assert!(Name::parse("a1").unwrap().starts_with_letter());
        assert!(!Name::parse("1a").unwrap().starts_with_letter());
    }

    #[test]
    fn a_wrong_name_is_told_the_nearest_right_one() {
        for (written, at, help) in [
            ("GPU_Train", Some(0..1), "write gpu-train"),
            ("gpu train", Some(3..4), "write gpu-train"),
            ("-gpu", Some(0..1), "write gpu"),
            ("gpu-", Some(3..4), "write gpu"),
            ("größe", Some(2..4), "write a-z and 0-9, with `-` between"),
            ("__", Some(0..1), "write a-z and 0-9, with `-` between"),
        ] {
            let error = Name::parse(written).unwrap_err();
            assert_eq!(
                (error.at, error.help.as_deref()),
                (at, Some(help)),
                "{written}"
            );
        }
        assert_eq!(Name::parse(&"a".repeat(64)).unwrap_err().at, Some(63..64));
        assert_eq!(
            Name::from_int(5).unwrap_err().help.unwrap(),
            "a name that looks like a number is quoted: \"5\""
        );
    }

    proptest! {
        #[test]
        fn what_is_proposed_is_a_name(text in "\\PC{0,40}") {
            if let Some(label) = nearest_label(&text) {
                prop_assert!(Name::parse(&label).is_ok());
            }
        }
    }
}
