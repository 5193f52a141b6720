//! Two workloads answer under one name.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Expose, Id, Workload},
};

declare_rule! { pub RULE = "exposed-twice", Network, Error, "two workloads exposed under the same host and path", include_str!("exposed_twice.md") }

/// Reports the later of two, by the order of the model, with the earlier beside it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut taken: BTreeMap<(Id<Cluster>, String, String), (&Workload, &Expose)> = BTreeMap::new();
    for workload in subject.estate.workloads.values() {
        for expose in workload.exposes.iter().filter(|expose| expose.through_gateway()) {
            let Some(host) = &expose.spec.host else { continue };
            let path = expose.spec.path.as_ref().map_or("/", |path| &path.value).to_owned();
            let key = (workload.cluster, host.value.to_string(), path.clone());
            let Some((first, at)) = taken.insert(key, (workload, expose)) else { continue };
            // The same words twice were told as such.
            if first.path == workload.path && at.port == expose.port {
                continue;
            }
            let message = format!("`{}` and `{}` are both exposed as {}{path}", first.path, workload.path, host.value);
            findings.push(
                Diagnostic::new(&RULE, expose.spec.meta.span, message)
                    .label("the second one")
                    .also(at.spec.meta.span, "the first one")
                    .why("the gateway sends everything to one of them, whichever route is older")
                    .help("give one of them another `host`, or a `path` of its own"),
            );
        }
    }
}
