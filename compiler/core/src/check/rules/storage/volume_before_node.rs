//! A volume on a node's disks, made before it is known which node.

use crate::{
    check::{Subject, common::is_node_bound},
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::Binding,
};

declare_rule! { pub RULE = "volume-before-node", Storage, Warn, "volumes on nodes' own disks that are made before their user is placed", include_str!("volume_before_node.md"); fixable }

/// Reports such classes of Kubernetes clusters.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for class in estate.storages.values() {
        let binding = &class.spec.binding;
        let on_kubernetes = estate.clusters[class.cluster].is_kubernetes();
        if !on_kubernetes || !is_node_bound(class) || binding.value != Binding::Now {
            continue;
        }
        let message = format!(
            "the volumes of storage `{}` are made on a node before it is known where they are used",
            class.name.value
        );
        let finding = Diagnostic::new(&RULE, estate.span(binding.origin), message)
            .label("at once")
            .why("the node is chosen for its disk alone; if the workload's pool, GPU or spread does not allow that node, it stays pending for ever")
            .help("write `binding=late`, or leave it out");
        findings.push(match estate.origins.editable(binding.origin) {
            Some(at) => finding.fix("write `binding=late`", vec![(at, "late".to_owned())]),
            None => finding,
        });
    }
}
