//! kube-proxy's rules, more than a node should walk through.

use super::kube_proxy_rules::{JITTER, MANY, loads};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
};

declare_rule! { pub RULE = "iptables-rules-many", Network, Warn, "Services that come to more than 10,000 rules of iptables on each node", include_str!("iptables_rules_many.md") }

/// Reports clusters whose kube-proxy writes that many.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for load in loads(subject) {
        if !(MANY + 1..JITTER).contains(&load.rules) {
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
                .why("each first packet of a connection walks through them one by one, and each change of a pod writes them all anew; connections begin to take longer above 10,000, and at 80,000 took a second")
                .help("write `proxy=nftables` (Kubernetes 1.31 or later), or let the CNI do it with `kube-proxy-replacement=#true`"),
        );
    }
}
