//! Prices.

use std::fmt;

use super::error::quoted;
use super::number::Decimal;
use super::{Unit, UnitError};

/// An amount in one currency, exact to a millionth, once or per something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    micros: u64,
    currency: Currency,
    per: Per,
}

/// A currency by its three letters (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// What a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// Once, whatever it is.
    Once,
    /// For one piece, as long as it is held.
    Time(Period),
    /// For one GiB, as long as it is held.
    GibTime(Period),
    /// For one core, as long as it is held.
    CoreTime(Period),
}

/// How long something is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// Millionths in one unit of a currency.
const UNIT: u128 = 1_000_000;

const PERIODS: [(&str, Period); 4] = [
    ("h", Period::Hour),
    ("day", Period::Day),
    ("month", Period::Month),
    ("year", Period::Year),
];

impl Currency {
    /// Reads three capital letters.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(letters))
    }
}

impl Period {
    /// As written after the `/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "h",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl Money {
    /// An amount in millionths of a currency.
    pub const fn new(micros: u64, currency: Currency, per: Per) -> Self {
        Self {
            micros,
            currency,
            per,
        }
    }

    /// In millionths of the currency.
    pub const fn micros(self) -> u64 {
        self.micros
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// What it is for.
    pub const fn per(self) -> Per {
        self.per
    }

    /// The sum of two prices of one currency for the same; `None` for others, or where it does
    /// not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let same = self.currency == other.currency && self.per == other.per;
        let micros = self.micros.checked_add(other.micros)?;
        same.then_some(Self { micros, ..self })
    }

    /// That many times the price, if it fits.
    pub fn checked_mul(self, n: u64) -> Option<Self> {
        let micros = self.micros.checked_mul(n)?;
        Some(Self { micros, ..self })
    }

    /// The same amount for something else: an hourly price times hours is a price once.
    #[must_use]
    pub fn for_each(self, per: Per) -> Self {
        Self { per, ..self }
    }

    /// Which is less, where they can be compared: same currency, for the same.
    pub fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        let same = self.currency == other.currency && self.per == other.per;
        same.then(|| self.micros.cmp(&other.micros))
    }
}

impl Unit for Money {
    const NAME: &'static str = "money";
    const EXAMPLE: &'static str = "50 CNY/h";
    const DOC: &'static str =
        "a price: amount, currency, then once or per h, day, month, year, GiB·day, core·h";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let (amount_text, rest) = text.split_once(' ').ok_or_else(|| not_money(text))?;
        let (currency_text, per_text) = match rest.split_once('/') {
            Some((currency, per)) => (currency, Some(per)),
            None => (rest, None),
        };
        let amount =
            Decimal::parse(amount_text).ok_or_else(|| not_money(text).at(0..amount_text.len()))?;
        let currency_at = amount_text.len() + 1..amount_text.len() + 1 + currency_text.len();
        let currency = Currency::parse(currency_text)
            .ok_or_else(|| bad_currency(currency_text).at(currency_at))?;
        let per = match per_text {
            None => Per::Once,
            Some(per) => {
                parse_per(per).ok_or_else(|| bad_per(per).at(text.len() - per.len()..text.len()))?
            }
        };
        let micros = amount
            .times(UNIT)
            .map_err(|_| {
                UnitError::new(format!("{} is finer than a millionth", quoted(amount_text)))
                    .help("write at most six digits after the point")
            })?
            .try_into()
            .map_err(|_| UnitError::new(format!("{} is too large an amount", quoted(text))))?;
        Ok(Self::new(micros, currency, per))
    }
}

/// `h`, `GiB·day`, `core·h`; a hyphen, which every keyboard has, stands for the dot too.
fn parse_per(text: &str) -> Option<Per> {
    let period = |name: &str| PERIODS.iter().find(|(n, _)| *n == name).map(|(_, p)| *p);
    match text.split_once(['·', '-']) {
        None => period(text).map(Per::Time),
        Some(("GiB", time)) => period(time).map(Per::GibTime),
        Some(("core", time)) => period(time).map(Per::CoreTime),
        Some(_) => None,
    }
}

fn not_money(text: &str) -> UnitError {
    UnitError::new(format!("{} is not a price", quoted(text))).help(format!(
        "write an amount, a blank and a currency, such as \"{}\"",
        Money::EXAMPLE
    ))
}

fn bad_currency(text: &str) -> UnitError {
    let error = UnitError::new(format!("{} is not a currency", quoted(text)));
    let upper = text.to_ascii_uppercase();
    match Currency::parse(&upper) {
        Some(_) => error.help(format!("write {upper}")),
        None => error.help("write its three letters, such as CNY or EUR"),
    }
}

fn bad_per(text: &str) -> UnitError {
    let error = UnitError::new(format!("{} is not what a price can be for", quoted(text)));
    let meant = match text.to_ascii_lowercase().as_str() {
        "hour" | "hr" => Some("h"),
        "d" => Some("day"),
        "mo" => Some("month"),
        "y" | "yr" | "a" => Some("year"),
        "gib-d" | "gib·d" => Some("GiB·day"),
        "core-hour" | "core·hour" => Some("core·h"),
        _ => None,
    };
    error.help(match meant {
        Some(per) => format!("write \"/{per}\""),
        None => "a price is per h, day, month or year, and `GiB·` or `core·` may stand before"
            .to_owned(),
    })
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once => Ok(()),
            Self::Time(period) => write!(f, "/{}", period.name()),
            Self::GibTime(period) => write!(f, "/GiB·{}", period.name()),
            Self::CoreTime(period) => write!(f, "/core·{}", period.name()),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 1_000_000;
        let amount = format!("{}.{:06}", self.micros / unit, self.micros % unit);
        let amount = amount.trim_end_matches('0').trim_end_matches('.');
        f.pad(&format!("{amount} {}{}", self.currency, self.per))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn prices_are_exact_and_for_something() {
        for (written, micros, per, canonical) in [
            ("50 CNY/h", 50_000_000, Per::Time(Period::Hour), "50 CNY/h"),
            (
                "0.05 CNY/GiB·day",
                50_000,
                Per::GibTime(Period::Day),
                "0.05 CNY/GiB·day",
            ),
            (
                "0.5 CNY/core-h",
                500_000,
                Per::CoreTime(Period::Hour),
                "0.5 CNY/core·h",
            ),
            (
                "15000.00 EUR/month",
                15_000_000_000,
                Per::Time(Period::Month),
                "15000 EUR/month",
            ),
            ("3000 USD", 3_000_000_000, Per::Once, "3000 USD"),
        ] {
            let price = money(written);
            assert_eq!(
                (price.micros(), price.per(), price.to_string().as_str()),
                (micros, per, canonical)
            );
        }
    }

    #[test]
    fn a_wrong_price_says_where() {
        for (written, at, help) in [
            (
                "50",
                None,
                "write an amount, a blank and a currency, such as \"50 CNY/h\"",
            ),
            ("50 cny/h", Some(3..6), "write CNY"),
            (
                "50 ¥/h",
                Some(3..5),
                "write its three letters, such as CNY or EUR",
            ),
            ("50 CNY/hour", Some(7..11), "write \"/h\""),
            (
                "50 CNY/piece",
                Some(7..12),
                "a price is per h, day, month or year, and `GiB·` or `core·` may stand before",
            ),
            (
                "-5 CNY",
                Some(0..2),
                "write an amount, a blank and a currency, such as \"50 CNY/h\"",
            ),
            (
                "0.0000001 CNY",
                None,
                "write at most six digits after the point",
            ),
        ] {
            let error = Money::parse(written).unwrap_err();
            assert_eq!(
                (error.at, error.help.as_deref()),
                (at, Some(help)),
                "{written}"
            );
        }
    }

    #[test]
    fn only_like_is_added_to_like() {
        let gpu = money("50 CNY/h");
        assert_eq!(
            gpu.checked_add(money("0.5 CNY/h")),
            Some(money("50.5 CNY/h"))
        );
        assert_eq!(gpu.checked_add(money("1 EUR/h")), None);
        assert_eq!(gpu.checked_add(money("1 CNY/day")), None);
        assert_eq!(gpu.checked_mul(2), Some(money("100 CNY/h")));
        assert_eq!(
            gpu.checked_mul(10).map(|p| p.for_each(Per::Once)),
            Some(money("500 CNY"))
        );
        assert_eq!(
            gpu.compare(money("60 CNY/h")),
            Some(std::cmp::Ordering::Less)
        );
        assert_eq!(gpu.compare(money("60 CNY")), None);
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(micros: u64, per in 0usize..13) {
            let period = PERIODS[per % 4].1;
            let per = match per {
                0..4 => Per::Time(period),
                4..8 => Per::GibTime(period),
                8..12 => Per::CoreTime(period),
                _ => Per::Once,
            };
            let price = Money::new(micros, Currency::parse("CNY").unwrap(), per);
            prop_assert_eq!(Money::parse(&price.to_string()), Ok(price));
        }
    }
}
