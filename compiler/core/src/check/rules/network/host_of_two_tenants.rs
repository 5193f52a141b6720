//! Tenants that browsers take for one.

use std::collections::BTreeMap;

use super::hosts::{Named, by_label, key};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Id, Tenant},
};

declare_rule! { pub RULE = "host-of-two-tenants", Network, Warn, "a tenant's host that is another tenant's too, or lies below one of another tenant's", include_str!("host_of_two_tenants.md") }

/// Reports a host that a second tenant answers under, and one below another tenant's.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let names = by_label(subject);
    // The first of each tenant under each exact name, whatever the cluster: browsers see names.
    let mut owners: BTreeMap<&str, BTreeMap<Id<Tenant>, Named<'_>>> = BTreeMap::new();
    for ((name, _), all) in &names {
        for named in all.iter().filter(|named| !named.host.is_wildcard()) {
            let of = owners.entry(name.as_str()).or_default();
            of.entry(named.workload.tenant).or_insert(*named);
        }
    }
    for tenants in owners.values() {
        let mut of = tenants.values();
        let Some(first) = of.next() else { continue };
        if let Some(second) = of.next() {
            // Under one path only one of them answers, which is an error of its own.
            if path(first) != path(second) {
                findings.push(shared(estate, first, second));
            }
            continue;
        }
        if let Some(above) = above(first, &owners) {
            findings.push(below(estate, above, first));
        }
    }
}

fn path<'e>(named: &Named<'e>) -> &'e str {
    named
        .expose
        .spec
        .path
        .as_ref()
        .map_or("/", |path| path.value.as_str())
}

/// The nearest name above that is another tenant's alone. What has no dot is no site's name.
fn above<'o, 'e>(
    of: &Named<'_>,
    owners: &'o BTreeMap<&str, BTreeMap<Id<Tenant>, Named<'e>>>,
) -> Option<&'o Named<'e>> {
    let mut parent = of.host.base();
    while let Some((_, rest)) = parent.split_once('.') {
        parent = rest;
        let found = owners.get(key(parent).as_str());
        if let Some(tenants) = found {
            let own = tenants.contains_key(&of.workload.tenant);
            return tenants.values().next().filter(|_| !own);
        }
    }
    None
}

fn tenant<'e>(estate: &'e Estate, named: &Named<'_>) -> &'e str {
    estate.tenants[named.workload.tenant].name.value.as_str()
}

fn shared(estate: &Estate, first: &Named<'_>, second: &Named<'_>) -> Diagnostic {
    let message = format!(
        "tenants `{}` and `{}` both answer under {}",
        tenant(estate, first),
        tenant(estate, second),
        second.host
    );
    Diagnostic::new(&RULE, second.expose.spec.meta.span, message)
        .label("the second tenant")
        .also(first.expose.spec.meta.span, "the first")
        .why("a browser takes one host for one site, whatever the path: the pages of each read the other's cookies and storage, and act in the name of who is signed in there")
        .help("give each tenant a host of its own")
}

fn below(estate: &Estate, above: &Named<'_>, named: &Named<'_>) -> Diagnostic {
    let message = format!(
        "{} of tenant `{}` lies below {}, which is tenant `{}`'s",
        named.host,
        tenant(estate, named),
        above.host,
        tenant(estate, above)
    );
    Diagnostic::new(&RULE, named.expose.spec.meta.span, message)
        .label("below another tenant's")
        .also(above.expose.spec.meta.span, "the name above")
        .why("a page may set cookies for the name above its own, so that this tenant can sign the other's visitors in and out, or as whom it likes; and cookies for all names below come here too")
        .help("choose a name beside the other tenant's, not below it")
}
