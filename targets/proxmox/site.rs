//! A Proxmox cluster with everything that its calls are made from.

use sha2::{Digest, Sha256};
use tenantry_core::{
    emit::Tree,
    lower::{Instance, Lowered, LoweredCluster, LoweredTenant, LoweredWorkload},
    model::{Cluster, Estate, NetworkIn, Nic, Ref, Storage, Workload},
    origin::OriginId,
    units::{Bytes, Mac},
};

/// A cluster, lowered.
#[derive(Clone, Copy)]
pub(super) struct Site<'l> {
    pub(super) lowered: &'l Lowered<'l>,
    pub(super) cluster: &'l LoweredCluster,
}

/// A guest: one replica of a workload, with its number and its machine.
#[derive(Clone, Copy)]
pub(super) struct Guest<'l> {
    pub(super) tenant: &'l LoweredTenant,
    pub(super) lowered: &'l LoweredWorkload,
    pub(super) workload: &'l Workload,
    pub(super) instance: &'l Instance,
    pub(super) vmid: u32,
    pub(super) node: &'l str,
}

impl<'l> Site<'l> {
    pub(super) fn estate(self) -> &'l Estate {
        self.lowered.estate
    }

    pub(super) fn spec(self) -> &'l Cluster {
        &self.estate().clusters[self.cluster.id]
    }

    /// The server's release: 8 or 9.
    pub(super) fn release(self) -> u64 {
        self.spec()
            .backend
            .version()
            .map_or(0, |version| version.value.major())
    }

    /// The machines, by pool.
    pub(super) fn nodes(self) -> Vec<&'l str> {
        self.estate()
            .pools_of(self.cluster.id)
            .flat_map(|(_, pool)| pool.nodes.iter().map(|node| node.name.as_str()))
            .collect()
    }

    /// The guests that have a machine, in the order of the model.
    pub(super) fn guests(self) -> Vec<Guest<'l>> {
        let estate = self.estate();
        let mut guests = Vec::new();
        for (tenant, lowered) in self.lowered.workloads(self.cluster) {
            for instance in &lowered.instances {
                let (Some(vmid), Some(host)) = (instance.vmid, instance.host) else {
                    continue;
                };
                let Some(node) = estate.pools[host.pool].nodes.get(host.node) else {
                    continue;
                };
                guests.push(Guest {
                    tenant,
                    lowered,
                    workload: &estate.workloads[lowered.id],
                    instance,
                    vmid,
                    node: &node.name,
                });
            }
        }
        guests
    }

    /// The storage of a disk: its own, or the cluster's only one.
    pub(super) fn storage(self, storage: Option<Ref<Storage>>) -> Option<&'l Storage> {
        match storage {
            Some(storage) => Some(&self.estate().storages[storage.to]),
            None => {
                let mut all = self
                    .estate()
                    .storages
                    .values()
                    .filter(|storage| storage.cluster == self.cluster.id);
                all.next().filter(|_| all.next().is_none())
            }
        }
    }

    pub(super) fn network(self, nic: &Nic) -> Option<&'l NetworkIn> {
        nic.network
            .map(|network| &self.estate().networks[network.to])
    }
}

impl Guest<'_> {
    /// The part of a call's id that names the guest.
    pub(super) fn id(&self) -> String {
        format!(
            "{}.{}",
            if self.workload.vm().is_some() {
                "vm"
            } else {
                "ct"
            },
            self.vmid
        )
    }

    /// The path of its part of the API.
    pub(super) fn path(&self) -> String {
        let kind = if self.workload.vm().is_some() {
            "qemu"
        } else {
            "lxc"
        };
        format!("/nodes/{}/{kind}/{}", self.node, self.vmid)
    }

    /// Tags as the server stores them: lower case, sorted, once.
    pub(super) fn tags(&self, tenant: &str) -> String {
        let mut tags = vec!["tenantry".to_owned(), tenant.to_lowercase()];
        tags.extend(
            self.workload
                .spec
                .target
                .iter()
                .filter(|options| options.target.value.word() == "proxmox")
                .flat_map(|options| &options.tags)
                .flat_map(|tags| &tags.tags)
                .map(|tag| tag.value.as_str().to_lowercase()),
        );
        tags.sort();
        tags.dedup();
        tags.join(";")
    }

    /// The MAC address of an interface: the declared one, or one from the guest's number, so
    /// that it is the same on every run. `02` marks it as given by hand (IEEE 802).
    pub(super) fn mac(&self, nic: &Nic, index: usize) -> Mac {
        if let Some(mac) = &nic.spec.mac {
            return mac.value;
        }
        let [a, b, c, d] = self.vmid.to_be_bytes();
        Mac::new([0x02, a, b, c, d, u8::try_from(index).unwrap_or(u8::MAX)])
    }
}

/// The longest name of a security group.
pub(super) const GROUP_MAX: usize = 18;
/// The longest name of an IP set.
pub(super) const SET_MAX: usize = 64;

/// A name of the firewall for a workload, unique in the estate. Names of the language hold no
/// underscore, so that tenant and workload cannot run into each other; what is too long ends in
/// a digest instead, which no workload's name can equal.
pub(super) fn firewall_name(tenant: &str, workload: &str, max: usize) -> String {
    let plain = format!("{tenant}_{workload}");
    let starts_well = plain.starts_with(|c: char| c.is_ascii_alphabetic());
    let full = if starts_well {
        plain
    } else {
        format!("t_{plain}")
    };
    if full.len() <= max {
        return full;
    }
    let digest = digest(&full, 8);
    let head: String = full.chars().take(max - digest.len() - 2).collect();
    format!("{head}__{digest}")
}

/// A name of SDN, two to eight letters and digits.
pub(super) fn sdn_name(network: &str) -> String {
    let plain: String = network
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let whole = plain == network;
    let starts_well = plain.starts_with(|c: char| c.is_ascii_alphabetic());
    if whole && starts_well && (2..=8).contains(&plain.len()) {
        return plain;
    }
    // A network that has this very name stays possible and is seen when the API refuses it.
    format!("n{}", digest(network, 7))
}

/// The first hexadecimal digits of a text's SHA-256.
pub(super) fn digest(text: &str, digits: usize) -> String {
    let mut hex: String = Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hex.truncate(digits);
    hex
}

/// A volume's size in whole GiB, rounded up: what the API allocates in.
pub(super) fn gib(size: Bytes) -> u64 {
    size.get().div_ceil(1 << 30).max(1)
}

/// A YAML document with the line that tells cloud-init what it is.
pub(super) fn cloud_config(tree: &Tree) -> (String, Vec<(u32, OriginId)>) {
    let body = tenantry_core::emit::yaml::document(tree);
    let reasons = body.lines().changes().iter();
    // The head is a line of its own.
    let reasons = reasons.map(|(line, origin)| (line + 1, *origin)).collect();
    (format!("#cloud-config\n{}", body.as_str()), reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_firewall_cannot_run_into_each_other() {
        assert_eq!(firewall_name("acme", "web", GROUP_MAX), "acme_web");
        assert_ne!(
            firewall_name("a-b", "c", GROUP_MAX),
            firewall_name("a", "b-c", GROUP_MAX)
        );
        assert_eq!(firewall_name("1st", "web", GROUP_MAX), "t_1st_web");
        let long = firewall_name("accounting", "database-primary", GROUP_MAX);
        assert_eq!(long.len(), GROUP_MAX);
        assert_ne!(
            long,
            firewall_name("accounting", "database-replica", GROUP_MAX)
        );
    }

    #[test]
    fn names_of_sdn_have_at_most_eight_letters() {
        assert_eq!(sdn_name("bench"), "bench");
        assert_eq!(sdn_name("storage-net").len(), 8);
        assert!(sdn_name("9p").starts_with('n'));
    }

    #[test]
    fn volumes_are_whole_gibibytes_and_never_too_small() {
        assert_eq!(gib(Bytes::gib(8)), 8);
        assert_eq!(gib(Bytes::new(960_000_000_000)), 895);
        assert_eq!(gib(Bytes::mib(4)), 1);
    }
}
