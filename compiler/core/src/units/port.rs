//! Port numbers.

use std::fmt;

use super::error::quoted;
use super::{Unit, UnitError};

/// A port, or a range of them with both ends included; 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl Ports {
    /// One port; `None` for 0.
    pub fn single(port: u16) -> Option<Self> {
        Self::range(port, port)
    }

    /// The ports from `first` to `last`; `None` for 0, or where `last` comes first.
    pub fn range(first: u16, last: u16) -> Option<Self> {
        (first > 0 && first <= last).then_some(Self { first, last })
    }

    /// The lowest port.
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port; the same as the lowest where it is one.
    pub const fn last(self) -> u16 {
        self.last
    }

    /// The port, where it is one.
    pub fn as_single(self) -> Option<u16> {
        (self.first == self.last).then_some(self.first)
    }

    /// How many ports: at least 1.
    pub fn count(self) -> u32 {
        u32::from(self.last) - u32::from(self.first) + 1
    }

    /// Whether `port` is one of them.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// Whether all of `other` are among them.
    pub fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// Whether they share a port.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl Unit for Ports {
    const NAME: &'static str = "portno";
    const EXAMPLE: &'static str = "8080";
    const DOC: &'static str = "a port (8080) or a range of ports (\"8000-8010\"), 1 to 65535";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let Some((low, high)) = text.split_once('-') else {
            let port = number(text, text, 0)?;
            return Ok(Self {
                first: port,
                last: port,
            });
        };
        let first = number(text, low, 0)?;
        let last = number(text, high, low.len() + 1)?;
        Self::range(first, last).ok_or_else(|| {
            UnitError::new(format!("the range {} runs downwards", quoted(text)))
                .help(format!("write \"{last}-{first}\""))
        })
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        u16::try_from(n)
            .ok()
            .and_then(Self::single)
            .ok_or_else(|| UnitError::new(format!("`{n}` is not a port: ports go from 1 to 65535")))
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(UnitError::new(format!(
            "{} is not a port: a port is a whole number",
            quoted(text)
        )))
    }
}

/// Reads one port of `text`, which begins there at `start`.
fn number(text: &str, part: &str, start: usize) -> Result<u16, UnitError> {
    let fault = |why: &str| {
        let error = UnitError::new(format!("{} is not a port: {why}", quoted(part)));
        if part.len() == text.len() {
            error
        } else {
            error.at(start..start + part.len())
        }
    };
    if part.is_empty() && !text.is_empty() {
        return Err(
            UnitError::new(format!("the range {} lacks an end", quoted(text)))
                .help("write both ends, such as \"8000-8010\""),
        );
    }
    if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fault("a port is a number")
            .help("write one such as 8080, or a range such as \"8000-8010\""));
    }
    if part.len() > 1 && part.starts_with('0') {
        return Err(fault("it begins with 0"));
    }
    match part.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(fault("ports go from 1 to 65535")),
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_single() {
            Some(port) => f.pad(&port.to_string()),
            None => f.pad(&format!("{}-{}", self.first, self.last)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ports_are_single_or_ranges() {
        assert_eq!(Ports::from_int(8080).unwrap().as_single(), Some(8080));
        assert_eq!(Ports::parse("8000-8010").unwrap().count(), 11);
        assert_eq!(Ports::parse("80-80").unwrap().to_string(), "80");
        let range = Ports::parse("8000-8010").unwrap();
        assert!(range.contains(8010) && !range.contains(8011));
        assert!(range.overlaps(Ports::parse("8010-9000").unwrap()));
        assert!(range.covers(Ports::single(8000).unwrap()));
        for (written, at) in [
            ("0", None),
            ("65536", None),
            ("http", None),
            ("080", None),
            ("", None),
            ("8000-", None),
            ("-8000", None),
            ("8000-70000", Some(5..10)),
        ] {
            assert_eq!(Ports::parse(written).unwrap_err().at, at, "{written}");
        }
        assert_eq!(
            Ports::parse("8010-8000").unwrap_err().help.unwrap(),
            "write \"8000-8010\""
        );
        assert!(Ports::from_int(0).is_err() && Ports::from_int(65_536).is_err());
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(a in 1u16.., b in 1u16..) {
            let ports = Ports::range(a.min(b), a.max(b)).unwrap();
            prop_assert_eq!(Ports::parse(&ports.to_string()), Ok(ports));
        }

        #[test]
        fn overlap_is_a_shared_port(a in 1u16..50, b in 1u16..50, c in 1u16..50, d in 1u16..50) {
            let (x, y) = (Ports::range(a.min(b), a.max(b)).unwrap(), Ports::range(c.min(d), c.max(d)).unwrap());
            prop_assert_eq!(x.overlaps(y), (1..50).any(|p| x.contains(p) && y.contains(p)));
        }
    }
}
