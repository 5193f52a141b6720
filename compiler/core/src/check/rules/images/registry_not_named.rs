//! An image from wherever the node looks first.

use super::sources::references;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "registry-not-named", Images, Warn, "an image that does not say which registry it comes from", include_str!("registry_not_named.md") }

/// Reports each reference without a registry.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (who, oci) in references(subject) {
        if oci.value.registry().is_some() {
            continue;
        }
        let at = subject.estate.span(oci.origin);
        let library = match oci.value.repository().contains('/') {
            true => "",
            false => "library/",
        };
        let full = format!("docker.io/{library}{}", oci.value);
        findings.push(
            Diagnostic::new(&RULE, at, format!("{who} uses \"{}\", and no registry is named", oci.value))
                .label("from where?")
                .why("containerd takes Docker Hub, which gives an address without an account 100 images in 6 hours, for all nodes behind it; CRI-O asks the registries of its own list, and whoever has the name there first is run")
                .help(format!("name the registry: one of your own that keeps a copy, or \"{full}\" where Docker Hub is meant"))
                .suggest(format!("write \"{full}\""), vec![(at, format!("\"{full}\""))]),
        );
    }
}
