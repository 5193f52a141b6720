//! Numbers with a unit, read exactly: shared by all quantities.

use super::error::{UnitError, quoted};

/// A non-negative decimal number: `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: u128,
    scale: u32,
}

/// More digits than any quantity needs; what has more is a mistake, and `u128` holds these.
const MAX_DIGITS: usize = 30;

impl Decimal {
    /// Reads `12` or `12.50`: digits, at most one point, digits on both sides of it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction),
            None => (text, ""),
        };
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || !all_digits(whole)
            || !all_digits(fraction)
            || whole.len() + fraction.len() > MAX_DIGITS
        {
            return None;
        }
        let mantissa = format!("{whole}{fraction}").parse().ok()?;
        let scale = u32::try_from(fraction.len()).ok()?;
        Some(Self { mantissa, scale })
    }

    /// The product with a unit's factor, where it is a whole number.
    pub(super) fn times(self, factor: u128) -> Result<u128, Inexact> {
        let product = self.mantissa.checked_mul(factor).ok_or(Inexact::TooLarge)?;
        let divisor = 10u128.checked_pow(self.scale).ok_or(Inexact::TooLarge)?;
        if product % divisor == 0 {
            Ok(product / divisor)
        } else {
            Err(Inexact::Fraction)
        }
    }
}

/// Why a product is not a whole number of the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inexact {
    /// Something is left over.
    Fraction,
    /// It does not fit.
    TooLarge,
}

/// A family of units over one smallest unit.
pub(super) struct Scale {
    /// With its article: "a size".
    pub(super) what: &'static str,
    /// The smallest unit, in the plural: "bytes".
    pub(super) atom: &'static str,
    /// Written form and worth in the smallest unit; canonical ones first, each worth once.
    pub(super) units: &'static [(&'static str, u64)],
    /// Other accepted spellings.
    pub(super) aliases: &'static [(&'static str, u64)],
    /// What people write for a unit, in lower case, and the unit that they mean; `None` where
    /// there is none, so that none is guessed.
    pub(super) slips: &'static [(&'static str, Option<&'static str>)],
    /// The units to propose where one is missing.
    pub(super) usual: &'static [&'static str],
}

impl Scale {
    /// Reads a number and its unit as a count of the smallest unit.
    pub(super) fn read(&self, text: &str) -> Result<u64, UnitError> {
        let split = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(split);
        let Some(decimal) = Decimal::parse(number) else {
            return Err(self.not_a_number(text, number));
        };
        let Some(factor) = self.factor(suffix) else {
            return Err(self.unknown_unit(text, number, suffix));
        };
        decimal
            .times(factor.into())
            .and_then(|n| u64::try_from(n).map_err(|_| Inexact::TooLarge))
            .map_err(|why| self.inexact(text, why))
    }

    /// Prints the shortest of the canonical forms; of two equally short ones the earlier in the
    /// table.
    pub(super) fn canonical(&self, value: u64) -> String {
        let best = self
            .units
            .iter()
            .filter(|(_, worth)| value.is_multiple_of(*worth))
            .min_by_key(|(_, worth)| value / worth);
        match best {
            Some((suffix, worth)) => format!("{}{suffix}", value / worth),
            None => value.to_string(),
        }
    }

    /// The refusal of a bare number: which unit?
    pub(super) fn no_unit(&self, number: &str) -> UnitError {
        if Decimal::parse(number).is_none() {
            return self.not_a_number(number, number);
        }
        let choices: Vec<String> = self
            .usual
            .iter()
            .map(|unit| format!("\"{number}{unit}\""))
            .collect();
        UnitError::new(format!("{} has no unit", quoted(number)))
            .help(format!("write {}", choices.join(" or ")))
    }

    /// What it measures, without the article.
    fn noun(&self) -> &'static str {
        self.what.trim_start_matches("a ")
    }

    fn factor(&self, suffix: &str) -> Option<u64> {
        self.units
            .iter()
            .chain(self.aliases)
            .find(|(name, _)| *name == suffix)
            .map(|(_, worth)| *worth)
    }

    fn not_a_number(&self, text: &str, number: &str) -> UnitError {
        let shown = quoted(text);
        let example = self
            .usual
            .first()
            .map(|unit| format!("write a number and its unit, such as \"8{unit}\""));
        if text.starts_with('-') {
            return UnitError::new(format!("{shown} is negative: {} is at least 0", self.what));
        }
        let message = if text.is_empty() {
            format!("an empty string is not {}", self.what)
        } else if number.is_empty() {
            format!(
                "{shown} is not {}: it does not begin with a number",
                self.what
            )
        } else if number.len() > MAX_DIGITS {
            format!("{shown} is too large for {}", self.what)
        } else {
            format!(
                "{shown} is not {}: {} is not a number",
                self.what,
                quoted(number)
            )
        };
        UnitError {
            message,
            help: example,
            mend: None,
            at: None,
        }
    }

    fn unknown_unit(&self, text: &str, number: &str, suffix: &str) -> UnitError {
        if suffix.is_empty() {
            return self.no_unit(number);
        }
        let at = number.len()..text.len();
        let squeezed: String = suffix.chars().filter(|c| !c.is_whitespace()).collect();
        if squeezed.len() != suffix.len() && self.factor(&squeezed).is_some() {
            return UnitError::new(format!("{} has a blank before its unit", quoted(text)))
                .help(format!("write \"{number}{squeezed}\""))
                .mend(format!("\"{number}{squeezed}\""))
                .at(at);
        }
        let error = UnitError::new(format!(
            "{} is not a unit of {}",
            quoted(&squeezed),
            self.noun()
        ))
        .at(at);
        let meant = self.meant(&squeezed);
        let near: Vec<String> = meant
            .iter()
            .map(|name| format!("\"{number}{name}\""))
            .collect();
        let mut spelt = meant.iter().filter(|unit| is_spelling(&squeezed, unit));
        let error = match (spelt.next(), spelt.next()) {
            (Some(only), None) => error.mend(format!("\"{number}{only}\"")),
            _ => error,
        };
        if near.is_empty() {
            let known: Vec<&str> = self.units.iter().map(|(name, _)| *name).collect();
            error.help(format!("the units are {}", known.join(", ")))
        } else {
            error.help(format!("write {}", near.join(" or ")))
        }
    }

    /// The units that someone who wrote `suffix` may have meant.
    fn meant(&self, suffix: &str) -> Vec<&'static str> {
        let slip = self
            .slips
            .iter()
            .find(|(written, _)| written.eq_ignore_ascii_case(suffix));
        match slip {
            Some((_, unit)) => unit.iter().copied().collect(),
            None => self
                .units
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| resembles(suffix, name))
                .collect(),
        }
    }

    fn inexact(&self, text: &str, why: Inexact) -> UnitError {
        let shown = quoted(text);
        match why {
            Inexact::Fraction => {
                UnitError::new(format!("{shown} is not a whole number of {}", self.atom))
                    .help("write it in a smaller unit, without a fraction")
            }
            Inexact::TooLarge => UnitError::new(format!(
                "{shown} is too large: {} is at most {}",
                self.what,
                self.canonical(self.largest())
            )),
        }
    }

    /// The largest value that the largest unit can write.
    fn largest(&self) -> u64 {
        let widest = self
            .units
            .iter()
            .map(|(_, worth)| *worth)
            .max()
            .unwrap_or(1);
        u64::MAX / widest * widest
    }
}

/// Whether somebody who wrote `suffix` can have meant no other unit than this one: `gib` is `GiB`,
/// while a single letter may be another unit in either case.
fn is_spelling(suffix: &str, unit: &str) -> bool {
    suffix.len() >= 3 && suffix.eq_ignore_ascii_case(unit)
}

/// Whether someone who wrote `written` may have meant the unit `name`: the same letters in
/// another case, or the same first letter (`GB/s`, `Gbps` for `Gbit`).
fn resembles(written: &str, name: &str) -> bool {
    if written.eq_ignore_ascii_case(name) {
        return true;
    }
    let first = |s: &str| s.chars().next().map(|c| c.to_ascii_lowercase());
    name.len() > 1 && first(written) == first(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_exact_or_refused() {
        let times = |text: &str, factor| Decimal::parse(text).unwrap().times(factor);
        assert_eq!(times("1.5", 1024), Ok(1536));
        assert_eq!(times("0.1", 1024), Err(Inexact::Fraction));
        assert_eq!(times("99.95", 1000), Ok(99_950));
        assert_eq!(times("9", u128::MAX), Err(Inexact::TooLarge));
        for bad in ["", ".", "1.", ".5", "1.2.3", "1e3", "+1", "1_000"] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }
}
