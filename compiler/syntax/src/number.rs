//! The shape of a number, and its value where it is whole.

/// Whether `word` is a number as KDL 2.0 writes it. Keyword numbers such as `#inf` are not words.
pub(crate) fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    match radix(unsigned) {
        Some((radix, digits)) => is_run(digits, radix),
        None => is_decimal(unsigned),
    }
}

/// The value of a whole number; `None` for fractions, exponents, and what 128 bits cannot hold.
pub(crate) fn integer(word: &str) -> Option<i128> {
    let (sign, unsigned) = match word.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let (radix, digits) = radix(unsigned).unwrap_or((10, unsigned));
    digits
        .chars()
        .filter(|&c| c != '_')
        .try_fold(0_i128, |value, c| {
            // Built with its sign, so that the least value does not overflow on the way.
            let digit = i128::from(c.to_digit(radix)?) * sign;
            value.checked_mul(i128::from(radix))?.checked_add(digit)
        })
}

/// The radix and the digits of `0x…`, `0o…` and `0b…`.
fn radix(unsigned: &str) -> Option<(u32, &str)> {
    [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((radix, unsigned.strip_prefix(prefix)?)))
}

/// Digits of this radix and underscores, of which the first is a digit.
fn is_run(digits: &str, radix: u32) -> bool {
    digits.starts_with(|c: char| c.is_digit(radix))
        && digits.chars().all(|c| c == '_' || c.is_digit(radix))
}

/// Whole part, fraction, exponent; the last two may be missing.
fn is_decimal(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    is_run(whole, 10)
        && fraction.is_none_or(|f| is_run(f, 10))
        && exponent.is_none_or(|e| is_run(e, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_words() {
        for word in [
            "0",
            "-1",
            "+1_0",
            "1.5",
            "1e10",
            "1.0_2E-1_0",
            "0xfF_",
            "-0o17",
            "0b1_0",
        ] {
            assert!(is_number(word), "{word}");
        }
        for word in [
            "", "1.", ".5", "1._5", "1e", "1e5.0", "0x", "0x_1", "0b2", "2TiB", "1.2.3", "-", "--1",
        ] {
            assert!(!is_number(word), "{word}");
        }
    }

    #[test]
    fn whole_numbers_have_a_value_up_to_128_bits() {
        assert_eq!(integer("1_000"), Some(1000));
        assert_eq!(integer("-0x10"), Some(-16));
        assert_eq!(integer("+0b11"), Some(3));
        assert_eq!(integer(&i128::MIN.to_string()), Some(i128::MIN));
        assert_eq!(integer("170141183460469231731687303715884105728"), None);
        assert_eq!(integer("1.0"), None);
        assert_eq!(integer("1e3"), None);
    }
}
