//! Choices that must not jump: Proxmox numbers and static addresses. Each is a function of the
//! model path, moved on only when another path has taken it, and kept from build to build.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::names;
use crate::{
    diag::{Diagnostic, Findings},
    lock::Allocations,
    model::{Backend, Estate, Nic, Workload},
    units::{Cidr, Ip, IpLen},
};

/// Proxmox numbers are taken from here: above what its own `nextid` hands out by default
/// (100 to 999999999 are valid), so that hand-made guests stay clear of ours.
const VMIDS: std::ops::Range<u32> = 10_000..100_000;

/// Hands out numbers and addresses.
pub(super) struct Allocator<'a> {
    estate: &'a Estate,
    old: Allocations,
    new: Allocations,
    taken: BTreeSet<(String, String)>,
}

impl<'a> Allocator<'a> {
    pub(super) fn new(estate: &'a Estate, old: Allocations) -> Self {
        let mut taken = BTreeSet::new();
        for what in ["vmid", "address"] {
            taken.extend(
                old.all(what)
                    .map(|(path, value)| (scope(what, path), value.to_owned())),
            );
        }
        let mut new = Allocations::default();
        for (path, value) in old.all("node") {
            new.set("node", path, value);
        }
        for (path, value) in old.all("dedicated") {
            new.set("dedicated", path, value);
        }
        Self {
            estate,
            old,
            new,
            taken,
        }
    }

    pub(super) fn finish(self) -> Allocations {
        self.new
    }

    /// The number of a guest, on Proxmox.
    pub(super) fn vmid(
        &mut self,
        workload: &Workload,
        path: &str,
        _: &mut Findings,
    ) -> Option<u32> {
        if !matches!(
            self.estate.clusters[workload.cluster].backend,
            Backend::Proxmox(_)
        ) {
            return None;
        }
        if let Some(fixed) = workload
            .spec
            .target
            .iter()
            .find_map(|target| target.vmid.as_ref())
        {
            self.keep("vmid", path, &fixed.value.to_string());
            return Some(fixed.value);
        }
        let was = workload
            .spec
            .meta
            .was
            .as_ref()
            .map(|was| renamed(workload, path, was));
        let kept = self
            .old
            .get("vmid", path)
            .or_else(|| self.old.get("vmid", was.as_deref()?))
            .and_then(|old| old.parse().ok());
        let chosen = kept.unwrap_or_else(|| self.free_vmid(path));
        self.keep("vmid", path, &chosen.to_string());
        Some(chosen)
    }

    fn free_vmid(&self, path: &str) -> u32 {
        let size = VMIDS.end - VMIDS.start;
        let first = hash(path) % u64::from(size);
        (0..u64::from(size))
            .map(|step| VMIDS.start + u32::try_from((first + step) % u64::from(size)).unwrap_or(0))
            .find(|id| !self.taken.contains(&(scope("vmid", path), id.to_string())))
            .unwrap_or(VMIDS.start)
    }

    /// The addresses of a replica, by interface, on networks that have a range.
    pub(super) fn addresses(
        &mut self,
        workload: &Workload,
        path: &str,
        index: u32,
        findings: &mut Findings,
    ) -> BTreeMap<Arc<str>, IpLen> {
        let mut addresses = BTreeMap::new();
        for nic in &workload.nics {
            let name: Arc<str> = nic.spec.name.value.as_str().into();
            if let Some(address) = self.address(workload, nic, path, index, findings) {
                addresses.insert(name, address);
            }
        }
        addresses
    }

    fn address(
        &mut self,
        workload: &Workload,
        nic: &Nic,
        path: &str,
        index: u32,
        findings: &mut Findings,
    ) -> Option<IpLen> {
        let key = format!("{path}.{}", nic.spec.name.value);
        if let Some(fixed) = nic
            .spec
            .ip
            .iter()
            .flat_map(|ip| &ip.addresses)
            .nth(index as usize)
        {
            self.keep("address", &key, &fixed.value.to_string());
            return Some(fixed.value);
        }
        let network = &self.estate.networks[nic.network?.to];
        let range = network.spec.cidr.as_ref()?;
        if network.spec.is_dhcp() {
            return None;
        }
        let was = workload
            .spec
            .meta
            .was
            .as_ref()
            .map(|was| renamed(workload, &key, was));
        let kept = self
            .old
            .get("address", &key)
            .or_else(|| self.old.get("address", was.as_deref()?));
        let kept = kept
            .and_then(|text| <IpLen as crate::units::Unit>::parse(text).ok())
            .filter(|old| range.value.contains(old.ip()));
        let free = kept.or_else(|| self.free_address(&range.value, &network.spec, &key));
        let Some(address) = free else {
            findings.push(
                Diagnostic::new(
                    &names::NO_FREE_ADDRESS,
                    nic.spec.meta.span,
                    format!(
                        "network `{}` ({}) has no free address for `{key}`",
                        network.spec.name.value, range.value
                    ),
                )
                .label("needs an address")
                .also(network.spec.meta.span, "the network")
                .help(
                    "widen its `cidr`, shorten what is `reserved`, or give the interface an `ip`",
                ),
            );
            return None;
        };
        self.keep("address", &key, &address.to_string());
        Some(address)
    }

    fn free_address(
        &self,
        range: &Cidr,
        network: &crate::model::Network,
        key: &str,
    ) -> Option<IpLen> {
        // Where the range is huge the first 2^16 addresses are enough to look through.
        let all = range.size().unwrap_or(u128::MAX).min(1 << 16);
        let first = u128::from(hash(key)) % all;
        (0..all)
            .filter_map(|step| range.nth((first + step) % all))
            .find(|address| {
                usable(*address, range, network) && !self.is_taken(*address, range, key)
            })
            .and_then(|address| IpLen::new(address, range.prefix_len()))
    }

    fn is_taken(&self, address: Ip, range: &Cidr, key: &str) -> bool {
        let printed = IpLen::new(address, range.prefix_len())
            .map(|a| a.to_string())
            .unwrap_or_default();
        self.taken.contains(&(scope("address", key), printed))
    }

    fn keep(&mut self, what: &str, path: &str, value: &str) {
        self.taken.insert((scope(what, path), value.to_owned()));
        self.new.set(what, path, value);
    }
}

/// Neither the network's own address, nor broadcast, nor the gateway, nor what is reserved or
/// leased by DHCP.
fn usable(address: Ip, range: &Cidr, network: &crate::model::Network) -> bool {
    let edge = range.nth(0) == Some(address) || range.last() == address;
    !edge
        && network
            .gateway
            .as_ref()
            .is_none_or(|gateway| gateway.value != address)
        && !network.is_reserved(address)
}

/// What must be unique together: all numbers, and all addresses.
fn scope(what: &str, _: &str) -> String {
    what.to_owned()
}

/// The path that a renamed workload had.
fn renamed(workload: &Workload, path: &str, was: &str) -> String {
    let tenant = workload.path.split('.').next().unwrap_or_default();
    path.replacen(&*workload.path, &format!("{tenant}.{was}"), 1)
}

fn hash(path: &str) -> u64 {
    let digest = Sha256::digest(path.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
