//! An image that means something else tomorrow.

use super::sources::references;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "image-not-pinned", Images, Warn, "an image without a tag or digest, or with `latest`", include_str!("image_not_pinned.md") }

/// Reports each reference that means whatever is newest.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (who, oci) in references(subject) {
        if !oci.value.is_floating() {
            continue;
        }
        let (label, what) = match oci.value.tag() {
            Some(tag) => (format!("`{tag}` moves"), "whatever is newest"),
            None => ("no tag".to_owned(), "`latest`, which is whatever is newest"),
        };
        let message = format!("{who} uses \"{}\", which means {what}", oci.value);
        findings.push(
            Diagnostic::new(&RULE, estate.span(oci.origin), message)
                .label(label)
                .why("each node pulls it when it first needs it, so that two replicas of one spec can run different code")
                .help(format!(
                    "name a version, \"{name}:1.2.3\", or better what it is made of, \"{name}@sha256:…\"",
                    name = oci.value.name()
                )),
        );
    }
}
