//! Whether a machine can move to another node while it runs.

use super::{Cluster, Disk, Estate, Id, Pool, Ref, Storage, Tenant, Workload};
use crate::{
    origin::OriginId,
    schema::kinds::{Access, Confidential, Eviction, Migrate, NicMode, TargetName},
};

/// Something that holds a machine to its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What, with its article: "the GPU nvidia-a100-80gb".
    pub what: String,
    /// Why it does not move.
    pub why: &'static str,
    /// Where the spec asks for it.
    pub origin: OriginId,
}

impl Estate {
    /// The storage class of a disk: the one it names, or the only one of its cluster. `None` for
    /// a disk that is empty at each start, and where there is no only one.
    pub fn storage_of(&self, workload: &Workload, disk: &Disk) -> Option<Id<Storage>> {
        if disk.spec.ephemeral.value {
            return None;
        }
        self.class_for(workload.tenant, workload.cluster, disk.storage)
    }

    /// The class that something of a tenant lies on: the one that it names, else the only one of
    /// its cluster that the tenant may use.
    pub fn class_for(
        &self,
        owner: Id<Tenant>,
        cluster: Id<Cluster>,
        named: Option<Ref<Storage>>,
    ) -> Option<Id<Storage>> {
        if let Some(storage) = named {
            return Some(storage.to);
        }
        let open = |storage: &Storage| {
            storage.cluster == cluster && storage.tenant.is_none_or(|tenant| tenant.to == owner)
        };
        let mut classes = self.storages.iter().filter(|(_, storage)| open(storage));
        match (classes.next(), classes.next()) {
            (Some((only, _)), None) => Some(only),
            _ => None,
        }
    }

    /// What keeps a machine on Kubernetes from moving while it runs; empty if nothing does.
    ///
    /// After KubeVirt 1.9 (`pkg/virt-handler/vm.go`, `pkg/network/vmispec/interface.go`): devices
    /// passed through, volumes that one node mounts at a time, a pod network whose address is the
    /// guest's own, memory that the host cannot read. Disks that are empty at each start are
    /// copied and do not hinder.
    pub fn migration_obstacles(&self, workload: &Workload) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        obstacles.extend(workload.gpus.iter().map(|gpu| Obstacle {
            what: format!("the GPU {}", self.gpu_models[gpu.model.to].name.value),
            why: "a device that is passed through stays with its node",
            origin: gpu.spec.meta.origin,
        }));
        for disk in &workload.disks {
            let Some(storage) = self.storage_of(workload, disk) else {
                continue;
            };
            let storage = &self.storages[storage];
            if storage.spec.access.value == Access::Rwo {
                obstacles.push(Obstacle {
                    what: format!(
                        "the disk `{}` on storage `{}`",
                        disk.spec.name.value, storage.name.value
                    ),
                    why: "both nodes mount the disks while the machine moves, and this storage has `access=rwo`",
                    origin: disk
                        .spec
                        .storage
                        .as_ref()
                        .map_or(disk.spec.meta.origin, |storage| storage.origin),
                });
            }
        }
        obstacles.extend(
            workload
                .nics
                .iter()
                .filter(|nic| nic.network.is_none() && nic.spec.mode.value == NicMode::Bridge)
                .map(|nic| Obstacle {
                    what: format!("the bridged interface `{}`", nic.spec.name.value),
                    why: "the guest owns the pod's address, and the next pod has another",
                    origin: nic.spec.mode.origin,
                }),
        );
        obstacles.extend(self.other_processor(workload));
        if let Some(vm) = workload
            .vm()
            .filter(|vm| vm.confidential.value != Confidential::None)
        {
            obstacles.push(Obstacle {
                what: "the encrypted memory".to_owned(),
                why: "no host can read it, so none can copy it",
                origin: vm.confidential.origin,
            });
        }
        obstacles
    }

    /// The processor itself, where the machine sees all of it and another pool has another one: it
    /// may move to any of its pools, and no selector keeps it from where it cannot go on.
    fn other_processor(&self, workload: &Workload) -> Option<Obstacle> {
        let model = &workload.spec.cpu.as_ref()?.model;
        let (first, rest) = workload.pools.split_first()?;
        let of = |pool: &Ref<Pool>| self.pools[pool.to].cpu_model.to;
        let differs = rest.iter().any(|pool| of(pool) != of(first));
        (differs && &*model.value == "host-passthrough").then(|| Obstacle {
            what: "the processor `host-passthrough`".to_owned(),
            why: "its pools have different processors, and what it uses of one the other may lack",
            origin: model.origin,
        })
    }

    /// What a drain of its node does to a machine on Kubernetes, and why: what the target's
    /// options say, else what `migrate` asks, else the best that its parts allow.
    pub fn eviction(&self, workload: &Workload) -> (Eviction, OriginId) {
        let said = workload
            .spec
            .target
            .iter()
            .filter(|options| options.target.value == TargetName::Kubevirt)
            .find_map(|options| options.eviction.as_ref());
        if let Some(said) = said {
            return (said.value, said.origin);
        }
        let asked = workload.vm().and_then(|vm| vm.migrate.as_ref());
        if let Some(asked) = asked {
            let eviction = match asked.value {
                Migrate::Live => Eviction::LiveMigrate,
                Migrate::Restart => Eviction::None,
                // KubeVirt then refuses every eviction, and moves nothing by itself.
                Migrate::Never => Eviction::External,
            };
            return (eviction, asked.origin);
        }
        match self.migration_obstacles(workload).first() {
            None => (Eviction::LiveMigrate, workload.spec.meta.origin),
            Some(obstacle) => (Eviction::None, obstacle.origin),
        }
    }
}
