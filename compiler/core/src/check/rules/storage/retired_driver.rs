//! A storage driver that nobody maintains any more.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Version,
};

declare_rule! { pub RULE = "retired-driver", Storage, Warn, "a storage driver that Kubernetes or its project has given up", include_str!("retired_driver.md") }

/// A driver, the release of Kubernetes that removed it from its tree (none where it was never in
/// it), and what came after. From the release notes of Kubernetes 1.22 to 1.31.
const RETIRED: &[(&str, Option<[u64; 2]>, &str)] = &[
    ("kubernetes.io/cephfs", Some([1, 31]), "`cephfs`"),
    (
        "kubernetes.io/flocker",
        Some([1, 25]),
        "any driver with CSI",
    ),
    (
        "kubernetes.io/glusterfs",
        Some([1, 26]),
        "`cephfs` or `nfs`",
    ),
    (
        "kubernetes.io/quobyte",
        Some([1, 25]),
        "the vendor's own driver",
    ),
    ("kubernetes.io/rbd", Some([1, 31]), "`rook-ceph`"),
    (
        "kubernetes.io/scaleio",
        Some([1, 22]),
        "the vendor's own driver",
    ),
    (
        "kubernetes.io/storageos",
        Some([1, 25]),
        "any driver with CSI",
    ),
    ("org.gluster.glusterfs", None, "`cephfs` or `nfs`"),
];

/// Reports classes with such a driver, those of the tree from the release on that lacks them.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for class in estate.storages.values() {
        let Some(csi) = &class.spec.csi else { continue };
        let Some((name, gone, instead)) = RETIRED
            .iter()
            .find(|(name, ..)| *name == &*csi.driver.value)
        else {
            continue;
        };
        let version = estate.clusters[class.cluster].backend.version();
        let still = gone
            .is_some_and(|gone| version.is_some_and(|version| version.value < Version::of(&gone)));
        if still {
            continue;
        }
        let why = match gone {
            Some([major, minor]) => format!(
                "Kubernetes {major}.{minor} took it out: nothing answers to that name, and no volume is made"
            ),
            None => {
                "its project has been archived: nobody mends it, and GlusterFS itself is in decline"
                    .to_owned()
            }
        };
        findings.push(
            Diagnostic::new(
                &RULE,
                estate.span(csi.driver.origin),
                format!(
                    "storage `{}` is made by `{name}`, which is no longer maintained",
                    class.name.value
                ),
            )
            .label("given up")
            .why(why)
            .help(format!("use {instead}")),
        );
    }
}
