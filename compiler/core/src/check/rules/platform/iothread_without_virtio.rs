//! A disk shall have a thread of its own and is not attached by virtio.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::Bus,
};

declare_rule! { pub RULE = "iothread-without-virtio", Platform, Error, "a thread of its own for a disk that is not on virtio", include_str!("iothread_without_virtio.md"); refused_by = KubeVirt }

/// Reports each such disk.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        for disk in &workload.disks {
            let own = disk.spec.iothread.as_ref().filter(|own| own.value);
            let bus = &disk.spec.bus;
            let Some(own) = own.filter(|_| bus.value != Bus::Virtio) else {
                continue;
            };
            let message = format!(
                "the disk `{}` of `{}` has a thread of its own and is on {}",
                disk.spec.name.value,
                workload.path,
                bus.value.word()
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(own.origin), message)
                    .label("only with virtio")
                    .also(estate.span(bus.origin), "not virtio")
                    .why("only a virtio disk is a device of its own that a thread can serve; KubeVirt refuses the machine")
                    .help("write `bus=virtio`, or leave `iothread` out"),
            );
        }
    }
}
