//! DNS names of hosts.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::error::quoted;
use super::name::{LabelFault, label_fault};
use super::{Unit, UnitError};

/// A DNS name in lower case; it may begin with `*.` for any name below.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(Arc<str>);

/// The longest DNS name in text form, in bytes: 255 octets on the wire (RFC 1035 §2.3.4).
const MAX_LEN: usize = 253;

impl Host {
    /// The name as text, with its `*.` if it has one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it begins with `*.`.
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }

    /// The name without its `*.`.
    pub fn base(&self) -> &str {
        self.0.strip_prefix("*.").unwrap_or(&self.0)
    }

    /// Whether every name that `other` stands for is one that this one stands for. A `*` stands
    /// for one or more labels, as in the Gateway API; a certificate's covers only one.
    pub fn covers(&self, other: &Self) -> bool {
        if !self.is_wildcard() {
            return self == other;
        }
        let below = other.0.strip_suffix(self.base());
        below.is_some_and(|labels| labels.ends_with('.'))
    }
}

impl Unit for Host {
    const NAME: &'static str = "host";
    const EXAMPLE: &'static str = "*.packages.example.org";
    const DOC: &'static str = "a DNS name; `*.` in front stands for every name below";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if let Some(error) = other_than_a_name(text) {
            return Err(error);
        }
        let name = text.to_ascii_lowercase();
        let base = name.strip_prefix("*.").unwrap_or(&name);
        let mut at = name.len() - base.len();
        for label in base.split('.') {
            if let Some(fault) = label_fault(label) {
                return Err(fault_at(text, label, at, fault));
            }
            at += label.len() + 1;
        }
        if name.len() > MAX_LEN {
            return Err(UnitError::new(format!(
                "{} has {} characters: a DNS name has at most {MAX_LEN}",
                quoted(text),
                name.len()
            )));
        }
        let last = base.rsplit('.').next().unwrap_or(base);
        if last.bytes().all(|b| b.is_ascii_digit()) {
            // Programs would take it for an address (RFC 1123 §2.1).
            return Err(UnitError::new(format!(
                "{} is not a DNS name: its last part is a number",
                quoted(text)
            ))
            .at(text.len() - last.len()..text.len()));
        }
        Ok(Self(name.into()))
    }
}

/// Recognises what people write instead of a host's name.
fn other_than_a_name(text: &str) -> Option<UnitError> {
    let shown = quoted(text);
    if text.is_empty() {
        return Some(UnitError::new("an empty string is not a DNS name"));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let host = rest.split(['/', ':']).next().unwrap_or(rest);
        return Some(
            UnitError::new(format!("{shown} is a URL, not a DNS name"))
                .help(format!("write the name alone: {}", quoted(host)))
                .at(0..scheme.len() + 3),
        );
    }
    if text.parse::<IpAddr>().is_ok() {
        return Some(
            UnitError::new(format!("{shown} is an address, not a DNS name"))
                .help("an address is written as a `cidr`"),
        );
    }
    if let Some((host, port)) = text.split_once(':')
        && !port.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
    {
        return Some(
            UnitError::new(format!("{shown} has a port: a DNS name has none"))
                .help(format!("write {}, and the port as `port=`", quoted(host)))
                .at(host.len()..text.len()),
        );
    }
    if let Some(host) = text.strip_suffix('.').filter(|host| !host.is_empty()) {
        return Some(
            UnitError::new(format!("{shown} ends with a dot"))
                .help(format!("write {}", quoted(host)))
                .at(host.len()..text.len()),
        );
    }
    None
}

/// Words for a fault in one label of a name.
fn fault_at(text: &str, label: &str, at: usize, fault: LabelFault) -> UnitError {
    let shown = quoted(text);
    match fault {
        LabelFault::Empty => UnitError::new(format!(
            "{shown} is not a DNS name: there is nothing between two dots"
        )),
        LabelFault::TooLong(len) => UnitError::new(format!(
            "{shown} is not a DNS name: a part has {len} characters, the most is {}",
            super::Name::MAX_LEN
        ))
        .at(at..at + len),
        LabelFault::Character(offset, '*') => UnitError::new(format!(
            "{shown} is not a DNS name: `*` stands only in front, as in \"{}\"",
            Host::EXAMPLE
        ))
        .at(at + offset..at + offset + 1),
        LabelFault::Character(offset, c) => {
            let error = UnitError::new(format!(
                "{shown} is not a DNS name: {} is not allowed, only letters, digits, `-` and `.`",
                quoted(&c.to_string())
            ))
            .at(at + offset..at + offset + c.len_utf8());
            if c.is_alphabetic() {
                error.help("write such a name in its `xn--` form")
            } else {
                error
            }
        }
        LabelFault::Hyphen(_) => UnitError::new(format!(
            "{shown} is not a DNS name: {} begins or ends with `-`",
            quoted(label)
        ))
        .at(at..at + label.len()),
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_dns_names() {
        for (written, canonical) in [
            ("train.acme.example.com", "train.acme.example.com"),
            ("Train.Acme.example.COM", "train.acme.example.com"),
            ("*.packages.example.org", "*.packages.example.org"),
            ("nas", "nas"),
            ("1and1.com", "1and1.com"),
        ] {
            assert_eq!(Host::parse(written).unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn a_wrong_host_says_where() {
        for (written, at) in [
            ("a..b", None),
            ("*", Some(0..1)),
            ("a.*.b", Some(2..3)),
            ("*x.example.com", Some(0..1)),
            ("a_b.example.com", Some(1..2)),
            ("exämple.com", Some(2..4)),
            ("-a.example.com", Some(0..2)),
            ("https://example.com/x", Some(0..8)),
            ("example.com:443", Some(11..15)),
            ("example.com.", Some(11..12)),
            ("10.0.0.1", None),
            ("10.0.0.300", Some(7..10)),
        ] {
            assert_eq!(Host::parse(written).unwrap_err().at, at, "{written}");
        }
        let long = vec!["a".repeat(60); 5].join(".");
        assert!(
            Host::parse(&long)
                .unwrap_err()
                .message
                .contains("304 characters")
        );
    }

    #[test]
    fn a_wildcard_covers_what_is_below() {
        let covers = |a, b| Host::parse(a).unwrap().covers(&Host::parse(b).unwrap());
        assert!(covers("*.example.com", "a.example.com"));
        assert!(covers("*.example.com", "a.b.example.com"));
        assert!(covers("*.example.com", "*.b.example.com"));
        assert!(covers("*.example.com", "*.example.com"));
        assert!(!covers("*.example.com", "example.com"));
        assert!(!covers("*.example.com", "badexample.com"));
        assert!(!covers("a.example.com", "*.example.com"));
    }
}
