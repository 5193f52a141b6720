//! GPUs are said to be joined that cannot be.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "nvlink-unsupported", Gpu, Error, "`nvlink` of cards that cannot be joined, or of a single one", include_str!("nvlink_unsupported.md") }

/// Reports each such entry of a pool.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        for gpu in pool.gpus.iter().filter(|gpu| gpu.spec.nvlink.value) {
            let model = &estate.gpu_models[gpu.model.to];
            let name = &model.name.value;
            let alone = gpu.spec.count.value < 2;
            let message = match (model.nvlink.value, alone) {
                (true, false) => continue,
                (true, true) => format!(
                    "each node of pool `{}` has one {name}, which is joined to no other",
                    pool.name.value
                ),
                (false, _) => format!("the {name} of pool `{}` has no NVLink", pool.name.value),
            };
            findings.push(
                Diagnostic::new(&RULE, estate.span(gpu.spec.nvlink.origin), message)
                    .label("not joined")
                    .why("who runs on several cards counts on it: over PCIe what they exchange takes ten times as long or more")
                    .help("leave `nvlink` out"),
            );
        }
    }
}
