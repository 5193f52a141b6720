//! A machine's firmware does not start what its image is.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    schema::kinds::{Image, Vm},
};

declare_rule! { pub RULE = "image-cannot-boot", Platform, Error, "firmware that does not start the machine's image", include_str!("image_cannot_boot.md") }

/// Reports each machine with other firmware than its image is made for, and each with Secure Boot
/// whose image is not said to be signed.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, vm) in subject.whole_machines() {
        if let Some(image) = subject.estate.image_of(workload) {
            let found = other_firmware(subject, workload, vm, image);
            findings.extend(found.or_else(|| unsigned(subject, workload, vm, image)));
        }
    }
}

fn other_firmware(
    subject: &Subject<'_>,
    workload: &Workload,
    vm: &Vm,
    image: &Image,
) -> Option<Diagnostic> {
    let made_for = image.firmware.as_ref()?;
    let own = &vm.firmware;
    if made_for.value == own.value || !subject.is_said(own.origin) {
        return None;
    }
    let message = format!(
        "`{}` starts by {}, and its image `{}` is made for {}",
        workload.path,
        own.value.word(),
        image.name.value,
        made_for.value.word()
    );
    Some(
        Diagnostic::new(&RULE, subject.estate.span(own.origin), message)
            .label("does not start it")
            .also(subject.estate.span(made_for.origin), "made for")
            .why("a boot loader is written for one of the two: the other finds nothing that it could start")
            .help("leave `firmware` out of the machine: it is then the image's"),
    )
}

fn unsigned(
    subject: &Subject<'_>,
    workload: &Workload,
    vm: &Vm,
    image: &Image,
) -> Option<Diagnostic> {
    if !vm.secure_boot.value || image.secure_boot.value {
        return None;
    }
    let message = format!(
        "`{}` starts signed code alone, and its image `{}` is not said to be signed",
        workload.path, image.name.value
    );
    Some(
        Diagnostic::new(&RULE, subject.estate.span(vm.secure_boot.origin), message)
            .label("does not start it")
            .also(image.meta.name_span, "no `secure-boot=#true`")
            .why("the firmware refuses a loader without a signature that it knows, and the machine stops there")
            .help("write `secure-boot=#true` at the image if its boot chain is signed, else leave it out of the machine"),
    )
}
