//! From the model to ordered objects.

use std::sync::Arc;

use crate::{
    check as checks, close,
    diag::Findings,
    emit::{self, Objects},
    flows::{self as traffic, FlowSet},
    limits::Limits,
    lock::Allocations,
    lower, model,
    outcome::Clean,
    place, plan, prove,
    target::Target,
};

/// How far the back half goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Far {
    /// No target makes objects.
    Lower,
    /// To ordered objects, and to the proof of their flows.
    Plan,
}

/// What the back half is asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) targets: &'a [&'a dyn Target],
    /// The choices of the build before.
    pub(crate) old: &'a Allocations,
    pub(crate) limits: &'a Limits,
    /// What the engine was asked before.
    pub(crate) known: Option<&'a place::Memo>,
    pub(crate) far: Far,
    /// Whether the text was read without an error: else what is missing may be there, unread.
    pub(crate) sound: bool,
    /// Whether nobody waits for it any more; asked between phases.
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What the back half has made of one environment.
pub(crate) struct Ordered {
    pub(super) objects: Objects,
    pub(super) plan: plan::Plan,
    pub(super) allocations: Allocations,
    pub(super) platform: close::Platform,
    pub(super) flows: Arc<FlowSet>,
    /// The names of the targets that made the objects.
    pub(super) targets: Vec<&'static str>,
    /// What is proved of the flows.
    pub(super) proofs: prove::Proved,
}

impl Ordered {
    pub(super) fn ground<'a>(&'a self, estate: &'a model::Estate) -> prove::flows::Ground<'a> {
        prove::flows::Ground {
            estate,
            platform: &self.platform,
            flows: &self.flows,
            allocations: &self.allocations,
            objects: &self.objects,
            targets: &self.targets,
        }
    }
}

/// What a phase has made, for who keeps it.
pub(crate) enum Made<'m> {
    /// Where everything stands.
    Placement(&'m Arc<place::Placement>),
    /// Who may talk to whom.
    Flows(&'m Arc<FlowSet>),
    /// What is another than before; beside an error nothing, since much is undecided there and
    /// would seem to be given up.
    Changes(&'m [lower::Changed]),
}

/// From the model to ordered objects. Objects are made only for an estate without errors: they
/// could not be used, and what a target would say of a broken one is no further mistake. `keep`
/// sees where everything stands and who may talk to whom, of a broken estate too.
pub(crate) fn backend(
    estate: &model::Estate,
    asked: Asked<'_>,
    findings: &mut Findings,
    level: &mut dyn FnMut(&mut Findings),
    keep: &mut dyn FnMut(Made<'_>),
) -> Option<Ordered> {
    let Asked {
        targets,
        old,
        limits,
        known,
        far,
        sound,
        stop,
    } = asked;
    if stop() {
        return None;
    }
    let platform = close::close(estate, targets);
    let checked = checks::run(estate, &platform, targets);
    findings.extend(checked.findings);
    let checked = checked.value.filter(|_| !stop())?;
    let placed = place::place_again(&checked, targets, old, limits, findings, known);
    findings.extend(placed.findings);
    let placement = placed.value.map(Arc::new);
    placement
        .iter()
        .for_each(|made| keep(Made::Placement(made)));
    if stop() {
        return None;
    }
    let flows = traffic::collect(&checked, targets);
    findings.extend(flows.findings);
    let flows = flows.value.map(Arc::new);
    flows.iter().for_each(|made| keep(Made::Flows(made)));
    let (placement, flows) = (placement?, flows?);
    let allocated = lower::allocate(&checked, &placement);
    findings.extend(allocated.findings);
    let allocated = allocated.value?;
    level(findings);
    Clean::of(findings)?;
    // What could not be read may be there all the same: what is missing of it in what is emitted,
    // and what is said to have changed, would follow from that alone.
    if sound {
        keep(Made::Changes(&allocated.changes.all));
        findings.extend(lower::changes::told(estate, &allocated.changes));
    }
    if far == Far::Lower {
        return None;
    }
    let mut told = Findings::new();
    let lowered = lower::lower(&checked, &placement, &flows, allocated);
    let ordered = emitted(estate, targets, lowered, (&platform, &flows), &mut told);
    if sound {
        findings.extend(told);
    }
    ordered
}

/// The objects of all targets, in order, and what is proved of them.
fn emitted(
    estate: &model::Estate,
    targets: &[&dyn Target],
    lowered: lower::Lowered<'_>,
    (platform, flows): (&close::Platform, &Arc<FlowSet>),
    findings: &mut Findings,
) -> Option<Ordered> {
    let wanted = |target: &dyn Target| {
        estate.spec.emit.as_ref().is_none_or(|emit| {
            emit.targets
                .iter()
                .any(|wanted| wanted.value.word() == target.name())
        })
    };
    let emitting: Vec<&dyn Target> = targets.iter().copied().filter(|it| wanted(*it)).collect();
    let made = crate::par::map(&emitting, |target| {
        let mut objects = Objects::default();
        let findings = target.objects(&lowered, &mut objects);
        (objects, findings)
    });
    let mut objects = Objects::default();
    for (own, told) in made {
        objects.append(own);
        findings.extend(told);
    }
    findings.extend(emit::patch::apply(estate, &mut objects));
    // A patch that cannot be laid leaves an object half changed, and twice one name has no order.
    Clean::of(findings)?;
    let planned = plan::plan(&objects, platform, &estate.origins);
    findings.extend(planned.findings);
    let allocations = lowered.allocations;
    let mut ordered = Ordered {
        plan: planned.value?,
        proofs: Vec::new(),
        objects,
        allocations,
        platform: platform.clone(),
        flows: flows.clone(),
        targets: emitting.iter().map(|target| target.name()).collect(),
    };
    let meant = prove::meant(&ordered.objects);
    let (proofs, told) = prove::flows(ordered.ground(estate), &meant);
    ordered.proofs = proofs;
    findings.extend(told);
    Some(ordered)
}
