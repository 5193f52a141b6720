//! Hosts and groups. A group's name is a variable's name to Ansible: letters, digits and
//! underscores. Names of the language hold hyphens and no underscores, so that two names cannot
//! become one, and a host's name is never a group's.

use std::collections::BTreeMap;

use tenantry_core::{
    emit::Tree,
    lower::Lowered,
    model::{Backend, Cluster, Id, Node, Pool},
    place::Host,
    schema::kinds::{Distribution, Installer, Role},
};

/// A machine and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Machine<'l> {
    pub(super) name: &'l str,
    pub(super) node: &'l Node,
    pub(super) host: Host,
    pub(super) pool: &'l Pool,
    pub(super) cluster: &'l Cluster,
    /// Its number among the members of etcd, from 1.
    pub(super) etcd: Option<usize>,
}

/// All machines that are ours to set up.
pub(super) struct Inventory<'l> {
    machines: Vec<Machine<'l>>,
}

/// Whether Kubespray makes the cluster.
pub(super) fn is_kubespray(cluster: &Cluster) -> bool {
    let kubernetes = cluster.spec.kubernetes.as_ref();
    matches!(cluster.backend, Backend::Kubernetes(_))
        && !cluster.spec.managed.value
        && kubernetes.is_some_and(|kubernetes| {
            kubernetes.installer.value == Installer::Kubespray
                && kubernetes.distribution.value == Distribution::Kubeadm
        })
}

/// The group of a cluster's machines.
pub(super) fn cluster_group(cluster: &Cluster) -> String {
    format!("cluster_{}", cluster.name.value).replace('-', "_")
}

/// The group of a pool. Two underscores: a cluster `a` with a pool `b-c` is not `a-b` with `c`.
pub(super) fn pool_group(cluster: &Cluster, pool: &Pool) -> String {
    group(
        "pool",
        cluster.name.value.as_str(),
        pool.name.value.as_str(),
    )
}

fn group(kind: &str, cluster: &str, name: &str) -> String {
    format!("{kind}_{cluster}__{name}").replace('-', "_")
}

impl<'l> Inventory<'l> {
    pub(super) fn of(lowered: &'l Lowered<'l>) -> Self {
        let estate = lowered.estate;
        let mut machines = Vec::new();
        for (id, cluster) in estate.clusters.iter() {
            if cluster.spec.managed.value {
                continue;
            }
            let pools = || estate.pools_of(id);
            let apart = pools().any(|(_, pool)| pool.spec.role.value == Role::Etcd);
            let keeps = if apart {
                Role::Etcd
            } else {
                Role::ControlPlane
            };
            let mut members = 0;
            for (id, pool) in pools() {
                for (index, node) in pool.nodes.iter().enumerate() {
                    let etcd = is_kubespray(cluster) && pool.spec.role.value == keeps;
                    members += usize::from(etcd);
                    machines.push(Machine {
                        name: &node.name,
                        node,
                        host: Host {
                            pool: id,
                            node: index,
                        },
                        pool,
                        cluster,
                        etcd: etcd.then_some(members),
                    });
                }
            }
        }
        Self { machines }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.machines.is_empty()
    }

    /// Whether a cluster has machines here.
    pub(super) fn has(&self, cluster: Id<Cluster>) -> bool {
        self.machines
            .iter()
            .any(|machine| machine.pool.cluster == cluster)
    }

    pub(super) fn machines(&self) -> impl Iterator<Item = Machine<'l>> {
        self.machines.iter().copied()
    }

    /// `hosts.yaml`.
    pub(super) fn tree(&self) -> Tree {
        let mut tree = Tree::map();
        let mut root = tree.root_mut();
        let mut all = root.map("all");
        let mut hosts = all.map("hosts");
        for machine in &self.machines {
            let mut host = hosts.map(machine.name);
            host.mark(machine.node.origin);
            if let Some(ip) = machine.node.ip {
                host.set("ansible_host", &ip.to_string());
            }
        }
        let mut children = all.map("children");
        for (name, members) in self.groups() {
            let mut group = children.map(&name);
            let mut hosts = group.map("hosts");
            for machine in members {
                hosts.map(machine.name);
            }
        }
        if self
            .machines
            .iter()
            .any(|machine| is_kubespray(machine.cluster))
        {
            let mut parent = children.map("k8s_cluster");
            let mut children = parent.map("children");
            children.map("kube_control_plane");
            children.map("kube_node");
        }
        tree
    }

    /// The groups that hold machines, by name.
    fn groups(&self) -> BTreeMap<String, Vec<&Machine<'l>>> {
        let mut groups: BTreeMap<String, Vec<&Machine<'l>>> = BTreeMap::new();
        for machine in &self.machines {
            for name in groups_of(machine, self.has_workers(machine.cluster)) {
                groups.entry(name).or_default().push(machine);
            }
        }
        groups
    }

    fn has_workers(&self, cluster: &Cluster) -> bool {
        self.machines.iter().any(|machine| {
            machine.cluster.name.value == cluster.name.value
                && matches!(machine.pool.spec.role.value, Role::Worker | Role::Storage)
        })
    }
}

fn groups_of(machine: &Machine<'_>, has_workers: bool) -> Vec<String> {
    let cluster = machine.cluster.name.value.as_str();
    let pool = machine.pool;
    let role = pool.spec.role.value;
    let mut groups = vec![
        cluster_group(machine.cluster),
        pool_group(machine.cluster, pool),
        group("role", cluster, role.word()),
    ];
    if let Some(zone) = &machine.node.zone {
        groups.push(group("zone", cluster, zone.as_str()));
    }
    if let Some(rack) = &machine.node.rack {
        groups.push(group("rack", cluster, rack.value.as_str()));
    }
    if is_kubespray(machine.cluster) {
        let control = role == Role::ControlPlane;
        // Where there is nothing else, workloads run on the control plane.
        let worker = matches!(role, Role::Worker | Role::Storage) || control && !has_workers;
        for (name, is_member) in [
            ("kube_control_plane", control),
            ("kube_node", worker),
            ("etcd", machine.etcd.is_some()),
        ] {
            groups.extend(is_member.then(|| name.to_owned()));
        }
    }
    groups
}
