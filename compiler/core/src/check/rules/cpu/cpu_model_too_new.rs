//! A machine sees a processor that is newer than those it runs on.

use super::models::{generation, known_of};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "cpu-model-too-new", Cpu, Error, "a processor model newer than the pool's processors", include_str!("cpu_model_too_new.md") }

/// Reports the first pool of each machine whose processors are of an earlier generation.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        let Some(model) = workload.spec.cpu.as_ref().map(|cpu| &cpu.model) else {
            continue;
        };
        let Some((line, asked)) = generation(&model.value) else {
            continue;
        };
        let older = workload.pools.iter().find_map(|pool| {
            let pool = &estate.pools[pool.to];
            let (own, has, name) = known_of(estate, pool)?;
            (own == line && has < asked).then_some((pool, name))
        });
        let Some((pool, newest)) = older else { continue };
        let message = format!(
            "`{}` sees a processor `{}`; pool `{}` has {}, which is at most `{newest}`",
            workload.path, model.value, pool.name.value, pool.spec.cpu.model.value.text
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(model.origin), message)
                .label("newer than the host's")
                .also(pool.spec.cpu.meta.span, format!("`{newest}`"))
                .why("a named model is looked for among the nodes, and none offers what its processor lacks: the machine would wait for ever")
                .help(format!("write `model={newest}`, or leave `model` out for the host's own")),
        );
    }
}
