//! A disk that is filled with whatever comes over the wire.

use super::sources::sources;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "download-unchecked", Images, Error, "an image that is fetched in the clear and checked by nothing, or whose checksum is none", include_str!("download_unchecked.md") }

/// The digits of SHA-256 in hexadecimal.
const DIGITS: usize = 64;

/// Reports plain HTTP without a checksum, and checksums that nothing can be equal to.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (who, source) in sources(subject) {
        if let Some(sum) = &source.sha256 {
            let digits =
                sum.value.len() == DIGITS && sum.value.bytes().all(|byte| byte.is_ascii_hexdigit());
            let what = if source.http.is_none() {
                "has a checksum, and is not fetched by `http`".to_owned()
            } else if !digits {
                format!(
                    "has a checksum of {} characters, and SHA-256 has {DIGITS} hexadecimal digits",
                    sum.value.len()
                )
            } else {
                continue;
            };
            findings.push(
                Diagnostic::new(&RULE, estate.span(sum.origin), format!("{who} {what}"))
                    .label("checks nothing")
                    .why("nothing is equal to it, or nobody compares it: the import fails, or is taken for checked and is not")
                    .help("write what `sha256sum FILE` prints for what `http` names; a registry's image is pinned by its digest, `NAME@sha256:…`"),
            );
            continue;
        }
        let Some(http) = source
            .http
            .as_ref()
            .filter(|http| in_the_clear(&http.value))
        else {
            continue;
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(http.origin), format!("{who} comes over plain HTTP, and nothing says what it must be"))
                .label("not encrypted, not checked")
                .why("whoever is on the way, or answers for the name, chooses what the machine boots, as root, and nobody sees it")
                .help("take `https://`, or add `sha256=\"…\"` of the file"),
        );
    }
}

fn in_the_clear(url: &str) -> bool {
    url.get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
}
