//! A component's release is older than all that the tables know.

use crate::{
    check::Subject,
    close::library,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "component-version-unknown", Platform, Warn, "a component's release that is older than those the compiler knows", include_str!("component_version_unknown.md") }

/// Reports each component of which several releases are known, and the cluster's is before the
/// first of them. A newer one is passed over: it came after this compiler.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, cluster) in subject.estate.clusters.iter().filter(|(_, cluster)| cluster.is_kubernetes()) {
        for (name, component) in subject.platform.components(id) {
            let (Some(known), Some(version)) = (library::known(name), &component.version) else {
                continue;
            };
            let [newest, .., oldest] = known.releases else {
                continue;
            };
            let first = oldest.version();
            if (version.value.major(), version.value.minor()) >= (first.major(), first.minor()) {
                continue;
            }
            let message = format!(
                "cluster `{}` has {name} {}, and what is emitted for it is checked against {} to {}",
                cluster.name.value, version.value, oldest.version, newest.version
            );
            let better = subject.estate.clusters[id].backend.version().and_then(|kubernetes| known.release_for(&kubernetes.value));
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(version.origin), message)
                    .label("older than that")
                    .why("an older release lacks fields and kinds that are written for it, and its project mends it no more")
                    .help(format!("take {name} {}", better.unwrap_or(newest).version)),
            );
        }
    }
}
