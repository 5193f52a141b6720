//! Addresses of interfaces, on networks that have a range and nobody who leases from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tenantry_syntax::Span;

use super::{Allocator, Replica, hash};
use crate::{
    diag::{Diagnostic, Findings, words},
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

/// How many interfaces a message names, and how many of their places it shows.
const NAMED: usize = 3;

/// An interface without the address that it needs.
pub(super) struct Lacking {
    span: Span,
    /// The replica's path and the interface's name.
    key: String,
}

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
            let range = network.spec.range()?.value;
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
    ) -> BTreeMap<Arc<str>, IpLen> {
        let mut addresses = BTreeMap::new();
        for nic in &replica.workload.nics {
            if let Some(address) = self.address(replica, nic) {
                addresses.insert(nic.spec.name.value.as_str().into(), address);
            }
        }
        addresses
    }

    fn address(&mut self, replica: &Replica<'_>, nic: &Nic) -> Option<IpLen> {
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
                let span = nic.spec.meta.span;
                let without = self.full.entry(network).or_default();
                without.push(Lacking { span, key });
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
        let range = network
            .spec
            .range()
            .ok_or(without(Cause::NoRange(to)))?
            .value;
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
        // Addresses are given and never taken back: what is full stays full.
        if self.full.contains_key(&id) {
            return None;
        }
        let all = range.size().unwrap_or(u128::MAX).min(LOOKED_AT);
        let first = u128::from(hash(key)) % all;
        let usable = |ip: &Ip| !is_edge(range, *ip) && self.is_usable(id, *ip);
        let found = self.addresses.free(|| {
            let near = move |step| range.nth((first + step) % all);
            (0..all).filter_map(near).filter(usable)
        });
        IpLen::new(found?, range.prefix_len())
    }

    /// Whether the network lets its guests have an address: it is not reserved, the router's or
    /// an outside system's.
    fn is_usable(&self, id: Id<NetworkIn>, ip: Ip) -> bool {
        let network = &self.estate.networks[id].spec;
        let outside = self.ground.outside.get(&id).map_or(&[][..], Vec::as_slice);
        network.gateway.is_none_or(|gateway| gateway.value != ip)
            && !network.is_reserved(ip)
            && !outside.iter().any(|cidr| cidr.contains(ip))
    }

    /// What is wrong with networks that have too few addresses: one finding for each of them,
    /// however many interfaces go without.
    pub(super) fn full(&self) -> Findings {
        let full = self.full.iter();
        full.map(|(network, without)| self.full_network(*network, without))
            .collect()
    }

    fn full_network(&self, id: Id<NetworkIn>, without: &[Lacking]) -> Diagnostic {
        let network = &self.estate.networks[id].spec;
        let keys: Vec<&str> = without.iter().map(|it| it.key.as_str()).collect();
        let whom = match keys[..] {
            [only] => format!("`{only}`"),
            _ => format!("{} interfaces ({})", keys.len(), words::few(&keys, NAMED)),
        };
        let range = network.range().map(|range| format!(" ({})", range.value));
        let message = format!(
            "network `{}`{} has no free address for {whom}",
            network.name.value,
            range.unwrap_or_default()
        );
        let at = network.range().map(|range| self.estate.span(range.origin));
        let finding = Diagnostic::new(&NO_FREE_ADDRESS, at.unwrap_or(network.meta.span), message)
            .label("too small")
            .maybe_why(self.figures(id, without.len()))
            .help("widen its `cidr`, shorten what is `reserved`, or give the interface an `ip`");
        // Replicas share the text of their interface.
        let mut spans: Vec<(Span, usize)> = Vec::new();
        for it in without {
            match spans.last_mut() {
                Some((span, count)) if *span == it.span => *count += 1,
                _ => spans.push((it.span, 1)),
            }
        }
        let shown = spans.into_iter().take(NAMED);
        shown.fold(finding, |finding, (span, count)| match count {
            1 => finding.also(span, "needs an address"),
            count => finding.also(span, format!("{count} replicas need an address")),
        })
    }

    /// Where the addresses of a range are. Nothing is said of one of which only a part is looked
    /// through.
    fn figures(&self, id: Id<NetworkIn>, lacking: usize) -> Option<String> {
        let range = self.estate.networks[id].spec.range()?.value;
        let all = range.size().filter(|size| *size <= LOOKED_AT)?;
        let inner = (0..all)
            .filter_map(|at| range.nth(at))
            .filter(|ip| !is_edge(range, *ip));
        let (usable, kept): (Vec<Ip>, Vec<Ip>) = inner.partition(|ip| self.is_usable(id, *ip));
        let is = |count: usize| match count {
            1 => "1 is".to_owned(),
            count => format!("{count} are"),
        };
        Some(format!(
            "of the {} addresses that the range has for interfaces, {} reserved, the router's or \
             an outside system's, and {} taken; {lacking} more {} needed",
            usable.len() + kept.len(),
            is(kept.len()),
            is(usable.len()),
            if lacking == 1 { "is" } else { "are" }
        ))
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
