//! The words for what changes. What one word of the spec caused is one finding.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use super::{ADDRESS_CHANGES, Cause, Changed, Changes, NUMBER_CHANGES, What, because, left};
use crate::{
    diag::{Diagnostic, Findings, words},
    model::Estate,
};

/// How many replicas a message names.
const NAMED: usize = 3;

/// What is told of everything that is not as the build before had chosen it.
pub(crate) fn told(estate: &Estate, changes: &Changes) -> Findings {
    let mut groups: BTreeMap<(bool, &Cause), Vec<&Changed>> = BTreeMap::new();
    for changed in &changes.all {
        let key = (changed.what == What::Number, &changed.cause);
        groups.entry(key).or_default().push(changed);
    }
    let mut findings: Findings = groups
        .into_iter()
        .filter_map(|((number, cause), group)| one(estate, number, cause, &group))
        .collect();
    findings.extend(left::told(estate, changes));
    findings
}

fn one(estate: &Estate, number: bool, cause: &Cause, group: &[&Changed]) -> Option<Diagnostic> {
    let first = group.first()?;
    let rule = if number {
        &NUMBER_CHANGES
    } else {
        &ADDRESS_CHANGES
    };
    let (span, label) = place(estate, cause, first);
    let because = match cause {
        // The place says it.
        Cause::Said(_) => String::new(),
        cause => format!(", {}", because(estate, cause, &first.what, group.len())),
    };
    let message = format!("{}{because}", sentence(estate, number, group));
    let finding = Diagnostic::new(rule, span, message)
        .label(label)
        .why(why(number, cause, group))
        .help(help(estate, number, cause, first));
    let had = estate.span(estate.workloads[first.workload].name.origin);
    Some(match cause {
        Cause::TakenBy { .. } => finding.also(had, format!("had it: {}", first.from)),
        _ => finding,
    })
}

/// The word that caused it, and what to say beside it.
fn place(estate: &Estate, cause: &Cause, first: &Changed) -> (Span, String) {
    let workload = &estate.workloads[first.workload];
    let network = |id| {
        let network: &crate::model::NetworkIn = &estate.networks[id];
        &network.spec
    };
    let short = bare(&first.from);
    match cause {
        Cause::Said(at) => (estate.span(*at), format!("it was {short}")),
        Cause::TakenBy { at, .. } => (estate.span(*at), format!("takes it from `{}`", first.path)),
        Cause::Twice { .. } | Cause::Unreadable => (
            estate.span(workload.name.origin),
            format!("tenantry.lock has {short}"),
        ),
        Cause::Outside(id) => {
            let spec = network(*id);
            let at = spec.range().map(|range| estate.span(range.origin));
            (
                at.unwrap_or(spec.meta.span),
                format!("{short} is no guest's here"),
            )
        }
        Cause::Router(_, at) => (estate.span(*at), "was a guest's".to_owned()),
        Cause::Reserved(_, at) => (estate.span(*at), format!("{short} was a guest's")),
        Cause::Machine(at) => (estate.span(*at), format!("{short} was a guest's")),
        Cause::Leased(id) => {
            let spec = network(*id);
            let at = spec.dhcp.first().map(|range| range.meta.span);
            (
                at.unwrap_or(spec.meta.span),
                "addresses come from here now".to_owned(),
            )
        }
        Cause::NoRange(id) => (network(*id).meta.span, "gives no addresses".to_owned()),
        Cause::NoNetwork(at) => (estate.span(*at), format!("had {short}")),
    }
}

/// What was and what is.
fn sentence(estate: &Estate, number: bool, group: &[&Changed]) -> String {
    let what = if number { "number" } else { "address" };
    let gives_up = group.iter().any(|changed| changed.to.is_none());
    if let [only] = group {
        let to = only.to.as_deref().unwrap_or_default();
        let name = named(estate, only);
        return match gives_up {
            true => format!("{name} has no longer the address {}", bare(&only.from)),
            false => format!(
                "the {what} of {name} changes from {} to {}",
                bare(&only.from),
                bare(to)
            ),
        };
    }
    let each = group.iter().take(NAMED).map(|changed| {
        let name = named(estate, changed);
        match &changed.to {
            Some(to) => format!("{name} from {} to {}", bare(&changed.from), bare(to)),
            None => format!("{name} {}", bare(&changed.from)),
        }
    });
    let mut each: Vec<String> = each.collect();
    if group.len() > NAMED {
        each.push(format!("{} more", group.len() - NAMED));
    }
    let plural = if number { "numbers" } else { "addresses" };
    let verb = if gives_up { "are given up" } else { "change" };
    format!("{} {plural} {verb} ({})", group.len(), words::and(&each))
}

/// `` `acme.db` ``, with the interface where it has several.
fn named(estate: &Estate, changed: &Changed) -> String {
    let several = estate.workloads[changed.workload].nics.len() > 1;
    match &changed.what {
        What::Address(nic) if several => format!("`{}` on `{nic}`", changed.path),
        _ => format!("`{}`", changed.path),
    }
}

/// An address without the length of its network.
fn bare(text: &str) -> &str {
    text.split('/').next().unwrap_or(text)
}

/// What it means in operation.
fn why(number: bool, cause: &Cause, group: &[&Changed]) -> String {
    let one = group.len() == 1;
    match (number, one, group.first()) {
        (true, ..) if *cause == Cause::Unreadable => "the number is the guest: under which one it \
             is on the server is not known, and what is built makes another one with empty disks"
            .to_owned(),
        (true, true, Some(only)) => format!(
            "the number is the guest: what is built makes another one with empty disks, and {} \
             keeps its disks, snapshots and backups and runs on until somebody removes it",
            only.from
        ),
        (true, ..) => "the number is the guest: what is built makes others with empty disks, and \
             the old ones keep their disks, snapshots and backups and run on until somebody \
             removes them"
            .to_owned(),
        (false, ..) => "policies and firewalls that are built here follow; clients, DNS records \
             and firewalls elsewhere know the old address until somebody tells them"
            .to_owned(),
    }
}

fn help(estate: &Estate, number: bool, cause: &Cause, first: &Changed) -> String {
    let old = &first.from;
    let keep = if number {
        format!("`vmid={old}`")
    } else {
        format!("`ip {old:?}`")
    };
    let word = if number { "vmid" } else { "ip" };
    match cause {
        Cause::Said(_) if number => format!(
            "write {keep} to keep the guest; if {} is there already and is the one that is meant, nothing is lost",
            first.to.as_deref().unwrap_or_default()
        ),
        Cause::Said(_) => format!("write {keep} to keep it, or tell who knows the old one"),
        Cause::TakenBy { by, .. } => format!(
            "give `{}` another one, or leave its `{word}` out: one is chosen and remembered",
            estate.workloads[*by].path
        ),
        Cause::Twice { path } => format!(
            "two branches that were merged may have chosen it; if it is that of `{}`, give it to \
             it with {keep}, and `{path}` gets another one",
            first.path
        ),
        Cause::Unreadable => format!(
            "if somebody changed tenantry.lock by hand, take it back; else give `{}` the right one with `{word}`",
            first.path
        ),
        Cause::Outside(_) => "tell who knows the old one, or keep a range that holds it".to_owned(),
        Cause::Router(..) => {
            "give the router another one, or tell who knows the old one".to_owned()
        }
        Cause::Reserved(..) => {
            "leave it out of what is reserved, or tell who knows the old one".to_owned()
        }
        Cause::Machine(_) => {
            "give the machine another one, or tell who knows the old one".to_owned()
        }
        Cause::Leased(_) | Cause::NoRange(_) | Cause::NoNetwork(_) => {
            format!("write {keep} at the interface to keep it, or tell who knows it")
        }
    }
}
