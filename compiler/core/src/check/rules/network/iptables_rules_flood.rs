//! kube-proxy's rules, as many as have stopped a cluster before.

use super::kube_proxy_rules::{JITTER, finding, loads};
use crate::{
    check::Subject,
    diag::{Findings, declare_rule},
};

declare_rule! { pub RULE = "iptables-rules-flood", Network, Error, "Services that come to 80,000 rules of iptables or more on each node", include_str!("iptables_rules_flood.md") }

/// Reports clusters whose kube-proxy writes that many.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let loads = loads(subject);
    let such = loads.iter().filter(|load| load.rules >= JITTER);
    findings.extend(such.map(|load| finding(subject.estate, load, &RULE, WHY)));
}

const WHY: &str = "at that many a cluster of 1,000 nodes was lost for a day: the kernel walks through them one by one, latency rose from 10 to 500 ms, the system's share of CPU from 10 to 40 %, connections took a second longer, and each restart of a pod wrote them all anew";
