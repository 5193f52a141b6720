//! The firewall of one guest: its group, the addresses it may send from, and its switches.

use tenantry_core::{model::Nic, units::IpLen};

use super::{
    super::{
        plan::{Call, Each, Method, Phase, Probe},
        site::{Guest, Site},
    },
    group_done, group_of,
};

/// The calls of a guest, its switches last.
pub(super) fn calls(site: Site<'_>, guest: &Guest<'_>, out: &mut Vec<Call>) {
    let mut done = vec![reference(site, guest), prune(site, guest)];
    for (index, nic) in guest.workload.nics.iter().enumerate() {
        if let Some(address) = guest.instance.addresses.get(nic.spec.name.value.as_str()) {
            done.extend(sources(guest, index, nic, *address));
        }
    }
    let ids: Vec<String> = done.iter().map(|call| call.id.clone()).collect();
    out.extend(done);
    out.push(options(site, guest).after_all(ids));
}

/// The id of the call that switches a guest's firewall on.
pub(in super::super) fn options_call(guest: &Guest<'_>) -> String {
    format!("{}.fw.options", guest.id())
}

fn comment(site: Site<'_>, guest: &Guest<'_>) -> String {
    format!(
        "flows of {}",
        site.estate().workloads[guest.lowered.id].path
    )
}

fn reference(site: Site<'_>, guest: &Guest<'_>) -> Call {
    let group = group_of(site, guest.lowered.id);
    let path = format!("{}/firewall/rules", guest.path());
    Call::new(
        format!("{}.fw.group", guest.id()),
        Phase::FirewallGuest,
        Method::Post,
        path.as_str(),
        guest.instance.origin,
    )
    .param("type", "group")
    .param("action", group.as_str())
    .param("enable", true)
    .param("comment", comment(site, guest))
    .probe(Probe::exists(path).matching("action", group.as_str()))
    .after(guest.id())
    .after(group_done(&group))
}

/// A group of before, under another name, would still let in.
fn prune(site: Site<'_>, guest: &Guest<'_>) -> Call {
    let path = format!("{}/firewall/rules", guest.path());
    let mut call = Call::new(
        format!("{}.fw.prune", guest.id()),
        Phase::FirewallGuest,
        Method::Delete,
        format!("{path}/{{pos}}"),
        guest.instance.origin,
    )
    .after(format!("{}.fw.group", guest.id()));
    call.each = Some(Each {
        method: Method::Get,
        path,
        key: "pos",
        identity: "action",
        except: vec![group_of(site, guest.lowered.id)],
    });
    call
}

/// The addresses that an interface may send from. The server adds them by itself for containers
/// only, so a machine without this set could send nothing.
fn sources(guest: &Guest<'_>, index: usize, nic: &Nic, address: IpLen) -> Vec<Call> {
    let set = format!("ipfilter-net{index}");
    let sets = format!("{}/firewall/ipset", guest.path());
    let path = format!("{sets}/{set}");
    let made = format!("{}.fw.{set}", guest.id());
    let ip = address.ip().to_string();
    let origin = nic.spec.meta.origin;
    let phase = Phase::FirewallGuest;
    let create = Call::new(made.as_str(), phase, Method::Post, sets.as_str(), origin)
        .param("name", set.as_str())
        .probe(Probe::exists(sets).matching("name", set.as_str()))
        .after(guest.id());
    let member = Call::new(
        format!("{made}.{ip}"),
        phase,
        Method::Post,
        path.as_str(),
        origin,
    )
    .param("cidr", ip.as_str())
    .probe(Probe::exists(path.as_str()).matching("cidr", ip.as_str()))
    .after(made.as_str());
    let mut prune = Call::new(
        format!("{made}.prune"),
        phase,
        Method::Delete,
        format!("{path}/{{cidr}}"),
        origin,
    )
    .after(member.id.as_str());
    prune.each = Some(Each {
        method: Method::Get,
        path,
        key: "cidr",
        identity: "cidr",
        except: vec![ip],
    });
    vec![create, member, prune]
}

/// Drops both ways what no rule lets through. Addresses are held to where all are known; an
/// interface that asks a DHCP server is let ask.
fn options(site: Site<'_>, guest: &Guest<'_>) -> Call {
    let addresses = &guest.instance.addresses;
    let fixed = guest
        .workload
        .nics
        .iter()
        .all(|nic| addresses.contains_key(nic.spec.name.value.as_str()));
    let six = guest
        .workload
        .nics
        .iter()
        .filter_map(|nic| site.network(nic))
        .any(|network| {
            let cidr = &network.spec.cidr;
            network.spec.cidr6.is_some() || cidr.as_ref().is_some_and(|c| !c.value.is_ipv4())
        });
    let path = format!("{}/firewall/options", guest.path());
    Call::new(
        options_call(guest),
        Phase::FirewallGuest,
        Method::Put,
        path.as_str(),
        guest.instance.origin,
    )
    .param("enable", true)
    .param("policy_in", "DROP")
    .param("policy_out", "DROP")
    .param("ipfilter", fixed)
    .param("macfilter", true)
    .param("dhcp", !fixed)
    .param("ndp", six)
    .compare(path)
}
