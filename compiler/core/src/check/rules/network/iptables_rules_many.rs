//! kube-proxy's rules, more than a node should walk through.

use super::kube_proxy_rules::{JITTER, MANY, finding, loads};
use crate::{
    check::Subject,
    diag::{Findings, declare_rule},
};

declare_rule! { pub RULE = "iptables-rules-many", Network, Warn, "Services that come to more than 10,000 rules of iptables on each node", include_str!("iptables_rules_many.md") }

/// Reports clusters whose kube-proxy writes that many.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let loads = loads(subject);
    let such = loads.iter().filter(|load| (MANY + 1..JITTER).contains(&load.rules));
    findings.extend(such.map(|load| finding(subject.estate, load, &RULE, WHY)));
}

const WHY: &str = "each first packet of a connection walks through them one by one, and each change of a pod writes them all anew; connections begin to take longer above 10,000, and at 80,000 took a second";
