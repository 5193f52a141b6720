//! Paths of URLs.

use std::{fmt, sync::Arc};

use super::{Unit, UnitError, error::quoted};

/// The path of a URL below which something answers, as routes and rules of Ingress take it: no
/// query, nothing that leads upwards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UrlPath(Arc<str>);

/// The longest that the Gateway API takes, in characters (`HTTPPathMatch.value`).
const MAX_LEN: usize = 1024;

impl UrlPath {
    /// The path as text, without a slash at the end but its first.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Unit for UrlPath {
    const NAME: &'static str = "url-path";
    const EXAMPLE: &'static str = "/api";
    const DOC: &'static str = "the path of a URL, from its first `/`, without a query";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let bad = |why: &str| UnitError::new(format!("{} is not a path: {why}", quoted(text)));
        let Some(below) = text.strip_prefix('/') else {
            return Err(bad("it does not begin with `/`")
                .help(format!("write it from the root: \"{}\"", Self::EXAMPLE)));
        };
        if text.len() > MAX_LEN {
            let why = format!("it has {} characters, the most is {MAX_LEN}", text.len());
            return Err(bad(&why));
        }
        let is_foreign = |c: char| !c.is_ascii_graphic() || matches!(c, '?' | '#' | '"' | '\\');
        if let Some((at, c)) = text.char_indices().find(|(_, c)| is_foreign(*c)) {
            let why = match c {
                '?' => {
                    "what is behind `?` is the query, which no route is chosen by here".to_owned()
                }
                c => format!("{} is not allowed", quoted(&c.to_string())),
            };
            return Err(bad(&why).at(at..at + c.len_utf8()));
        }
        let below = below.strip_suffix('/').unwrap_or(below);
        for part in below.split('/') {
            if matches!(part, "." | "..") {
                return Err(bad("it has a `.` or `..` between its slashes"));
            }
            if part.is_empty() && !below.is_empty() {
                return Err(bad("there is nothing between two slashes"));
            }
        }
        Ok(Self(format!("/{below}").into()))
    }
}

impl fmt::Display for UrlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for UrlPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_with_a_slash_and_lead_nowhere_else() {
        for (written, canonical) in [
            ("/", "/"),
            ("/api", "/api"),
            ("/api/", "/api"),
            ("/a/b%20c", "/a/b%20c"),
        ] {
            assert_eq!(UrlPath::parse(written).unwrap().as_str(), canonical);
        }
        for wrong in ["", "api", "/a b", "/a?b=1", "/a#b", "//a", "/a/../b", "/ä"] {
            assert!(UrlPath::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
