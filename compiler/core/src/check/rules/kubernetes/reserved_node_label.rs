//! A label of a pool that each node has already, with a value of its own.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "reserved-node-label", Platform, Error, "a label of a pool that the nodes set themselves", include_str!("reserved_node_label.md") }

/// Labels that a kubelet or a cloud sets, and what says the same in the language.
const OWN: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "the processor model has its `arch`"),
    ("beta.kubernetes.io/os", "it is the node's"),
    ("kubernetes.io/arch", "the processor model has its `arch`"),
    ("kubernetes.io/hostname", "it is the name of the `node`"),
    ("kubernetes.io/os", "it is the node's"),
    ("node.kubernetes.io/instance-type", "the cloud sets it"),
    ("topology.kubernetes.io/region", "the cloud sets it; a `site` is the word of the language"),
    ("topology.kubernetes.io/zone", "write `zone=` on `nodes` or `node`"),
];

/// Reports each on a pool of a Kubernetes cluster.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values().filter(|pool| estate.clusters[pool.cluster].is_kubernetes()) {
        for (key, value) in &pool.spec.meta.labels {
            let Some((_, instead)) = OWN.iter().find(|(own, _)| **own == **key) else {
                continue;
            };
            let message = format!("pool `{}` sets the label `{key}`, which its nodes set themselves", pool.name.value);
            findings.push(
                Diagnostic::new(&RULE, estate.span(value.origin), message)
                    .label("the nodes' own")
                    .why("the kubelet writes its value back whenever it starts: what is placed by it moves with the next restart")
                    .help(format!("take it away: {instead}")),
            );
        }
    }
}
