//! A machine boots from what is no disk of its, or from one twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest, words},
    model::Disk,
    units::Name,
};

declare_rule! { pub RULE = "boot-order-unclear", Platform, Error, "a boot order with a disk that is not there, is empty, or comes twice", include_str!("boot_order_unclear.md") }

/// Reports each such entry.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, vm) in subject.whole_machines() {
        let Some(boot) = &vm.boot else { continue };
        let disks = workload.disks.iter();
        let disks: BTreeMap<&Name, &Disk> = disks.map(|disk| (&disk.spec.name.value, disk)).collect();
        let mut seen = BTreeSet::new();
        for entry in &boot.disks {
            let name = entry.value.as_str();
            let disk = disks.get(&entry.value);
            let again = !seen.insert(&entry.value);
            let (what, label, help) = match (disk, again) {
                (None, _) => ("which is no disk of it", "no such disk", other(&disks, name)),
                (_, true) => ("twice", "a second time", "leave it out here".to_owned()),
                (Some(disk), false) if disk.spec.ephemeral.value => (
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

/// What may have been meant by a name that is no disk.
fn other(disks: &BTreeMap<&Name, &Disk>, name: &str) -> String {
    let names: Vec<&str> = disks.keys().map(|disk| disk.as_str()).collect();
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its disks are {}", words::names(&names)),
    }
}
