//! A quota of fewer objects than the tenant's own spec makes.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Estate, Id, Quota, Replicas, Tenant, Workload},
    schema::kinds::Via,
};

declare_rule! { pub RULE = "quota-below-own-objects", Quotas, Error, "a quota of fewer objects than the tenant itself has", include_str!("quota_below_own_objects.md") }

/// Reports each `objects` that the tenant's own workloads pass.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, tenant) in estate.tenants.iter() {
        for quota in tenant.quotas.iter().filter(|quota| estate.clusters[quota.cluster].is_kubernetes()) {
            for objects in &quota.spec.objects {
                let Some((own, what)) = own(estate, id, quota, &objects.kind.value) else {
                    continue;
                };
                if own <= u64::from(objects.count.value) {
                    continue;
                }
                let message = format!("tenant `{}` makes {own} {what}, and its quota of `{}` is {}", tenant.name.value, objects.kind.value, objects.count.value);
                findings.push(
                    Diagnostic::new(&RULE, estate.span(objects.count.origin), message)
                        .label(format!("{} too few", own - u64::from(objects.count.value)))
                        .why("whichever is applied last is refused, and its workload waits for it")
                        .help(format!("raise it to {own}, and more where members make some too")),
                );
            }
        }
    }
}

/// How many of a kind the spec itself makes, and what they are; only of kinds that are certain.
fn own(estate: &Estate, tenant: Id<Tenant>, quota: &Quota, key: &str) -> Option<(u64, &'static str)> {
    let spec = &estate.tenants[tenant];
    let sum = |each: &dyn Fn(&Workload) -> u64| -> u64 {
        let workloads = estate.workloads_in(tenant, quota.cluster);
        workloads.filter(|(id, _)| !estate.is_tainted(*id)).map(|(_, workload)| each(workload)).fold(0, u64::saturating_add)
    };
    let exposed = |via: &'static [Via]| move |workload: &Workload| workload.exposes.iter().filter(|expose| via.contains(&expose.spec.via.value)).count() as u64;
    match key {
        // The cluster puts its own certificate into each namespace.
        "configmaps" | "count/configmaps" => Some((spec.spec.config.len() as u64 + 1, "ConfigMaps, `kube-root-ca.crt` among them,")),
        "services.loadbalancers" => Some((sum(&exposed(&[Via::LoadBalancer])), "load balancers")),
        // A load balancer's Service has a port of each node too.
        "services.nodeports" => Some((sum(&exposed(&[Via::LoadBalancer, Via::NodePort])), "ports of nodes, those of load balancers among them,")),
        "persistentvolumeclaims" | "count/persistentvolumeclaims" => {
            let volumes = spec.volumes.iter().filter(|volume| volume.cluster == quota.cluster).count() as u64;
            Some((sum(&claims) + volumes, "claims of storage"))
        }
        "count/cronjobs.batch" => Some((sum(&|workload| u64::from(matches!(&workload.body, Body::Job(job) if job.schedule.is_some()))), "CronJobs")),
        _ => None,
    }
}

/// The claims that stand at the least.
fn claims(workload: &Workload) -> u64 {
    let disks = workload.disks.iter().filter(|disk| !disk.spec.ephemeral.value).count() as u64;
    let replicas = match (&workload.body, &workload.replicas) {
        (Body::Job(_), _) => 1,
        (_, Replicas::Fixed(count)) => count.value,
        (_, Replicas::Scaled { min, .. }) => min.value,
        (_, Replicas::PerNode(_) | Replicas::PerZone(_)) => 1,
    };
    disks.saturating_mul(replicas.into())
}
