//! Fewer copies on Ceph than it takes to lose one and go on.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Storage,
    origin::V,
};

declare_rule! { pub RULE = "ceph-copies-too-few", Storage, Error, "fewer than three copies on Ceph", include_str!("ceph_copies_too_few.md") }

/// Three copies, of which two must be written: Ceph's own default, and the least with which the
/// loss of one neither stops writing nor leaves a single copy.
const LEAST: u32 = 3;

/// Reports each class on Ceph with one copy or two.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for class in estate.storages.values() {
        let Some(copies) = copies(class).filter(|copies| copies.value < LEAST) else {
            continue;
        };
        let (count, why) = match copies.value {
            0 | 1 => (
                "a single copy",
                "one broken disk is the loss of a part of every volume on it",
            ),
            _ => (
                "two copies",
                "when one is away, either writing stops, or it goes on with a single copy; and two halves of a network that write apart from each other have no third to say who is right",
            ),
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(copies.origin), format!("storage `{}` keeps {count} on Ceph", class.name.value))
                .label(format!("{LEAST} at the least"))
                .why(why)
                .help(format!("write `replicas={LEAST}`, as when nothing is said; what may be lost belongs on `local` disks, which are faster")),
        );
    }
}

fn copies(class: &Storage) -> Option<V<u32>> {
    let block = class.spec.rook_ceph.as_ref().map(|ceph| ceph.replicas);
    block.or_else(|| Some(class.spec.cephfs.as_ref()?.replicas))
}
