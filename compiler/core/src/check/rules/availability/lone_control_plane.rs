//! A control plane of one machine below something that must not stop.

use crate::{
    check::{
        Subject,
        common::{etcd_pools, first_in_each, is_core},
    },
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "lone-control-plane", Availability, Warn, "a control plane of one machine below a `criticality=core` workload", include_str!("lone_control_plane.md") }

/// Reports clusters with one member of etcd that carry something which others depend on.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    let core = first_in_each(estate, is_core);
    for (id, cluster) in estate.clusters.iter() {
        let Some(Some(core)) = core.get(id.index()) else {
            continue;
        };
        let pools = etcd_pools(estate, id);
        let [pool] = pools.as_slice() else { continue };
        if !cluster.is_kubernetes() || cluster.spec.managed.value || pool.nodes.len() != 1 {
            continue;
        }
        let core = &estate.workloads[*core];
        let span = pool
            .spec
            .nodes
            .as_ref()
            .map_or(pool.spec.meta.span, |it| it.meta.span);
        let message = format!(
            "the control plane of cluster `{}` is one machine, and `{}` is `criticality=core`",
            cluster.name.value, core.path
        );
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("no second")
                .also(estate.span(core.spec.criticality.origin), "others depend on it")
                .why("while that machine is away nothing is scheduled or moved, so what fails meanwhile stays down; if its disk is lost, the cluster's state is lost with it")
                .help("write `nodes 3`: two of three are a majority when one is lost"),
        );
    }
}
