//! A workload uses what another tenant has alone.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Id, Tenant, Workload},
};

declare_rule! { pub RULE = "another-tenants-ground", Isolation, Error, "a pool, storage class or network that another tenant has alone", include_str!("another_tenants_ground.md") }

/// Reports each such use.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        for used in uses(estate, workload) {
            let Some(owner) = used.owner.filter(|owner| *owner != workload.tenant) else {
                continue;
            };
            let owner = &estate.tenants[owner].name.value;
            let message = format!(
                "`{}` uses {} `{}`, which tenant `{owner}` has alone",
                workload.path, used.kind, used.name
            );
            findings.push(
                Diagnostic::new(&RULE, used.at, message)
                    .label(format!("{owner}'s"))
                    .also(used.declared, format!("`tenant={owner}`"))
                    .help(format!("use another {}, or take `tenant=` away there", used.kind)),
            );
        }
    }
}

struct Use<'e> {
    kind: &'static str,
    name: &'e str,
    owner: Option<Id<Tenant>>,
    at: Span,
    declared: Span,
}

fn uses<'e>(estate: &'e Estate, workload: &'e Workload) -> Vec<Use<'e>> {
    let pools = workload.pools.iter().map(|used| {
        let pool = &estate.pools[used.to];
        Use {
            kind: "pool",
            name: pool.name.value.as_str(),
            owner: pool.tenant.map(|owner| owner.to),
            at: estate.span(used.at),
            declared: pool.spec.meta.span,
        }
    });
    let storages = workload.disks.iter().filter_map(|disk| disk.storage).map(|used| {
        let storage = &estate.storages[used.to];
        Use {
            kind: "storage",
            name: storage.name.value.as_str(),
            owner: storage.tenant.map(|owner| owner.to),
            at: estate.span(used.at),
            declared: storage.spec.meta.span,
        }
    });
    let networks = workload.nics.iter().filter_map(|nic| nic.network).map(|used| {
        let network = &estate.networks[used.to].spec;
        let owner = network.tenant.as_ref().and_then(|owner| {
            let mut tenants = estate.tenants.iter();
            tenants.find(|(_, tenant)| tenant.name.value.as_str() == &*owner.value.text)
        });
        Use {
            kind: "network",
            name: network.name.value.as_str(),
            owner: owner.map(|(id, _)| id),
            at: estate.span(used.at),
            declared: network.meta.span,
        }
    });
    pools.chain(storages).chain(networks).collect()
}
