//! CPU, in thousandths of a core.

use std::fmt;

use super::error::quoted;
use super::number::Decimal;
use super::{Unit, UnitError};

/// An amount of CPU; one core is 1000 millicores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cores(u64);

impl Cores {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// That many thousandths of a core.
    pub const fn millis(n: u64) -> Self {
        Self(n)
    }

    /// That many whole cores; the largest amount where they would not fit.
    pub const fn whole(n: u64) -> Self {
        Self(n.saturating_mul(1000))
    }

    /// In thousandths of a core.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// As whole cores, where it is.
    pub fn as_whole(self) -> Option<u64> {
        self.0.is_multiple_of(1000).then_some(self.0 / 1000)
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
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

    /// As a Kubernetes quantity: `8`, `500m`.
    pub fn quantity(self) -> String {
        match self.as_whole() {
            Some(cores) => cores.to_string(),
            None => format!("{}m", self.0),
        }
    }
}

impl Unit for Cores {
    const NAME: &'static str = "cpu";
    const EXAMPLE: &'static str = "500m";
    const DOC: &'static str = "CPU: whole cores (8), or thousandths of one (\"500m\")";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let (digits, worth) = match text.strip_suffix('m') {
            Some(digits) => (digits, 1),
            None => (text, 1000),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(not_cores(text));
        }
        digits
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(worth))
            .map(Self)
            .ok_or_else(|| too_large(text))
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        if n < 0 {
            return Err(not_cores(&n.to_string()));
        }
        u64::try_from(n)
            .ok()
            .and_then(|n| n.checked_mul(1000))
            .map(Self)
            .ok_or_else(|| too_large(&n.to_string()))
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(not_cores(text))
    }
}

fn too_large(text: &str) -> UnitError {
    UnitError::new(format!("{} is more CPU than can be counted", quoted(text)))
}

/// Why `text` is not an amount of CPU; a fraction is told its thousandths.
fn not_cores(text: &str) -> UnitError {
    if text.is_empty() {
        return UnitError::new("an empty string is not an amount of CPU")
            .help("write whole cores, such as 8, or thousandths, such as \"500m\"");
    }
    let shown = quoted(text);
    if text.starts_with('-') {
        return UnitError::new(format!("{shown} is negative: CPU is at least 0"));
    }
    if let Some(decimal) = Decimal::parse(text) {
        return match decimal.times(1000) {
            Ok(millis) => UnitError::new(format!(
                "{shown} is a fraction of a core: CPU is counted in thousandths"
            ))
            .help(format!("write {}", as_written(millis)))
            .mend(as_written(millis)),
            Err(_) => UnitError::new(format!("{shown} is finer than a thousandth of a core"))
                .help("write whole thousandths, such as \"500m\""),
        };
    }
    UnitError::new(format!("{shown} is not an amount of CPU"))
        .help("write whole cores, such as 8, or thousandths, such as \"500m\"")
}

/// An amount as it is written in a spec.
fn as_written(millis: u128) -> String {
    match millis % 1000 {
        0 => (millis / 1000).to_string(),
        _ => format!("\"{millis}m\""),
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.quantity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cores_are_whole_or_thousandths() {
        for (written, millis, canonical) in [
            ("8", 8000, "8"),
            ("500m", 500, "500m"),
            ("1000m", 1000, "1"),
            ("1500m", 1500, "1500m"),
            ("0", 0, "0"),
        ] {
            let cores = Cores::parse(written).unwrap();
            assert_eq!(
                (cores.as_millis(), cores.to_string().as_str()),
                (millis, canonical)
            );
        }
        assert_eq!(Cores::from_int(8), Ok(Cores::whole(8)));
        assert_eq!(Cores::whole(8).as_whole(), Some(8));
        assert_eq!(Cores::millis(1500).as_whole(), None);
    }

    #[test]
    fn a_fraction_is_told_its_thousandths() {
        let help = |text| Cores::from_decimal(text).unwrap_err().help.unwrap();
        assert_eq!(help("0.5"), "write \"500m\"");
        assert_eq!(help("2.0"), "write 2");
        assert_eq!(help("0.0001"), "write whole thousandths, such as \"500m\"");
        assert_eq!(
            Cores::parse("0.5").unwrap_err().help.unwrap(),
            "write \"500m\""
        );
        assert!(Cores::parse("8 cores").is_err());
        assert!(
            Cores::from_int(-1)
                .unwrap_err()
                .message
                .contains("negative")
        );
        assert!(Cores::from_int(i128::MAX).is_err());
        assert!(Cores::parse("18446744073709551615").is_err());
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(n: u64) {
            let cores = Cores::millis(n);
            prop_assert_eq!(Cores::parse(&cores.to_string()), Ok(cores));
        }
    }
}
