//! Nobody says which release of a component to install.

use crate::{
    check::Subject,
    close::library::{self, Install},
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "component-version-missing", Platform, Error, "a component to install of which neither the estate nor the library names the release", include_str!("component_version_missing.md") }

/// Looks at what a chart installs: only there must the compiler write a version.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, cluster) in subject.estate.clusters.iter() {
        for (name, component) in subject.platform.components(id) {
            let chart = library::known(name).is_some_and(|known| known.install == Install::Chart);
            if !chart || !component.is_ours() || component.version.is_some() {
                continue;
            }
            let by = component.asked_by.first().map_or("", |(by, _)| by);
            let message = format!("which release of {name} cluster `{}` gets is said nowhere", cluster.name.value);
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(component.origin()), message)
                    .label(format!("{by} asks for it"))
                    .why("a chart without an exact version installs something else tomorrow")
                    .help(format!("write `component {name} \"VERSION\"` into the cluster's `platform`, with the version of its chart; or, if it runs there already, `installed {name}` into `facts`")),
            );
        }
    }
}
