//! Where a file lies for whoever reads a report elsewhere: a server that has the repository, and
//! not this machine's folders.

use std::path::{Component, Path, PathBuf};

/// A file, as a report may name it. Paths have slashes, and no `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Below the folder in which the command ran.
    Below(String),
    /// Anywhere else, by its whole path.
    Elsewhere(String),
    /// Part of the standard library: `std:/profiles/…`.
    Library(String),
}

/// Where a path, as it is printed, leads to.
pub(super) fn place(path: &str) -> Place {
    if path.starts_with("std:/") {
        return Place::Library(path.to_owned());
    }
    let plain = lexical(Path::new(path));
    let outside = |path: &Path| {
        path.is_absolute() || matches!(path.components().next(), Some(Component::ParentDir))
    };
    if !outside(&plain) {
        return Place::Below(slashes(&plain));
    }
    // Only such a path needs to know where this is.
    let whole = |path: &Path| lexical(&std::path::absolute(path).unwrap_or_else(|_| path.into()));
    let (here, there) = (whole(Path::new(".")), whole(&plain));
    match there.strip_prefix(&here) {
        Ok(below) => Place::Below(slashes(below)),
        Err(_) => Place::Elsewhere(slashes(&there)),
    }
}

impl Place {
    /// The path to print where a format knows only paths.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Below(path) | Self::Elsewhere(path) | Self::Library(path) => path,
        }
    }

    /// As a URI, and whether it is relative to the root of the sources.
    pub(super) fn uri(&self) -> (String, bool) {
        match self {
            Self::Below(path) => (encoded(path), true),
            Self::Elsewhere(path) => {
                let slash = if path.starts_with('/') { "" } else { "/" };
                (format!("file://{slash}{}", encoded(path)), false)
            }
            Self::Library(path) => {
                let path = path.trim_start_matches("std:");
                (format!("std:{}", encoded(path)), false)
            }
        }
    }
}

/// Without `.`, and without `..` where something stands before it.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        let named = matches!(out.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if named => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => text.into_owned(),
        other => text.replace(other, "/"),
    }
}

/// A path as part of a URI: all but letters, digits, `-`, `.`, `_`, `~` and the slash is encoded,
/// byte by byte (RFC 3986, section 2.3).
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Place, place};

    #[test]
    fn what_lies_below_is_named_from_here() {
        let below = |path: &str| Place::Below(path.to_owned());
        assert_eq!(place("./shop/../shop/a.kdl"), below("shop/a.kdl"));
        let whole = std::path::absolute("shop/a.kdl").unwrap();
        assert_eq!(place(whole.to_str().unwrap()), below("shop/a.kdl"));
        assert!(matches!(place("../a.kdl"), Place::Elsewhere(path) if path.starts_with('/')));
    }

    #[test]
    fn a_uri_has_no_character_that_means_something_else() {
        let uri = |path: &str| place(path).uri();
        let relative = |text: &str| (text.to_owned(), true);
        assert_eq!(uri("a b/ü#?%.kdl"), relative("a%20b/%C3%BC%23%3F%25.kdl"));
        assert_eq!(uri("c:x.kdl"), relative("c%3Ax.kdl"), "no scheme");
        assert_eq!(uri("/a b.kdl"), ("file:///a%20b.kdl".to_owned(), false));
        assert_eq!(uri("std:/a.kdl"), ("std:/a.kdl".to_owned(), false));
    }
}
