//! A system that gets no mends any more.

use super::sources::references;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::OciRef,
};

declare_rule! { pub RULE = "image-end-of-life", Images, Warn, "an image whose system or language gets no security updates any more", include_str!("image_end_of_life.md") }

/// What an image is of by the last part of its name, the last release that has ended, and when
/// it did. Dates are the publishers' own, of free updates.
const ENDED: [(&str, &[u64], &str); 8] = [
    (
        "centos",
        &[8],
        "CentOS Linux 8 ended on 2021-12-31, 7 on 2024-06-30, and there is no other",
    ),
    ("debian", &[10], "Debian 10 ended on 2024-06-30"),
    ("mysql", &[5, 7], "MySQL 5.7 ended in October 2023"),
    ("node", &[18], "Node.js 18 ended on 2025-04-30"),
    ("php", &[8, 0], "PHP 8.0 ended on 2023-11-26"),
    ("postgres", &[12], "PostgreSQL 12 ended on 2024-11-21"),
    ("python", &[3, 8], "Python 3.8 ended on 2024-10-07"),
    (
        "ubuntu",
        &[20, 4],
        "Ubuntu 20.04 ended on 2025-05-31 without a subscription",
    ),
];

/// Code names of releases that have ended.
const NAMES: [(&str, &[&str]); 2] = [
    ("debian", &["buster", "jessie", "stretch", "wheezy"]),
    (
        "ubuntu",
        &["bionic", "focal", "precise", "trusty", "xenial"],
    ),
];

/// Reports each image that is certainly of such a release.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (who, oci) in references(subject) {
        let Some(when) = ended(&oci.value) else {
            continue;
        };
        let message = format!("{who} uses \"{}\", which gets no updates", oci.value);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(oci.origin), message)
                .label("ended")
                .why(format!("{when}: each hole found since then stays open in it, and scanners of the whole internet know them"))
                .help("build on a release that is maintained, and rebuild when it is mended"),
        );
    }
}

/// When the release of an image ended, if it did.
fn ended(oci: &OciRef) -> Option<&'static str> {
    let name = oci.repository().rsplit('/').next().unwrap_or_default();
    let (_, last, when) = ENDED.iter().find(|(known, ..)| *known == name)?;
    let release = oci.tag()?.split('-').next().unwrap_or_default();
    let named = NAMES.iter().find(|(known, _)| *known == name);
    if named.is_some_and(|(_, names)| names.contains(&release)) {
        return Some(*when);
    }
    // Only numbers are releases; a build's own number of three digits and more is none.
    let parts = release.split('.').take(last.len());
    let numbers: Option<Vec<u64>> = parts
        .map(|part| part.parse().ok().filter(|number| *number < 100))
        .collect();
    let numbers = numbers.filter(|numbers| numbers.len() == last.len())?;
    (numbers.as_slice() <= *last).then_some(*when)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Unit;

    #[test]
    fn only_what_has_certainly_ended_is_told() {
        let ended = |text: &str| ended(&OciRef::parse(text).unwrap()).is_some();
        for text in [
            "x.io/vm/debian:10",
            "x.io/debian:buster-slim",
            "x.io/ubuntu:20.04",
            "x.io/python:3.8.18-slim",
            "x.io/node:16-alpine",
            "x.io/centos:7.9.2009",
            "x.io/postgres:12.4",
        ] {
            assert!(ended(text), "{text}");
        }
        for text in [
            "x.io/debian:13",
            "x.io/ubuntu:22.04",
            "x.io/ubuntu:20",
            "x.io/python:3.12",
            "x.io/python:3",
            "x.io/node:22",
            "x.io/node:20260101",
            "x.io/api:1.0",
            "x.io/postgres:16.4",
            "x.io/debian",
        ] {
            assert!(!ended(text), "{text}");
        }
    }
}
