//! A processor model that QEMU knows by another name.

use super::models::meant;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "unknown-cpu-model", Cpu, Error, "a processor model that is spelt otherwise", include_str!("unknown_cpu_model.md"); fixable }

/// Reports each name of a machine's processor that is almost one of QEMU's. What resembles none
/// may be newer than our list, so nothing is said of it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        let Some(model) = workload.spec.cpu.as_ref().map(|cpu| &cpu.model) else {
            continue;
        };
        let Some((meant, certain)) = meant(&model.value) else {
            continue;
        };
        let message = format!("no processor model is called `{}`", model.value);
        let finding = Diagnostic::new(&RULE, estate.span(model.origin), message)
            .label("not a model")
            .why("a named model is looked for among the nodes by exactly that name, in capitals and all: the machine would wait for ever")
            .help(format!("write `model={meant}`"));
        let edit = subject
            .rewritable(model.origin)
            .map(|span| vec![(span, meant.to_owned())]);
        let title = format!("write `{meant}`");
        findings.push(match (edit, certain) {
            (Some(edit), true) => finding.fix(title, edit),
            (Some(edit), false) => finding.suggest(title, edit),
            (None, _) => finding,
        });
    }
}
