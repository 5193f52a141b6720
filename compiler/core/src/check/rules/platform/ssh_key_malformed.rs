//! A key that no server would let anybody in with.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "ssh-key-malformed", Platform, Error, "a key that is not an SSH public key in one line", include_str!("ssh_key_malformed.md") }

/// The kinds of keys that OpenSSH takes (`sshd(8)`, AUTHORIZED_KEYS FILE FORMAT).
const KINDS: &[&str] = &[
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// Reports each such key of a user.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, _) in subject.whole_machines() {
        for user in &workload.spec.user {
            for key in &user.ssh_key {
                let Some((what, help)) = fault(&key.key.value) else {
                    continue;
                };
                let message = format!(
                    "a key of `{}` in `{}` {what}",
                    user.name.value, workload.path
                );
                findings.push(
                    Diagnostic::new(&RULE, subject.estate.span(key.key.origin), message)
                        .label("lets nobody in")
                        .why("the server passes over a line that it cannot read, and whoever should get in finds out when it is too late to add another")
                        .help(help),
                );
            }
        }
    }
}

/// What is wrong with a line of `authorized_keys`, and what to write.
fn fault(line: &str) -> Option<(&'static str, &'static str)> {
    if line.contains("PRIVATE KEY") {
        return Some((
            "is a private one",
            "write the public key, of the file that ends in `.pub`; and make a new pair: this one has been in a text that others read",
        ));
    }
    if line.trim_end().lines().count() > 1 {
        return Some(("has several lines", "write each key as an `ssh-key` of its own, in one line"));
    }
    let mut words = line.split_ascii_whitespace();
    let Some(kind) = words.find(|word| KINDS.contains(word)) else {
        return Some((
            "names no kind that OpenSSH takes",
            "write it as the file `.pub` has it: \"ssh-ed25519 AAAA… name\"",
        ));
    };
    let body = words.next().unwrap_or_default();
    let whole = decoded(body).is_some_and(|bytes| is_whole(&bytes, kind));
    (!whole).then_some((
        "is not whole",
        "copy the whole line of the file `.pub`: a character is missing or changed",
    ))
}

/// The bytes behind a base64 text; none where it is none.
fn decoded(text: &str) -> Option<Vec<u8>> {
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

/// Whether a key's fields, each with its length in front, end where the key does, and the first
/// names this kind (RFC 4253 §6.6).
fn is_whole(mut bytes: &[u8], kind: &str) -> bool {
    let mut fields = 0;
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let Some((field, rest)) = usize::try_from(u32::from_be_bytes(*length))
            .ok()
            .and_then(|length| rest.split_at_checked(length))
        else {
            return false;
        };
        if fields == 0 && field != kind.as_bytes() {
            return false;
        }
        (fields, bytes) = (fields + 1, rest);
    }
    bytes.is_empty() && fields >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy li@acme";

    #[test]
    fn a_key_is_one_with_a_comment_without_and_with_options() {
        assert_eq!(fault(KEY), None);
        assert_eq!(fault(KEY.trim_end_matches(" li@acme")), None);
        assert_eq!(fault(&format!("from=\"10.0.0.0/8\" {KEY}")), None);
    }

    #[test]
    fn what_is_cut_off_changed_or_secret_is_none() {
        for bad in [
            &KEY[..60],
            "ssh-ed25519",
            "li@acme",
            "ssh-dss AAAA",
            "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bTBmTy",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGG19lyIVEIbBNFeNf3RK0Y8VQ22m3wko2Ede5bT-mTy",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
