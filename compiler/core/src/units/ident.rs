//! Names of environment variables and of files in a config or secret.

use std::fmt;
use std::sync::Arc;

use super::error::quoted;
use super::{Unit, UnitError};

/// The key of a variable or of a file: what a Kubernetes ConfigMap or Secret takes as a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(Arc<str>);

/// The longest key of a ConfigMap or Secret, in bytes.
const MAX_LEN: usize = 253;

impl Ident {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a shell can use it as a variable: letters, digits and `_`, no digit in front.
    pub fn is_variable(&self) -> bool {
        !self.0.starts_with(|c: char| c.is_ascii_digit())
            && self
                .0
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_')
    }
}

impl Unit for Ident {
    const NAME: &'static str = "ident";
    const EXAMPLE: &'static str = "LOG_LEVEL";
    const DOC: &'static str = "the key of a variable or a file: letters, digits, `_`, `-` and `.`";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if text.is_empty() {
            return Err(UnitError::new("an empty string is not a key"));
        }
        if let Some((at, c)) = text.char_indices().find(|(_, c)| !allowed(*c)) {
            return Err(UnitError::new(format!(
                "{} is not a key: {} is not allowed, only letters, digits, `_`, `-` and `.`",
                quoted(text),
                quoted(&c.to_string())
            ))
            .at(at..at + c.len_utf8()));
        }
        if text == "." || text.starts_with("..") {
            return Err(UnitError::new(format!(
                "{} is not a key: as a file it would be a folder",
                quoted(text)
            )));
        }
        if text.len() > MAX_LEN {
            return Err(UnitError::new(format!(
                "{} has {} characters: a key has at most {MAX_LEN}",
                quoted(text),
                text.len()
            ))
            .at(MAX_LEN..text.len()));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Ident {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_variables_and_files() {
        for (key, variable) in [
            ("LOG_LEVEL", true),
            ("_x", true),
            ("2X", false),
            ("nginx.conf", false),
            (".htpasswd", false),
            ("access-key", false),
        ] {
            assert_eq!(Ident::parse(key).unwrap().is_variable(), variable, "{key}");
        }
        for bad in [
            "",
            ".",
            "..",
            "..data",
            "a/b",
            "a b",
            "ключ",
            "A=B",
            &"a".repeat(254),
        ] {
            assert!(Ident::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Ident::parse("a/b").unwrap_err().at, Some(1..2));
    }
}
