//! A machine is told something that only cloud-init would do, and its image has none.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
};

declare_rule! { pub RULE = "cloud-init-missing", Platform, Error, "users, files or mounts of a machine whose image has no cloud-init", include_str!("cloud_init_missing.md") }

/// Reports the first such thing of each machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let image = estate.image_of(workload);
        let Some(image) = image.filter(|image| !image.cloud_init.value) else {
            continue;
        };
        let Some((what, span)) = asked(workload) else {
            continue;
        };
        let message = format!(
            "`{}` has {what}, and image `{}` has no cloud-init",
            workload.path, image.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("done by nobody")
                .also(estate.span(image.cloud_init.origin), "has none")
                .why("what is inside a guest is set up by cloud-init when it first starts")
                .help("leave it out and do it in the guest, or use an image with cloud-init"),
        );
    }
}

/// The first thing that only cloud-init would do.
fn asked(workload: &Workload) -> Option<(&'static str, Span)> {
    let spec = &workload.spec;
    let user = spec.user.first().map(|user| ("a user", user.meta.span));
    let init = spec.cloud_init.as_ref();
    let init = init.map(|init| ("`cloud-init`", init.meta.span));
    let mut disks = workload.disks.iter();
    let disk = disks.find(|disk| disk.spec.mount.is_some() || disk.spec.fs.is_some());
    let disk = disk.map(|disk| ("a disk to mount", disk.spec.meta.span));
    let mount = workload.mounts.first();
    let mount = mount.map(|mount| ("a mount", mount.spec.meta.span));
    user.or(init).or(disk).or(mount)
}
