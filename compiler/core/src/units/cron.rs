//! The five fields of cron.

use std::fmt;
use std::sync::Arc;

use super::date::{days_in, is_leap};
use super::error::quoted;
use super::{Duration, UnitError};

/// Five fields (minute, hour, day of month, month, day of week), as far as all readers of cron
/// agree on them; the others are refused. Where both days are restricted, either is enough.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cron {
    text: Arc<str>,
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// The values of a field, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Field {
    bits: u64,
    /// What kind of star it has: of the two days, one with a star leaves the other to decide.
    star: Star,
}

/// Whether a field has a `*`, alone or with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Star {
    None,
    Stepped,
    Plain,
}

/// What a field is called, its values, and names for them.
struct FieldKind {
    name: &'static str,
    first: u8,
    last: u8,
    names: &'static [&'static str],
}

static FIELDS: [FieldKind; 5] = [
    FieldKind {
        name: "minute",
        first: 0,
        last: 59,
        names: &[],
    },
    FieldKind {
        name: "hour",
        first: 0,
        last: 23,
        names: &[],
    },
    FieldKind {
        name: "day of the month",
        first: 1,
        last: 31,
        names: &[],
    },
    FieldKind {
        name: "month",
        first: 1,
        last: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    FieldKind {
        name: "day of the week",
        first: 0,
        last: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Field {
    fn has(self, value: u64) -> bool {
        value < 64 && self.bits & (1 << value) != 0
    }

    fn values(self) -> impl DoubleEndedIterator<Item = u64> {
        (0..64).filter(move |n| self.has(*n))
    }
}

impl Cron {
    /// Reads five fields that mean the same moments to every reader, and that ever come.
    pub(super) fn parse(text: &str) -> Result<Self, UnitError> {
        let cron = read(text)?;
        if cron.either_day() && [cron.days.star, cron.weekdays.star].contains(&Star::Stepped) {
            // Vixie cron demands both days then, newer readers are content with either.
            return Err(UnitError::new(format!(
                "{} restricts both days, one with `*/`, which not all readers of cron take alike",
                quoted(text)
            ))
            .help("write that day's values as a list, such as 1,3,5, or the other day as `*`"));
        }
        if !cron.ever_fires() {
            return Err(UnitError::new(format!(
                "{} never comes: no month it names has such a day",
                quoted(text)
            )));
        }
        Ok(cron)
    }

    /// The fields as text, with one blank between.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it fires on a day: `weekday` counts from 0, which is Sunday.
    fn on(&self, month: u64, day: u64, weekday: u64) -> bool {
        let (by_day, by_weekday) = (self.days.has(day), self.weekdays.has(weekday));
        let right_day = if self.either_day() {
            by_day || by_weekday
        } else {
            by_day && by_weekday
        };
        self.months.has(month) && right_day
    }

    /// Whether both days are restricted, so that either of them is enough.
    fn either_day(&self) -> bool {
        self.days.star != Star::Plain && self.weekdays.star != Star::Plain
    }

    /// Whether any day of any year is one of its days.
    fn ever_fires(&self) -> bool {
        self.either_day()
            || self.months.values().any(|month| {
                let longest = days_in(month, true);
                self.days.values().any(|day| day <= longest)
            })
    }

    /// The longest of the gaps within a firing day and of those from one to the next.
    pub(super) fn longest_gap(&self) -> Duration {
        let moments: Vec<u64> = self
            .hours
            .values()
            .flat_map(|h| self.minutes.values().map(move |m| h * HOUR + m * MINUTE))
            .collect();
        let (Some(first), Some(last)) = (moments.first(), moments.last()) else {
            return Duration::ZERO;
        };
        let within = moments.windows(2).map(|pair| pair[1] - pair[0]).max();
        let overnight = self.longest_day_gap() * DAY + first - last;
        Duration::secs(overnight.max(within.unwrap_or(0)))
    }

    /// The most days from one firing day to the next.
    ///
    /// Walks 400 years, after which the calendar and its weekdays repeat: 29 February needs
    /// them, as 2100 has none. Every day is the usual case and needs no walk.
    fn longest_day_gap(&self) -> u64 {
        let every_day = (1..=12).all(|month| self.months.has(month))
            && (1..=31).all(|day| self.days.has(day))
            && (0..7).all(|weekday| self.weekdays.has(weekday));
        if every_day {
            return 1;
        }
        let (mut longest, mut previous, mut first) = (0, None, None);
        let mut day_number = 0;
        // 1 January 2000 was a Saturday.
        let first_weekday = 6;
        for year in 2000..2400 {
            for month in 1..=12 {
                for day in 1..=days_in(month, is_leap(year)) {
                    if self.on(month, day, (day_number + first_weekday) % 7) {
                        longest = longest.max(previous.map_or(0, |p| day_number - p));
                        previous = Some(day_number);
                        first.get_or_insert(day_number);
                    }
                    day_number += 1;
                }
            }
        }
        // From the last of these years to the first of the next, which are the same again.
        let around = match (first, previous) {
            (Some(first), Some(last)) => day_number - last + first,
            _ => 0,
        };
        longest.max(around)
    }
}

fn read(text: &str) -> Result<Cron, UnitError> {
    let parts: Vec<(usize, &str)> = words(text).collect();
    let [minute, hour, day, month, weekday] = parts[..] else {
        return Err(UnitError::new(format!(
            "{} is not a schedule: it has {} instead of the five fields minute, hour, day, month \
             and weekday",
            quoted(text),
            parts.len()
        ))
        .help("write hourly, daily, weekly, monthly, or five fields such as \"0 2 * * *\""));
    };
    let field = |i: usize, (at, part): (usize, &str)| {
        parse_field(&FIELDS[i], part).map_err(|e| e.at(at..at + part.len()))
    };
    let words: Vec<&str> = parts.iter().map(|(_, part)| *part).collect();
    Ok(Cron {
        text: words.join(" ").to_ascii_lowercase().into(),
        minutes: field(0, minute)?,
        hours: field(1, hour)?,
        days: field(2, day)?,
        months: field(3, month)?,
        weekdays: field(4, weekday)?,
    })
}

/// The words of `text` and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(' ').filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    })
}

/// Reads `*`, `5`, `mon-fri`, `*/15`, `1-9/2` and lists of them.
fn parse_field(kind: &FieldKind, text: &str) -> Result<Field, UnitError> {
    let mut field = Field {
        bits: 0,
        star: Star::None,
    };
    for item in text.split(',') {
        let (bits, star) = parse_item(kind, item)?;
        field.bits |= bits;
        field.star = field.star.max(star);
    }
    Ok(field)
}

fn parse_item(kind: &FieldKind, item: &str) -> Result<(u64, Star), UnitError> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, parse_step(kind, step)?),
        None => (item, 1),
    };
    let (low, high, star) = match range.split_once('-') {
        Some((low, high)) => (value(kind, low)?, value(kind, high)?, Star::None),
        None if range == "*" && step == 1 => (kind.first, kind.last, Star::Plain),
        None if range == "*" => (kind.first, kind.last, Star::Stepped),
        None => {
            let only = value(kind, range)?;
            if item != range {
                // Some readers go on to the end of the field, others take the one value.
                return Err(UnitError::new(format!(
                    "in the field {} a step follows a single value",
                    kind.name
                ))
                .help(format!("write the range: {only}-{}/{step}", kind.last)));
            }
            (only, only, Star::None)
        }
    };
    if low > high {
        return Err(UnitError::new(format!(
            "in the field {} the range {} runs backwards",
            kind.name,
            quoted(range)
        )));
    }
    let bits = (low..=high)
        .step_by(step.into())
        .fold(0, |bits, n| bits | 1 << n);
    Ok((bits, star))
}

fn parse_step(kind: &FieldKind, step: &str) -> Result<u8, UnitError> {
    number(step).filter(|n| *n > 0).ok_or_else(|| {
        UnitError::new(format!(
            "in the field {} {} is not a step",
            kind.name,
            quoted(step)
        ))
    })
}

/// One value of a field, by number or name.
fn value(kind: &FieldKind, text: &str) -> Result<u8, UnitError> {
    let by_name = kind
        .names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text))
        .and_then(|i| u8::try_from(i).ok())
        .map(|i| i + kind.first);
    by_name
        .or_else(|| number(text))
        .filter(|n| (kind.first..=kind.last).contains(n))
        .ok_or_else(|| {
            let error = UnitError::new(format!("{} is not a {}", quoted(text), kind.name));
            let numbers = format!("it goes from {} to {}", kind.first, kind.last);
            match (text, kind.names.first()) {
                ("?", _) => error.help("write `*`"),
                ("7", _) if kind.last == 6 => error.help("Sunday is 0"),
                (_, Some(name)) => error.help(format!("{numbers}, or by name as in {name}")),
                (_, None) => error.help(numbers),
            }
        })
}

fn number(text: &str) -> Option<u8> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
