//! Whose each pod is that the emitted files speak of, and the pods that they do not speak of: those
//! of the platform, and those of nobody, which stand for whatever else may run there.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use tenantry_reach::{
    Cluster, Pod, PodId, add_strangers, cluster::ContainerPort, strangers::HYPOTHETICAL,
};

use super::{Ground, Whose};
use crate::{
    emit::{Body, Object, Owner},
    flows::{
        Service,
        site::{self, Site},
    },
    lower::names::WORKLOAD_LABEL,
    model::{self, Id, Tenant, Workload},
};

/// The pods of a cluster.
pub(super) struct Pods<'o> {
    /// Whose each is, in the order of the cluster's.
    pub(super) whose: Vec<Whose>,
    /// The object that each is of, where one is emitted.
    pub(super) objects: Vec<Option<&'o Object>>,
    /// Those of each workload.
    pub(super) workloads: BTreeMap<Id<Workload>, Vec<PodId>>,
    /// The workloads of which nothing that is emitted makes pods.
    pub(super) absent: Vec<Id<Workload>>,
    /// All in the namespace of each tenant that lives there, but for those in the network of
    /// their nodes.
    pub(super) tenants: BTreeMap<Id<Tenant>, Vec<PodId>>,
    /// The importer in each tenant's namespace.
    pub(super) importers: BTreeMap<Id<Tenant>, PodId>,
    /// Where each part of the platform is that the spec's facts tell.
    pub(super) sites: BTreeMap<Service, Site>,
    /// Of each part of the platform its pods.
    pub(super) platform: BTreeMap<Service, Vec<PodId>>,
}

/// Tells whose the pods of a cluster are, and adds those of which no file speaks.
pub(super) fn all<'o>(
    ground: Ground<'o>,
    on: Id<model::Cluster>,
    cluster: &mut Cluster,
) -> Pods<'o> {
    let estate = ground.estate;
    let living: BTreeMap<&str, Id<Tenant>> = estate
        .tenants
        .iter()
        .filter(|(id, _)| estate.lives_in(*id, on))
        .map(|(id, tenant)| (tenant.namespace.value.as_str(), id))
        .collect();
    let mut pods = Pods {
        whose: Vec::with_capacity(cluster.pods.len()),
        objects: Vec::with_capacity(cluster.pods.len()),
        workloads: BTreeMap::new(),
        absent: Vec::new(),
        tenants: living.values().map(|id| (*id, Vec::new())).collect(),
        importers: BTreeMap::new(),
        sites: sites(ground, on),
        platform: BTreeMap::new(),
    };
    pods.emitted(ground, on, cluster);
    pods.made_up(ground, on, &living, cluster);
    pods.sort(&living, cluster);
    pods
}

fn sites(ground: Ground<'_>, on: Id<model::Cluster>) -> BTreeMap<Service, Site> {
    let known = Service::ALL.into_iter().filter_map(|service| {
        let site = site::find(ground.estate, ground.platform, on, service).ok()?;
        Some((service, site))
    });
    known.collect()
}

impl<'o> Pods<'o> {
    /// Whose the pods are that the files speak of.
    fn emitted(&mut self, ground: Ground<'o>, on: Id<model::Cluster>, cluster: &Cluster) {
        let estate = ground.estate;
        let mut objects: HashMap<[&str; 3], &'o Object, FixedState> =
            HashMap::with_capacity_and_hasher(ground.objects.len(), FixedState::default());
        for object in ground
            .objects
            .iter()
            .filter(|object| object.cluster == Some(on))
        {
            if let Body::Kube { id, .. } = &object.body {
                let namespace = id.namespace.as_deref().unwrap_or_default();
                objects.insert([&id.kind, namespace, &id.name], object);
            }
        }
        let mut workloads: HashMap<(Id<Tenant>, &str), Id<Workload>, FixedState> =
            HashMap::default();
        for (id, workload) in estate.workloads_of(on) {
            workloads.insert((workload.tenant, workload.name.value.as_str()), id);
        }
        for id in cluster.pod_ids() {
            let pod = cluster.pod(id);
            let key = [pod.kind.as_str(), pod.namespace.as_str(), pod.name.as_str()];
            let object = objects.get(&key).copied();
            let workload = object.and_then(|object| {
                let label = pod.labels.get(WORKLOAD_LABEL)?;
                match &object.body {
                    // Whoever writes an object by hand cannot make it a workload's by a label.
                    Body::Kube {
                        owner: Owner::Tenant(tenant),
                        ..
                    } if !object.unproven => workloads.get(&(*tenant, label.as_str())).copied(),
                    _ => None,
                }
            });
            self.whose.push(match (workload, object) {
                (Some(workload), _) => Whose::Workload(estate.workloads[workload].path.clone()),
                (None, Some(object)) => Whose::Own(object.spec_path.clone()),
                (None, None) => Whose::Stranger,
            });
            self.objects.push(object);
            if let Some(workload) = workload {
                let own = self.workloads.entry(workload).or_default();
                own.extend((!pod.host_network).then_some(id));
            }
        }
    }

    /// The pods of which no file speaks.
    fn made_up(
        &mut self,
        ground: Ground<'_>,
        on: Id<model::Cluster>,
        living: &BTreeMap<&str, Id<Tenant>>,
        cluster: &mut Cluster,
    ) {
        let mut add = |pod: Pod, whose: Whose| {
            self.whose.push(whose);
            self.objects.push(None);
            cluster.add_pod(pod)
        };
        // A workload whose pods come from elsewhere is told by the same label.
        for (id, workload) in ground.estate.workloads_of(on) {
            if self.workloads.contains_key(&id) {
                continue;
            }
            let name = workload.name.value.as_str();
            let tenant = &ground.estate.tenants[workload.tenant];
            let pod = Pod {
                labels: [(WORKLOAD_LABEL.to_owned(), name.to_owned())].into(),
                ..made_up(tenant.namespace.value.as_str(), name)
            };
            let pod = add(pod, Whose::Workload(workload.path.clone()));
            self.workloads.insert(id, vec![pod]);
            self.absent.push(id);
        }
        for (service, site) in &self.sites {
            let Some(pods) = &site.pods else { continue };
            let labels = pods.labels.iter().cloned().collect();
            let pod = Pod {
                labels,
                ..made_up(&pods.namespace, service.word())
            };
            add(pod, Whose::Platform(*service));
        }
        for (namespace, tenant) in living {
            let (key, value) = site::IMPORTER;
            let pod = Pod {
                labels: [(key.to_owned(), value.to_owned())].into(),
                ports: vec![ContainerPort {
                    name: Some("metrics".to_owned()),
                    protocol: tenantry_reach::Protocol::Tcp,
                    number: site::IMPORTER_METRICS.from,
                }],
                ..made_up(namespace, "importer")
            };
            let name = ground.estate.tenants[*tenant].name.value.as_str().into();
            let id = add(pod, Whose::Importer(name));
            self.importers.insert(*tenant, id);
        }
        for _ in add_strangers(cluster) {
            self.whose.push(Whose::Stranger);
            self.objects.push(None);
        }
    }

    /// Puts the pods where their namespace and, of the platform's, their labels say.
    fn sort(&mut self, living: &BTreeMap<&str, Id<Tenant>>, cluster: &Cluster) {
        let mut outside = Vec::new();
        for id in cluster.pod_ids() {
            let pod = cluster.pod(id);
            if pod.host_network {
                continue;
            }
            let tenant = living.get(pod.namespace.as_str());
            match tenant.and_then(|tenant| self.tenants.get_mut(tenant)) {
                Some(pods) => pods.push(id),
                None => outside.push(id),
            }
        }
        for (service, site) in &self.sites {
            let Some(known) = &site.pods else { continue };
            let of = |id: &PodId| {
                let pod = cluster.pod(*id);
                let mut labels = known.labels.iter();
                pod.namespace == known.namespace
                    && labels.all(|(key, value)| pod.labels.get(key) == Some(value))
            };
            let own = outside.iter().copied().filter(of).collect();
            self.platform.insert(*service, own);
        }
    }
}

fn made_up(namespace: &str, name: &str) -> Pod {
    Pod {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        kind: HYPOTHETICAL.to_owned(),
        ..Pod::default()
    }
}
