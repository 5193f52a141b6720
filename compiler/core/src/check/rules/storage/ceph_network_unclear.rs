//! A network for Ceph that its machines cannot use.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, NetworkIn, Pool, Ref, Storage},
    schema::kinds::DiskUse,
};

declare_rule! { pub RULE = "ceph-network-unclear", Storage, Error, "a network for Ceph's copies that its machines are not on", include_str!("ceph_network_unclear.md") }

/// Reports the first thing that is wrong with the network of each class.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for storage in estate.storages.values() {
        if let Some(network) = storage.network {
            findings.extend(finding(estate, storage, network));
        }
    }
}

fn finding(estate: &Estate, storage: &Storage, named: Ref<NetworkIn>) -> Option<Diagnostic> {
    let network = &estate.networks[named.to];
    if network.cluster != storage.cluster {
        return None;
    }
    let name = &network.spec.name.value;
    let says = |message: String| Diagnostic::new(&RULE, estate.span(named.at), message);
    if network.spec.cidr.is_none() {
        let message = format!("network `{name}` has no `cidr`, by which Ceph would know its interface");
        return Some(
            says(message)
                .label("which addresses?")
                .also(network.spec.meta.name_span, "has no range")
                .help("write its range there: `cidr=`"),
        );
    }
    let other = estate.storages.values().find_map(|other| {
        let rival = other.network.filter(|rival| other.cluster == storage.cluster && rival.to < named.to)?;
        Some((other, rival))
    });
    if let Some((other, rival)) = other {
        let message = format!("storage `{}` and `{}` name two networks for one Ceph", other.name.value, storage.name.value);
        return Some(
            says(message)
                .label("another one")
                .also(estate.span(rival.at), "the first")
                .why("the daemons of a cluster's Ceph serve all of its classes, over one network")
                .help("name the same network in both"),
        );
    }
    let pool = estate.pools_of(storage.cluster).map(|(_, pool)| pool).find(|pool| has_disks(pool) && !carries(pool, named))?;
    let message = format!("Ceph's copies shall take network `{name}`, which no interface of pool `{}` carries", pool.name.value);
    Some(
        says(message)
            .label("not there on all machines of Ceph")
            .also(pool.spec.meta.name_span, "has disks for Ceph")
            .help(format!("write `carries {name}` at an interface of the pool, or leave `network` out")),
    )
}

fn carries(pool: &Pool, network: Ref<NetworkIn>) -> bool {
    let mut carried = pool.nics.iter().flat_map(|nic| &nic.carries);
    carried.any(|carried| carried.to == network.to)
}

fn has_disks(pool: &Pool) -> bool {
    let mut uses = pool.spec.disk.iter().filter_map(|disk| disk.r#use.as_ref());
    uses.any(|what| what.value == DiskUse::Ceph)
}
