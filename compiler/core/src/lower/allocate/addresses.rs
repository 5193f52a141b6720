//! Addresses of interfaces, on networks that have a range and nobody who leases from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Allocator, Replica, hash};
use crate::{
    diag::{Diagnostic, Findings},
    lower::{
        changes::{Cause, What},
        names::NO_FREE_ADDRESS,
    },
    model::{Cluster, Estate, Id, NetworkIn, Nic},
    origin::{OriginId, V},
    units::{Cidr, Ip, IpLen, Unit as _},
};

/// Of a huge range so many addresses are looked through.
const LOOKED_AT: u128 = 1 << 16;

/// What of its networks is not the guests' to have.
pub(super) struct Ground {
    /// Machines, by where they are.
    machines: BTreeMap<(Id<Cluster>, Ip), OriginId>,
    /// Outside systems within a network's range, which nobody new gets the address of.
    outside: BTreeMap<Id<NetworkIn>, Vec<Cidr>>,
}

impl Ground {
    pub(super) fn of(estate: &Estate) -> Self {
        let pools = estate.pools.iter();
        let machines = pools.flat_map(|(_, pool)| {
            let nodes = pool.nodes.iter();
            nodes.filter_map(|node| Some(((pool.cluster, node.ip?), node.origin)))
        });
        let externals = estate.externals.iter();
        let outside: Vec<Cidr> = externals.flat_map(|(_, it)| it.cidrs()).collect();
        let within = estate.networks.iter().filter_map(|(id, network)| {
            let range = network.spec.cidr?.value;
            let inner = |cidr: &&Cidr| range.contains_net(**cidr) && **cidr != range;
            Some((id, outside.iter().filter(inner).copied().collect()))
        });
        Self {
            machines: machines.collect(),
            outside: within.collect(),
        }
    }

    /// Addresses that nobody new gets, whatever the network: machines and resolvers.
    pub(super) fn avoided(&self, estate: &Estate) -> BTreeSet<Ip> {
        let networks = estate.networks.iter();
        let resolvers = networks.flat_map(|(_, network)| &network.spec.dns);
        let resolvers = resolvers.flat_map(|dns| &dns.addresses);
        let machines = self.machines.keys().map(|(_, ip)| *ip);
        machines
            .chain(resolvers.map(|address| address.value))
            .collect()
    }
}

/// The address that an interface is given for a replica.
pub(super) fn said(nic: &Nic, index: u32) -> Option<V<IpLen>> {
    let all = nic.spec.ip.iter().flat_map(|ip| &ip.addresses);
    all.copied().nth(usize::try_from(index).ok()?)
}

/// An address as it is remembered.
pub(super) fn read(text: &str) -> Option<IpLen> {
    IpLen::parse(text).ok()
}

impl Allocator<'_> {
    /// The addresses of a replica, by interface: what its spec says, what it had, or a free one.
    pub(in crate::lower) fn addresses(
        &mut self,
        replica: &Replica<'_>,
        findings: &mut Findings,
    ) -> BTreeMap<Arc<str>, IpLen> {
        let mut addresses = BTreeMap::new();
        for nic in &replica.workload.nics {
            if let Some(address) = self.address(replica, nic, findings) {
                addresses.insert(nic.spec.name.value.as_str().into(), address);
            }
        }
        addresses
    }

    fn address(
        &mut self,
        replica: &Replica<'_>,
        nic: &Nic,
        findings: &mut Findings,
    ) -> Option<IpLen> {
        let name = nic.spec.name.value.as_str();
        let former = nic.spec.meta.was.as_deref();
        let nics = &replica.workload.nics;
        let former = former.filter(|was| nics.iter().all(|nic| nic.spec.name.value != **was));
        let names: Vec<String> = [Some(name), former]
            .into_iter()
            .flatten()
            .map(|name| format!(".{name}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let old = self.remembered("address", replica, &names);
        let key = format!("{}.{name}", replica.path);
        let (address, cause) = match self.choose(replica, nic, &key, old.as_deref()) {
            Ok((address, cause)) => (Some(address), cause),
            Err(Refused::Without(cause)) => (None, cause),
            Err(Refused::Full(network)) => {
                findings.push(self.full(nic, network, &key));
                return None;
            }
        };
        if let Some((address, network)) = address.zip(nic.network) {
            self.addresses.give(network.to, address.ip(), &replica.path);
        }
        if let Some(address) = address {
            self.new.set("address", &key, address.to_string());
        }
        if let (Some(old), Some(cause)) = (old, cause) {
            let to = address.map(|address| address.to_string());
            self.note(replica, What::Address(name.into()), old, to, cause);
        }
        address
    }

    /// The address of an interface, and what made it another than the old one.
    fn choose(
        &self,
        replica: &Replica<'_>,
        nic: &Nic,
        key: &str,
        old: Option<&str>,
    ) -> Result<(IpLen, Option<Cause>), Refused> {
        if let Some(said) = said(nic, replica.index) {
            return Ok((said.value, Some(Cause::Said(said.origin))));
        }
        let without = |cause| Refused::Without(Some(cause));
        let to = nic
            .network
            .ok_or(without(Cause::NoNetwork(nic.spec.meta.origin)))?
            .to;
        let network = &self.estate.networks[to];
        let range = network.spec.cidr.ok_or(without(Cause::NoRange(to)))?.value;
        if network.spec.is_dhcp() {
            return Err(without(Cause::Leased(to)));
        }
        let cause = match old.map(read) {
            None => None,
            Some(None) => Some(Cause::Unreadable),
            Some(Some(old)) => match self.refusal(replica, to, range, old.ip()) {
                Some(cause) => Some(cause),
                // The length of the network may have changed.
                None => {
                    let kept = IpLen::new(old.ip(), range.prefix_len());
                    return kept.map(|kept| (kept, None)).ok_or(Refused::Full(to));
                }
            },
        };
        match self.free_address(to, range, key) {
            Some(address) => Ok((address, cause)),
            None => Err(Refused::Full(to)),
        }
    }

    /// Why a replica cannot keep an address.
    fn refusal(
        &self,
        replica: &Replica<'_>,
        id: Id<NetworkIn>,
        range: Cidr,
        ip: Ip,
    ) -> Option<Cause> {
        let network = &self.estate.networks[id];
        if !range.contains(ip) || is_edge(range, ip) {
            return Some(Cause::Outside(id));
        }
        if let Some(gateway) = network.spec.gateway.filter(|gateway| gateway.value == ip) {
            return Some(Cause::Router(id, gateway.origin));
        }
        let mut reserved = network.spec.reserved.iter();
        let holds = reserved.find(|it| (it.from.value..=it.to.value).contains(&ip));
        if let Some(reserved) = holds {
            return Some(Cause::Reserved(id, reserved.meta.origin));
        }
        if let Some(machine) = self.ground.machines.get(&(network.cluster, ip)) {
            return Some(Cause::Machine(*machine));
        }
        self.addresses.refusal(id, ip, replica.id)
    }

    fn free_address(&self, id: Id<NetworkIn>, range: Cidr, key: &str) -> Option<IpLen> {
        let network = &self.estate.networks[id].spec;
        let outside = self.ground.outside.get(&id).map_or(&[][..], Vec::as_slice);
        let all = range.size().unwrap_or(u128::MAX).min(LOOKED_AT);
        let first = u128::from(hash(key)) % all;
        let usable = |ip: &Ip| {
            !is_edge(range, *ip)
                && network.gateway.is_none_or(|gateway| gateway.value != *ip)
                && !network.is_reserved(*ip)
                && !outside.iter().any(|cidr| cidr.contains(*ip))
        };
        let found = self.addresses.free(|| {
            let near = move |step| range.nth((first + step) % all);
            (0..all).filter_map(near).filter(usable)
        });
        IpLen::new(found?, range.prefix_len())
    }

    fn full(&self, nic: &Nic, network: Id<NetworkIn>, key: &str) -> Diagnostic {
        let network = &self.estate.networks[network].spec;
        let range = network.cidr.map(|range| format!(" ({})", range.value));
        let message = format!(
            "network `{}`{} has no free address for `{key}`",
            network.name.value,
            range.unwrap_or_default()
        );
        Diagnostic::new(&NO_FREE_ADDRESS, nic.spec.meta.span, message)
            .label("needs an address")
            .also(network.meta.span, "the network")
            .help("widen its `cidr`, shorten what is `reserved`, or give the interface an `ip`")
    }
}

/// Why an interface has no address.
enum Refused {
    /// It needs none, and what changed where it had one.
    Without(Option<Cause>),
    /// All are taken.
    Full(Id<NetworkIn>),
}

/// The network's own address, or that of all of its machines.
fn is_edge(range: Cidr, ip: Ip) -> bool {
    range.nth(0) == Some(ip) || range.last() == ip
}
