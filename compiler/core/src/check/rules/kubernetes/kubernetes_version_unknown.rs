//! A cluster runs a version that this compiler does not know.

use std::ops::RangeInclusive;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Backend,
    units::Version,
};

declare_rule! { pub RULE = "kubernetes-version-unknown", Platform, Warn, "a version of the cluster's software that the compiler does not know", include_str!("kubernetes_version_unknown.md") }

/// The Kubernetes 1.x whose fields and admission rules are in the tables.
pub const KUBERNETES: RangeInclusive<u64> = 30..=36;

/// The Proxmox VE releases likewise.
const PROXMOX: RangeInclusive<u64> = 8..=9;

/// Reports each cluster outside of these.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for cluster in subject.estate.clusters.values() {
        let (name, version, known, oldest, newest) = match &cluster.backend {
            Backend::Kubernetes(version) => {
                let known = version.value.major() == 1 && KUBERNETES.contains(&version.value.minor());
                ("Kubernetes", version, known, format!("1.{}", KUBERNETES.start()), format!("1.{}", KUBERNETES.end()))
            }
            Backend::Proxmox(version) => {
                let known = PROXMOX.contains(&version.value.major());
                ("Proxmox VE", version, known, PROXMOX.start().to_string(), PROXMOX.end().to_string())
            }
            Backend::Hosts => continue,
        };
        if known {
            continue;
        }
        let message = format!("cluster `{}` runs {name} {}, and what is emitted is for {oldest} to {newest}", cluster.name.value, version.value);
        let why = if is_older(&version.value, &cluster.backend) {
            "an older one lacks kinds and fields that are emitted, and its project mends it no more"
        } else {
            "whether it takes what is emitted, nobody has looked up"
        };
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(version.origin), message)
                .label("not known")
                .why(why)
                .help(format!("write the version that the cluster runs, as a string: \"{newest}\"")),
        );
    }
}

fn is_older(version: &Version, backend: &Backend) -> bool {
    match backend {
        Backend::Kubernetes(_) => version.major() < 1 || (version.major() == 1 && version.minor() < *KUBERNETES.start()),
        Backend::Proxmox(_) => version.major() < *PROXMOX.start(),
        Backend::Hosts => false,
    }
}
