//! Ranges of versions.

use std::cmp::Ordering;
use std::fmt;

use super::error::quoted;
use super::version::unquoted;
use super::{Unit, UnitError, Version};

/// Conditions that a version must all meet: `>=9.0 <10`. A bare version is met by every one
/// that begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange(Vec<Condition>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    op: Op,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Begins,
    Equal,
    AtLeast,
    Above,
    AtMost,
    Below,
}

/// Longer operators first, so that `>=` is not read as `>`.
const OPS: [(&str, Op); 5] = [
    (">=", Op::AtLeast),
    ("<=", Op::AtMost),
    (">", Op::Above),
    ("<", Op::Below),
    ("=", Op::Equal),
];

/// More conditions than two ends need.
const MAX_CONDITIONS: usize = 8;

impl VersionRange {
    /// Whether `version` meets all conditions.
    pub fn contains(&self, version: &Version) -> bool {
        self.0.iter().all(|condition| condition.met_by(version))
    }

    /// Whether a version can meet all conditions, judged by the ends.
    fn is_possible(&self) -> bool {
        let lows = || self.0.iter().filter_map(Condition::low);
        let highs = || self.0.iter().filter_map(Condition::high);
        lows().all(|(low, low_open)| {
            highs().all(|(high, high_open)| match low.cmp_precedence(&high) {
                Ordering::Less => true,
                Ordering::Equal => !low_open && !high_open,
                Ordering::Greater => false,
            })
        })
    }
}

impl Condition {
    fn met_by(&self, version: &Version) -> bool {
        let order = version.cmp_precedence(&self.version);
        match self.op {
            Op::Begins => self.version.is_prefix_of(version),
            Op::Equal => order.is_eq(),
            Op::AtLeast => order.is_ge(),
            Op::Above => order.is_gt(),
            Op::AtMost => order.is_le(),
            // `<10` is meant to keep 10 out, and a 10.0-rc.1 is nearer to it than to any 9.
            Op::Below if !self.version.is_pre_release() => {
                version.cmp_numbers(&self.version).is_lt()
            }
            Op::Below => order.is_lt(),
        }
    }

    /// The lower end, and whether it is left out.
    fn low(&self) -> Option<(Version, bool)> {
        match self.op {
            Op::Begins | Op::Equal | Op::AtLeast => Some((self.version.clone(), false)),
            Op::Above => Some((self.version.clone(), true)),
            Op::AtMost | Op::Below => None,
        }
    }

    /// The upper end, and whether it is left out.
    fn high(&self) -> Option<(Version, bool)> {
        match self.op {
            Op::Equal | Op::AtMost => Some((self.version.clone(), false)),
            Op::Below => Some((self.version.clone(), true)),
            Op::Begins => self.version.after_prefix().map(|after| (after, true)),
            Op::AtLeast | Op::Above => None,
        }
    }
}

impl Unit for VersionRange {
    const NAME: &'static str = "range";
    const EXAMPLE: &'static str = ">=9.0 <10";
    const DOC: &'static str =
        "versions: a bare one with all that begin so, or conditions such as \">=9.0 <10\"";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let mut conditions = Vec::new();
        let mut pending = None;
        for (at, word) in words(text) {
            let (op, rest) = split_op(word);
            let op = match (pending.take(), op) {
                (None, op) => op,
                (Some(op), None) => Some(op),
                (Some(_), Some(_)) => {
                    return Err(not_a_range(text, "two operators follow each other")
                        .at(at..at + word.len()));
                }
            };
            if rest.is_empty() {
                pending = op;
                continue;
            }
            if conditions.len() == MAX_CONDITIONS {
                return Err(not_a_range(text, "it has too many conditions"));
            }
            let start = at + word.len() - rest.len();
            let version = Version::parse(rest)
                .map_err(|e| foreign(text, rest).unwrap_or(e).at(start..at + word.len()))?;
            let op = op.unwrap_or(Op::Begins);
            conditions.push(Condition { op, version });
        }
        if pending.is_some() {
            return Err(not_a_range(text, "an operator has no version after it"));
        }
        if conditions.is_empty() {
            return Err(not_a_range(text, "it has no version"));
        }
        let range = Self(conditions);
        if range.is_possible() {
            Ok(range)
        } else {
            Err(UnitError::new(format!("no version is in {}", quoted(text))))
        }
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        Err(unquoted(&n.to_string()))
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(unquoted(text))
    }
}

fn not_a_range(text: &str, why: &str) -> UnitError {
    UnitError::new(format!(
        "{} is not a range of versions: {why}",
        quoted(text)
    ))
    .help("write a version such as \"1.33\", or conditions such as \">=9.0 <10\"")
}

/// Recognises the range operators of other tools.
fn foreign(text: &str, word: &str) -> Option<UnitError> {
    let sign = word
        .chars()
        .next()
        .filter(|c| matches!(c, '^' | '~' | '|' | '*' | '!' | '-'))?;
    Some(
        UnitError::new(format!(
            "{} is not an operator in {}",
            quoted(&sign.to_string()),
            quoted(text)
        ))
        .help("say it with both ends, such as \">=1.2 <2\""),
    )
}

/// The words between blanks and commas, and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split([' ', ',']).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    })
}

fn split_op(word: &str) -> (Option<Op>, &str) {
    OPS.iter()
        .find_map(|(sign, op)| Some((Some(*op), word.strip_prefix(sign)?)))
        .unwrap_or((None, word))
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, condition) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            let sign = OPS.iter().find(|(_, op)| *op == condition.op);
            write!(
                f,
                "{}{}",
                sign.map_or("", |(sign, _)| sign),
                condition.version
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(range: &str, version: &str) -> bool {
        VersionRange::parse(range)
            .unwrap()
            .contains(&Version::parse(version).unwrap())
    }

    #[test]
    fn a_version_meets_all_conditions() {
        for (range, inside, outside) in [
            (
                ">=0.1",
                &["0.1", "0.1.0", "2"][..],
                &["0.0.9", "0.1-rc.1"][..],
            ),
            (">=9.0 <10", &["9", "9.9.9"], &["8.4", "10", "10.0-rc.1"]),
            ("1.33", &["1.33", "1.33.5", "v1.33.0"], &["1.34", "1.3"]),
            ("=1.33", &["1.33.0", "1.33+k3s1"], &["1.33.1"]),
            (">1.2 <=1.4", &["1.2.1", "1.4.0"], &["1.2", "1.4.1"]),
        ] {
            for version in inside {
                assert!(contains(range, version), "{version} in {range}");
            }
            for version in outside {
                assert!(!contains(range, version), "{version} not in {range}");
            }
        }
    }

    #[test]
    fn ranges_print_in_one_form() {
        for (written, canonical) in [
            (">= 9.0, < v10", ">=9.0 <10"),
            ("1.33", "1.33"),
            ("  =1.2  ", "=1.2"),
        ] {
            let range = VersionRange::parse(written).unwrap();
            assert_eq!(range.to_string(), canonical);
            assert_eq!(VersionRange::parse(canonical), Ok(range));
        }
    }

    #[test]
    fn what_no_version_can_meet_is_refused() {
        for impossible in [
            ">=10 <9",
            ">1.2 <1.2",
            ">=1.2 <1.2",
            "1.33 1.34",
            "=1.2 >1.2",
            "1.33 >=1.34",
        ] {
            let error = VersionRange::parse(impossible).unwrap_err();
            assert!(
                error.message.starts_with("no version is in"),
                "{impossible}: {error}"
            );
        }
        for bad in [
            "",
            " ",
            ">=",
            "^1.2",
            "~>1.2",
            "1.2 || 1.3",
            "1.2 - 1.4",
            "*",
            ">= >= 1",
            ">=x",
        ] {
            assert!(VersionRange::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(VersionRange::parse(">=9 ^1.2").unwrap_err().at, Some(4..8));
        assert!(VersionRange::from_int(1).is_err());
    }
}
