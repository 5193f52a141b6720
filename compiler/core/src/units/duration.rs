//! Spans of time.

use std::fmt;

use super::error::quoted;
use super::number::Scale;
use super::{Unit, UnitError};

/// A span of time, in milliseconds: the latency of a link needs them, nothing needs less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

static SCALE: Scale = Scale {
    what: "a duration",
    atom: "milliseconds",
    units: &[
        ("s", SECOND),
        ("ms", 1),
        ("m", MINUTE),
        ("h", HOUR),
        ("d", DAY),
    ],
    aliases: &[("w", WEEK)],
    slips: &[
        ("msec", Some("ms")),
        ("sec", Some("s")),
        ("secs", Some("s")),
        ("second", Some("s")),
        ("seconds", Some("s")),
        ("min", Some("m")),
        ("mins", Some("m")),
        ("minute", Some("m")),
        ("minutes", Some("m")),
        ("hr", Some("h")),
        ("hour", Some("h")),
        ("hours", Some("h")),
        ("day", Some("d")),
        ("days", Some("d")),
        ("week", Some("w")),
        ("weeks", Some("w")),
        // A month has no length of its own, and is no millisecond.
        ("mo", None),
        ("month", None),
        ("months", None),
    ],
    usual: &["s", "m", "h"],
};

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// That many milliseconds.
    pub const fn millis(n: u64) -> Self {
        Self(n)
    }

    /// That many seconds; the longest span where they would not fit.
    pub const fn secs(n: u64) -> Self {
        Self(n.saturating_mul(SECOND))
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// In whole seconds, where it is: what most fields of Kubernetes take.
    pub fn as_secs(self) -> Option<u64> {
        self.0.is_multiple_of(SECOND).then_some(self.0 / SECOND)
    }

    /// In seconds, a started one counted whole.
    pub fn as_secs_ceil(self) -> u64 {
        self.0.div_ceil(SECOND)
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

    /// As Prometheus writes it: the largest unit that divides it (`15s`, `5m`, `30d`).
    pub fn prometheus(self) -> String {
        SCALE.canonical(self.0)
    }

    /// As Go prints it, and the Kubernetes API with it: `1h30m0s`, `15s`, `500ms`, `1.5s`.
    pub fn go(self) -> String {
        if self.0 == 0 {
            return "0s".into();
        }
        if self.0 < SECOND {
            return format!("{}ms", self.0);
        }
        let (hours, minutes) = (self.0 / HOUR, self.0 % HOUR / MINUTE);
        let (seconds, millis) = (self.0 % MINUTE / SECOND, self.0 % SECOND);
        let seconds = match format!("{seconds}.{millis:03}").trim_end_matches('0') {
            whole if whole.ends_with('.') => format!("{seconds}s"),
            fraction => format!("{fraction}s"),
        };
        match (hours, minutes) {
            (0, 0) => seconds,
            (0, _) => format!("{minutes}m{seconds}"),
            _ => format!("{hours}h{minutes}m{seconds}"),
        }
    }
}

impl Unit for Duration {
    const NAME: &'static str = "duration";
    const EXAMPLE: &'static str = "72h";
    const DOC: &'static str = "a span of time: ms s m h d w, where m is minutes; \"1h30m\" too";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if let Some(error) = with_blanks(text) {
            return Err(error);
        }
        let mut rest = text;
        let mut total = 0u64;
        let mut previous = u64::MAX;
        loop {
            let part = rest.split_at(end_of_part(rest)).0;
            let start = text.len() - rest.len();
            let value = SCALE
                .read(part)
                .map_err(|e| within(e, start, part.len(), text))?;
            let worth = SCALE.read(&format!("1{}", unit_of(part)))?;
            if worth >= previous {
                return Err(UnitError::new(format!(
                    "{} does not go from the larger to the smaller unit",
                    quoted(text)
                ))
                .help("write each unit once, the larger first, such as \"1h30m\"")
                .at(start..start + part.len()));
            }
            previous = worth;
            total = total
                .checked_add(value)
                .ok_or_else(|| UnitError::new(format!("{} is too long", quoted(text))))?;
            rest = &rest[part.len()..];
            if rest.is_empty() {
                return Ok(Self(total));
            }
        }
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        Err(SCALE.no_unit(&n.to_string()))
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(SCALE.no_unit(text))
    }
}

/// A duration but for its blanks: `1h 30m`.
fn with_blanks(text: &str) -> Option<UnitError> {
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // The text without blanks has none, so this calls itself only once.
    let meant = squeezed.len() < text.len() && Duration::parse(&squeezed).is_ok();
    meant.then(|| {
        UnitError::new(format!("{} has a blank in it", quoted(text)))
            .help(format!("write \"{squeezed}\""))
    })
}

/// Where the first number-and-unit of `text` ends: before the next number that follows a unit.
fn end_of_part(text: &str) -> usize {
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let Some(unit) = text.find(|c| !number(c)) else {
        return text.len();
    };
    match text[unit..].find(number) {
        Some(next) if unit > 0 => unit + next,
        _ => text.len(),
    }
}

fn unit_of(part: &str) -> &str {
    part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
}

/// Moves an error about a part to its place in the whole.
fn within(mut error: UnitError, start: usize, len: usize, text: &str) -> UnitError {
    if len < text.len() {
        let at = error.at.unwrap_or(0..len);
        error.at = Some(at.start + start..at.end + start);
    }
    error
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&SCALE.canonical(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_and_printed() {
        for (written, millis, canonical, go) in [
            ("15s", 15_000, "15s", "15s"),
            ("5m", 300_000, "5m", "5m0s"),
            ("72h", 259_200_000, "3d", "72h0m0s"),
            ("30d", 2_592_000_000, "30d", "720h0m0s"),
            ("2w", 1_209_600_000, "14d", "336h0m0s"),
            ("1h30m", 5_400_000, "90m", "1h30m0s"),
            ("2ms", 2, "2ms", "2ms"),
            ("1.5s", 1_500, "1500ms", "1.5s"),
            ("0s", 0, "0s", "0s"),
        ] {
            let span = Duration::parse(written).unwrap();
            assert_eq!(span.as_millis(), millis, "{written}");
            assert_eq!(span.to_string(), canonical);
            assert_eq!(span.go(), go);
        }
        assert_eq!(Duration::parse("15s").unwrap().as_secs(), Some(15));
        assert_eq!(Duration::millis(1500).as_secs(), None);
        assert_eq!(Duration::millis(1500).as_secs_ceil(), 2);
    }

    #[test]
    fn a_wrong_duration_says_what_to_write() {
        let error = |text| Duration::parse(text).unwrap_err();
        assert_eq!(
            error("15").help.unwrap(),
            "write \"15s\" or \"15m\" or \"15h\""
        );
        assert_eq!(
            Duration::from_int(30).unwrap_err().help.unwrap(),
            "write \"30s\" or \"30m\" or \"30h\""
        );
        assert_eq!(error("15min").help.unwrap(), "write \"15m\"");
        assert_eq!(error("2 weeks").help.unwrap(), "write \"2w\"");
        assert_eq!(error("1h 30m").help.unwrap(), "write \"1h30m\"");
        assert_eq!(error("2mo").help.unwrap(), "the units are s, ms, m, h, d");
        assert_eq!(error("30m1h").at, Some(3..5));
        assert_eq!(error("1h1h").at, Some(2..4));
        assert_eq!(error("1h30x").at, Some(4..5));
        assert!(
            error("0.5ms")
                .message
                .contains("whole number of milliseconds")
        );
        assert!(error("").message.contains("empty"));
        assert!(error("9999999999999999d").message.contains("too large"));
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(n: u64) {
            let span = Duration::millis(n);
            prop_assert_eq!(Duration::parse(&span.to_string()), Ok(span));
            prop_assert_eq!(Duration::parse(&span.go()), Ok(span));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "[0-9.a-z ]{0,12}") {
            let _ = Duration::parse(&text);
        }
    }
}
