//! Folders beside a spec's own files.

use std::fmt;
use std::sync::Arc;

use super::error::quoted;
use super::{Unit, UnitError};

/// A folder, relative to the one that holds the `tenantry.kdl` which names it: steps up first,
/// then steps down, each of them once. `.` is that folder itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folder(Arc<str>);

/// The longest that is taken, in bytes.
const MAX_LEN: usize = 1024;

impl Folder {
    /// The path as text: no slash at the end, no `.` and no `..` that undoes a step.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder as seen from where `base` is seen from; `""` is that place itself. `None` if it
    /// lies above it.
    pub fn below(&self, base: &str) -> Option<String> {
        let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
        for part in self.0.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()?),
                down => parts.push(down),
            }
        }
        Some(parts.join("/"))
    }
}

impl Unit for Folder {
    const NAME: &'static str = "folder";
    const EXAMPLE: &'static str = "vendor/postgres";
    const DOC: &'static str = "a folder, relative to the one of the `tenantry.kdl` that names it";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let bad = |why: &str| UnitError::new(format!("{} is not a folder: {why}", quoted(text)));
        if text.is_empty() {
            return Err(bad("it is empty").help(format!("write it like \"{}\"", Self::EXAMPLE)));
        }
        if text.contains("://") || text.starts_with("git@") {
            return Err(
                bad("it is an address, and nothing is fetched while compiling")
                    .help("`tenantry vendor ADDRESS` copies it into the estate once"),
            );
        }
        if text.len() > MAX_LEN {
            return Err(bad(&format!("more than {MAX_LEN} bytes")));
        }
        if text.starts_with('/') {
            return Err(bad("it begins with `/`")
                .help("write it from the folder of the `tenantry.kdl` that names it"));
        }
        let foreign = text
            .char_indices()
            .find(|(_, c)| c.is_control() || matches!(c, ':' | '\\'));
        if let Some((at, c)) = foreign {
            return Err(bad(&format!("{} is not allowed", quoted(&c.to_string())))
                .help("parts are divided by `/`")
                .at(at..at + c.len_utf8()));
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match (part, parts.last()) {
                ("" | ".", _) => {}
                ("..", Some(last)) if *last != ".." => drop(parts.pop()),
                _ => parts.push(part),
            }
        }
        Ok(Self(match parts.is_empty() {
            true => ".".into(),
            false => parts.join("/").into(),
        }))
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_has_one_form() {
        for (written, canonical) in [
            ("vendor/postgres", "vendor/postgres"),
            ("./vendor//postgres/", "vendor/postgres"),
            ("a/../b", "b"),
            ("../base", "../base"),
            ("a/../../b", "../b"),
            ("..", ".."),
            ("a/..", "."),
        ] {
            assert_eq!(Folder::parse(written).unwrap().as_str(), canonical);
        }
        for written in [
            "",
            "/etc",
            "C:/x",
            "a\\b",
            "a\nb",
            "https://x.example/a.git",
        ] {
            assert!(Folder::parse(written).is_err(), "{written:?}");
        }
    }

    #[test]
    fn it_is_seen_from_a_base_and_never_above_it() {
        let below = |folder, base| Folder::parse(folder).unwrap().below(base);
        assert_eq!(below("vendor/a", ""), Some("vendor/a".into()));
        assert_eq!(below("../base", "vendor/a"), Some("vendor/base".into()));
        assert_eq!(below("../..", "vendor/a"), Some(String::new()));
        assert_eq!(below(".", "vendor/a"), Some("vendor/a".into()));
        assert_eq!(below("../../../x", "vendor/a"), None);
        assert_eq!(below("..", ""), None);
    }
}
