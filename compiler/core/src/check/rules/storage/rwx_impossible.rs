//! Storage that many nodes shall mount at once, and cannot.

use crate::{
    check::{Subject, common::is_node_bound},
    diag::{Diagnostic, Findings, declare_rule},
    model::Storage,
    schema::kinds::{Access, VolumeMode},
};

declare_rule! { pub RULE = "rwx-impossible", Storage, Error, "`access=rwx` on storage that one node mounts at a time", include_str!("rwx_impossible.md") }

/// Reports classes on the disks of a node, and files on block devices of Ceph.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for class in estate.storages.values() {
        let access = &class.spec.access;
        let Some((why, help)) = obstacle(class).filter(|_| access.value == Access::Rwx) else {
            continue;
        };
        let message = format!(
            "many nodes shall mount the volumes of storage `{}`, and one can",
            class.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(access.origin), message)
                .label("one node at a time")
                .why(why)
                .help(help),
        );
    }
}

/// Why one node alone can mount a class's volumes, and what to do.
fn obstacle(class: &Storage) -> Option<(&'static str, &'static str)> {
    if is_node_bound(class) {
        return Some((
            "its volumes are on the disks of one machine, where no other reaches them; a claim for many nodes stays pending for ever",
            "leave `access` out, or use storage that machines share: `rook-ceph`, `cephfs`, `nfs`",
        ));
    }
    let files = class.spec.mode.value == VolumeMode::File;
    (class.spec.rook_ceph.is_some() && files).then_some((
        "a file system on a block device belongs to the one node that mounts it, and the driver refuses a second",
        "write `mode=block` for virtual machines that shall move while they run, or `cephfs` for files that many share",
    ))
}
