//! A quota of more than there is.

use super::supply::Supply;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Id, Quota, Tenant},
    origin::OriginId,
    units::{Bytes, Cores},
};

declare_rule! { pub RULE = "quota-beyond-cluster", Quotas, Warn, "a quota of more than its cluster has", include_str!("quota_beyond_cluster.md") }

/// Reports each bound that nothing could ever reach.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, tenant) in estate.tenants.iter() {
        for quota in tenant.quotas.iter().filter(|quota| estate.clusters[quota.cluster].is_kubernetes()) {
            for bound in bounds(estate, id, quota) {
                findings.extend(beyond(estate, tenant, quota, bound));
            }
        }
    }
}

/// One bound: what, how much is allowed and there, in words and as numbers.
struct Bound {
    allowed: (u64, String),
    there: (u64, String),
    origin: OriginId,
}

fn beyond(estate: &Estate, tenant: &Tenant, quota: &Quota, bound: Bound) -> Option<Diagnostic> {
    let cluster = &estate.clusters[quota.cluster].name.value;
    (bound.allowed.0 > bound.there.0).then(|| {
        let has = if bound.there.0 == 0 { "none".to_owned() } else { bound.there.1 };
        let message = format!("tenant `{}` may use {}, and `{cluster}` has {has} for it", tenant.name.value, bound.allowed.1);
        Diagnostic::new(&RULE, estate.span(bound.origin), message)
            .label("more than there is")
            .why("a quota beyond the hardware bounds nothing: what stops the tenant is that its pods wait for room, and everybody else's with them")
            .help("lower it to what the tenant shall have, or add the hardware")
    })
}

fn bounds(estate: &Estate, tenant: Id<Tenant>, quota: &Quota) -> Vec<Bound> {
    let supply = Supply::of(estate, quota.cluster, Some(tenant));
    let spec = &quota.spec;
    let memory = |bytes: u64| format!("{} of memory", Bytes::new(bytes));
    let mut all = Vec::new();
    let mut bound = |allowed: u64, there: u64, words: &dyn Fn(u64) -> String, origin| {
        all.push(Bound { allowed: (allowed, words(allowed)), there: (there, words(there)), origin });
    };
    if let Some(cpu) = &spec.cpu {
        let words = |millis| format!("{} of CPU", Cores::millis(millis));
        bound(cpu.value.as_millis(), supply.cpu, &words, cpu.origin);
    }
    if let Some(size) = &spec.memory {
        bound(size.value.get(), supply.memory, &memory, size.origin);
    }
    for pages in &spec.hugepages {
        let size = pages.size.value;
        let there = supply.hugepages.get(&size).copied().unwrap_or(0);
        bound(pages.total.value.get(), there, &|bytes| format!("{} in {size} pages", Bytes::new(bytes)), pages.total.origin);
    }
    for (_, gpu) in &quota.gpus {
        let model = &*gpu.model.value.text;
        let (there, what) = match &gpu.slice {
            None => (supply.gpus.get(model), format!("`{model}`")),
            Some(slice) => (supply.slices.get(&(model, &*slice.value)), format!("slices `{}` of `{model}`", slice.value)),
        };
        let there = there.copied().unwrap_or(0);
        bound(gpu.count.value.into(), there, &|count| format!("{count} {what}"), gpu.count.origin);
    }
    for (storage, said) in &quota.storages {
        let class = &estate.storages[storage.to];
        if let Some(capacity) = &class.spec.capacity {
            let name = &class.name.value;
            bound(said.size.value.get(), capacity.size.value.get(), &|bytes| format!("{} of storage `{name}`", Bytes::new(bytes)), said.size.origin);
        }
    }
    all
}
