//! An address under which there is something else tomorrow.

use super::sources::sources;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "download-moves", Images, Warn, "an image from an address whose content changes", include_str!("download_moves.md") }

/// Words in an address that mean whatever is newest.
const NEWEST: [&str; 5] = ["latest", "current", "daily", "nightly", "rolling"];

/// Reports such addresses without a checksum, which would at least tell.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (who, source) in sources(subject) {
        let Some(http) = source.http.as_ref().filter(|_| source.sha256.is_none()) else {
            continue;
        };
        let mut words = http.value.split(['/', '-', '_', '.', '?', '=']);
        let Some(word) = words.find(|word| NEWEST.contains(&word.to_ascii_lowercase().as_str()))
        else {
            continue;
        };
        let message =
            format!("{who} comes from an address with `{word}` in it, which is whatever is newest");
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(http.origin), message)
                .label("moves")
                .why("each machine that is made boots what is there on that day: two replicas of one spec run different systems, and the one that was tested is gone")
                .help("name a release, as publishers have them beside: \"…/20260112/…\"; and add its `sha256`"),
        );
    }
}
