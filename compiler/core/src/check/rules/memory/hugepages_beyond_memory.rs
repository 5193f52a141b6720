//! A pool sets aside more memory than its nodes have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "hugepages-beyond-memory", Memory, Error, "a pool whose huge pages and reserve take more memory than a node has", include_str!("hugepages_beyond_memory.md") }

/// Reports each pool where nothing would be left for what needs ordinary memory.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, pool) in subject.estate.pools.iter() {
        let memory = &pool.spec.memory;
        let reserve = pool
            .spec
            .reserve
            .as_ref()
            .and_then(|reserve| reserve.memory.as_ref());
        let Some(first) = memory.hugepages.first() else {
            continue;
        };
        if !pool.allocatable_memory().is_zero() {
            continue;
        }
        let pages: Vec<String> = pool
            .hugepages()
            .map(|(size, total)| format!("{} in {size} pages", total.value))
            .collect();
        let reserved = reserve.map_or(String::new(), |reserve| {
            format!(" and {} kept for the system", reserve.value)
        });
        let message = format!(
            "a node of pool `{}` has {} of memory; {}{reserved} leave nothing for anything else",
            pool.name.value,
            memory.size.value,
            pages.join(", ")
        );
        findings.push(
            Diagnostic::new(&RULE, first.meta.span, message)
                .label("set aside at boot")
                .also(memory.meta.span, "all there is")
                .why("ordinary memory is still needed: by the kubelet, by every container, and by the part of each virtual machine that is not its guest")
                .help("set fewer pages aside, or buy memory"),
        );
    }
}
