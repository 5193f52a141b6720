//! A component is to be installed and said to run there already.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "component-twice", Platform, Error, "a component that is to be installed and said to run there already", include_str!("component_twice.md") }

/// Compares `platform` with `facts`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cluster) in subject.estate.clusters.iter() {
        let installed: Vec<_> = cluster.spec.facts.iter().flat_map(|facts| facts.installed_components()).collect();
        let listed = cluster.spec.platform.iter().flat_map(|platform| &platform.component);
        for component in listed {
            let name = component.name.value.as_str();
            let Some((_, _, origin)) = installed.iter().find(|(other, ..)| other == name) else {
                continue;
            };
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(component.name.origin), format!("{name} is to be installed in cluster `{}`, and its facts say that it runs there", cluster.name.value))
                    .label("ours to install")
                    .also(subject.estate.span(*origin), "there already")
                    .why("two owners of one component overwrite each other's settings")
                    .help("keep the one that is true"),
            );
        }
    }
}
