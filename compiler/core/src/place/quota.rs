//! Whether a tenant's workloads keep within what it may use.

use super::{
    Placement,
    demand::{replicas, stands},
    quota_move,
    resource::{Amounts, Resource},
    rules::{QUOTA_EXCEEDED, SCALE_BEYOND_QUOTA},
};
use crate::{
    diag::{Diagnostic, Findings, words},
    model::{Body, Estate, Id, Quota, Tenant, Volume, Workload},
    origin::OriginId,
    units::Bytes,
};

/// Reports each bound of each quota that is passed: as an error where what always stands is
/// more, as a warning where only full scale is.
pub(super) fn check(estate: &Estate, placement: &Placement, findings: &mut Findings) {
    for (id, tenant) in estate.tenants.iter() {
        for quota in &tenant.quotas {
            let asked = asked(estate, placement, id, quota);
            let bounds = bounds(quota);
            let passed = bounds
                .iter()
                .filter_map(|bound| judge(estate, id, quota, bound, &asked));
            let passed: Vec<Diagnostic> = passed.collect();
            if passed.is_empty() {
                findings.extend(quota_move::judge(estate, id, &bounds, &asked));
            }
            findings.extend(passed);
        }
    }
}

/// What each workload under a quota asks for; of what is broken nothing is known.
fn asked<'e>(
    estate: &'e Estate,
    placement: &Placement,
    tenant: Id<Tenant>,
    quota: &Quota,
) -> Vec<Asked<'e>> {
    let all = estate.workloads_in(tenant, quota.cluster);
    let whole = all.filter(|(id, _)| !estate.is_tainted(*id));
    whole
        .map(|(id, workload)| Asked::of(estate, placement, id, workload))
        .collect()
}

/// How much of a quota its tenant always asks for, bound by bound as the quota says them:
/// `3 of 32 cores`.
pub fn booked(
    estate: &Estate,
    placement: &Placement,
    tenant: Id<Tenant>,
    quota: &Quota,
) -> Vec<String> {
    let asked = asked(estate, placement, tenant, quota);
    let share = |bound: &Bound| {
        let volumes = volumes(estate, tenant, quota, &bound.counts);
        let least = asked.iter().map(|asked| asked.amounts(&bound.counts).0);
        let least = least.fold(volumes, u128::saturating_add);
        bound.counts.share(least, bound.allowed)
    };
    bounds(quota).iter().map(share).collect()
}

/// What a workload asks for: at the least, always; at the most, at full scale.
pub(super) struct Asked<'e> {
    /// The workload.
    pub(super) workload: &'e Workload,
    each: Amounts,
    /// Replicas, at the least.
    pub(super) least: u128,
    most: u128,
}

impl<'e> Asked<'e> {
    fn of(
        estate: &Estate,
        placement: &Placement,
        id: Id<Workload>,
        workload: &'e Workload,
    ) -> Self {
        let replicas = replicas(estate, workload);
        let footprint = placement.footprints.get(&id);
        Self {
            workload,
            each: footprint.map(Amounts::of_replica).unwrap_or_default(),
            least: (*replicas.start()).into(),
            most: (*replicas.end()).into(),
        }
    }

    /// How much of what a bound counts the pod of one replica takes; nothing of what is no pod's.
    pub(super) fn each(&self, counts: &Counts) -> u128 {
        match counts {
            Counts::Resource(resource) => self.each.get(resource).unwrap_or(0),
            Counts::Gpus { .. } | Counts::Machines | Counts::Storage(_) => 0,
        }
    }

    /// How much of what a bound counts, at the least and at the most.
    pub(super) fn amounts(&self, counts: &Counts) -> (u128, u128) {
        let each = match counts {
            Counts::Resource(resource) => {
                let each = self.each.get(resource).unwrap_or(0);
                let least = if stands(self.workload) { self.least } else { 0 };
                return (each.saturating_mul(least), each.saturating_mul(self.most));
            }
            Counts::Gpus { model, slice } => {
                let count = gpus(self.workload, model, slice.as_deref());
                let least = if stands(self.workload) { self.least } else { 0 };
                return (count * least, count * self.most);
            }
            // Machines and disks are there whether they run or not.
            Counts::Machines => u128::from(matches!(self.workload.body, Body::Vm(..))),
            Counts::Storage(storage) => disks(self.workload, storage),
        };
        (
            each.saturating_mul(self.least),
            each.saturating_mul(self.most),
        )
    }
}

/// What a bound counts.
pub(super) enum Counts {
    Resource(Resource),
    Gpus {
        model: String,
        slice: Option<String>,
    },
    Machines,
    Storage(String),
}

impl Counts {
    /// An amount of it, as a message says it.
    pub(super) fn amount(&self, amount: u128) -> String {
        let small = u64::try_from(amount).unwrap_or(u64::MAX);
        match self {
            Self::Resource(resource) => resource.amount(amount),
            Self::Gpus { model, slice: None } => format!("{small} `{model}`"),
            Self::Gpus {
                model,
                slice: Some(slice),
            } => format!("{small} slices `{slice}` of `{model}`"),
            Self::Machines => words::count(small, "virtual machine"),
            Self::Storage(storage) => format!("{} of storage `{storage}`", Bytes::new(small)),
        }
    }

    /// A part of it and the whole. What is counted is said once: `1.5 of 32 cores`.
    fn share(&self, part: u128, whole: u128) -> String {
        const CORE: u128 = 1000;
        let all = self.amount(whole);
        if matches!(self, Self::Resource(Resource::Cpu)) && part.max(whole) >= CORE {
            let cores = format!("{}.{:03}", part / CORE, part % CORE);
            let cores = cores.trim_end_matches('0').trim_end_matches('.');
            return format!("{cores} of {all}");
        }
        let part = self.amount(part);
        let number = part.split(' ').next().unwrap_or_default();
        format!("{number} of {all}")
    }
}

/// A bound of a quota.
pub(super) struct Bound {
    /// What it counts.
    pub(super) counts: Counts,
    /// So much of it there may be.
    pub(super) allowed: u128,
    /// Where the quota says so.
    pub(super) origin: OriginId,
}

fn bounds(quota: &Quota) -> Vec<Bound> {
    let spec = &quota.spec;
    let mut bounds = Vec::new();
    let mut add = |counts, allowed: u64, origin| {
        bounds.push(Bound {
            counts,
            allowed: allowed.into(),
            origin,
        });
    };
    if let Some(cpu) = &spec.cpu {
        add(
            Counts::Resource(Resource::Cpu),
            cpu.value.as_millis(),
            cpu.origin,
        );
    }
    if let Some(memory) = &spec.memory {
        add(
            Counts::Resource(Resource::Memory),
            memory.value.get(),
            memory.origin,
        );
    }
    if let Some(pods) = &spec.pods {
        add(
            Counts::Resource(Resource::Pods),
            pods.value.into(),
            pods.origin,
        );
    }
    if let Some(vms) = &spec.vms {
        add(Counts::Machines, vms.value.into(), vms.origin);
    }
    for pages in &spec.hugepages {
        let page = Resource::Hugepages(pages.size.value);
        add(
            Counts::Resource(page),
            pages.total.value.get(),
            pages.meta.origin,
        );
    }
    for gpu in &spec.gpu {
        let counts = Counts::Gpus {
            model: gpu.model.value.text.to_string(),
            slice: gpu.slice.as_ref().map(|slice| slice.value.to_string()),
        };
        add(counts, gpu.count.value.into(), gpu.meta.origin);
    }
    for (_, storage) in &quota.storages {
        let name = storage.storage.value.text.to_string();
        add(
            Counts::Storage(name),
            storage.size.value.get(),
            storage.meta.origin,
        );
    }
    bounds
}

fn gpus(workload: &Workload, model: &str, slice: Option<&str>) -> u128 {
    workload
        .gpus
        .iter()
        .filter(|gpu| gpu.spec.or.is_none() && &*gpu.spec.model.value.text == model)
        .filter(|gpu| gpu.spec.slice.as_ref().map(|slice| &*slice.value) == slice)
        .map(|gpu| u128::from(gpu.spec.count.value))
        .sum()
}

fn disks(workload: &Workload, storage: &str) -> u128 {
    workload
        .disks
        .iter()
        .filter(|disk| !disk.spec.ephemeral.value)
        .filter(|disk| {
            disk.spec
                .storage
                .as_ref()
                .is_some_and(|used| &*used.value.text == storage)
        })
        .map(|disk| u128::from(disk.spec.size.value.get()))
        .sum()
}

/// What the tenant's volumes take of the storage that a bound counts.
fn volumes(estate: &Estate, owner: Id<Tenant>, quota: &Quota, counts: &Counts) -> u128 {
    let Counts::Storage(class) = counts else {
        return 0;
    };
    let on_class = |volume: &&Volume| {
        volume.cluster == quota.cluster
            && estate
                .class_for(owner, volume.cluster, volume.storage)
                .is_some_and(|found| estate.storages[found].name.value.as_str() == class)
    };
    let volumes = estate.tenants[owner].volumes.iter().filter(on_class);
    volumes
        .map(|volume| u128::from(volume.spec.size.value.get()))
        .fold(0, u128::saturating_add)
}

fn judge(
    estate: &Estate,
    tenant: Id<Tenant>,
    quota: &Quota,
    bound: &Bound,
    asked: &[Asked<'_>],
) -> Option<Diagnostic> {
    let volumes = volumes(estate, tenant, quota, &bound.counts);
    let tenant = &estate.tenants[tenant];
    let sum = |of: fn((u128, u128)) -> u128| -> u128 {
        asked
            .iter()
            .map(|asked| of(asked.amounts(&bound.counts)))
            .fold(volumes, u128::saturating_add)
    };
    let (least, most) = (sum(|(least, _)| least), sum(|(_, most)| most));
    let (rule, total, when, why) = if least > bound.allowed {
        (
            &QUOTA_EXCEEDED,
            least,
            "",
            "what passes a quota is refused when it is applied, whichever comes last",
        )
    } else if most > bound.allowed {
        (
            &SCALE_BEYOND_QUOTA,
            most,
            " at full scale",
            "replicas beyond a quota are refused at the hour when they are needed",
        )
    } else {
        return None;
    };
    let message = format!(
        "the workloads of tenant `{}` ask for {}{when}, and its quota is {}",
        tenant.name.value,
        bound.counts.amount(total),
        bound.counts.amount(bound.allowed)
    );
    let mut by: Vec<(u128, &Asked<'_>)> = asked
        .iter()
        .map(|asked| {
            let (of_least, of_most) = asked.amounts(&bound.counts);
            (
                if least > bound.allowed {
                    of_least
                } else {
                    of_most
                },
                asked,
            )
        })
        .filter(|(amount, _)| *amount > 0)
        .collect();
    by.sort_by(|a, b| {
        b.0.cmp(&a.0)
            .then_with(|| a.1.workload.path.cmp(&b.1.workload.path))
    });
    let mut finding = Diagnostic::new(rule, estate.span(bound.origin), message).label(format!(
        "{} too little",
        bound.counts.amount(total - bound.allowed)
    ));
    for (amount, asked) in by.iter().take(5) {
        let text = format!(
            "`{}` asks for {}",
            asked.workload.path,
            bound.counts.amount(*amount)
        );
        finding = finding.also(asked.workload.spec.meta.span, text);
    }
    if let Some(volume) = tenant.volumes.first().filter(|_| volumes > 0) {
        let text = format!("its volumes ask for {}", bound.counts.amount(volumes));
        finding = finding.also(volume.spec.meta.span, text);
    }
    Some(finding.why(why).help(format!(
        "raise it to {}, or ask for less",
        bound.counts.amount(total)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_says_once_what_is_counted() {
        let cpu = Counts::Resource(Resource::Cpu);
        let memory = Counts::Resource(Resource::Memory);
        let gpus = Counts::Gpus {
            model: "nvidia-l4".to_owned(),
            slice: None,
        };
        for (counts, part, whole, said) in [
            (&cpu, 1_500, 32_000, "1.5 of 32 cores"),
            (&cpu, 0, 1_000, "0 of 1 core"),
            (&cpu, 250, 500, "250m of 500m of CPU"),
            (&memory, 3 << 30, 64 << 30, "3GiB of 64GiB of memory"),
            (&gpus, 1, 8, "1 of 8 `nvidia-l4`"),
            (&Counts::Machines, 1, 2, "1 of 2 virtual machines"),
        ] {
            assert_eq!(counts.share(part, whole), said);
        }
    }
}
