//! A machine's firmware cannot do what it shall.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    origin::OriginId,
    schema::kinds::{Confidential, Firmware, Vm},
};

declare_rule! { pub RULE = "firmware-contradiction", Platform, Error, "firmware that cannot do what the machine asks of it", include_str!("firmware_contradiction.md") }

/// Reports each such machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some((what, at, why, help)) = workload
            .vm()
            .and_then(|vm| contradiction(vm, estate.firmware(workload)?.value))
        else {
            continue;
        };
        let message = format!("`{}` has {what}", workload.path);
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label("not together")
                .why(why)
                .help(help),
        );
    }
}

fn contradiction(
    vm: &Vm,
    firmware: Firmware,
) -> Option<(&'static str, OriginId, &'static str, &'static str)> {
    let bios = firmware == Firmware::Bios;
    let secure = vm.secure_boot.value;
    let confidential = vm.confidential.value != Confidential::None;
    match (bios, secure, confidential) {
        (true, true, _) => Some((
            "Secure Boot and a BIOS",
            vm.secure_boot.origin,
            "only UEFI checks signatures before it starts a loader",
            "write `firmware=uefi`, or leave `secure-boot` out",
        )),
        (true, _, true) => Some((
            "encrypted memory and a BIOS",
            vm.confidential.origin,
            "what is measured when such a machine starts is its UEFI",
            "write `firmware=uefi`",
        )),
        (false, true, true) => Some((
            "encrypted memory and Secure Boot",
            vm.secure_boot.origin,
            "the firmware of encrypted machines has no store that only it can write",
            "leave `secure-boot` out: what starts is measured instead",
        )),
        _ => None,
    }
}
