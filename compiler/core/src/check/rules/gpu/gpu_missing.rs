//! A workload wants a GPU that a pool of its does not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Estate, Gpu, Id, Pool},
};

declare_rule! { pub RULE = "gpu-missing", Gpu, Error, "a GPU model that the pool does not have", include_str!("gpu_missing.md") }

/// Reports each pool of a workload that has neither the model nor its alternative.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        for gpu in &workload.gpus {
            for pool in workload.pools.iter().map(|pool| &estate.pools[pool.to]) {
                if on_pool(gpu, pool).next().is_none() {
                    findings.push(missing(estate, &workload.path, workload.cluster, gpu, pool));
                }
            }
        }
    }
}

/// The pool's GPUs of the model that is asked for, or of its alternative.
pub(super) fn on_pool<'p>(
    gpu: &'p Gpu,
    pool: &'p Pool,
) -> impl Iterator<Item = &'p crate::model::PoolGpu> {
    let wanted = [Some(&gpu.spec.model), gpu.spec.or.as_ref()];
    pool.gpus.iter().filter(move |has| {
        wanted
            .iter()
            .flatten()
            .any(|name| name.value.text == has.spec.model.value.text)
    })
}

fn missing(estate: &Estate, path: &str, cluster: Id<Cluster>, gpu: &Gpu, pool: &Pool) -> Diagnostic {
    let model = &gpu.spec.model;
    let asked = match &gpu.spec.or {
        Some(or) => format!("neither a `{}` nor a `{}`", model.value.text, or.value.text),
        None => format!("no `{}`", model.value.text),
    };
    let message = format!("`{path}` runs on pool `{}`, which has {asked}", pool.name.value);
    let has: Vec<&str> = pool.gpus.iter().map(|gpu| &*gpu.spec.model.value.text).collect();
    let there = match has.as_slice() {
        [] => "has no GPU".to_owned(),
        has => format!("has {}", words::names(has)),
    };
    let others: Vec<&str> = estate
        .pools_of(cluster)
        .filter(|(_, other)| on_pool(gpu, other).next().is_some())
        .map(|(_, other)| other.name.value.as_str())
        .collect();
    let help = match others.as_slice() {
        [] => "give the pool such a GPU, or ask for one that it has".to_owned(),
        others => format!("such GPUs are in {}", words::names(others)),
    };
    Diagnostic::new(&RULE, estate.span(model.origin), message)
        .label("not on its pool")
        .also(pool.spec.meta.span, there)
        .help(help)
}
