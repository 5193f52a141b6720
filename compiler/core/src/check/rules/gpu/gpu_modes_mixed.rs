//! One node shall give GPUs away in two forms.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "gpu-modes-mixed", Gpu, Error, "a pool whose nodes give GPUs away in two forms", include_str!("gpu_modes_mixed.md") }

/// Reports the second mode of each pool.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, pool) in estate.pools.iter() {
        let Some(first) = pool.gpus.first() else {
            continue;
        };
        let mode = &first.spec.mode;
        let Some(other) = pool
            .gpus
            .iter()
            .map(|gpu| &gpu.spec.mode)
            .find(|other| other.value != mode.value)
        else {
            continue;
        };
        let message = format!(
            "the nodes of pool `{}` give GPUs away as {} and as {}",
            pool.name.value, mode.value, other.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(other.origin), message)
                .label("a second mode")
                .also(estate.span(mode.origin), "the first")
                .why("the node's label says which driver stack it runs, and it can say only one")
                .help("make two pools of it, one for each mode"),
        );
    }
}
