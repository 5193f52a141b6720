//! Numbers as text: what the spec or a foreign schema says is written digit for digit.

use std::fmt;

/// A number in a spelling that JSON, YAML 1.1 and YAML 1.2 all read as the same number:
/// `-?(0|[1-9][0-9]*)`, then an optional fraction, then, only behind a fraction, an exponent with
/// its sign. (YAML 1.1 reads `1e3` and `1.0e3` as text.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// A number that is already spelt so.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let whole = digits(unsigned);
        if whole == 0 || (whole > 1 && unsigned.starts_with('0')) {
            return None;
        }
        let rest = &unsigned[whole..];
        let ok = rest.is_empty() || rest.strip_prefix('.').is_some_and(is_fraction);
        ok.then(|| Self(text.to_owned()))
    }

    /// The shortest spelling that reads back as the same `f64`; none for infinities and what is
    /// not a number, which JSON cannot say.
    pub fn from_f64(value: f64) -> Option<Self> {
        value
            .is_finite()
            .then(|| Self::widen(&format!("{value:?}")))
    }

    /// The shortest spelling that reads back as the same `f32`.
    pub fn from_f32(value: f32) -> Option<Self> {
        value
            .is_finite()
            .then(|| Self::widen(&format!("{value:?}")))
    }

    /// Rust's shortest form has a fraction or an exponent: `1.5`, `1e16`, `1.5e-7`.
    fn widen(shortest: &str) -> Self {
        let Some((mantissa, exponent)) = shortest.split_once('e') else {
            return Self(shortest.to_owned());
        };
        let point = if mantissa.contains('.') { "" } else { ".0" };
        let sign = if exponent.starts_with('-') { "" } else { "+" };
        Self(format!("{mantissa}{point}e{sign}{exponent}"))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What may follow the point.
fn is_fraction(text: &str) -> bool {
    let fraction = digits(text);
    let exponent = &text[fraction..];
    let signed = exponent
        .strip_prefix(['e', 'E'])
        .and_then(|rest| rest.strip_prefix(['+', '-']));
    let exponent_ok = signed.is_some_and(|d| !d.is_empty() && digits(d) == d.len());
    fraction > 0 && (exponent.is_empty() || exponent_ok)
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! from_integers {
    ($($int:ty)*) => { $(
        impl From<$int> for Number {
            fn from(value: $int) -> Self {
                Self(value.to_string())
            }
        }
    )* };
}

from_integers!(i8 i16 i32 i64 i128 u8 u16 u32 u64 u128);
