//! A machine takes a number of joined GPUs that leaves others without their partners.

use super::gpu_missing::on_pool;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::GpuMode,
};

declare_rule! { pub RULE = "nvlink-divided", Gpu, Warn, "a number of joined GPUs into which a node's cannot be divided", include_str!("nvlink_divided.md") }

/// More cards than one machine holds; it bounds what is proposed.
const MOST: u32 = 64;

/// Reports each machine's GPUs at the first pool whose joined cards do not divide by their number.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.whole_machines() {
        for gpu in workload.gpus.iter().filter(|gpu| gpu.spec.slice.is_none()) {
            let asked = gpu.spec.count.value;
            let joined = workload.pools.iter().find_map(|pool| {
                let pool = &estate.pools[pool.to];
                let has = on_pool(gpu, pool).find(|has| {
                    has.spec.nvlink.value && has.spec.mode.value == GpuMode::Passthrough
                })?;
                let count = has.spec.count.value;
                let split = asked > 1 && asked <= count && !count.is_multiple_of(asked);
                split.then_some((pool, has, count))
            });
            let Some((pool, has, count)) = joined else {
                continue;
            };
            let fits: Vec<String> = (1..=count.min(MOST))
                .filter(|fit| count.is_multiple_of(*fit))
                .map(|fit| fit.to_string())
                .collect();
            let message = format!(
                "`{}` takes {asked} of the {count} joined {} of a node of pool `{}`",
                workload.path, has.spec.model.value.text, pool.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(gpu.spec.count.origin), message)
                    .label("cuts through what is joined")
                    .also(has.spec.meta.span, format!("{count}, joined by NVLink"))
                    .why("joined cards are given to machines in equal parts that the switch can close off from each other; in another number some stay without their links, or unused")
                    .help(format!("take one of {}", fits.join(", "))),
            );
        }
    }
}
