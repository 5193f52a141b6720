//! Values for a component that no chart installs.

use crate::{
    check::Subject,
    close::library::{self, Install},
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "values-without-chart", Platform, Error, "values for a component that no chart installs", include_str!("values_without_chart.md") }

/// Looks at the components of the spec that have `values`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cluster) in subject.estate.clusters.iter() {
        let listed = cluster.spec.platform.iter().flat_map(|platform| &platform.component);
        for component in listed {
            let name = component.name.value.as_str();
            let chart = library::known(name).is_none_or(|known| known.install == Install::Chart);
            let Some(values) = component.values.as_ref().filter(|_| !chart) else {
                continue;
            };
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(values.origin), format!("no chart installs {name}, so nothing reads these values"))
                    .label("read by nobody")
                    .help("leave them out; what the compiler writes for it follows from the estate"),
            );
        }
    }
}
