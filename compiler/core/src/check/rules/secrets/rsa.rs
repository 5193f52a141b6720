//! How long an RSA key is, of a public key as OpenSSH writes it in one line: options, type, base64
//! of the key, comment.

/// The bits of the modulus; none of a key of another type, or one that is not whole.
pub(super) fn bits(line: &str) -> Option<u32> {
    let mut words = line.split_whitespace();
    words.find(|word| *word == KIND)?;
    let bytes = base64(words.next()?)?;
    let mut fields = Fields(&bytes);
    fields.next().filter(|named| *named == KIND.as_bytes())?;
    let _exponent = fields.next()?;
    fields.next().map(length)
}

/// The type as it stands in the line, and again in the key.
const KIND: &str = "ssh-rsa";

/// The fields of a key: each its length in four bytes, and so many bytes (RFC 4251 §5).
struct Fields<'b>(&'b [u8]);

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

/// The bits of a number, without zeros in front.
fn length(number: &[u8]) -> u32 {
    let first = number
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(number.len());
    let Some((high, low)) = number[first..].split_first() else {
        return 0;
    };
    let low = u32::try_from(low.len()).unwrap_or(u32::MAX / 8);
    low.saturating_mul(8)
        .saturating_add(8 - high.leading_zeros())
}

/// Base64 with or without padding; `None` for any other character.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(six)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            let [.., byte] = (held >> count).to_be_bytes();
            bytes.push(byte);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA: &str = "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDDH0D8ktokFpR1CXnubPWC8tXX0o4YM13gWrxU0FYOD1MChgxlK/CNVgJSql50IQVG82n7u86MEs/HlXsmUv6adVJndogi7mJNSPzhXsXKecvWAst/TCFXpRZVaZHyLvjHte97GNH/QcWTcO+whYZR1EqTbBG3sUTEj+BN88aj6A==";

    #[test]
    fn a_modulus_is_measured() {
        assert_eq!(bits(&format!("ssh-rsa {RSA} ops")), Some(1024));
        assert_eq!(
            bits(&format!("from=\"10.0.0.0/8\",no-pty ssh-rsa {RSA}")),
            Some(1024)
        );
        assert_eq!(bits(&format!("ssh-rsa {}", &RSA[..60])), None);
        assert_eq!(bits(&format!("ssh-ed25519 {RSA}")), None);
        assert_eq!(
            (bits("ssh-rsa !"), bits("ssh-rsa"), bits("")),
            (None, None, None)
        );
    }

    #[test]
    fn zeros_in_front_are_no_bits() {
        assert_eq!(length(&[0, 0x80, 0]), 16);
        assert_eq!(length(&[0x01, 0]), 9);
        assert_eq!((length(&[]), length(&[0])), (0, 0));
        assert_eq!(base64("TWFu").as_deref(), Some(b"Man".as_slice()));
        assert_eq!(base64("TWE=").as_deref(), Some(b"Ma".as_slice()));
    }
}
