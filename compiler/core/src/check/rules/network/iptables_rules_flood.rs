//! kube-proxy's rules, as many as have stopped a cluster before.

use super::kube_proxy_rules::{JITTER, loads};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
};

declare_rule! { pub RULE = "iptables-rules-flood", Network, Error, "Services that come to 80,000 rules of iptables or more on each node", include_str!("iptables_rules_flood.md") }

/// Reports clusters whose kube-proxy writes that many.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for load in loads(subject) {
        if load.rules < JITTER {
            continue;
        }
        let message = format!(
            "the {} of cluster `{}` lead to {} pods and ports, about {} rules of iptables on each node",
            words::count(u64::try_from(load.services).unwrap_or(u64::MAX), "Service"),
            estate.clusters[load.cluster].name.value,
            load.endpoints,
            load.rules
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(load.mode.origin), message)
                .label("kube-proxy by iptables")
                .why("at that many a cluster of 1,000 nodes was lost for a day: the kernel walks through them one by one, latency rose from 10 to 500 ms, the system's share of CPU from 10 to 40 %, connections took a second longer, and each restart of a pod wrote them all anew")
                .help("write `proxy=nftables` (Kubernetes 1.31 or later), or let the CNI do it with `kube-proxy-replacement=#true`"),
        );
    }
}
