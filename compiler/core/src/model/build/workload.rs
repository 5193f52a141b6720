//! One workload: what it is, how many, and what it holds.

use std::sync::Arc;

use super::{Builder, Parts, tenants::Kept};
use crate::{
    model::{
        Body, Id, Ref, Tenant, Workload, rules,
        workload::{Backup, Disk, Gpu, ImageUse, Mount, Nic, Replicas, Standby},
    },
    origin::V,
    schema::{kinds, ty::NameOf},
};

impl Builder<'_> {
    /// A workload, as far as it is sound, and whether all of it is. `kept` are all of them, by
    /// their ids.
    pub(super) fn workload(
        &mut self,
        model: &Parts,
        kept: &[Kept],
        one: &Kept,
    ) -> (Option<Workload>, bool) {
        let Kept {
            tenant,
            spec,
            place,
            path,
        } = one;
        let scope = model.tenants[*tenant].name.value.to_string();
        let scope = scope.as_str();
        let near = model.clusters[place.cluster].name.value.to_string();
        let near = [near.as_str()];
        let before = self.lookup.findings.len();
        let gpus = spec
            .gpu
            .iter()
            .filter_map(|gpu| {
                Some(Gpu {
                    model: self.lookup.get(&self.tables.gpu_models, &gpu.model, &[])?,
                    spec: gpu.clone(),
                })
            })
            .collect();
        let standbys: Vec<Standby> = spec
            .standby
            .iter()
            .filter_map(|standby| {
                Some(Standby {
                    pool: self.lookup.get(&self.tables.pools, &standby.pool, &[])?,
                    spec: standby.clone(),
                })
            })
            .collect();
        let disks = self.disks(spec, &near);
        let nics = self.nics(spec, &near);
        let priority = match self
            .lookup
            .maybe(&self.tables.priorities, spec.priority.as_ref(), &[])
        {
            Ok(Some(priority)) => Some(priority),
            _ => self.tier_priority(model, *tenant),
        };
        let mut connects: Vec<_> = spec
            .connect
            .iter()
            .filter_map(|connect| self.connect(model, kept, scope, connect))
            .collect();
        connects.shrink_to_fit();
        let offers = spec
            .offer
            .iter()
            .filter_map(|offer| self.offer(kept, spec, path, offer))
            .collect();
        let exposes = spec
            .expose
            .iter()
            .filter_map(|expose| self.expose(model, spec, path, expose))
            .collect();
        let asked = spec.probe.iter().filter_map(|probe| probe.port.as_ref());
        for port in asked {
            self.own_port(spec, path, port);
        }
        let needs = spec
            .needs
            .iter()
            .filter_map(|needs| {
                Some((
                    self.lookup
                        .get_own(&self.tables.workloads, &needs.target, scope, &[])?,
                    needs.clone(),
                ))
            })
            .filter(|(needed, _)| needed.to.index() < kept.len())
            .collect();
        let on = spec.on.as_ref();
        let apart = on.and_then(|on| on.apart.as_ref());
        let apart = self.neighbours(kept, scope, apart.map_or(&[], |apart| &apart.workloads));
        let together = on.and_then(|on| on.together.as_ref());
        let together = self.neighbours(kept, scope, together.map_or(&[], |near| &near.workloads));
        let backups = spec
            .backup
            .iter()
            .map(|backup| Backup {
                to: self
                    .lookup
                    .maybe(&self.tables.backup_stores, backup.to.as_ref(), &[])
                    .unwrap_or(None),
                spec: backup.clone(),
            })
            .collect();
        let body = match body(spec) {
            Some(Draft::Vm(vm)) => self.image(vm).map(|image| Body::Vm(vm.clone(), image)),
            Some(Draft::Container(container)) => Some(Body::Container(container.clone())),
            Some(Draft::Job(job)) => Some(Body::Job(job.clone())),
            Some(Draft::Lxc(lxc)) => Some(Body::Lxc(lxc.clone())),
            Some(Draft::Chart(chart)) => Some(Body::Chart(chart.clone())),
            None => None,
        };
        let queue = spec.job.as_ref().and_then(|job| job.queue.as_ref());
        let queue = self
            .lookup
            .maybe(&self.tables.queues, queue, &near)
            .unwrap_or(None);
        let replicas = self.replicas(spec);
        let told = self.lookup.findings.len() > before;
        // What leads to something that was reported is dropped in silence.
        let lacks = nics.len() < spec.nic.len() || standbys.len() < spec.standby.len();
        let whole = body.is_some() && !spec.meta.broken && !told && !lacks;
        // A machine whose image leads nowhere still takes its room and talks to its peers.
        let body = body.or_else(|| {
            spec.vm
                .as_ref()
                .map(|vm| Body::Vm(vm.clone(), ImageUse::Unknown))
        });
        let mounts = spec
            .mount
            .iter()
            .map(|mount| Mount {
                spec: mount.clone(),
            })
            .collect();
        let workload = body.map(|body| Workload {
            replicas,
            path: path.clone(),
            name: spec.name.clone(),
            tenant: *tenant,
            cluster: place.cluster,
            pools: place.pools.clone(),
            body,
            priority,
            standbys,
            gpus,
            disks,
            nics,
            mounts,
            connects,
            offers,
            exposes,
            needs,
            apart,
            together,
            queue,
            backups,
            spec: spec.clone(),
        });
        (workload, whole)
    }

    /// Workloads that placement names.
    fn neighbours(
        &mut self,
        kept: &[Kept],
        scope: &str,
        names: &[V<NameOf<kinds::Workload>>],
    ) -> Vec<Ref<Workload>> {
        names
            .iter()
            .filter_map(|name| {
                let workloads = &self.tables.workloads;
                self.lookup.get_own(workloads, name, scope, &[])
            })
            .filter(|found| found.to.index() < kept.len())
            .collect()
    }

    /// How many there are; more than anybody runs counts as one, and is told.
    pub(super) fn replicas(&mut self, spec: &kinds::Workload) -> Replicas {
        let mut bounded = |count: V<u32>| {
            if count.value <= self.limits.replicas {
                return count;
            }
            let span = self.lookup.span(&count);
            let finding = rules::too_many(
                "replicas",
                u64::from(count.value),
                self.limits.replicas,
                span,
            );
            self.lookup.findings.push(finding);
            count.map(|_| 1)
        };
        if let Some(scale) = &spec.scale {
            return Replicas::Scaled {
                min: bounded(scale.min),
                max: bounded(scale.max),
            };
        }
        match &spec.replicas {
            None => Replicas::Fixed(V::new(1, spec.meta.origin)),
            Some(replicas) => match replicas.per.as_ref().map(|per| per.value) {
                None => Replicas::Fixed(bounded(replicas.count)),
                Some(kinds::ReplicasPer::Node) => Replicas::PerNode(bounded(replicas.count)),
                Some(kinds::ReplicasPer::Zone) => Replicas::PerZone(bounded(replicas.count)),
            },
        }
    }

    pub(super) fn tier_priority(
        &mut self,
        model: &Parts,
        tenant: Id<Tenant>,
    ) -> Option<Ref<kinds::Priority>> {
        let tier = model.tenants[tenant].tier?;
        let name = model.tiers[tier.to].priority.as_ref()?;
        let found = self.lookup.get(&self.tables.priorities, name, &[])?;
        Some(Ref {
            to: found.to,
            at: tier.at,
        })
    }

    pub(super) fn disks(&mut self, spec: &kinds::Workload, near: &[&str]) -> Vec<Disk> {
        let mut disks: Vec<Disk> = spec
            .disk
            .iter()
            .filter_map(|disk| {
                let storage = self
                    .lookup
                    .maybe(&self.tables.storages, disk.storage.as_ref(), near)
                    .ok()?;
                Some(Disk {
                    storage,
                    spec: disk.clone(),
                })
            })
            .collect();
        disks.sort_by(|a, b| {
            let rank = |disk: &Disk| disk.spec.name.value.as_str() != "root";
            (rank(a), &a.spec.name.value).cmp(&(rank(b), &b.spec.name.value))
        });
        disks
    }

    pub(super) fn nics(&mut self, spec: &kinds::Workload, near: &[&str]) -> Vec<Nic> {
        let mut nics: Vec<Nic> = spec
            .nic
            .iter()
            .filter_map(|nic| {
                let network = self
                    .lookup
                    .maybe(&self.tables.networks, nic.network.as_ref(), near)
                    .ok()?;
                Some(Nic {
                    network,
                    spec: nic.clone(),
                })
            })
            .collect();
        nics.sort_by(|a, b| {
            let rank = |nic: &Nic| nic.spec.name.value.as_str() != "default";
            (rank(a), &a.spec.name.value).cmp(&(rank(b), &b.spec.name.value))
        });
        nics
    }

    pub(super) fn image(&mut self, vm: &kinds::Vm) -> Option<ImageUse> {
        match &vm.image.value {
            crate::units::ImageRef::Named(name) => {
                let named: V<NameOf<kinds::Image>> =
                    V::new(NameOf::new(name.as_str()), vm.image.origin);
                self.lookup
                    .get(&self.tables.images, &named, &[])
                    .map(ImageUse::Named)
            }
            crate::units::ImageRef::Oci(oci) => {
                Some(ImageUse::Oci(V::new(oci.clone(), vm.image.origin)))
            }
        }
    }
}

pub(super) enum Draft<'a> {
    Vm(&'a Arc<kinds::Vm>),
    Container(&'a Arc<kinds::Container>),
    Job(&'a Arc<kinds::Job>),
    Lxc(&'a Arc<kinds::Lxc>),
    Chart(&'a Arc<kinds::Chart>),
}

/// What a workload is, if it says exactly one thing; else that was reported.
pub(super) fn body(spec: &kinds::Workload) -> Option<Draft<'_>> {
    let mut said = [
        spec.vm.as_ref().map(Draft::Vm),
        spec.container.as_ref().map(Draft::Container),
        spec.job.as_ref().map(Draft::Job),
        spec.lxc.as_ref().map(Draft::Lxc),
        spec.chart.as_ref().map(Draft::Chart),
    ]
    .into_iter()
    .flatten();
    match (said.next(), said.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}
