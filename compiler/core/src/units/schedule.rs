//! When something is done again and again.

use std::fmt;

use super::error::quoted;
use super::{Cron, Duration, Unit, UnitError};

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

const KEYWORDS: [(&str, Schedule); 4] = [
    ("hourly", Schedule::Hourly),
    ("daily", Schedule::Daily),
    ("weekly", Schedule::Weekly),
    ("monthly", Schedule::Monthly),
];

/// Longer than any sensible schedule.
const MAX_LEN: usize = 200;

impl Schedule {
    /// As five fields.
    pub fn cron(&self) -> &str {
        match self {
            Self::Cron(cron) => cron.as_str(),
            Self::Hourly => "0 * * * *",
            Self::Daily => "0 0 * * *",
            Self::Weekly => "0 0 * * 0",
            Self::Monthly => "0 0 1 * *",
        }
    }

    /// The longest time between two of its moments: what may be lost between two backups. A
    /// change of the clock may add an hour, which is not counted.
    pub fn longest_gap(&self) -> Duration {
        let hours = |n: u64| Duration::secs(n * 60 * 60);
        match self {
            Self::Cron(cron) => cron.longest_gap(),
            Self::Hourly => hours(1),
            Self::Daily => hours(24),
            Self::Weekly => hours(7 * 24),
            Self::Monthly => hours(31 * 24),
        }
    }
}

impl Unit for Schedule {
    const NAME: &'static str = "schedule";
    const EXAMPLE: &'static str = "0 2 * * *";
    const DOC: &'static str =
        "hourly, daily, weekly, monthly, or five fields of cron, in the estate's time zone";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if let Some((_, keyword)) = KEYWORDS.iter().find(|(name, _)| *name == text) {
            return Ok(keyword.clone());
        }
        if let Some(error) = other_than_fields(text) {
            return Err(error);
        }
        Cron::parse(text).map(Self::Cron)
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

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cron(cron) => cron.as_str(),
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
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
        let hours = |text: &str| schedule(text).longest_gap().as_secs().unwrap() / 3600;
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
        for (name, keyword) in &KEYWORDS {
            assert_eq!(keyword.to_string(), *name);
            let fields = schedule(keyword.cron());
            assert_eq!(keyword.longest_gap(), fields.longest_gap(), "{name}");
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
