//! A number that two guests would have.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backend, Cluster, Id, Replicas},
    origin::OriginId,
};

declare_rule! { pub RULE = "vmid-taken", Platform, Error, "a fixed number that two guests would have", include_str!("vmid_taken.md") }

/// Compares fixed numbers within a cluster, and with the number of replicas.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut taken: BTreeMap<(Id<Cluster>, u32), OriginId> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        let options = workload
            .spec
            .target
            .iter()
            .find_map(|target| target.vmid.as_ref());
        let Some(vmid) = options.filter(|_| {
            matches!(
                estate.clusters[workload.cluster].backend,
                Backend::Proxmox(_)
            )
        }) else {
            continue;
        };
        let finding = |message: String| {
            Diagnostic::new(&RULE, estate.span(vmid.origin), message)
                .why("a number is one guest's in the whole cluster, over machines and containers")
        };
        if let Replicas::Fixed(count) = &workload.replicas
            && count.value > 1
        {
            let message = format!(
                "workload `{}` has {} replicas and one number, {}",
                workload.path, count.value, vmid.value
            );
            findings.push(
                finding(message)
                    .label("one number")
                    .also(
                        estate.span(count.origin),
                        format!("{} replicas", count.value),
                    )
                    .help("leave `vmid` out: numbers are chosen and remembered"),
            );
        }
        match taken.get(&(workload.cluster, vmid.value)) {
            Some(first) => findings.push(
                finding(format!("two guests would have the number {}", vmid.value))
                    .label("the second")
                    .also(estate.span(*first), "the first")
                    .help("give one of them another number, or leave it out"),
            ),
            None => {
                taken.insert((workload.cluster, vmid.value), vmid.origin);
            }
        }
    }
}
