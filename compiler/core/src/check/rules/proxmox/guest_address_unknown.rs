//! The firewall knows addresses only, and a guest has one that nobody knows beforehand.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Backend, Connect, Estate, Id, NetworkIn, Target, Workload},
    schema::kinds::Network,
};

declare_rule! { pub RULE = "guest-address-unknown", Network, Error, "a flow between guests of which one has no known address", include_str!("guest_address_unknown.md") }

/// How many a message names, and how many of their places it shows.
const NAMED: usize = 3;

/// A connection that nobody can be let through for.
struct Unheld<'e> {
    from: &'e Workload,
    to: &'e Workload,
    connect: &'e Connect,
    /// The end whose address is not known.
    end: &'e Workload,
}

/// Looks at both ends of each `connect` between guests of Proxmox. A network that gives no
/// addresses is one mistake, however many guests are on it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut unheld: BTreeMap<(Lacking, Option<Span>), Vec<Unheld<'_>>> = BTreeMap::new();
    for (id, workload) in subject.whole_workloads() {
        if !matches!(
            estate.clusters[workload.cluster].backend,
            Backend::Proxmox(_)
        ) {
            continue;
        }
        for connect in &workload.connects {
            let Target::Workload(other) = connect.to else {
                continue;
            };
            let called = &estate.workloads[other.to];
            if called.cluster != workload.cluster || estate.is_tainted(other.to) {
                continue;
            }
            let ends = [(id, workload), (other.to, called)];
            let unknown = ends.into_iter().find(|(_, end)| !is_known(estate, end));
            if let Some((at, end)) = unknown {
                let tenant = &estate.tenants[workload.tenant].spec.meta;
                let metas = [&connect.spec.meta, &workload.spec.meta, &end.spec.meta, tenant];
                let is_own = metas.into_iter().any(|meta| meta.silences(RULE.name));
                let lacking = (lacking(at, end), is_own.then_some(connect.spec.meta.span));
                unheld.entry(lacking).or_default().push(Unheld {
                    from: workload,
                    to: called,
                    connect,
                    end,
                });
            }
        }
    }
    findings.extend(unheld.values().filter_map(|all| told(all)));
}

/// What has to give an address: the network that the first interface is on, or the guest itself.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Lacking {
    Network(Id<NetworkIn>),
    Guest(Id<Workload>),
}

fn lacking(id: Id<Workload>, end: &Workload) -> Lacking {
    let first = end.nics.iter().find_map(|nic| nic.network);
    first.map_or(Lacking::Guest(id), |network| Lacking::Network(network.to))
}

/// The finding of what lacks on one network, or of one guest.
fn told(all: &[Unheld<'_>]) -> Option<Diagnostic> {
    let (first, others) = all.split_first()?;
    let mut ends: Vec<&Workload> = all.iter().map(|one| one.end).collect();
    ends.sort_by(|a, b| a.path.cmp(&b.path));
    ends.dedup_by(|a, b| a.path == b.path);
    let paths: Vec<&str> = ends.iter().map(|end| &*end.path).collect();
    let (addresses, are) = match paths.len() {
        1 => ("address", "is"),
        _ => ("addresses", "are"),
    };
    let unknown = format!(
        "the {addresses} of {} {are} not known",
        words::few(&paths, NAMED)
    );
    let message = match others {
        [] => format!(
            "`{}` connects to `{}`, and {unknown}",
            first.from.path, first.to.path
        ),
        _ => format!("{} connections between guests have no rule: {unknown}", all.len()),
    };
    let finding = Diagnostic::new(&RULE, first.connect.spec.meta.span, message)
        .label("cannot be let through");
    let shown = others.iter().take(NAMED - 1);
    let finding = shown.fold(finding, |finding, one| {
        finding.also(one.connect.spec.meta.span, "nor can this")
    });
    let shown = ends.iter().take(NAMED);
    let finding = shown.fold(finding, |finding, end| {
        finding.also(end.spec.meta.span, "has no fixed address")
    });
    Some(
        finding
            .why("the firewall of Proxmox VE knows addresses only, and drops what no rule names")
            .help("put its interface on a `network` with a `cidr` and without `dhcp`, or give it an `ip`"),
    )
}

/// Whether some interface has an address that is declared or chosen.
fn is_known(estate: &Estate, workload: &Workload) -> bool {
    workload.nics.iter().any(|nic| {
        let network = nic.network.map(|network| &estate.networks[network.to].spec);
        // Of a broken network the range may be what could not be read.
        let gives = |network: &Network| {
            network.meta.broken || (network.range().is_some() && !network.is_dhcp())
        };
        nic.spec.ip.is_some() || network.is_some_and(gives)
    })
}
