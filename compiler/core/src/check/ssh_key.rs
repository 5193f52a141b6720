//! What is in a public key as OpenSSH writes it: base64 of fields.

/// The bytes behind a base64 text (RFC 4648, padded); none where it is none.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padded = !text.is_empty() && text.len().is_multiple_of(4) && text.len() - digits.len() <= 2;
    if !padded {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        held = (held << 6 | u32::from(value(digit)?)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// The fields of a key: each its length in four bytes, and so many bytes (RFC 4251 §5). What is
/// left where one is not whole stays.
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

impl<'b> Iterator for Fields<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn base64_is_padded_and_of_its_letters() {
        assert_eq!(bytes("TWFu").as_deref(), Some(b"Man".as_slice()));
        assert_eq!(bytes("TWE=").as_deref(), Some(b"Ma".as_slice()));
        assert_eq!((bytes("TWE"), bytes("TW-u"), bytes("")), (None, None, None));
    }
}
