//! Who talks to whom. A set of addresses and a security group per workload: the group has a rule
//! for each flow, the guest refers to its group and drops the rest both ways.
//!
//! A rule has no name in the API, so its comment is its identity; what is in a group or set of
//! ours and not in the plan is removed, because a rule left behind keeps a door open.

mod address;
mod guest;

use std::collections::BTreeSet;

use address::Side;
pub(super) use guest::options_call;
use tenantry_core::{
    flows::{Port, Reason},
    lower::{LoweredWorkload, PeerRule, RuleGroup},
    model::{Id, Workload},
    origin::OriginId,
};

use super::{
    plan::{Call, Each, Method, Params, Phase, Probe},
    site::{GROUP_MAX, Guest, SET_MAX, Site, digest, firewall_name},
};

/// Numbers in one rule's list of ports; a range counts twice.
const PORTS_MAX: usize = 15;

/// The security group of a workload.
pub(super) fn group_of(site: Site<'_>, workload: Id<Workload>) -> String {
    name(site, workload, GROUP_MAX)
}

fn set_of(site: Site<'_>, workload: Id<Workload>) -> String {
    name(site, workload, SET_MAX)
}

fn name(site: Site<'_>, workload: Id<Workload>, max: usize) -> String {
    let spec = &site.estate().workloads[workload];
    let tenant = &site.estate().tenants[spec.tenant].name.value;
    firewall_name(tenant.as_str(), spec.name.value.as_str(), max)
}

/// The id of the call after which a workload's group is as it should be.
fn group_done(group: &str) -> String {
    format!("fw.group.{group}.prune")
}

/// The calls for the cluster and for each guest.
pub(super) fn calls(site: Site<'_>, guests: &[Guest<'_>], out: &mut Vec<Call>) {
    let workloads: Vec<&LoweredWorkload> = site
        .lowered
        .workloads(site.cluster)
        .map(|(_, workload)| workload)
        .collect();
    if workloads.is_empty() {
        return;
    }
    let mut firewall = Firewall {
        site,
        calls: Vec::new(),
    };
    for workload in &workloads {
        firewall.set(workload);
    }
    if workloads.iter().any(|workload| reaches_internet(workload)) {
        firewall.internet();
    }
    for workload in &workloads {
        firewall.group(workload);
    }
    firewall.switch_on();
    out.extend(firewall.calls);
    for guest in guests {
        guest::calls(site, guest, out);
    }
}

fn reaches_internet(workload: &LoweredWorkload) -> bool {
    let mut peers = workload.egress.iter().flat_map(|group| &group.peers);
    peers.any(|rule| address::is_internet(&rule.peer))
}

/// The calls of the cluster's firewall.
struct Firewall<'l> {
    site: Site<'l>,
    calls: Vec<Call>,
}

impl Firewall<'_> {
    /// The addresses of a workload's guests.
    fn set(&mut self, workload: &LoweredWorkload) {
        let spec = &self.site.estate().workloads[workload.id];
        let set = set_of(self.site, workload.id);
        let made = self.make_set(
            &set,
            &format!("addresses of {}", spec.path),
            spec.spec.meta.origin,
        );
        let mut members = Vec::new();
        for instance in &workload.instances {
            for address in instance.addresses.values() {
                members.push(address.ip().to_string());
                self.member(
                    &set,
                    &made,
                    &address.ip().to_string(),
                    false,
                    instance.origin,
                );
            }
        }
        let each = Each {
            method: Method::Get,
            path: format!("/cluster/firewall/ipset/{set}"),
            key: "cidr",
            identity: "cidr",
            except: members,
        };
        self.prune(format!("{made}.prune"), each, made, spec.spec.meta.origin);
    }

    fn make_set(&mut self, set: &str, comment: &str, origin: OriginId) -> String {
        let id = format!("fw.ipset.{set}");
        let call = Call::new(
            id.as_str(),
            Phase::FirewallCluster,
            Method::Post,
            "/cluster/firewall/ipset",
            origin,
        );
        self.calls.push(
            call.param("name", set)
                .param("comment", comment)
                .probe(Probe::exists("/cluster/firewall/ipset").matching("name", set)),
        );
        id
    }

    fn member(&mut self, set: &str, made: &str, cidr: &str, nomatch: bool, origin: OriginId) {
        let path = format!("/cluster/firewall/ipset/{set}");
        let mut call = Call::new(
            format!("{made}.{cidr}"),
            Phase::FirewallCluster,
            Method::Post,
            path.as_str(),
            origin,
        )
        .param("cidr", cidr)
        .probe(Probe::exists(path).matching("cidr", cidr))
        .after(made);
        if nomatch {
            call.params.set("nomatch", true);
        }
        self.calls.push(call);
    }

    /// All public addresses. A set takes no prefix of length 0, so the whole is said in halves.
    fn internet(&mut self) {
        let origin = self.site.spec().spec.meta.origin;
        let made = self.make_set(address::INTERNET, "public addresses", origin);
        for cidr in address::WORLD {
            self.member(address::INTERNET, &made, cidr, false, origin);
        }
        let own = address::own_networks(self.site);
        for cidr in address::PRIVATE
            .iter()
            .map(|cidr| (*cidr).to_owned())
            .chain(own)
        {
            self.member(address::INTERNET, &made, &cidr, true, origin);
        }
    }

    /// A workload's group: a rule per flow, and no other.
    fn group(&mut self, workload: &LoweredWorkload) {
        let site = self.site;
        let spec = &site.estate().workloads[workload.id];
        let origin = spec.spec.meta.origin;
        let group = group_of(site, workload.id);
        let made = format!("fw.group.{group}");
        let call = Call::new(
            made.as_str(),
            Phase::FirewallCluster,
            Method::Post,
            "/cluster/firewall/groups",
            origin,
        );
        self.calls.push(
            call.param("group", group.as_str())
                .param("comment", format!("flows of {}", spec.path))
                .probe(Probe::exists("/cluster/firewall/groups").matching("group", group.as_str())),
        );
        let mut rules = Vec::new();
        for (direction, groups) in [("in", &workload.ingress), ("out", &workload.egress)] {
            for RuleGroup { ports, peers } in groups {
                for peer in peers {
                    rules.extend(self.rules(workload, direction, ports, peer));
                }
            }
        }
        let mut comments = BTreeSet::new();
        rules.retain(|rule| comments.insert(rule.comment.clone()));
        let path = format!("/cluster/firewall/groups/{group}");
        // A new rule stands first: adding the last one first leaves them in order.
        for rule in rules.iter().rev() {
            self.calls.push(rule.call(&path, &made));
        }
        let each = Each {
            method: Method::Get,
            path,
            key: "pos",
            identity: "comment",
            except: rules.into_iter().map(|rule| rule.comment).collect(),
        };
        self.prune(group_done(&group), each, made, origin);
    }

    fn rules(
        &self,
        workload: &LoweredWorkload,
        direction: &'static str,
        ports: &[Port],
        peer: &PeerRule,
    ) -> Vec<Rule> {
        let side = address::of(self.site, workload.id, &peer.peer, set_of);
        let label = address::label(self.site, &peer.peer);
        let mut rules = Vec::new();
        for (protocol, list) in port_lists(ports) {
            for address in &side {
                rules.push(Rule::new(direction, address, &label, protocol, &list, peer));
            }
        }
        rules
    }

    /// Removes what is in a list of ours and not in the plan.
    fn prune(&mut self, id: String, each: Each, made: String, origin: OriginId) {
        let path = format!("{}/{{{}}}", each.path, each.key);
        let before: Vec<String> = self
            .calls
            .iter()
            .filter(|call| call.id.starts_with(&format!("{made}.")))
            .map(|call| call.id.clone())
            .collect();
        let mut call = Call::new(id, Phase::FirewallCluster, Method::Delete, path, origin)
            .after(made)
            .after_all(before);
        call.each = Some(each);
        self.calls.push(call);
    }

    /// The cluster's own switch. Its policies are for the machines themselves and stay as they
    /// are; where the switch was off they start to bind, so somebody must look first.
    fn switch_on(&mut self) {
        let origin = self.site.spec().spec.meta.origin;
        let mut call = Call::new(
            "fw.cluster",
            Phase::FirewallCluster,
            Method::Put,
            "/cluster/firewall/options",
            origin,
        )
        .param("enable", true)
        .compare("/cluster/firewall/options");
        call.precondition =
            Some("the IP set management holds the addresses that operators come from");
        call.guard = Some("manual-approval");
        self.calls.push(call);
    }
}

/// A rule of a group.
struct Rule {
    params: Params,
    comment: String,
    origin: OriginId,
}

impl Rule {
    fn new(
        direction: &'static str,
        address: &Side,
        label: &str,
        protocol: &'static str,
        ports: &str,
        peer: &PeerRule,
    ) -> Self {
        let mut params = Params::default();
        params
            .set("type", direction)
            .set("action", "ACCEPT")
            .set("enable", true);
        let side = if direction == "in" { "source" } else { "dest" };
        let mut comment = format!("{direction} {label} {protocol}");
        if let Side::Listed(list) | Side::Named(list) = address {
            params.set(side, list.as_str());
        }
        if let Side::Listed(list) = address {
            comment = format!("{comment} #{}", digest(list, 8));
        }
        params.set("proto", protocol);
        if !ports.is_empty() {
            params.set("dport", ports);
            comment = format!("{comment} {ports}");
        }
        if let Reason::Derived(why) = &peer.reason {
            comment = format!("{comment} ({why})");
        }
        params.set("log", "nolog").set("comment", comment.as_str());
        Self {
            params,
            comment,
            origin: peer.origin,
        }
    }

    fn call(&self, path: &str, made: &str) -> Call {
        Call::new(
            format!("{made}.{}", digest(&self.comment, 12)),
            Phase::FirewallCluster,
            Method::Post,
            path,
            self.origin,
        )
        .params(self.params.clone())
        .probe(Probe::exists(path).matching("comment", self.comment.as_str()))
        .after(made)
    }
}

/// Ports as the API lists them: by protocol, and no more in one list than it takes.
fn port_lists(ports: &[Port]) -> Vec<(&'static str, String)> {
    use tenantry_core::flows::Protocol;
    let mut lists = Vec::new();
    for (protocol, word) in [
        (Protocol::Tcp, "tcp"),
        (Protocol::Udp, "udp"),
        (Protocol::Sctp, "sctp"),
    ] {
        let mut list = Vec::new();
        let mut numbers = 0;
        for port in ports.iter().filter(|port| port.protocol == protocol) {
            let (text, count) = if port.from == port.to {
                (port.from.to_string(), 1)
            } else {
                (format!("{}:{}", port.from, port.to), 2)
            };
            if numbers + count > PORTS_MAX {
                lists.push((word, std::mem::take(&mut list).join(",")));
                numbers = 0;
            }
            numbers += count;
            list.push(text);
        }
        if !list.is_empty() {
            lists.push((word, list.join(",")));
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use tenantry_core::flows::Protocol;

    use super::*;

    #[test]
    fn a_list_of_ports_has_at_most_fifteen_numbers_and_a_range_counts_twice() {
        let mut ports: Vec<Port> = (1..=14).map(Port::tcp).collect();
        ports.push(Port {
            protocol: Protocol::Tcp,
            from: 100,
            to: 110,
        });
        ports.push(Port::udp(53));
        assert_eq!(
            port_lists(&ports),
            [
                ("tcp", "1,2,3,4,5,6,7,8,9,10,11,12,13,14".to_owned()),
                ("tcp", "100:110".to_owned()),
                ("udp", "53".to_owned()),
            ]
        );
    }
}
