//! A machine on arm64 asks for what only amd64 has.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    origin::OriginId,
    schema::kinds::{Arch, Bus, Confidential, Firmware, TargetName, Vm},
};

declare_rule! { pub RULE = "not-on-arm64", Platform, Error, "something that a machine on arm64 cannot have", include_str!("not_on_arm64.md"); fixable; refused_by = KubeVirt }

/// What arm64 lacks, and by what it is mended.
struct Lack {
    what: String,
    at: OriginId,
    why: &'static str,
    /// The value that stands there instead, where there is one.
    instead: Option<&'static str>,
}

impl Lack {
    fn new(what: impl Into<String>, at: OriginId, why: &'static str) -> Self {
        Self { what: what.into(), at, why, instead: None }
    }

    fn instead(self, word: &'static str) -> Self {
        Self { instead: Some(word), ..self }
    }
}

/// Reports each such thing (KubeVirt 1.9, `pkg/virt-api/webhooks/arm64.go`).
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, vm) in subject.kubevirt_machines() {
        let mut pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let Some(pool) = pools.find(|pool| estate.arch(pool) == Arch::Arm64) else {
            continue;
        };
        for lack in lacks(subject, workload, vm) {
            let message = format!(
                "`{}` has {}, and pool `{}` is arm64",
                workload.path, lack.what, pool.name.value
            );
            let finding = Diagnostic::new(&RULE, estate.span(lack.at), message)
                .label("not on arm64")
                .also(pool.spec.cpu.meta.span, "arm64")
                .why(lack.why);
            findings.push(match (lack.instead, subject.rewritable(lack.at)) {
                (Some(word), Some(at)) => finding
                    .help(format!("write `{word}`"))
                    .fix(format!("write `{word}`"), vec![(at, word.to_owned())]),
                (Some(word), None) => finding.help(format!("write `{word}`")),
                (None, _) => finding.help("leave it out, or choose a pool of amd64"),
            });
        }
    }
}

fn lacks(subject: &Subject<'_>, workload: &Workload, vm: &Vm) -> Vec<Lack> {
    let mut all = Vec::new();
    let firmware = subject.estate.firmware(workload);
    if let Some(bios) = firmware.filter(|firmware| firmware.value == Firmware::Bios) {
        all.push(Lack::new("a BIOS", bios.origin, "what starts an arm64 machine is UEFI; it never had a BIOS").instead("uefi"));
    }
    if vm.secure_boot.value {
        all.push(Lack::new("Secure Boot", vm.secure_boot.origin, "its keys lie where only system management mode writes, a mode of x86"));
    }
    if vm.confidential.value != Confidential::None {
        all.push(Lack::new("encrypted memory", vm.confidential.origin, "SEV-SNP is AMD's and TDX Intel's"));
    }
    if let Some(sysprep) = &vm.sysprep {
        all.push(Lack::new("a disc for Windows' setup", sysprep.meta.origin, "the disc is attached by SATA, which arm64 machines do not have"));
    }
    if let Some(model) = workload.spec.cpu.as_ref().map(|cpu| &cpu.model)
        && subject.is_said(model.origin)
        && &*model.value != "host-passthrough"
    {
        let what = format!("a processor `{}`", model.value);
        all.push(Lack::new(what, model.origin, "KVM on arm64 shows the host's own processor and no other").instead("host-passthrough"));
    }
    all.extend(workload.disks.iter().filter(|disk| disk.spec.bus.value == Bus::Sata).map(|disk| {
        let what = format!("its disk `{}` on SATA", disk.spec.name.value);
        Lack::new(what, disk.spec.bus.origin, "arm64 machines have no SATA").instead("virtio")
    }));
    let options = workload.spec.target.iter();
    let options = options.filter(|options| options.target.value == TargetName::Kubevirt);
    all.extend(options.filter_map(|options| options.watchdog.as_ref()).map(|dog| {
        Lack::new("a watchdog", dog.origin, "the watchdog's card is one of x86")
    }));
    all
}
