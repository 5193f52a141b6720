//! Ratios of what is real to what is promised.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::error::quoted;
use super::{Unit, UnitError};

/// `1:4`, kept as written and compared by value: each real unit is promised four times.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    real: u32,
    promised: u32,
}

impl Ratio {
    /// One for one.
    pub const ONE: Self = Self {
        real: 1,
        promised: 1,
    };

    /// `real` to `promised`; `None` where either is 0.
    pub const fn new(real: u32, promised: u32) -> Option<Self> {
        if real == 0 || promised == 0 {
            None
        } else {
            Some(Self { real, promised })
        }
    }

    /// The left side.
    pub const fn real(self) -> u32 {
        self.real
    }

    /// The right side.
    pub const fn promised(self) -> u32 {
        self.promised
    }

    /// How much `real` units may be promised as, rounded down so that no part of a unit is
    /// promised; `None` where it does not fit.
    pub fn apply(self, real: u64) -> Option<u64> {
        let product = u128::from(real) * u128::from(self.promised);
        u64::try_from(product / u128::from(self.real)).ok()
    }

    /// How many real units stand behind `promised`, rounded up so that they suffice; `None`
    /// where it does not fit.
    pub fn backing(self, promised: u64) -> Option<u64> {
        let product = u128::from(promised) * u128::from(self.real);
        u64::try_from(product.div_ceil(u128::from(self.promised))).ok()
    }

    /// What is promised per real unit, in percent rounded down: 400 for `1:4`.
    pub fn percent(self) -> u64 {
        u64::from(self.promised) * 100 / u64::from(self.real)
    }

    /// The two sides, each times the other's left one: equal ratios have equal products.
    fn against(self, other: Self) -> (u64, u64) {
        (
            u64::from(self.promised) * u64::from(other.real),
            u64::from(other.promised) * u64::from(self.real),
        )
    }

    /// In lowest terms.
    fn reduced(self) -> (u32, u32) {
        let (mut a, mut b) = (self.real, self.promised);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        (self.real / a.max(1), self.promised / a.max(1))
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    /// The one that promises more per real unit is the greater.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = self.against(*other);
        mine.cmp(&theirs)
    }
}

impl Hash for Ratio {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.reduced().hash(state);
    }
}

impl Unit for Ratio {
    const NAME: &'static str = "ratio";
    const EXAMPLE: &'static str = "1:4";
    const DOC: &'static str = "real to promised: \"1:4\" promises each real unit four times";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let side = |part: &str| -> Option<u32> {
            let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let sides = text
            .split_once(':')
            .and_then(|(real, promised)| Some((side(real)?, side(promised)?)));
        let Some((real, promised)) = sides else {
            return Err(UnitError::new(format!("{} is not a ratio", quoted(text)))
                .help("write two whole numbers with a colon between, such as \"1:4\""));
        };
        Self::new(real, promised).ok_or_else(|| {
            UnitError::new(format!("{} has a side of 0", quoted(text)))
                .help("both sides of a ratio are at least 1")
        })
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        let error = UnitError::new(format!("`{n}` is one side of a ratio"));
        Err(match n {
            1.. => error.help(format!("write \"1:{n}\"")),
            _ => error.help(format!("write two numbers, such as \"{}\"", Self::EXAMPLE)),
        })
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.real, self.promised))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ratios_are_kept_as_written_and_compared_by_value() {
        let ratio = |text| Ratio::parse(text).unwrap();
        assert_eq!(ratio("2:8").to_string(), "2:8");
        assert_eq!(ratio("2:8"), ratio("1:4"));
        assert!(ratio("1:4") > ratio("1:1") && ratio("2:3") < ratio("1:2"));
        assert_eq!(ratio("1:4").apply(48), Some(192));
        assert_eq!(ratio("2:3").apply(5), Some(7));
        assert_eq!(ratio("2:3").backing(7), Some(5));
        assert_eq!(ratio("2:3").percent(), 150);
        for bad in [
            "0:1",
            "1:0",
            "1",
            "1:4:2",
            "a:b",
            "-1:4",
            "1.5:2",
            ":",
            "5000000000:1",
        ] {
            assert!(Ratio::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Ratio::from_int(4).unwrap_err().help.unwrap(),
            "write \"1:4\""
        );
    }

    proptest! {
        #[test]
        fn what_is_promised_is_backed(real in 1u32.., promised in 1u32.., n in 0u64..1 << 32) {
            let ratio = Ratio::new(real, promised).unwrap();
            prop_assert_eq!(Ratio::parse(&ratio.to_string()), Ok(ratio));
            if let Some(sold) = ratio.apply(n) {
                prop_assert!(ratio.backing(sold).unwrap() <= n);
            }
        }

        #[test]
        fn equal_ratios_hash_alike(real in 1u32..1000, promised in 1u32..1000, k in 1u32..1000) {
            let (small, large) = (Ratio::new(real, promised).unwrap(), Ratio::new(real * k, promised * k).unwrap());
            prop_assert_eq!(small, large);
            prop_assert_eq!(small.reduced(), large.reduced());
        }
    }
}
