//! Somebody who may do everything in two tenants that belong to different customers.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Tenant,
    origin::V,
    units,
};

declare_rule! { pub RULE = "admin-of-two-customers", Isolation, Note, "a group or user who may change the tenants of two customers", include_str!("admin_of_two_customers.md") }

/// Reports the second customer, by `org`, in whose tenants a member may change what runs.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut known: BTreeMap<&units::Subject, (&Tenant, &V<units::Name>)> = BTreeMap::new();
    for tenant in estate.tenants.values() {
        let Some(org) = &tenant.spec.org else {
            continue;
        };
        for member in members(tenant) {
            let (first, theirs) = *known.entry(&member.value).or_insert((tenant, org));
            if theirs.value == org.value {
                continue;
            }
            let message = format!(
                "`{}` may change tenant `{}` of `{}` and tenant `{}` of `{}`",
                member.value.name(),
                first.name.value,
                theirs.value,
                tenant.name.value,
                org.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(member.origin), message)
                    .label("of another customer too")
                    .also(first.spec.meta.span, "the first customer's")
                    .why("one stolen login then reaches both, and each customer's auditor will ask who of the other's may see his data")
                    .help("give each customer a group of its own; who runs the platform for all needs no role in the tenants"),
            );
        }
    }
}

/// Who may change what runs in a tenant. Names that Kubernetes gives out are another rule's.
fn members(tenant: &Tenant) -> impl Iterator<Item = &V<units::Subject>> {
    let members = tenant.spec.members.as_ref();
    let admin = members.and_then(|members| members.admin.as_ref());
    let edit = members.and_then(|members| members.edit.as_ref());
    let admin = admin.into_iter().flat_map(|admin| &admin.subjects);
    let edit = edit.into_iter().flat_map(|edit| &edit.subjects);
    admin.chain(edit).filter(|member| !member.value.is_system())
}
