//! Amounts as the API writes them: `500m`, `1.5Gi`, `2e3`.

use std::fmt;

use crate::validate::{Findings, Node};

/// An exact amount, in thousand-millionths of its unit: `1n` is the finest the API keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Quantity {
    nano: i128,
}

const ONE: i128 = 1_000_000_000;
/// Longer numbers than any real amount are refused rather than overflowed.
const MAX_DIGITS: usize = 18;

impl Quantity {
    pub(super) const ZERO: Quantity = Quantity { nano: 0 };

    pub(super) const fn units(units: i64) -> Self {
        Quantity {
            nano: units as i128 * ONE,
        }
    }

    /// Reads a quantity; `None` is a syntax error or an amount beyond any cluster.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end = unsigned
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > MAX_DIGITS || fraction.contains('.') {
            return None;
        }
        let numerator = digits.parse::<i128>().ok()?.checked_mul(scale(suffix)?)?;
        let divisor = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        // What is finer than a nano rounds away from zero, as in the API.
        let nano = numerator / divisor + i128::from(numerator % divisor != 0);
        Some(Quantity {
            nano: if text.starts_with('-') { -nano } else { nano },
        })
    }

    /// The quantity at a node that may be a string or a number; absent or unreadable is `None`.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        node.text().and_then(|text| Quantity::parse(&text))
    }

    pub(super) fn is_whole(self) -> bool {
        self.nano % ONE == 0
    }

    pub(super) fn is_negative(self) -> bool {
        self.nano < 0
    }

    pub(super) fn is_multiple_of(self, step: Quantity) -> bool {
        step.nano != 0 && self.nano % step.nano == 0
    }

    /// `self` is above `dividend / divisor`.
    pub(super) fn exceeds_quotient(self, dividend: Quantity, divisor: Quantity) -> bool {
        let products = (
            self.nano.checked_mul(divisor.nano),
            dividend.nano.checked_mul(ONE),
        );
        matches!(products, (Some(left), Some(right)) if left > right)
    }
}

/// What one of `suffix` is worth, in nano.
fn scale(suffix: &str) -> Option<i128> {
    let binary = |power: u32| ONE.checked_mul(1024_i128.checked_pow(power)?);
    match suffix {
        "n" => Some(1),
        "u" => Some(1_000),
        "m" => Some(1_000_000),
        "" => Some(ONE),
        "k" => Some(ONE * 1_000),
        "M" => Some(ONE * 1_000_000),
        "G" => Some(ONE * 1_000_000_000),
        "T" => Some(ONE * 1_000_000_000_000),
        "P" => Some(ONE * 1_000_000_000_000_000),
        "E" => Some(ONE * 1_000_000_000_000_000_000),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
            if exponent < 0 {
                Some(ONE / power)
            } else {
                ONE.checked_mul(power)
            }
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            write!(f, "{}", self.nano / ONE)
        } else {
            write!(f, "{}m", self.nano / 1_000_000)
        }
    }
}

/// The quantity at `node`, refused where it is set and is none, or is below zero.
pub(super) fn non_negative(node: &Node<'_>, findings: &mut Findings) -> Option<Quantity> {
    let text = node.text()?;
    match Quantity::parse(&text) {
        None => findings.refuse(node, format!("`{text}` is not a quantity")),
        Some(amount) if amount.is_negative() => {
            findings.refuse(node, format!("`{text}` is below zero"));
        }
        Some(amount) => return Some(amount),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_agree_on_one_scale() {
        let same = [
            ("1", "1000m"),
            ("0.5", "500m"),
            ("1Ki", "1024"),
            ("1.5Gi", "1536Mi"),
            ("1e3", "1k"),
            ("2E", "2000P"),
            ("1E3", "1000"),
            ("-1", "-1000m"),
            ("0.1n", "1n"),
        ];
        for (left, right) in same {
            let (left, right) = (
                Quantity::parse(left).unwrap(),
                Quantity::parse(right).unwrap(),
            );
            assert_eq!(left, right);
        }
        assert!(Quantity::parse("1Gi").unwrap() > Quantity::parse("1G").unwrap());
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in [
            "",
            "Gi",
            "1 Gi",
            "1gi",
            "1.2.3",
            "1Zi",
            "--1",
            "9999999999999999999",
            "1e99",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
