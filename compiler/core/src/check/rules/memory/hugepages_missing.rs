//! A workload wants huge pages of a size that a pool of its does not set aside.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::Pool,
    units::Bytes,
};

declare_rule! { pub RULE = "hugepages-missing", Memory, Error, "huge pages of a size that the pool does not set aside", include_str!("hugepages_missing.md") }

/// Reports a workload once for each pool without such pages.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let Some(page) = workload
            .spec
            .memory
            .as_ref()
            .and_then(|memory| memory.hugepages.as_ref())
        else {
            continue;
        };
        for pool in workload.pools.iter().map(|pool| &estate.pools[pool.to]) {
            if pool.hugepages().any(|(size, _)| size.value == page.value) {
                continue;
            }
            findings.push(
                Diagnostic::new(
                    &RULE,
                    estate.span(page.origin),
                    format!(
                        "`{}` is made of {} pages, of which pool `{}` sets none aside",
                        workload.path, page.value, pool.name.value
                    ),
                )
                .label("no such pages there")
                .also(pool.spec.memory.meta.span, stock(pool))
                .why("the kernel hands out huge pages only from what was set aside when the node booted")
                .help(format!(
                    "add `hugepages \"{}\" TOTAL` to the `memory` of pool `{}`, or choose another pool",
                    page.value, pool.name.value
                )),
            );
        }
    }
}

fn stock(pool: &Pool) -> String {
    let sizes: Vec<Bytes> = pool.hugepages().map(|(size, _)| size.value).collect();
    match sizes.as_slice() {
        [] => "sets no huge pages aside".to_owned(),
        sizes => {
            let sizes: Vec<String> = sizes.iter().map(Bytes::to_string).collect();
            format!("has pages of {} only", words::and(&sizes))
        }
    }
}
