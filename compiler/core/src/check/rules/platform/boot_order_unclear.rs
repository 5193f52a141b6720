//! A machine boots from what is no disk of its, or from one twice.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest, words},
};

declare_rule! { pub RULE = "boot-order-unclear", Platform, Error, "a boot order with a disk that is not there, is empty, or comes twice", include_str!("boot_order_unclear.md") }

/// Reports each such entry.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, vm) in subject.whole_machines() {
        let order = vm.boot.iter().flat_map(|boot| &boot.disks);
        for (index, entry) in order.clone().enumerate() {
            let name = entry.value.as_str();
            let disk = workload.disks.iter().find(|disk| disk.spec.name.value == entry.value);
            let before = order.clone().take(index).find(|before| before.value == entry.value);
            let (what, label, help) = match (disk, before) {
                (None, _) => {
                    let disks: Vec<&str> = workload.disks.iter().map(|disk| disk.spec.name.value.as_str()).collect();
                    let help = match nearest(name, disks.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("its disks are {}", words::names(&disks)),
                    };
                    ("which is no disk of it", "no such disk", help)
                }
                (_, Some(_)) => ("twice", "a second time", "leave it out here".to_owned()),
                (Some(disk), None) if disk.spec.ephemeral.value => (
                    "which is empty at each start",
                    "nothing to boot from",
                    "leave it out, or leave `ephemeral` out of the disk".to_owned(),
                ),
                _ => continue,
            };
            let message = format!("`{}` boots from `{name}`, {what}", workload.path);
            findings.push(
                Diagnostic::new(&RULE, estate.span(entry.origin), message)
                    .label(label)
                    .why("the firmware tries the disks in this order, each once")
                    .help(help),
            );
        }
    }
}
