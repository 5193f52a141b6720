//! Guests that are remembered and no more. Nothing that is built removes them.

use std::collections::BTreeMap;

use super::{Changes, GUEST_LEFT, Left};
use crate::{
    diag::{Diagnostic, Findings, words},
    model::{Estate, Id, Tenant},
};

/// How many guests a message names.
const NAMED: usize = 3;

/// A finding for each tenant that guests have left, and one for all of tenants that are gone.
pub(super) fn told(estate: &Estate, changes: &Changes) -> Findings {
    let tenants: BTreeMap<&str, Id<Tenant>> = estate
        .tenants
        .iter()
        .map(|(id, tenant)| (tenant.name.value.as_str(), id))
        .collect();
    let mut by: BTreeMap<Option<Id<Tenant>>, Vec<&Left>> = BTreeMap::new();
    for left in &changes.left {
        let tenant = left.path.split('.').next().unwrap_or_default();
        by.entry(tenants.get(tenant).copied())
            .or_default()
            .push(left);
    }
    by.into_iter()
        .map(|(tenant, group)| one(estate, changes, tenant, &group))
        .collect()
}

fn one(
    estate: &Estate,
    changes: &Changes,
    tenant: Option<Id<Tenant>>,
    group: &[&Left],
) -> Diagnostic {
    let each = group.iter().take(NAMED);
    let mut each: Vec<String> = each
        .map(|left| format!("`{}` (number {})", left.path, left.number))
        .collect();
    if group.len() > NAMED {
        each.push(format!("{} more", group.len() - NAMED));
    }
    let (no_longer, theirs) = match group.len() {
        1 => (
            "is no longer a guest of this estate, and stays on its server until somebody removes it",
            "its number",
        ),
        _ => (
            "are no longer guests of this estate, and stay on their servers until somebody removes them",
            "their numbers",
        ),
    };
    let message = format!("{} {no_longer}", words::and(&each));
    let addresses: Vec<&str> = group
        .iter()
        .flat_map(|left| &left.addresses)
        .map(|address| address.split('/').next().unwrap_or(address))
        .collect();
    let addresses = match addresses.as_slice() {
        [] => String::new(),
        few if few.len() <= NAMED => format!(" and {}", words::and(few)),
        many => format!(" and {} addresses", many.len()),
    };
    let finding = match tenant {
        Some(id) => {
            let at = estate.span(estate.tenants[id].name.origin);
            Diagnostic::new(&GUEST_LEFT, at, message).label("had more guests")
        }
        None => Diagnostic::nowhere(&GUEST_LEFT, message),
    };
    finding
        .why(format!(
            "what is built makes guests and changes them, and removes none; {theirs}{addresses} \
             are forgotten, and somebody new may get them"
        ))
        .help(help(estate, changes, tenant, group))
}

fn help(estate: &Estate, changes: &Changes, tenant: Option<Id<Tenant>>, group: &[&Left]) -> String {
    let new = changes.new.iter().map(|id| &estate.workloads[*id]);
    let mut new = new.filter(|workload| Some(workload.tenant) == tenant);
    let renamed = match (group, new.next(), new.next()) {
        ([left], Some(only), None) => {
            let was = left.path.split('.').nth(1).unwrap_or_default();
            Some(format!(
                "if it is called `{}` now, write `was={was}` there, and it keeps its number, disks and address; else ",
                only.name.value
            ))
        }
        (_, Some(_), _) => {
            Some("one that only has another name now keeps all with `was=OLD`; ".to_owned())
        }
        _ => None,
    };
    let (guest, its) = match group.len() {
        1 => ("the guest", "its"),
        _ => ("the guests", "their"),
    };
    format!(
        "{}remove {guest} on the server when nobody needs {its} disks any more",
        renamed.unwrap_or_default()
    )
}
