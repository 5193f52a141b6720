//! `platform explicit` does not list a component that a workload needs.

use tenantry_syntax::change::Change;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "component-missing", Platform, Error, "a component that a workload needs and `platform explicit` does not list", include_str!("component_missing.md") }

/// Reports each missing component once per cluster, at the first line that needs it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut seen = Vec::new();
    for missing in &subject.platform.missing {
        let key = (missing.cluster, &missing.component);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let cluster = &subject.estate.clusters[missing.cluster];
        let (by, origin) = &missing.asked_by;
        let message = format!("{by} needs the component {}, which cluster `{}` does not have", missing.component, cluster.name.value);
        let mut finding = Diagnostic::new(&RULE, subject.estate.span(*origin), message).label("needs it");
        if let Some(platform) = &cluster.spec.platform {
            finding = finding.also(platform.meta.span, "this list is complete");
        }
        finding = finding.help(format!("add `component {}` there, or write `platform auto`", missing.component));
        let list = cluster.spec.platform.as_ref().and_then(|platform| subject.estate.own_node(&platform.meta));
        findings.push(match list {
            Some(list) => {
                let line = format!("component {}", missing.component);
                finding.suggest(format!("add `{line}`"), vec![Change::AddChild(list, line)])
            }
            None => finding,
        });
    }
}
