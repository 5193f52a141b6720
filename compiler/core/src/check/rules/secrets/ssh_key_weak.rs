//! A key that can be computed from its public half.

use super::rsa;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "ssh-key-weak", Secrets, Error, "an RSA key of fewer than 2,048 bits", include_str!("ssh_key_weak.md") }

/// The fewest bits of an RSA key that today's distributions take (`RequiredRSASize` of RHEL 9
/// and later; NIST SP 800-131A).
const LEAST: u32 = 2048;

/// Reports each key that is too short. One that cannot be read is another rule's.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        for user in &workload.spec.user {
            for key in &user.ssh_key {
                let Some(bits) = rsa::bits(&key.key.value).filter(|bits| *bits < LEAST) else {
                    continue;
                };
                let message = format!(
                    "a key of user `{}` of `{}` is RSA of {bits} bits",
                    user.name.value, workload.path
                );
                findings.push(
                    Diagnostic::new(&RULE, subject.estate.span(key.key.origin), message)
                        .label(format!("{LEAST} are the least"))
                        .why("shorter keys can be broken, and sshd of today's distributions passes over them: nobody gets in, or somebody else")
                        .help("make one with `ssh-keygen -t ed25519`, and write the whole line of its `.pub` file"),
                );
            }
        }
    }
}
