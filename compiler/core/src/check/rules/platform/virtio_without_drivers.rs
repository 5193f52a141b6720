//! A disk is attached in a way that the guest cannot see.

use tenantry_syntax::change::Change;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Disk, Estate},
    origin::How,
    schema::kinds::Bus,
};

declare_rule! { pub RULE = "virtio-without-drivers", Platform, Error, "a virtio disk in a machine whose image has no drivers for it", include_str!("virtio_without_drivers.md"); fixable }

/// Reports each such disk.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if workload.vm().is_none() || estate.has_virtio_drivers(workload) {
            continue;
        }
        let Some(image) = estate.image_of(workload) else {
            continue;
        };
        for disk in &workload.disks {
            let bus = &disk.spec.bus;
            if bus.value == Bus::Sata {
                continue;
            }
            let message = format!(
                "`{}` cannot see its disk `{}`: image `{}` has no drivers for virtio",
                workload.path, disk.spec.name.value, image.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, disk.spec.meta.span, message)
                    .label("attached by virtio")
                    .also(estate.span(image.virtio_drivers.origin), "has none")
                    .why("`scsi` is virtio too; only `sata` works with the drivers that every system brings")
                    .help("write `bus=sata`, or put the drivers into the image")
                    .maybe_fix("write `bus=sata`", on_sata(estate, disk)),
            );
        }
    }
}

/// The disk on the other bus, where its node may say so for itself: a bus that a profile or an
/// expression gives is theirs.
fn on_sata(estate: &Estate, disk: &Disk) -> Option<Vec<Change>> {
    let bus = disk.spec.bus.origin;
    let default = matches!(estate.origins.get(bus).how, How::Default(_));
    let free = default || estate.literal(bus).is_some();
    let node = estate.own_node(&disk.spec.meta).filter(|_| free)?;
    let set = Change::SetProperty(node, "bus".to_owned(), "sata".to_owned());
    Some(vec![set])
}
