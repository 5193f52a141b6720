//! Paths inside a container or a virtual machine.

use std::fmt;
use std::sync::Arc;

use super::error::quoted;
use super::{Unit, UnitError};

/// An absolute path that means one place: no `.` or `..` between its slashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsPath(Arc<str>);

/// The longest path that Linux takes, in bytes, without its closing NUL (`PATH_MAX`).
const MAX_LEN: usize = 4095;

impl AbsPath {
    /// The path as text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this path or lies below it.
    pub fn contains(&self, other: &Self) -> bool {
        match other.0.strip_prefix(&*self.0) {
            Some(rest) => rest.is_empty() || rest.starts_with('/') || &*self.0 == "/",
            None => false,
        }
    }
}

impl Unit for AbsPath {
    const NAME: &'static str = "path";
    const EXAMPLE: &'static str = "/var/lib/data";
    const DOC: &'static str = "an absolute path in the container or the virtual machine";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let bad = |why: &str| UnitError::new(format!("{} is not a path: {why}", quoted(text)));
        let Some(below) = text.strip_prefix('/') else {
            return Err(bad("it does not begin with `/`")
                .help(format!("write it from the root: \"{}\"", Self::EXAMPLE)));
        };
        if text.len() > MAX_LEN {
            return Err(bad(&format!(
                "it has {} bytes, the most is {MAX_LEN}",
                text.len()
            )));
        }
        // A colon separates the parts of a mount for the container runtimes.
        let foreign = text
            .char_indices()
            .find(|(_, c)| c.is_control() || *c == ':');
        if let Some((at, c)) = foreign {
            return Err(bad(&format!("{} is not allowed", quoted(&c.to_string())))
                .at(at..at + c.len_utf8()));
        }
        let below = below.strip_suffix('/').unwrap_or(below);
        let mut at = 1;
        for part in below.split('/') {
            if matches!(part, "." | "..") {
                return Err(bad("it has a `.` or `..` between its slashes")
                    .help("write where it leads")
                    .at(at..at + part.len()));
            }
            if part.is_empty() && !below.is_empty() {
                return Err(bad("there is nothing between two slashes"));
            }
            at += part.len() + 1;
        }
        Ok(Self(format!("/{below}").into()))
    }
}

impl fmt::Display for AbsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for AbsPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_absolute_and_mean_one_place() {
        for (written, canonical) in [
            ("/", "/"),
            ("/data", "/data"),
            ("/data/", "/data"),
            ("/var/lib/my data", "/var/lib/my data"),
            ("/a/..b/.c", "/a/..b/.c"),
        ] {
            assert_eq!(AbsPath::parse(written).unwrap().as_str(), canonical);
        }
        for (written, at) in [
            ("data", None),
            ("", None),
            ("//data", None),
            ("/a//b", None),
            ("/a/../b", Some(3..5)),
            ("/a/.", Some(3..4)),
            ("/a:b", Some(2..3)),
            ("/a\nb", Some(2..3)),
        ] {
            assert_eq!(AbsPath::parse(written).unwrap_err().at, at, "{written:?}");
        }
    }

    #[test]
    fn a_path_contains_what_is_below() {
        let contains = |a, b| {
            AbsPath::parse(a)
                .unwrap()
                .contains(&AbsPath::parse(b).unwrap())
        };
        assert!(contains("/data", "/data") && contains("/data", "/data/x") && contains("/", "/x"));
        assert!(!contains("/data", "/database") && !contains("/data/x", "/data"));
    }
}
