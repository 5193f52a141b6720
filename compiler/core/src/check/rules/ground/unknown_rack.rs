//! A machine in a rack that its pool does not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
};

declare_rule! { pub RULE = "unknown-rack", References, Error, "a machine in a rack that its pool does not list", include_str!("unknown_rack.md") }

/// Looks at the named machines of pools that list their racks; where none are listed, a
/// machine's own word declares its rack.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values().filter(|pool| !pool.spec.meta.broken) {
        let listed = pool.spec.rack.iter().flat_map(|racks| &racks.names);
        let racks: Vec<&str> = listed.map(|rack| rack.value.as_str()).collect();
        let named = pool.spec.node.iter().filter_map(|node| node.rack.as_ref());
        for rack in named.filter(|rack| !racks.is_empty() && !racks.contains(&rack.value.as_str())) {
            let span = estate.span(rack.origin);
            let message = format!("pool `{}` lists no rack `{}`", pool.name.value, rack.value);
            let finding = Diagnostic::new(&RULE, span, message).label("not listed");
            findings.push(match nearest(rack.value.as_str(), racks.iter().copied()) {
                Some(near) => finding
                    .help(format!("did you mean `{near}`?"))
                    .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
                None => finding.help(format!("it lists {}; add this one there", racks.join(", "))),
            });
        }
    }
}
