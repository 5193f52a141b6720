//! Two machines of one name, which one inventory cannot tell apart.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "host-name-taken", Platform, Error, "a machine's name that another machine has", include_str!("host_name_taken.md") }

/// Reports each name once more than it should be there, at the pool of the later machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut taken = BTreeMap::new();
    for (id, pool) in estate.pools.iter() {
        let mut reported = false;
        for node in pool
            .nodes
            .iter()
            .filter(|_| !estate.clusters[pool.cluster].spec.managed.value)
        {
            let Some(first) = taken.insert(node.name.as_str(), id) else {
                continue;
            };
            if std::mem::replace(&mut reported, true) {
                continue;
            }
            let other = &estate.pools[first];
            let message = format!(
                "pool `{}` and pool `{}` both have a machine `{}`",
                other.path(&estate.clusters[other.cluster]),
                pool.path(&estate.clusters[pool.cluster]),
                node.name
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(node.origin), message)
                    .label("the second")
                    .also(other.spec.meta.span, "the first")
                    .why("the inventory of hosts, and a cluster itself, tell machines by their names")
                    .help("name the machines apart: `nodes … prefix=` or other names of `node`"),
            );
        }
    }
}
