//! Versions.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::error::quoted;
use super::{Unit, UnitError};

/// A version: numbers with dots, then perhaps a pre-release (`-rc.1`) and a build (`+k3s1`).
///
/// Kept as written, without a leading `v`; compared by meaning, so that `1.33` equals `1.33.0`.
/// Of two that differ only in the build, order is the builds' as text.
#[derive(Debug, Clone)]
pub struct Version {
    text: Arc<str>,
    /// Without zeros at the end; they mean nothing.
    numbers: Vec<u64>,
    /// How many numbers were written.
    written: usize,
    pre: Option<Arc<str>>,
    build: Option<Arc<str>>,
}

/// More numbers than any product's version has.
const MAX_NUMBERS: usize = 6;
/// Longer than any version.
const MAX_LEN: usize = 64;

impl Version {
    /// The version of those numbers: `of(&[1, 33])`.
    pub fn of(numbers: &[u64]) -> Self {
        let text: Vec<String> = numbers.iter().map(u64::to_string).collect();
        Self {
            text: text.join(".").into(),
            numbers: trimmed(numbers.to_vec()),
            written: numbers.len(),
            pre: None,
            build: None,
        }
    }

    /// As written, without a leading `v`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number at a place, 0 where none is written: 0 is the major, 1 the minor.
    pub fn number(&self, place: usize) -> u64 {
        self.numbers.get(place).copied().unwrap_or(0)
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.number(0)
    }

    /// The second number.
    pub fn minor(&self) -> u64 {
        self.number(1)
    }

    /// How many numbers were written: 2 for `1.33`.
    pub fn places(&self) -> usize {
        self.written
    }

    /// Whether it is not yet released.
    pub fn is_pre_release(&self) -> bool {
        self.pre.is_some()
    }

    /// Whether `other` begins with all the numbers that are written here: `1.33` has `1.33.5`.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        (0..self.written).all(|place| self.number(place) == other.number(place))
            && (self.pre.is_none() || self.pre == other.pre)
    }

    /// Compares the numbers only.
    pub(super) fn cmp_numbers(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }

    /// Compares numbers and pre-release, as Semantic Versioning (2.0.0 §11) has it; the build
    /// does not count.
    pub(super) fn cmp_precedence(&self, other: &Self) -> Ordering {
        self.cmp_numbers(other)
            .then_with(|| match (&self.pre, &other.pre) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => cmp_pre_release(a, b),
            })
    }

    /// The first version after all that this one is a prefix of: `1.34` for `1.33`.
    pub(super) fn after_prefix(&self) -> Option<Self> {
        let mut numbers: Vec<u64> = (0..self.written).map(|place| self.number(place)).collect();
        let last = numbers.last_mut()?;
        *last = last.checked_add(1)?;
        Some(Self::of(&numbers))
    }
}

fn trimmed(mut numbers: Vec<u64>) -> Vec<u64> {
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// Part by part: numbers by value and below words, words as text, the shorter first.
fn cmp_pre_release(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(m), Ok(n)) => m.cmp(&n),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => x.cmp(y),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

impl Unit for Version {
    const NAME: &'static str = "version";
    const EXAMPLE: &'static str = "1.33";
    const DOC: &'static str = "a version, always quoted: a bare 1.30 would be the number 1.3";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let bad = |why: &str| {
            UnitError::new(format!("{} is not a version: {why}", quoted(text)))
                .help("write numbers with dots between, such as \"1.33\" or \"1.9.0-rc.1\"")
        };
        if text.len() > MAX_LEN {
            return Err(bad("it is too long"));
        }
        if text.starts_with(['<', '>', '=', '^', '~']) {
            return Err(UnitError::new(format!(
                "{} is a condition, and one version is due here",
                quoted(text)
            ))
            .help("write the version alone, such as \"1.33\""));
        }
        let plain = text.strip_prefix('v').unwrap_or(text);
        let (rest, build) = split_suffix(plain, '+');
        let (core, pre) = split_suffix(rest, '-');
        for suffix in [pre, build].into_iter().flatten() {
            let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            if !suffix
                .split('.')
                .all(|id| !id.is_empty() && id.bytes().all(word))
            {
                return Err(bad(&format!(
                    "{} is neither a pre-release nor a build",
                    quoted(suffix)
                )));
            }
        }
        let numbers = core
            .split('.')
            .map(|part| {
                part.bytes()
                    .all(|b| b.is_ascii_digit())
                    .then(|| part.parse().ok())?
            })
            .collect::<Option<Vec<u64>>>()
            .ok_or_else(|| {
                bad(&format!(
                    "{} is not of numbers with dots between",
                    quoted(core)
                ))
            })?;
        if numbers.len() > MAX_NUMBERS {
            return Err(bad("it has too many numbers"));
        }
        Ok(Self {
            text: plain.into(),
            written: numbers.len(),
            numbers: trimmed(numbers),
            pre: pre.map(Into::into),
            build: build.map(Into::into),
        })
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        Err(unquoted(&n.to_string()))
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(unquoted(text))
    }
}

/// The refusal of a bare number with a point, shared with ranges.
pub(super) fn unquoted(text: &str) -> UnitError {
    let shown = quoted(text);
    let error = match text.trim_end_matches('0') {
        short if short.len() < text.len() && text.contains('.') => {
            let short = short.strip_suffix('.').unwrap_or(short);
            UnitError::new(format!(
                "{shown} is a number, the same as {}: a version is a string",
                quoted(short)
            ))
        }
        _ => UnitError::new(format!("{shown} is a number: a version is a string")),
    };
    if Version::parse(text).is_ok() {
        error.help(format!("quote it: \"{text}\""))
    } else {
        error
    }
}

fn split_suffix(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((head, suffix)) => (head, Some(suffix)),
        None => (text, None),
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_precedence(other)
            .then_with(|| self.build.cmp(&other.build))
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal pre-releases can be spelt `rc.01` and `rc.1`; leaving them out keeps equal
        // versions equal here too.
        self.numbers.hash(state);
        self.build.hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_are_kept_as_written_and_compared_by_meaning() {
        assert_eq!(version("v1.33").to_string(), "1.33");
        assert_eq!(version("22.04").to_string(), "22.04");
        assert_eq!(version("1.33"), version("1.33.0"));
        assert_eq!(Version::of(&[1, 33]), version("1.33"));
        let rising = [
            "0.1",
            "1.9.0-alpha",
            "1.9.0-alpha.1",
            "1.9.0-rc.2",
            "1.9.0-rc.10",
            "1.9",
            "1.9.0+k3s1",
            "1.9.0+k3s2",
            "1.9.1",
            "1.10",
            "1.33.1",
            "2",
        ];
        for pair in rising.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn a_short_version_is_the_prefix_of_longer_ones() {
        assert!(version("1.33").is_prefix_of(&version("1.33.5")));
        assert!(version("1.33").is_prefix_of(&version("1.33.0-rc.1")));
        assert!(!version("1.33").is_prefix_of(&version("1.34")));
        assert!(!version("1.33.0").is_prefix_of(&version("1.33.5")));
        assert!(version("1.0").is_prefix_of(&version("1")));
    }

    #[test]
    fn a_bare_number_is_told_why_it_is_quoted() {
        let error = Version::from_decimal("1.30").unwrap_err();
        assert_eq!(
            error.message,
            "`1.30` is a number, the same as `1.3`: a version is a string"
        );
        assert_eq!(error.help.unwrap(), "quote it: \"1.30\"");
        assert_eq!(
            Version::from_decimal("8.4").unwrap_err().message,
            "`8.4` is a number: a version is a string"
        );
        assert_eq!(
            Version::from_int(9).unwrap_err().help.unwrap(),
            "quote it: \"9\""
        );
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for bad in [
            "",
            "v",
            "latest",
            "1..2",
            "1.",
            ".1",
            "1.x",
            "1.2-",
            "1.2+",
            "1.2-a..b",
            "1 2",
            "vv1",
            "1.2.3.4.5.6.7",
            "99999999999999999999",
        ] {
            assert!(Version::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn order_is_total(a in "[0-2](\\.[0-2]){0,2}(-[a-b0-1](\\.[0-1])?)?(\\+[ab])?", b in "[0-2](\\.[0-2]){0,2}(-[a-b0-1])?", c in "[0-2](\\.[0-2]){0,2}") {
            let (a, b, c) = (version(&a), version(&b), version(&c));
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            if a <= b && b <= c { prop_assert!(a <= c); }
            prop_assert_eq!(Version::parse(&a.to_string()), Ok(a));
        }
    }
}
