//! Rates of a network.

use std::fmt;

use super::number::Scale;
use super::{Unit, UnitError};

/// A rate, in bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rate(u64);

static SCALE: Scale = Scale {
    what: "a rate",
    atom: "bits per second",
    units: &[
        ("bit", 1),
        ("kbit", 1_000),
        ("Mbit", 1_000_000),
        ("Gbit", 1_000_000_000),
        ("Tbit", 1_000_000_000_000),
    ],
    aliases: &[],
    slips: &[],
    usual: &["Gbit", "Mbit"],
};

impl Rate {
    /// That many bits per second.
    pub const fn bits(n: u64) -> Self {
        Self(n)
    }

    /// In bits per second.
    pub const fn as_bits(self) -> u64 {
        self.0
    }

    /// In megabits per second, where it is whole.
    pub fn as_mbit(self) -> Option<u64> {
        self.0
            .is_multiple_of(1_000_000)
            .then_some(self.0 / 1_000_000)
    }

    /// In bytes per second, a started one not counted.
    pub const fn as_bytes(self) -> u64 {
        self.0 / 8
    }

    /// The sum, if it fits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, if it is not negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// That many of these, if they fit.
    pub fn checked_mul(self, n: u64) -> Option<Self> {
        self.0.checked_mul(n).map(Self)
    }
}

impl Unit for Rate {
    const NAME: &'static str = "rate";
    const EXAMPLE: &'static str = "100Gbit";
    const DOC: &'static str = "a rate per second: bit, kbit, Mbit, Gbit, Tbit";

    fn parse(text: &str) -> Result<Self, UnitError> {
        SCALE.read(text).map(Self).map_err(|error| {
            let in_bytes = error.at.is_some() && text.contains('B');
            if in_bytes {
                error.help("rates are in bits: write 8 times as many")
            } else {
                error
            }
        })
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        Err(SCALE.no_unit(&n.to_string()))
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(SCALE.no_unit(text))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&SCALE.canonical(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rates_are_bits_per_second() {
        for (written, bits, canonical, mbit) in [
            ("100Gbit", 100_000_000_000, "100Gbit", Some(100_000)),
            ("2.5Gbit", 2_500_000_000, "2500Mbit", Some(2_500)),
            ("1000Mbit", 1_000_000_000, "1Gbit", Some(1_000)),
            ("64kbit", 64_000, "64kbit", None),
        ] {
            let rate = Rate::parse(written).unwrap();
            assert_eq!((rate.as_bits(), rate.as_mbit()), (bits, mbit), "{written}");
            assert_eq!(rate.to_string(), canonical);
        }
        for (written, help) in [
            ("10Gbps", "write \"10Gbit\""),
            ("10GB/s", "rates are in bits: write 8 times as many"),
            ("10", "write \"10Gbit\" or \"10Mbit\""),
            ("10x", "the units are bit, kbit, Mbit, Gbit, Tbit"),
        ] {
            assert_eq!(
                Rate::parse(written).unwrap_err().help.as_deref(),
                Some(help),
                "{written}"
            );
        }
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(n: u64) {
            prop_assert_eq!(Rate::parse(&Rate::bits(n).to_string()), Ok(Rate::bits(n)));
        }
    }
}
