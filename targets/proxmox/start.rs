//! Starting, what others need first.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_core::model::{Id, Workload};

use super::{
    firewall, guest,
    plan::{Call, Method, Phase, Probe},
    site::{Guest, Site},
};

/// The calls of the phase.
pub(super) fn calls(site: Site<'_>, guests: &[Guest<'_>], out: &mut Vec<Call>) {
    let made: Vec<(String, String)> = out
        .iter()
        .filter(|call| call.phase == Phase::Guests)
        .map(|call| (call.id.clone(), call.id.clone()))
        .collect();
    let running: Vec<&Guest<'_>> = guests.iter().filter(|guest| guest::runs(guest)).collect();
    let mut by_workload: BTreeMap<Id<Workload>, Vec<&Guest<'_>>> = BTreeMap::new();
    for guest in running {
        by_workload.entry(guest.lowered.id).or_default().push(guest);
    }
    let mut started: BTreeSet<Id<Workload>> = BTreeSet::new();
    for id in order(site, by_workload.keys().copied().collect()) {
        for guest in by_workload.get(&id).into_iter().flatten() {
            let prefix = format!("{}.", guest.id());
            let own = made
                .iter()
                .filter(|(call, _)| *call == guest.id() || call.starts_with(&prefix))
                .map(|(_, call)| call.clone());
            // What is not started by us (halted, elsewhere) is not waited for.
            let needed = guest
                .workload
                .needs
                .iter()
                .filter(|(needed, _)| started.contains(&needed.to))
                .flat_map(|(needed, _)| by_workload.get(&needed.to).into_iter().flatten())
                .map(|guest| call_of(guest));
            let call = Call::new(
                call_of(guest),
                Phase::Start,
                Method::Post,
                format!("{}/status/start", guest.path()),
                guest.instance.origin,
            )
            .probe(
                Probe::exists(format!("{}/status/current", guest.path()))
                    .matching("status", "running"),
            )
            .task()
            .after_all(own)
            .after(firewall::options_call(guest))
            .after_all(needed);
            out.push(call);
        }
        started.insert(id);
    }
}

fn call_of(guest: &Guest<'_>) -> String {
    format!("start.{}", guest.id())
}

/// Workloads with what they need before them; what is left of a cycle, which a rule reports,
/// comes last in its own order.
fn order(site: Site<'_>, mut left: Vec<Id<Workload>>) -> Vec<Id<Workload>> {
    let mut ordered: Vec<Id<Workload>> = Vec::new();
    loop {
        let (ready, waiting): (Vec<_>, Vec<_>) = left.iter().partition(|id| {
            site.estate().workloads[**id]
                .needs
                .iter()
                .all(|(needed, _)| !left.contains(&needed.to))
        });
        if ready.is_empty() {
            ordered.extend(waiting);
            return ordered;
        }
        ordered.extend(ready);
        left = waiting;
    }
}
