//! Parts of a hundred.

use std::fmt;

use super::error::quoted;
use super::number::Decimal;
use super::{Unit, UnitError};

/// A percentage, exact to a thousandth of a percent: `99.999%` is one. It may be above 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent(u32);

/// A hundred percent, in thousandths.
const WHOLE: u32 = 100_000;

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const HUNDRED: Self = Self(WHOLE);

    /// That many thousandths of a percent.
    pub const fn thousandths(n: u32) -> Self {
        Self(n)
    }

    /// In thousandths of a percent.
    pub const fn as_thousandths(self) -> u32 {
        self.0
    }

    /// In percent, where it is whole.
    pub fn as_whole(self) -> Option<u32> {
        self.0.is_multiple_of(1000).then_some(self.0 / 1000)
    }

    /// What is left to a hundred, unless it is above.
    pub fn rest(self) -> Option<Self> {
        WHOLE.checked_sub(self.0).map(Self)
    }

    /// This part of `n`, rounded down; `None` where it does not fit.
    pub fn of_floor(self, n: u64) -> Option<u64> {
        u64::try_from(u128::from(n) * u128::from(self.0) / u128::from(WHOLE)).ok()
    }

    /// This part of `n`, rounded up; `None` where it does not fit.
    pub fn of_ceil(self, n: u64) -> Option<u64> {
        let product = u128::from(n) * u128::from(self.0);
        u64::try_from(product.div_ceil(u128::from(WHOLE))).ok()
    }
}

impl Unit for Percent {
    const NAME: &'static str = "percent";
    const EXAMPLE: &'static str = "99.95%";
    const DOC: &'static str = "a percentage, with at most three digits after the point";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let Some(number) = text.strip_suffix('%') else {
            return match Decimal::parse(text) {
                Some(_) => Self::from_decimal(text),
                None => Err(not_a_percentage(text)),
            };
        };
        let decimal = Decimal::parse(number).ok_or_else(|| not_a_percentage(text))?;
        let thousandths = decimal.times(1000).map_err(|_| {
            UnitError::new(format!("{} is finer than 0.001%", quoted(text)))
                .help("write at most three digits after the point")
        })?;
        u32::try_from(thousandths)
            .map(Self)
            .map_err(|_| UnitError::new(format!("{} is too large for a percentage", quoted(text))))
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        Self::from_decimal(&n.to_string())
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        let error = UnitError::new(format!("{} lacks its percent sign", quoted(text)));
        Err(match Decimal::parse(text) {
            Some(_) if text.len() < 12 => error.help(format!("write \"{text}%\"")),
            _ => not_a_percentage(text),
        })
    }
}

fn not_a_percentage(text: &str) -> UnitError {
    UnitError::new(format!("{} is not a percentage", quoted(text)))
        .help("write one such as \"70%\" or \"99.95%\"")
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        let short = text.trim_end_matches('0').trim_end_matches('.');
        f.pad(&format!("{short}%"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percentages_are_exact_to_a_thousandth() {
        for (written, thousandths, canonical) in [
            ("70%", 70_000, "70%"),
            ("99.95%", 99_950, "99.95%"),
            ("99.999%", 99_999, "99.999%"),
            ("0.5%", 500, "0.5%"),
            ("150%", 150_000, "150%"),
            ("100.0%", 100_000, "100%"),
            ("0%", 0, "0%"),
        ] {
            let percent = Percent::parse(written).unwrap();
            assert_eq!(
                (percent.as_thousandths(), percent.to_string().as_str()),
                (thousandths, canonical)
            );
        }
        assert_eq!(
            Percent::from_int(70).unwrap_err().help.unwrap(),
            "write \"70%\""
        );
        assert_eq!(
            Percent::parse("0.7").unwrap_err().help.unwrap(),
            "write \"0.7%\""
        );
        for bad in ["99.9999%", "-5%", "%", "70 %", "99999999999%"] {
            assert!(Percent::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_part_is_rounded_as_asked() {
        let part = Percent::parse("33.3%").unwrap();
        assert_eq!((part.of_floor(10), part.of_ceil(10)), (Some(3), Some(4)));
        assert_eq!(part.rest(), Percent::parse("66.7%").ok());
        assert_eq!(Percent::parse("101%").unwrap().rest(), None);
        assert_eq!(Percent::parse("101%").unwrap().of_floor(u64::MAX), None);
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(n: u32) {
            let percent = Percent::thousandths(n);
            prop_assert_eq!(Percent::parse(&percent.to_string()), Ok(percent));
        }

        #[test]
        fn a_part_and_its_rest_make_the_whole(p in 0..=WHOLE, n: u64) {
            let part = Percent::thousandths(p);
            let rest = part.rest().unwrap();
            prop_assert_eq!(part.of_floor(n).unwrap() + rest.of_ceil(n).unwrap(), n);
        }
    }
}
