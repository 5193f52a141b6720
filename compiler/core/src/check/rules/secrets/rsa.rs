//! How long an RSA key is, of a public key as OpenSSH writes it in one line: options, type, base64
//! of the key, comment.

use crate::check::ssh_key::{self, Fields};

/// The bits of the modulus; none of a key of another type, or one that is not whole.
pub(super) fn bits(line: &str) -> Option<u32> {
    let mut words = line.split_whitespace();
    words.find(|word| *word == KIND)?;
    let bytes = ssh_key::bytes(words.next()?)?;
    let mut fields = Fields(&bytes);
    fields.next().filter(|named| *named == KIND.as_bytes())?;
    let _exponent = fields.next()?;
    fields.next().map(length)
}

/// The type as it stands in the line, and again in the key.
const KIND: &str = "ssh-rsa";

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
    }
}
