//! Ansible: the inventory of the hosts that are ours to set up, with what Kubespray needs to
//! make Kubernetes of them and what every host needs before that.
//!
//! Ansible replaces a variable that is a map and does not merge it, so what two groups could both
//! say (labels, taints, the kubelet's own keys) stands complete with each host.

mod cluster;
mod host;
mod inventory;
mod prepare;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use inventory::Inventory;
use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::{Diagnostic, Findings},
    emit::{ArtifactPath, Body, Content, Object, Objects, PathError, Tree, layout},
    flows::Derived,
    lower::Lowered,
    model::{Cluster, Id, Workload},
    origin::OriginId,
    target::{Capabilities, Footprint, Target},
};

static TABLE: LazyLock<Capabilities> =
    LazyLock::new(|| crate::table(include_str!("capabilities.kdl")));

const NAME: &str = "ansible";

/// The target.
#[derive(Debug)]
pub(crate) struct Ansible;

impl Target for Ansible {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Whoever runs a managed cluster has its hosts.
    fn serves(&self, on: &Cluster) -> bool {
        !on.spec.managed.value
    }

    fn capabilities(&self) -> &Capabilities {
        &TABLE
    }

    fn footprint(&self, _: &Checked<'_>, _: Id<Workload>) -> Option<Footprint> {
        None
    }

    fn traffic(&self, _: &Checked<'_>, _: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        Vec::new()
    }

    fn objects(&self, lowered: &Lowered<'_>, out: &mut Objects) -> Findings {
        match emit(lowered, out) {
            Ok(()) => Findings::new(),
            Err(defect) => vec![*defect],
        }
    }
}

fn emit(lowered: &Lowered<'_>, out: &mut Objects) -> Result<(), Box<Diagnostic>> {
    let inventory = Inventory::of(lowered);
    if inventory.is_empty() {
        return Ok(());
    }
    let estate = lowered.estate;
    let whole = estate.spec.meta.origin;
    let name: Arc<str> = estate.name.value.as_str().into();
    push(
        out,
        layout::ansible_hosts(),
        inventory.tree(),
        name.clone(),
        whole,
    )?;
    for (id, cluster) in estate.clusters.iter() {
        if !inventory.has(id) {
            continue;
        }
        let path: Arc<str> = cluster.name.value.as_str().into();
        let origin = cluster.spec.meta.origin;
        if inventory::is_kubespray(cluster) {
            let group = layout::ansible_group("k8s_cluster");
            push(
                out,
                group,
                cluster::variables(cluster),
                path.clone(),
                origin,
            )?;
        }
        let group = layout::ansible_group(&inventory::cluster_group(cluster));
        push(out, group, cluster::common(cluster), path, origin)?;
        for (_, pool) in estate.pools_of(id) {
            let group = layout::ansible_group(&inventory::pool_group(cluster, pool));
            let variables = host::of_pool(estate, cluster, pool);
            let origin = pool.spec.meta.origin;
            push(out, group, variables, pool.path(cluster), origin)?;
        }
    }
    for machine in inventory.machines() {
        let path = layout::ansible_host(machine.name);
        let variables = host::of_machine(lowered, machine);
        let spec = machine.pool.path(machine.cluster);
        push(out, path, variables, spec, machine.node.origin)?;
    }
    Ok(())
}

/// A file, unless there is nothing to say in it.
fn push(
    out: &mut Objects,
    path: Result<ArtifactPath, PathError>,
    tree: Tree,
    spec_path: Arc<str>,
    origin: OriginId,
) -> Result<(), Box<Diagnostic>> {
    if tree.root().is_empty() {
        return Ok(());
    }
    out.push(Object {
        target: NAME,
        cluster: None,
        body: Body::File {
            path: path.map_err(|e| crate::defect(NAME, &e))?,
            content: Content::Yaml(tree),
        },
        wave: 0,
        unproven: false,
        needs: Vec::new(),
        spec_path,
        also: Vec::new(),
        origin,
    });
    Ok(())
}
