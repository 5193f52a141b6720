//! A pool whose machines are counted and named.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "machines-counted-and-named", Platform, Error, "a pool with `nodes` and `node`", include_str!("machines_counted_and_named.md") }

/// Reports each such pool.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for pool in subject.estate.pools.values() {
        let (Some(counted), Some(named)) = (&pool.spec.nodes, pool.spec.node.first()) else {
            continue;
        };
        let message = format!("the machines of pool `{}` are counted and named", pool.name.value);
        findings.push(
            Diagnostic::new(&RULE, counted.meta.span, message)
                .label("counted")
                .also(named.meta.span, "named")
                .why("nothing says whether those with names are among those that are counted")
                .help("name all of them, or make two pools"),
        );
    }
}
