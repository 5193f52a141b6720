//! Pods send frames that the hosts' interfaces do not carry.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::Encryption,
};

declare_rule! { pub RULE = "pod-mtu-too-large", Platform, Error, "an MTU of pods that leaves no room for the tunnel's header", include_str!("pod_mtu_too_large.md") }

/// A VXLAN or Geneve header with its outer IPv4, UDP and Ethernet ones.
const TUNNEL: u32 = 50;
/// WireGuard over IPv6: 40 + 8 + 32; Cilium reserves it for both families.
const WIREGUARD: u32 = 80;

/// Compares `cni mtu=` with the smallest interface of the cluster's machines. Which interface a
/// pool with several takes is not said, so there the largest counts.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, cluster) in subject.estate.clusters.iter() {
        let Some((cni, mtu)) = cluster.spec.cni.as_ref().and_then(|cni| Some((cni, cni.mtu.as_ref()?))) else {
            continue;
        };
        let header = TUNNEL + if cni.encryption.value == Encryption::Wireguard { WIREGUARD } else { 0 };
        let widest = |pool: &crate::model::Pool| pool.spec.nic.iter().map(|nic| nic.mtu).max_by_key(|mtu| mtu.value);
        let carried = subject.estate.pools_of(id).filter_map(|(_, pool)| Some((pool, widest(pool)?)));
        let Some((pool, nic)) = carried.min_by_key(|(_, mtu)| mtu.value) else {
            continue;
        };
        if mtu.value.saturating_add(header) <= nic.value {
            continue;
        }
        let room = nic.value.saturating_sub(header);
        let message = format!("pods of cluster `{}` send {} bytes, and with {header} bytes of headers the machines of pool `{}` carry {room}", cluster.name.value, mtu.value, pool.name.value);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(mtu.origin), message)
                .label("too large")
                .also(subject.estate.span(nic.origin), format!("{} bytes", nic.value))
                .why("larger packets are dropped without a word: connections open and then hang")
                .help(format!("write `mtu={room}`, or leave it out: it is then worked out")),
        );
    }
}
