//! References to container images and other artifacts in a registry.
//!
//! The grammar is that of the OCI distribution specification and of the `distribution/reference`
//! library, which all container runtimes use.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::error::quoted;
use super::{Unit, UnitError};

/// `registry/repository:tag@digest`; all but the repository may be left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OciRef {
    registry: Option<Arc<str>>,
    repository: Arc<str>,
    tag: Option<Arc<str>>,
    digest: Option<Digest>,
}

/// The hash of a manifest: what the bytes are, whatever a tag says tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: &'static str,
    hex: Arc<str>,
}

/// The registered algorithms, and the hexadecimal digits of their digests.
const ALGORITHMS: [(&str, usize); 2] = [("sha256", 64), ("sha512", 128)];

/// The longest name of registry and repository together, in bytes.
const MAX_NAME: usize = 255;
/// The longest tag, in bytes.
const MAX_TAG: usize = 128;

impl Digest {
    /// `sha256` or `sha512`.
    pub fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The hash in lower-case hexadecimal digits.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl OciRef {
    /// The registry's host and port; `None` where it is left to the runtime, mostly Docker Hub.
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// The path of the repository in its registry.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Registry and repository, without tag and digest.
    pub fn name(&self) -> String {
        match &self.registry {
            Some(registry) => format!("{registry}/{}", self.repository),
            None => self.repository.to_string(),
        }
    }

    /// The tag, if it has one.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, if it has one.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Whether it always means the same bytes: it has a digest.
    pub fn is_pinned(&self) -> bool {
        self.digest.is_some()
    }

    /// Whether it means whatever is newest: neither a digest, nor a tag other than `latest`.
    pub fn is_floating(&self) -> bool {
        self.digest.is_none() && matches!(self.tag(), None | Some("latest"))
    }

    /// The same reference in another registry, as a mirror has it.
    #[must_use]
    pub fn in_registry(&self, registry: &str) -> Option<Self> {
        is_registry(registry).then(|| Self {
            registry: Some(registry.into()),
            ..self.clone()
        })
    }
}

impl Unit for OciRef {
    const NAME: &'static str = "oci";
    const EXAMPLE: &'static str = "registry.example.com/acme/api:v3.2.1";
    const DOC: &'static str =
        "an image in a registry: registry/repository:tag@digest, by the OCI grammar";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if let Some(error) = other_than_a_reference(text) {
            return Err(error);
        }
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(parse_digest(text, digest)?)),
            None => (text, None),
        };
        let (name, tag) = split_tag(named);
        if let Some(tag) = tag {
            check_tag(text, tag, name.len() + 1)?;
        }
        let (registry, repository) = split_registry(name);
        if let Some(registry) = registry
            && !is_registry(registry)
        {
            return Err(
                fault(text, &format!("{} is not a registry", quoted(registry)))
                    .help("a registry is a host's name, with a port if need be")
                    .at(0..registry.len()),
            );
        }
        check_repository(text, repository, name.len() - repository.len())?;
        if name.len() > MAX_NAME {
            return Err(fault(
                text,
                &format!(
                    "its name has {} characters, the most is {MAX_NAME}",
                    name.len()
                ),
            ));
        }
        Ok(Self {
            registry: registry.map(Into::into),
            repository: repository.into(),
            tag: tag.map(Into::into),
            digest,
        })
    }
}

fn fault(text: &str, why: &str) -> UnitError {
    UnitError::new(format!("{} is not an image reference: {why}", quoted(text)))
}

/// Recognises what people copy instead of a reference.
fn other_than_a_reference(text: &str) -> Option<UnitError> {
    if text.is_empty() {
        return Some(UnitError::new("an empty string is not an image reference"));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return Some(
            fault(text, "it has a scheme")
                .help(format!("write {}", quoted(rest)))
                .at(0..scheme.len() + 3),
        );
    }
    let blank = text.char_indices().find(|(_, c)| c.is_whitespace());
    blank.map(|(at, c)| fault(text, "it has a blank").at(at..at + c.len_utf8()))
}

/// Splits at the colon of the tag: the last one, unless a `/` follows, for then it is a port's.
fn split_tag(named: &str) -> (&str, Option<&str>) {
    match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (named, None),
    }
}

/// Splits off a registry: a first part that can be a host, because it has a dot or a port, or is
/// `localhost`. Anything else is the repository's first folder.
fn split_registry(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':', '[']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, name),
    }
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, rest)) => {
            let port = match rest {
                "" => None,
                _ => match rest.strip_prefix(':') {
                    Some(port) => Some(port),
                    None => return false,
                },
            };
            return v6.parse::<std::net::Ipv6Addr>().is_ok() && port.is_none_or(is_port);
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    host.split('.').all(is_host_label) && port.is_none_or(is_port)
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Checks the repository's path; it begins at `start` in `text`.
fn check_repository(text: &str, repository: &str, start: usize) -> Result<(), UnitError> {
    let mut at = start;
    for component in repository.split('/') {
        let range = at..at + component.len();
        if component.is_empty() {
            return Err(fault(text, "a part of its path is empty"));
        }
        if component.bytes().any(|b| b.is_ascii_uppercase()) {
            let (before, after) = (&text[..start], &text[start + repository.len()..]);
            let lower = format!("{before}{}{after}", repository.to_ascii_lowercase());
            return Err(fault(text, "a repository has no capitals")
                .help(format!("write {}", quoted(&lower)))
                .at(range));
        }
        if !is_component(component) {
            return Err(bad_component(text, component, range));
        }
        at += component.len() + 1;
    }
    Ok(())
}

fn bad_component(text: &str, component: &str, at: Range<usize>) -> UnitError {
    fault(
        text,
        &format!("{} is not a part of a path", quoted(component)),
    )
    .help("a part is of a-z and 0-9, with single `.`, `_`, `__` or any number of `-` between")
    .at(at)
}

/// Runs of letters and digits, with one separator between two: `.`, `_`, `__`, or hyphens.
fn is_component(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut separator = String::new();
    let mut begun = false;
    for byte in text.bytes() {
        if alphanumeric(byte) {
            let joined = matches!(separator.as_str(), "." | "_" | "__")
                || separator.bytes().all(|b| b == b'-');
            if !joined || (!begun && !separator.is_empty()) {
                return false;
            }
            separator.clear();
            begun = true;
        } else {
            separator.push(byte.into());
        }
    }
    begun && separator.is_empty()
}

fn check_tag(text: &str, tag: &str, start: usize) -> Result<(), UnitError> {
    let at = start..start + tag.len();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if tag.is_empty() {
        return Err(fault(text, "its tag is empty").help("write a tag after the `:`, or no `:`"));
    }
    if tag.len() > MAX_TAG {
        return Err(fault(
            text,
            &format!(
                "its tag has {} characters, the most is {MAX_TAG}",
                tag.len()
            ),
        )
        .at(at));
    }
    let ok = tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'));
    if ok {
        return Ok(());
    }
    Err(fault(text, &format!("{} is not a tag", quoted(tag)))
        .help("a tag is of letters, digits, `_`, `.` and `-`, and begins with none of the last two")
        .at(at))
}

/// Reads the digest at the end of `text`.
fn parse_digest(text: &str, digest: &str) -> Result<Digest, UnitError> {
    let at = text.len() - digest.len()..text.len();
    let (algorithm, hex) = digest.split_once(':').unwrap_or((digest, ""));
    let Some((algorithm, digits)) = ALGORITHMS.into_iter().find(|(name, _)| *name == algorithm)
    else {
        return Err(fault(text, &format!("{} is not a digest", quoted(digest)))
            .help("a digest is `sha256:` and 64 hexadecimal digits")
            .at(at));
    };
    if hex.len() != digits {
        return Err(fault(
            text,
            &format!(
                "its {algorithm} digest has {} digits instead of {digits}",
                hex.len()
            ),
        )
        .at(at));
    }
    if !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(fault(text, "its digest has other characters than 0-9 and a-f").at(at));
    }
    Ok(Digest {
        algorithm,
        hex: hex.into(),
    })
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

impl fmt::Display for OciRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHA: &str = "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";

    fn oci(text: &str) -> OciRef {
        OciRef::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn a_reference_has_registry_repository_tag_and_digest() {
        let full = oci(&format!(
            "registry.example.com:5000/vm/ubuntu:22.04@sha256:{SHA}"
        ));
        assert_eq!(full.registry(), Some("registry.example.com:5000"));
        assert_eq!(full.repository(), "vm/ubuntu");
        assert_eq!(full.tag(), Some("22.04"));
        assert_eq!(full.digest().map(Digest::hex), Some(SHA));
        assert!(full.is_pinned() && !full.is_floating());

        for (written, registry, repository, tag) in [
            ("alpine", None, "alpine", None),
            ("alpine:3.20", None, "alpine", Some("3.20")),
            ("library/alpine", None, "library/alpine", None),
            ("localhost/x", Some("localhost"), "x", None),
            ("localhost:5000", None, "localhost", Some("5000")),
            ("localhost:5000/x", Some("localhost:5000"), "x", None),
            ("[fd00::1]:5000/x:1", Some("[fd00::1]:5000"), "x", Some("1")),
            (
                "ghcr.io/a/b__c/d---e.f:v1",
                Some("ghcr.io"),
                "a/b__c/d---e.f",
                Some("v1"),
            ),
        ] {
            let r = oci(written);
            assert_eq!(
                (r.registry(), r.repository(), r.tag()),
                (registry, repository, tag)
            );
            assert_eq!(r.to_string(), written);
        }
    }

    #[test]
    fn what_floats_is_known() {
        for (written, floats) in [
            ("acme/api", true),
            ("acme/api:latest", true),
            ("acme/api:v1", false),
            (&format!("acme/api@sha256:{SHA}"), false),
            (&format!("acme/api:latest@sha256:{SHA}"), false),
        ] {
            assert_eq!(oci(written).is_floating(), floats, "{written}");
        }
        let mirrored = oci("quay.io/a/b:1")
            .in_registry("mirror.example:5000")
            .unwrap();
        assert_eq!(mirrored.to_string(), "mirror.example:5000/a/b:1");
        assert_eq!(oci("a/b").in_registry("mirror/path"), None);
    }

    #[test]
    fn a_wrong_reference_says_where() {
        for (written, at) in [
            ("oci://ghcr.io/a/b:1", Some(0..6)),
            ("a/B:1", Some(2..3)),
            ("a/b..c", Some(2..6)),
            ("a/b___c", Some(2..7)),
            ("a//b", None),
            ("a/b:", None),
            ("a/b:-x", Some(4..6)),
            ("a/b@sha256:12", Some(4..13)),
            ("a/b@md5:12", Some(4..10)),
            ("a b", Some(1..2)),
            ("-x.io/a", Some(0..5)),
            ("x.io:0/a", Some(0..6)),
            ("_a/b", Some(0..2)),
        ] {
            assert_eq!(OciRef::parse(written).unwrap_err().at, at, "{written}");
        }
        assert!(OciRef::parse(&"a".repeat(256)).is_err());
        assert!(OciRef::parse(&format!("a:{}", "b".repeat(129))).is_err());
        assert!(OciRef::parse(&format!("a@sha256:{}", SHA.to_uppercase())).is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_prints_as_it_was(
            text in "([a-z]{1,5}\\.[a-z]{2}(:[1-9][0-9]{0,3})?/)?[a-z0-9]{1,6}([.-][a-z0-9]{1,4}){0,2}(/[a-z0-9]{1,4}([._-]|__)[a-z0-9]{1,2})?(/[a-z0-9]{1,6}){0,2}(:[A-Za-z0-9_][A-Za-z0-9._-]{0,8})?"
        ) {
            prop_assert_eq!(OciRef::parse(&text).map(|r| r.to_string()), Ok(text));
        }

        #[test]
        fn whatever_is_accepted_round_trips(text in "[a-zA-Z0-9./:@_-]{0,24}") {
            if let Ok(reference) = OciRef::parse(&text) {
                prop_assert_eq!(reference.to_string(), text);
            }
        }
    }
}
