//! Writes that count before they are on a disk, where little may be lost.

use crate::{
    check::{
        Subject,
        common::{kept_disks, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Cache, Pattern_},
};

declare_rule! { pub RULE = "writeback-loses-writes", Storage, Warn, "a host's cache of writes below data of which little may be lost", include_str!("writeback_loses_writes.md") }

/// Reports each disk with `cache=writeback` of a workload with an `rpo` or a pattern of replicas.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(availability) = &workload.spec.availability else {
            continue;
        };
        let (at, what) = match &availability.rpo {
            Some(rpo) => (rpo.origin, format!("may lose {}", rpo.value)),
            None if pattern(workload) == Pattern_::None => continue,
            None => (
                availability.pattern.origin,
                format!("is a {}", pattern(workload)),
            ),
        };
        for disk in kept_disks(workload) {
            let cache = &disk.spec.cache;
            if cache.value != Cache::Writeback {
                continue;
            }
            let message = format!(
                "`{}` {what}, and the host holds writes to its disk `{}` back",
                workload.path, disk.spec.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(cache.origin), message)
                    .label("lost with the host")
                    .also(estate.span(at), "little may be lost")
                    .why("what a guest has written and not flushed is in the memory of its host: when the host fails it is gone, and after a move another host may read what was there before")
                    .help("write `cache=none`, or leave it out"),
            );
        }
    }
}
