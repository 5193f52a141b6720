//! A key that no server would let anybody in with.

use crate::{
    check::{
        Subject,
        ssh_key::{self, Fields},
    },
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
    let whole = ssh_key::bytes(body).is_some_and(|bytes| is_whole(&bytes, kind));
    (!whole).then_some((
        "is not whole",
        "copy the whole line of the file `.pub`: a character is missing or changed",
    ))
}

/// Whether a key's fields, each with its length in front, end where the key does, and the first
/// names this kind (RFC 4253 §6.6).
fn is_whole(bytes: &[u8], kind: &str) -> bool {
    let mut fields = Fields(bytes);
    let first = fields.next();
    let count = 1 + fields.by_ref().count();
    first == Some(kind.as_bytes()) && fields.0.is_empty() && count >= 2
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
