//! A machine is told what to do by a whole text and by parts.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
};

declare_rule! { pub RULE = "cloud-init-twice", Platform, Error, "cloud-init as a whole text and in parts", include_str!("cloud_init_twice.md") }

/// Reports each such machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let init = workload.vm().and(workload.spec.cloud_init.as_ref());
        let Some(from) = init.and_then(|init| init.from.as_ref()) else {
            continue;
        };
        let Some((what, span)) = part(workload) else {
            continue;
        };
        let message = format!(
            "`{}` is told what to do by `{}` and by {what}",
            workload.path, from.value.text
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(from.origin), message)
                .label("is all of it")
                .also(span, "would be lost")
                .why("the text of a config is handed over as it is; nothing can be added to it")
                .help("move the rest into that text, or leave `from` out"),
        );
    }
}

/// The first thing that would have to be told beside the text.
fn part(workload: &Workload) -> Option<(&'static str, tenantry_syntax::Span)> {
    let init = workload.spec.cloud_init.as_ref()?;
    let user = workload
        .spec
        .user
        .first()
        .map(|user| ("a user", user.meta.span));
    let package = init
        .package
        .as_ref()
        .map(|package| ("a package", package.meta.span));
    let run = init.run.first().map(|run| ("a command", run.meta.span));
    let write = init.write.first().map(|write| ("a file", write.meta.span));
    let mounted = workload
        .disks
        .iter()
        .find(|disk| disk.spec.mount.is_some() || disk.spec.fs.is_some());
    let disk = mounted.map(|disk| ("a disk to mount", disk.spec.meta.span));
    let folder = workload
        .mounts
        .first()
        .map(|mount| ("a mount", mount.spec.meta.span));
    user.or(package).or(run).or(write).or(disk).or(folder)
}
