//! Days of the calendar.

use std::fmt;

use super::error::quoted;
use super::{Unit, UnitError};

/// A day of the Gregorian calendar, as ISO 8601 writes it. Nothing here knows which day it is
/// today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day; `None` where the calendar has none such. Years have four digits.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let year_fits = (1..=9999).contains(&year);
        let month_fits = (1..=12).contains(&month);
        let last = days_in(month.into(), is_leap(year.into()));
        let day_fits = day >= 1 && u64::from(day) <= last;
        (year_fits && month_fits && day_fits).then_some(Self { year, month, day })
    }
}

/// Whether a year of the Gregorian calendar has a 29 February.
pub(super) fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The days of a month, counted from 1.
pub(super) fn days_in(month: u64, leap: bool) -> u64 {
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Unit for Date {
    const NAME: &'static str = "date";
    const EXAMPLE: &'static str = "2027-03-31";
    const DOC: &'static str = "a day: year, month and day, with hyphens between";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let Some((year, month, day)) = numbers(text) else {
            return Err(UnitError::new(format!("{} is not a date", quoted(text)))
                .help(format!("write year, month and day: \"{}\"", Self::EXAMPLE)));
        };
        Self::new(year, month, day).ok_or_else(|| {
            UnitError::new(format!("the calendar has no day {}", quoted(text)))
                .help("write year, month and day, in this order")
        })
    }
}

/// The numbers of `YYYY-MM-DD`.
fn numbers(text: &str) -> Option<(u16, u8, u8)> {
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.splitn(4, '-').collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    let shaped = (year.len(), month.len(), day.len()) == (4, 2, 2);
    if !shaped || !plain(year) || !plain(month) || !plain(day) {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_days_of_the_calendar() {
        for good in ["2027-03-31", "2028-02-29", "2000-02-29", "0001-01-01"] {
            assert_eq!(Date::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-04-31",
            "2027-1-1",
            "31.03.2027",
            "2027-03-31-",
            "20270331",
            "+027-03-31",
            "0000-01-01",
            "",
        ] {
            assert!(Date::parse(bad).is_err(), "{bad}");
        }
        assert!(Date::parse("2027-01-31").unwrap() < Date::parse("2027-02-01").unwrap());
    }

    proptest! {
        #[test]
        fn order_is_that_of_the_text(a in (1u16..=9999, 1u8..=12, 1u8..=31), b in (1u16..=9999, 1u8..=12, 1u8..=31)) {
            if let (Some(x), Some(y)) = (Date::new(a.0, a.1, a.2), Date::new(b.0, b.1, b.2)) {
                prop_assert_eq!(x.cmp(&y), x.to_string().cmp(&y.to_string()));
                prop_assert_eq!(Date::parse(&x.to_string()), Ok(x));
            }
        }
    }
}
