//! One environment, phase by phase.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    FlowsCluster, Order, Scene, Summary, Until,
    analysis::{self, Depth, Kept},
    backend::{Asked, Far, Made, Ordered, backend},
};
use crate::{
    diag::Findings,
    instances::Instances,
    levels::{self, Allowance},
    lock::Allocations,
    model,
    outcome::Outcome,
    par, place, resolve, schema,
};

/// One environment, compiled as far as it goes.
pub(super) struct Compiled {
    pub(super) env: Option<Arc<str>>,
    pub(super) findings: Findings,
    pub(super) summary: Summary,
    /// The allowances that silenced something.
    pub(super) used: BTreeSet<usize>,
    pub(super) output: Option<(Ordered, model::Estate)>,
    pub(super) scene: Option<Scene>,
    pub(super) placed: Vec<place::PlacedCluster>,
    pub(super) flows: Vec<FlowsCluster>,
    pub(super) kept: Option<Kept>,
}

impl Compiled {
    /// An environment of which no model could be made.
    fn nothing(env: Option<Arc<str>>, findings: Findings, scene: Option<Scene>) -> Self {
        Self {
            env,
            findings,
            summary: Summary::default(),
            used: BTreeSet::new(),
            output: None,
            scene,
            placed: Vec::new(),
            flows: Vec::new(),
            kept: None,
        }
    }
}

/// One environment, phase by phase.
pub(super) fn environment(
    typed: &schema::TypedEstate,
    env: Option<Arc<str>>,
    order: Order<'_>,
    sound: bool,
    old: &Allocations,
    allowances: &[Allowance],
    memo: &mut analysis::Environment,
) -> Compiled {
    let Order {
        targets,
        options,
        until,
        stop,
    } = order;
    if stop() {
        return Compiled::nothing(env, Findings::new(), None);
    }
    let keeps = matches!(until, Until::Analysis(_));
    let (resolved, resolved_now) = if keeps {
        let before = (&memo.resolve, &memo.origins);
        resolve::resolve_again(typed, env.as_ref(), &options.sets, before)
    } else {
        let resolved = resolve::resolve(typed, env.as_ref(), &options.sets);
        (resolved, resolve::Memo::default())
    };
    let mut constructed = keeps.then(|| memo.model.next());
    let mut instances = Instances::default();
    let mut scene = match (until, &resolved.value) {
        (Until::Scene, Some(resolved)) => Some(Scene {
            env: env.clone(),
            root: resolved.root.clone(),
            vocabulary: Arc::clone(&typed.words.vocabulary),
            params: resolved.params.clone(),
            origins: resolved.origins.clone(),
        }),
        _ => None,
    };
    let mut params = Vec::new();
    let modelled = resolved.then(|mut resolved| {
        if matches!(until, Until::Analysis(_)) {
            params = std::mem::take(&mut resolved.params);
        }
        instances.clone_from(&resolved.origins.instances);
        if stop() {
            return Outcome::nothing(Findings::new());
        }
        model::build_again(resolved, &typed.words.vocabulary, constructed.as_mut())
    });
    let mut findings = modelled.findings;
    let Some(estate) = modelled.value else {
        instances.settle(&mut findings);
        return Compiled::nothing(env, findings, scene);
    };
    if let Some(model) = constructed {
        let old = (
            std::mem::replace(&mut memo.resolve, resolved_now),
            std::mem::replace(&mut memo.model, model),
            std::mem::replace(&mut memo.origins, estate.origins.clone()),
        );
        par::let_go(old);
    }
    if let Some(scene) = &mut scene {
        scene.origins = estate.origins.clone();
    }
    let summary = Summary {
        estate: estate.name.value.to_string(),
        package: None,
        environments: env.iter().cloned().collect(),
        clusters: estate.clusters.len(),
        tenants: estate.tenants.len(),
        workloads: estate.workloads.len(),
    };
    let mut used = BTreeSet::new();
    let mut level =
        |findings: &mut Findings| used.extend(levels::apply(&estate, allowances, findings));
    let (mut placed, mut flows) = (Vec::new(), Vec::new());
    let (mut placement, mut set) = (None, None);
    let mut keep = |made: Made<'_>| match made {
        Made::Placement(placement) if until == Until::Placed => {
            placed = place::clusters(&estate, placement, &options.limits);
        }
        Made::Flows(set) if until == Until::Flows => flows = FlowsCluster::all(&estate, set),
        Made::Placement(made) if matches!(until, Until::Analysis(_)) => {
            placement = Some(made.clone());
        }
        Made::Flows(made) if matches!(until, Until::Analysis(_)) => set = Some(made.clone()),
        Made::Changes(changes) if until == Until::Placed => {
            placed
                .iter_mut()
                .for_each(|cluster: &mut place::PlacedCluster| cluster.note(&estate, changes));
        }
        Made::Placement(_) | Made::Flows(_) | Made::Changes(_) => {}
    };
    let limits = &options.limits;
    let far = match until {
        Until::Analysis(Depth::Lower) => Far::Lower,
        _ => Far::Plan,
    };
    let asked = Asked {
        targets,
        old,
        limits,
        known: keeps.then_some(&memo.place),
        far,
        sound,
        stop,
    };
    let output = backend(&estate, asked, &mut findings, &mut level, &mut keep);
    level(&mut findings);
    instances.settle(&mut findings);
    let (output, kept) = match until {
        Until::Analysis(_) => {
            let kept = Kept {
                estate,
                params,
                placement,
                flows: set,
            };
            (None, Some(kept))
        }
        _ => (output.map(|made| (made, estate)), None),
    };
    Compiled {
        env,
        findings,
        summary,
        used,
        output,
        scene,
        placed,
        flows,
        kept,
    }
}
