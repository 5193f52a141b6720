//! Virtual machines on Kubernetes, run by KubeVirt and filled by CDI.

mod cloud_init;
mod compute;
mod disks;
mod folders;
mod footprint;
mod machine;
mod network;
mod options;
mod overhead;
mod platform;
mod pool;
mod probes;
mod service;
#[cfg(test)]
mod tests;
mod traffic;

use std::{collections::BTreeSet, sync::LazyLock};

use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::{Need, Objects},
    flows::{Derived, cni},
    lower::{Instance, Lowered, LoweredCluster, LoweredTenant},
    model::{Cluster, Id, Workload},
    schema::kinds::CniAbility,
    target::{Capabilities, Footprint, Target},
};

use self::machine::Subject;
use crate::kube::{Custom, Scope, attachment, cdi, kubevirt};

const NAME: &str = "kubevirt";

/// The target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KubeVirt;

static CAPABILITIES: LazyLock<Capabilities> =
    LazyLock::new(|| crate::table(include_str!("capabilities.kdl")));

impl Target for KubeVirt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn serves(&self, on: &Cluster) -> bool {
        on.is_kubernetes()
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn footprint(&self, estate: &Checked<'_>, workload: Id<Workload>) -> Option<Footprint> {
        let estate = estate.estate();
        footprint::of(estate, &estate.workloads[workload])
    }

    fn traffic(&self, estate: &Checked<'_>, on: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        traffic::of(estate.estate(), on)
    }

    fn objects(&self, lowered: &Lowered<'_>, out: &mut Objects) -> Findings {
        for cluster in &lowered.clusters {
            if !self.serves(&lowered.estate.clusters[cluster.id]) {
                continue;
            }
            platform::emit(lowered, cluster.id, out);
            out.each(&cluster.tenants, |tenant, out| {
                of_tenant(lowered, cluster, tenant, out);
            });
        }
        Findings::new()
    }
}

fn of_tenant(
    lowered: &Lowered<'_>,
    cluster: &LoweredCluster,
    tenant: &LoweredTenant,
    out: &mut Objects,
) {
    let estate = lowered.estate;
    let mut networks = BTreeSet::new();
    for plan in &tenant.workloads {
        let workload = &estate.workloads[plan.id];
        let Some(vm) = workload.vm() else { continue };
        networks.extend(workload.nics.iter().filter_map(|nic| Some(nic.network?.to)));
        let subject = Subject {
            scope: Scope::workload(NAME, estate, cluster.id, tenant, plan),
            estate,
            cluster,
            workload,
            plan,
            vm,
        };
        of_workload(&subject, out);
    }
    let policed = cni::can(&estate.clusters[cluster.id], CniAbility::MultiNetwork);
    for network in networks {
        let network = &estate.networks[network];
        let origin = network.spec.meta.origin;
        let scope = Scope::tenant(NAME, estate, cluster.id, tenant).because(origin);
        let definition = Custom {
            api_version: attachment::API,
            kind: "NetworkAttachmentDefinition",
            metadata: scope.metadata(attachment::name(network)),
            spec: attachment::Spec {
                config: match policed {
                    true => attachment::policed(network, &tenant.namespace),
                    false => attachment::config(network),
                },
            },
        };
        scope
            .object(&definition)
            .need(Need::Component("multus"))
            .push(out);
    }
}

/// Everything of one workload.
fn of_workload(subject: &Subject<'_>, out: &mut Objects) {
    let scope = &subject.scope;
    if let Some((secret, lines)) = cloud_init::secret(subject) {
        let draft = scope.object(&secret);
        draft.mark_lines("/stringData/userdata", &lines).push(out);
    }
    for service in service::all(subject)
        .into_iter()
        .chain(service::peers(subject))
    {
        let ports = &subject.workload.spec.port;
        ports
            .iter()
            .fold(scope.object(&service), |draft, port| {
                let name = port.name.value.as_str();
                draft.mark_items("/spec/ports", "name", name, port.meta.origin)
            })
            .push(out);
    }
    if subject.plan.instances.is_empty() {
        let pool = pool::of(subject);
        let needs = machine::needs(subject, &pool.spec.virtual_machine_template.spec);
        machine::mark(
            subject,
            scope.object(&pool),
            "/spec/virtualMachineTemplate/spec",
        )
        .needs(needs)
        .push(out);
    }
    for instance in &subject.plan.instances {
        if let Some(secret) = cloud_init::network_secret(subject, instance) {
            scope.object(&secret).push(out);
        }
        kept_disks(subject, instance, out);
        let machine = Custom {
            api_version: kubevirt::API,
            kind: "VirtualMachine",
            metadata: scope.metadata(instance.name.as_str()),
            spec: machine::spec(subject, &instance.name, Some(instance)),
        };
        let needs = machine::needs(subject, &machine.spec);
        machine::mark(subject, scope.object(&machine), "/spec")
            .needs(needs)
            .push(out);
    }
}

/// The disks that outlive the machine: objects of their own, not parts of it.
fn kept_disks(subject: &Subject<'_>, instance: &Instance, out: &mut Objects) {
    let &Subject {
        estate, workload, ..
    } = subject;
    for disk in &workload.disks {
        if disk.spec.ephemeral.value || disks::dies_with_machine(workload, disk) {
            continue;
        }
        let mut metadata = subject.scope.metadata(disks::claim(&instance.name, disk));
        metadata.labels = Some(subject.scope.disk_labels(disk));
        metadata
            .annotations
            .get_or_insert_default()
            .extend(disks::annotations(workload));
        let volume = Custom {
            api_version: cdi::API,
            kind: "DataVolume",
            metadata,
            spec: disks::data_volume(estate, workload, disk),
        };
        let scope = subject.scope.clone().because(disk.spec.meta.origin);
        scope
            .object(&volume)
            .mark("/spec/storage/resources", disk.spec.size.origin)
            .mark_if("/spec/storage/storageClassName", disk.spec.storage.as_ref())
            .need(Need::Component("cdi"))
            .push(out);
    }
}
