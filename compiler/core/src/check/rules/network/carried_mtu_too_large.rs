//! A network with larger packets than the interface that carries it.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Estate, Id, NetworkIn, PoolNic, Ref},
};

declare_rule! { pub RULE = "carried-mtu-too-large", Network, Error, "a network whose packets are larger than its interface takes", include_str!("carried_mtu_too_large.md") }

/// How many interfaces a message names, and how many of their places it shows.
const NAMED: usize = 3;

/// An interface, and where it says that it carries a network.
type Carrier<'e> = (&'e PoolNic, Ref<NetworkIn>);

/// Reports each network with the interfaces that are too small for it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut small: BTreeMap<(Id<NetworkIn>, Option<Span>), Vec<Carrier<'_>>> = BTreeMap::new();
    let pools = estate.pools.values();
    let nics = pools.flat_map(|pool| pool.nics.iter().map(move |nic| (pool, nic)));
    // The size of a broken interface may be what could not be read.
    for (pool, nic) in nics.filter(|(_, nic)| !nic.spec.meta.broken) {
        let metas = [&pool.spec.meta, &nic.spec.meta];
        let is_own = metas.into_iter().any(|meta| meta.silences(RULE.name));
        for carried in &nic.carries {
            let mtu = estate.networks[carried.to].spec.mtu.as_ref();
            if mtu.is_some_and(|mtu| mtu.value > nic.spec.mtu.value) {
                let of = (carried.to, is_own.then(|| estate.span(carried.at)));
                small.entry(of).or_default().push((nic, *carried));
            }
        }
    }
    findings.extend(small.values().filter_map(|all| told(estate, all)));
}

fn told(estate: &Estate, all: &[Carrier<'_>]) -> Option<Diagnostic> {
    let ((nic, carried), others) = all.split_first()?;
    let network = &estate.networks[carried.to].spec;
    let mtu = network.mtu.as_ref()?;
    let name = &network.name.value;
    let message = match others {
        [] => format!(
            "network `{name}` has packets of {} bytes, and interface `{}` takes {}",
            mtu.value, nic.spec.name.value, nic.spec.mtu.value
        ),
        _ => {
            let each = all.iter().take(NAMED).map(|(nic, _)| {
                format!("`{}` takes {}", nic.spec.name.value, nic.spec.mtu.value)
            });
            let mut each: Vec<String> = each.collect();
            if all.len() > NAMED {
                each.push(format!("{} more take less", all.len() - NAMED));
            }
            format!(
                "network `{name}` has packets of {} bytes, which {} interfaces do not take: {}",
                mtu.value,
                all.len(),
                words::and(&each)
            )
        }
    };
    let finding = Diagnostic::new(&RULE, estate.span(carried.at), message).label("too large for it");
    let shown = others.iter().take(NAMED - 1);
    let finding = shown.fold(finding, |finding, (_, carried)| {
        finding.also(estate.span(carried.at), "and for this")
    });
    Some(
        finding
            .also(estate.span(mtu.origin), "larger packets")
            .why("a network is a part of its interface: a packet that is larger is dropped without a word")
            .help(format!("write `mtu={}` at the interface, or a smaller one at the network", mtu.value)),
    )
}
