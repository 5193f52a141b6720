//! When something is done again and again.

use std::fmt;
use std::sync::Arc;

use super::date::{days_in, is_leap};
use super::error::quoted;
use super::{Duration, Unit, UnitError};

/// Times of the wall clock, in the estate's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// At the start of every hour.
    Hourly,
    /// At every midnight.
    Daily,
    /// At the midnight that begins Sunday.
    Weekly,
    /// At the midnight that begins the month.
    Monthly,
    /// As the five fields say.
    Cron(Cron),
}

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

const KEYWORDS: [(&str, Schedule, &str); 4] = [
    ("hourly", Schedule::Hourly, "0 * * * *"),
    ("daily", Schedule::Daily, "0 0 * * *"),
    ("weekly", Schedule::Weekly, "0 0 * * 0"),
    ("monthly", Schedule::Monthly, "0 0 1 * *"),
];

/// Longer than any sensible schedule.
const MAX_LEN: usize = 200;

impl Schedule {
    /// As five fields.
    pub fn cron(&self) -> &str {
        match self {
            Self::Cron(cron) => &cron.text,
            keyword => KEYWORDS
                .iter()
                .find(|(_, known, _)| known == keyword)
                .map_or("", |(_, _, cron)| cron),
        }
    }

    /// The longest time between two of its moments: what may be lost between two backups. A
    /// change of the clock may add an hour, which is not counted.
    pub fn longest_gap(&self) -> Duration {
        match self {
            Self::Cron(cron) => cron.longest_gap(),
            Self::Hourly => Duration::secs(HOUR),
            Self::Daily => Duration::secs(DAY),
            Self::Weekly => Duration::secs(7 * DAY),
            Self::Monthly => Duration::secs(31 * DAY),
        }
    }
}

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
    fn longest_gap(&self) -> Duration {
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

impl Unit for Schedule {
    const NAME: &'static str = "schedule";
    const EXAMPLE: &'static str = "0 2 * * *";
    const DOC: &'static str =
        "hourly, daily, weekly, monthly, or five fields of cron, in the estate's time zone";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if let Some((_, keyword, _)) = KEYWORDS.iter().find(|(name, _, _)| *name == text) {
            return Ok(keyword.clone());
        }
        if let Some(error) = other_than_fields(text) {
            return Err(error);
        }
        let cron = parse_cron(text)?;
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
        Ok(Self::Cron(cron))
    }
}

/// Recognises what other tools take for a schedule.
fn other_than_fields(text: &str) -> Option<UnitError> {
    let shown = quoted(text);
    let word = text.trim_start_matches('@').to_ascii_lowercase();
    let keyword = match word.as_str() {
        "midnight" => Some("daily"),
        word => KEYWORDS.iter().map(|k| k.0).find(|name| *name == word),
    };
    if let Some(keyword) = keyword {
        return Some(
            UnitError::new(format!("{shown} is not a schedule")).help(format!("write {keyword}")),
        );
    }
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        return Some(
            UnitError::new(format!("{shown} names a time zone of its own"))
                .help("schedules are in the estate's `time-zone`; leave it out here"),
        );
    }
    (text.len() > MAX_LEN).then(|| UnitError::new("the schedule is too long"))
}

fn parse_cron(text: &str) -> Result<Cron, UnitError> {
    let parts: Vec<(usize, &str)> = words(text).collect();
    let [minute, hour, day, month, weekday] = parts[..] else {
        return Err(UnitError::new(format!(
            "{} is not a schedule: it has {} instead of the five fields minute, hour, day, month \
             and weekday",
            quoted(text),
            parts.len()
        ))
        .help(format!(
            "write hourly, daily, weekly, monthly, or five fields such as \"{}\"",
            Schedule::EXAMPLE
        )));
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

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cron(cron) => &cron.text,
            keyword => KEYWORDS
                .iter()
                .find(|(_, known, _)| known == keyword)
                .map_or("", |(name, _, _)| name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn schedules_are_words_or_five_fields() {
        for (written, canonical, cron) in [
            ("daily", "daily", "0 0 * * *"),
            ("hourly", "hourly", "0 * * * *"),
            ("0 2 * * *", "0 2 * * *", "0 2 * * *"),
            ("  0  2 * *  MON-FRI ", "0 2 * * mon-fri", "0 2 * * mon-fri"),
            (
                "*/15 1-9/2,22 1 jan,7 0",
                "*/15 1-9/2,22 1 jan,7 0",
                "*/15 1-9/2,22 1 jan,7 0",
            ),
        ] {
            let read = schedule(written);
            assert_eq!((read.to_string().as_str(), read.cron()), (canonical, cron));
            assert_eq!(schedule(&read.to_string()), read);
        }
    }

    #[test]
    fn the_longest_gap_is_what_may_be_lost() {
        let hours = |text: &str| schedule(text).longest_gap().as_secs().unwrap() / HOUR;
        for (written, longest) in [
            ("hourly", 1),
            ("daily", 24),
            ("weekly", 7 * 24),
            ("monthly", 31 * 24),
            ("0 2 * * *", 24),
            ("0 */6 * * *", 6),
            ("0 9-17 * * *", 16),
            ("0 2 * * 1-5", 72),
            ("0 0 * * 0", 7 * 24),
            ("0 0 1 * *", 31 * 24),
            ("0 0 */2 * *", 48),
            // From the last of August to the last of October.
            ("0 0 31 * *", 61 * 24),
            ("0 0 29 2 *", (8 * 365 + 1) * 24),
            // Either day is enough: the first of a month only shortens a week.
            ("0 0 1 * 0", 7 * 24),
        ] {
            assert_eq!(hours(written), longest, "{written}");
        }
        // The keywords are those of their own five fields.
        for (name, keyword, cron) in &KEYWORDS {
            assert_eq!(
                keyword.longest_gap(),
                schedule(cron).longest_gap(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_wrong_schedule_says_where() {
        for (written, at, help) in [
            ("@daily", None, Some("write daily")),
            ("Midnight", None, Some("write daily")),
            ("0 24 * * *", Some(2..4), Some("it goes from 0 to 23")),
            ("0 0 ? * *", Some(4..5), Some("write `*`")),
            (
                "0 0 * * mo",
                Some(8..10),
                Some("it goes from 0 to 6, or by name as in sun"),
            ),
            ("0 9-8 * * *", Some(2..5), None),
            ("*/0 * * * *", Some(0..3), None),
            ("0 0 * * 7", Some(8..9), Some("Sunday is 0")),
            ("5/10 * * * *", Some(0..4), Some("write the range: 5-59/10")),
            (
                "0 0 */2 * 1",
                None,
                Some("write that day's values as a list, such as 1,3,5, or the other day as `*`"),
            ),
            ("0 0 31 2 *", None, None),
            ("0 0 31 4,6 *", None, None),
        ] {
            let error = Schedule::parse(written).unwrap_err();
            assert_eq!((error.at, error.help.as_deref()), (at, help), "{written}");
        }
        assert!(
            Schedule::parse("0 2 * *")
                .unwrap_err()
                .message
                .contains("it has 4 instead of")
        );
        assert!(Schedule::parse("TZ=UTC 0 2 * * *").is_err());
        assert!(Schedule::parse("0 0 31 2 1").is_ok(), "Mondays come");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[0-9*/,a-z -]{0,20}") {
            if let Ok(read) = Schedule::parse(&text) {
                prop_assert_eq!(schedule(&read.to_string()), read);
            }
        }
    }
}
