//! Hardware addresses.

use std::fmt;

use super::error::quoted;
use super::{Unit, UnitError};

/// A 48-bit hardware address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

impl Mac {
    /// Wraps the six octets.
    pub const fn new(octets: [u8; 6]) -> Self {
        Self(octets)
    }

    /// The six octets.
    pub const fn octets(self) -> [u8; 6] {
        self.0
    }

    /// Whether one interface can have it: neither a group's address nor all zero.
    pub fn is_unicast(self) -> bool {
        self.0[0] & 1 == 0 && self.0 != [0; 6]
    }

    /// Whether it is locally administered, so that no vendor has assigned it.
    pub fn is_local(self) -> bool {
        self.0[0] & 2 != 0
    }
}

impl Unit for Mac {
    const NAME: &'static str = "mac";
    const EXAMPLE: &'static str = "52:54:00:12:34:56";
    const DOC: &'static str = "a hardware address: six pairs of hexadecimal digits";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if let Some(octets) = colon_pairs(text) {
            return Ok(Self(octets));
        }
        let error = UnitError::new(format!("{} is not a hardware address", quoted(text)));
        Err(match foreign_style(text) {
            Some(mac) => error.help(format!("write \"{mac}\"")),
            None => error.help(format!(
                "write six pairs of hexadecimal digits: \"{}\"",
                Self::EXAMPLE
            )),
        })
    }
}

fn colon_pairs(text: &str) -> Option<[u8; 6]> {
    let mut octets = [0; 6];
    let mut pairs = text.split(':');
    for octet in &mut octets {
        let pair = pairs.next()?;
        if pair.len() != 2 || !pair.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        *octet = u8::from_str_radix(pair, 16).ok()?;
    }
    pairs.next().is_none().then_some(octets)
}

/// Reads what Windows (`52-54-…`) and network gear (`5254.0012.3456`) print.
fn foreign_style(text: &str) -> Option<Mac> {
    if text.len() > 17 {
        return None;
    }
    let digits: Vec<char> = text
        .chars()
        .filter(|c| !matches!(c, '-' | '.' | ':'))
        .collect();
    if digits.len() != 12 {
        return None;
    }
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    colon_pairs(&pairs.join(":")).map(Mac)
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        f.pad(&format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hardware_addresses_are_colon_separated_pairs() {
        let mac = Mac::parse("52:54:00:AB:cd:56").unwrap();
        assert_eq!(mac.to_string(), "52:54:00:ab:cd:56");
        assert!(mac.is_unicast() && mac.is_local());
        assert!(!Mac::parse("01:00:5e:00:00:01").unwrap().is_unicast());
        assert!(!Mac::parse("00:00:00:00:00:00").unwrap().is_unicast());
        for written in ["52-54-00-12-34-56", "5254.0012.3456", "525400123456"] {
            assert_eq!(
                Mac::parse(written).unwrap_err().help.unwrap(),
                "write \"52:54:00:12:34:56\""
            );
        }
        for bad in [
            "52:54:00:12:34",
            "52:54:00:12:34:5",
            "52:54:00:12:34:+6",
            "52:54:00:12:34:56:78",
        ] {
            assert!(Mac::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(octets: [u8; 6]) {
            prop_assert_eq!(Mac::parse(&Mac::new(octets).to_string()), Ok(Mac::new(octets)));
        }
    }
}
