//! GPUs shall be given to machines by hosts whose IOMMU is switched off.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::GpuMode,
};

declare_rule! { pub RULE = "iommu-switched-off", Gpu, Error, "GPUs for machines on hosts that switch their IOMMU off", include_str!("iommu_switched_off.md"); fixable }

/// Reports each pool whose GPUs leave the host and that says `iommu=#false`. Where nothing is
/// said, such hosts are prepared for it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        let prepare = pool.spec.prepare.as_ref();
        let iommu = prepare.and_then(|prepare| prepare.iommu.as_ref());
        let leaves = |mode| matches!(mode, GpuMode::Passthrough | GpuMode::Vgpu);
        let gpu = pool.gpus.iter().find(|gpu| leaves(gpu.spec.mode.value));
        let (Some(gpu), Some(iommu)) = (gpu, iommu.filter(|iommu| !iommu.value)) else {
            continue;
        };
        let message = format!(
            "pool `{}` gives its {} away as {}, and switches the IOMMU off",
            pool.name.value, gpu.spec.model.value.text, gpu.spec.mode.value
        );
        let finding = Diagnostic::new(&RULE, estate.span(iommu.origin), message)
            .label("switched off")
            .also(estate.span(gpu.spec.mode.origin), "needs it")
            .why("a device writes into memory by itself; without an IOMMU nothing keeps it within its machine, and the kernel refuses to hand it on")
            .help("write `iommu=#true`, or leave it out: it then is what the GPUs need");
        findings.push(match subject.rewritable(iommu.origin) {
            Some(at) => finding.fix("write `iommu=#true`", vec![(at, "#true".to_owned())]),
            None => finding,
        });
    }
}
