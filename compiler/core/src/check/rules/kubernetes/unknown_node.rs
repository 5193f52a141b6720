//! A workload is tied to a machine that its pools do not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest, words},
};

declare_rule! { pub RULE = "unknown-node", References, Error, "a workload on a machine that its pools do not have", include_str!("unknown_node.md") }

/// Reports each `on … node=` that names none of the pools' machines.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (_, workload) in subject.whole_workloads() {
        let named = workload.spec.on.as_ref().and_then(|on| on.node.as_ref());
        let Some(named) = named.filter(|_| !workload.pools.is_empty()) else {
            continue;
        };
        let nodes = || workload.pools.iter().flat_map(|pool| &estate.pools[pool.to].nodes);
        if nodes().any(|node| node.name == named.value.as_str()) {
            continue;
        }
        let pools: Vec<&str> = workload.pools.iter().map(|pool| estate.pools[pool.to].name.value.as_str()).collect();
        let message = format!("`{}` shall run on the machine `{}`, and {} has none of that name", workload.path, named.value, words::names(&pools));
        let span = estate.span(named.origin);
        let finding = Diagnostic::new(&RULE, span, message)
            .label("unknown")
            .why("it would wait for that machine for ever");
        findings.push(match nearest(named.value.as_str(), nodes().map(|node| node.name.as_str())) {
            Some(near) => finding
                .help(format!("did you mean `{near}`?"))
                .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
            None => finding.help("write one of the pool's machines, or leave `node` out"),
        });
    }
}
