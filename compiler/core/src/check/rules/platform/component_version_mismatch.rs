//! A component's release is not made for the cluster's Kubernetes.

use crate::{
    check::Subject,
    close::library,
    diag::{Diagnostic, Findings, declare_rule},
    model::Backend,
};

declare_rule! { pub RULE = "component-version-mismatch", Platform, Warn, "a component's release that its project does not make for the cluster's Kubernetes", include_str!("component_version_mismatch.md") }

/// Compares each version with the table of releases; a release that the table does not have is
/// passed over.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, cluster) in subject.estate.clusters.iter() {
        let Backend::Kubernetes(kubernetes) = &cluster.backend else {
            continue;
        };
        for (name, component) in subject.platform.components(id) {
            let known = library::known(name);
            let (Some(known), Some(version)) = (known, &component.version) else {
                continue;
            };
            let Some((oldest, newest)) = known.like(version).and_then(|release| release.kubernetes) else {
                continue;
            };
            if (oldest..=newest).contains(&kubernetes.minor()) {
                continue;
            }
            let message = format!(
                "{name} {} is made for Kubernetes 1.{oldest} to 1.{newest}; cluster `{}` runs {}",
                version.value, cluster.name.value, kubernetes.value
            );
            let better = known.release_for(&kubernetes.value).filter(|release| release.fits(&kubernetes.value));
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(version.origin), message)
                    .label("this release")
                    .also(subject.estate.span(kubernetes.origin), "the cluster's version")
                    .why("its project tests no other pairing, so an upgrade of either may break it")
                    .help(match better {
                        Some(better) => format!("take {name} {}, or another version of Kubernetes", better.version),
                        None => format!("move the cluster to Kubernetes 1.{oldest} to 1.{newest}"),
                    }),
            );
        }
    }
}
