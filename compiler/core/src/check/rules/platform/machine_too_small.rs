//! Machines on which Kubernetes itself does not run.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Pool},
    schema::kinds::{Distribution, Role},
    units::Bytes,
};

declare_rule! { pub RULE = "machine-too-small", Platform, Error, "machines with less than their Kubernetes needs for itself", include_str!("machine_too_small.md") }

/// Threads and MiB that a machine must have.
struct Least {
    threads: u32,
    mib: u64,
    whose: &'static str,
}

/// Reports each pool whose machines have less.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        let Some(least) = least(&estate.clusters[pool.cluster], pool) else {
            continue;
        };
        let memory = pool.spec.memory.size;
        let wanted = Bytes::new(least.mib << 20);
        let (at, what) = if memory.value < wanted {
            (
                memory.origin,
                format!(
                    "{}, and {} needs {wanted} for itself",
                    memory.value, least.whose
                ),
            )
        } else if pool.threads < least.threads {
            (
                pool.spec.cpu.meta.origin,
                format!(
                    "{} of CPU, and {} needs {}",
                    pool.threads, least.whose, least.threads
                ),
            )
        } else {
            continue;
        };
        let message = format!("each machine of pool `{}` has {what}", pool.name.value);
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label("too small")
                .why("kubeadm refuses such a machine, and K3s starts and is killed again when the first pods come")
                .help("take larger machines; for small ones at the edge `kubernetes … distribution=k3s` needs the least, 512 MiB where it is no server"),
        );
    }
}

/// What is needed: kubeadm's own checks before it begins (2 CPUs and 1,700 MB for a control plane),
/// and the requirements of K3s' documentation.
fn least(cluster: &Cluster, pool: &Pool) -> Option<Least> {
    let kubernetes = cluster
        .spec
        .kubernetes
        .as_ref()
        .filter(|_| !cluster.spec.managed.value)?;
    let server = pool.spec.role.value == Role::ControlPlane;
    match (kubernetes.distribution.value, server) {
        (Distribution::K3s, true) => Some(Least {
            threads: 2,
            mib: 2_048,
            whose: "a K3s server",
        }),
        (Distribution::K3s, false) => Some(Least {
            threads: 1,
            mib: 512,
            whose: "a K3s agent",
        }),
        (Distribution::Kubeadm, true) => Some(Least {
            threads: 2,
            mib: 1_700,
            whose: "a control plane of kubeadm",
        }),
        _ => None,
    }
}
