//! What is asked of the life of a workload: a second place, how new versions come, and syntax of
//! somebody else's.

use crate::{
    model::{Body, Replicas, Workload},
    origin::OriginId,
    schema::kinds::{Patch, Raw, Rollout, Strategy},
};

/// Adds what a workload asks for.
pub(super) fn of(workload: &Workload, ask: &mut impl FnMut(&'static str, &'static str, OriginId)) {
    if let Some(standby) = workload.standbys.first() {
        let origin = standby.spec.meta.origin;
        ask("standby", "a second place to stand ready in", origin);
    }
    if let Some(rollout) = &workload.spec.rollout {
        rolled_out(workload, rollout, ask);
    }
    foreign(&workload.spec.raw, &workload.spec.patch, ask);
}

/// What `raw` and `patch` of any node ask for.
pub(super) fn foreign(
    raw: &[Raw],
    patch: &[Patch],
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    if let Some(raw) = raw.first() {
        ask("raw", "an object of its own", raw.meta.origin);
    }
    if let Some(patch) = patch.first() {
        ask("patch", "a change to what is emitted", patch.meta.origin);
    }
}

fn rolled_out(
    workload: &Workload,
    rollout: &Rollout,
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    let feature = match &workload.body {
        Body::Container(_) => "rollout",
        Body::Vm(..) => "machine-rollout",
        Body::Job(_) => "job-rollout",
        // Said of the whole already: the one is no backend's, the other only Proxmox has.
        Body::Chart(_) => return,
        Body::Lxc(_) => "rollout",
    };
    ask(feature, "a rollout of its own", rollout.meta.origin);
    if feature != "rollout" {
        return;
    }
    let strategy = rollout.strategy;
    match strategy.value {
        Strategy::Rolling => {}
        Strategy::Recreate if is_plain(workload) => {}
        Strategy::Recreate => ask(
            "rollout-recreate-numbered",
            "replicas with disks, numbers or nodes of their own that all go before one comes",
            strategy.origin,
        ),
        Strategy::BlueGreen => ask(
            "rollout-blue-green",
            "a new version beside the old one",
            strategy.origin,
        ),
        Strategy::Canary => ask(
            "rollout-canary",
            "a new version for a share of the requests",
            strategy.origin,
        ),
    }
    let per_node = matches!(workload.replicas, Replicas::PerNode(_));
    if let Some(surge) = &rollout.max_surge
        && !is_plain(workload)
        && !per_node
    {
        ask(
            "rollout-surge-numbered",
            "numbered replicas beyond the number wanted",
            surge.origin,
        );
    }
    if let (Some(step), false) = (rollout.step.first(), strategy.value == Strategy::Canary) {
        ask("rollout-step", "a rollout in shares", step.meta.origin);
    }
    if let Some(rollback) = &rollout.rollback {
        ask(
            "rollout-rollback",
            "an old version that comes back by itself",
            rollback.meta.origin,
        );
    }
}

/// Whether a container's replicas are alike and have nothing of their own.
fn is_plain(workload: &Workload) -> bool {
    let per_node = matches!(workload.replicas, Replicas::PerNode(_));
    let own_disks = workload.disks.iter().any(|disk| !disk.spec.ephemeral.value);
    !per_node && !own_disks && !workload.has_identity()
}
