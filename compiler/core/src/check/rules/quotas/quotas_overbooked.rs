//! Quotas that together promise more than there is.

use std::collections::BTreeMap;

use super::supply::Supply;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Estate, Id, Quota, Tenant},
    origin::OriginId,
    units::{Bytes, Cores},
};

declare_rule! { pub RULE = "quotas-overbooked", Quotas, Note, "quotas that together are more than one and a half times what the cluster has", include_str!("quotas_overbooked.md") }

/// Promises in tenths of what there is that nobody is told of: what tenants do not use at the
/// same time. Whole GPUs are one tenant's at a time, so of them nothing is promised twice.
const USUAL: u64 = 15;

/// Reports CPU, memory and GPU models of each cluster.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, cluster) in estate.clusters.iter().filter(|(_, cluster)| cluster.is_kubernetes()) {
        let quotas: Vec<(&Tenant, &Quota)> = estate
            .tenants
            .values()
            .flat_map(|tenant| tenant.quotas.iter().map(move |quota| (tenant, quota)))
            .filter(|(_, quota)| quota.cluster == id)
            .collect();
        if quotas.len() > 1 {
            of_cluster(estate, id, cluster, &quotas, findings);
        }
    }
}

/// One tenant's part of a promise.
type Part<'e> = (&'e Tenant, u64, OriginId);

fn of_cluster(estate: &Estate, id: Id<Cluster>, cluster: &Cluster, quotas: &[(&Tenant, &Quota)], findings: &mut Findings) {
    let supply = Supply::of(estate, id, None);
    let cpu = quotas.iter().filter_map(|(tenant, quota)| quota.spec.cpu.as_ref().map(|cpu| (*tenant, cpu.value.as_millis(), cpu.origin)));
    let memory = quotas.iter().filter_map(|(tenant, quota)| quota.spec.memory.as_ref().map(|size| (*tenant, size.value.get(), size.origin)));
    let mut gpus: BTreeMap<&str, Vec<Part<'_>>> = BTreeMap::new();
    for (tenant, quota) in quotas {
        for (_, gpu) in quota.gpus.iter().filter(|(_, gpu)| gpu.slice.is_none()) {
            gpus.entry(&gpu.model.value.text).or_default().push((tenant, gpu.count.value.into(), gpu.count.origin));
        }
    }
    let name = cluster.name.value.as_str();
    let mut judge = |parts: Vec<Part<'_>>, there: u64, tenths: u64, amount: &dyn Fn(u64) -> String| {
        findings.extend(overbooked(estate, name, &parts, there, tenths, amount));
    };
    judge(cpu.collect(), supply.cpu, USUAL, &|millis| format!("{} of CPU", Cores::millis(millis)));
    judge(memory.collect(), supply.memory, USUAL, &|bytes| format!("{} of memory", Bytes::new(bytes)));
    for (model, parts) in gpus {
        let there = supply.gpus.get(model).copied().unwrap_or(0);
        judge(parts, there, 10, &|count| format!("{count} `{model}`"));
    }
}

fn overbooked(estate: &Estate, cluster: &str, parts: &[Part<'_>], there: u64, tenths: u64, amount: &dyn Fn(u64) -> String) -> Option<Diagnostic> {
    let sum = parts.iter().fold(0_u64, |sum, (_, amount, _)| sum.saturating_add(*amount));
    // One that is beyond the cluster by itself has been told of.
    if parts.len() < 2 || there == 0 || parts.iter().any(|(_, amount, _)| *amount > there) {
        return None;
    }
    if u128::from(sum) * 10 <= u128::from(there) * u128::from(tenths) {
        return None;
    }
    let (_, _, first) = parts.iter().max_by_key(|(_, amount, _)| *amount)?;
    let hundredths = u128::from(sum) * 100 / u128::from(there);
    let message = format!(
        "the quotas of {} on `{cluster}` allow {} together, {}.{:02} times what it has",
        words::count(parts.len() as u64, "tenant"),
        amount(sum),
        hundredths / 100,
        hundredths % 100
    );
    let mut finding = Diagnostic::new(&RULE, estate.span(*first), message).label("the largest of them");
    let mut others: Vec<&Part<'_>> = parts.iter().filter(|(_, _, origin)| origin != first).collect();
    others.sort_by_key(|(tenant, amount, _)| (std::cmp::Reverse(*amount), &tenant.name.value));
    for (tenant, part, origin) in others.into_iter().take(4) {
        finding = finding.also(estate.span(*origin), format!("`{}` may use {}", tenant.name.value, amount(*part)));
    }
    Some(
        finding
            .why(format!("`{cluster}` has {}: the tenant that comes last finds less than its quota", amount(there)))
            .help("say so to the tenants, lower the quotas, or `allow quotas-overbooked` on one of the tenants with the reason"),
    )
}
