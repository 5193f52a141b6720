//! The compile: one line per phase. Everything else of this crate is below it.

mod analysis;
mod backend;
mod environment;
mod flows;
mod graph;
mod known;
mod placed;
mod reading;
mod tests;
mod trees;

use std::{collections::BTreeMap, sync::Arc};

pub use analysis::{Analysed, Analysis, Depth, Kept, Memo, analyse};
pub(crate) use backend::{Asked, Far, backend};
use environment::{Compiled, environment};
pub use flows::{FlowsCluster, FlowsEnvironment, FlowsRun, SpecEnd, SpecFlow, flows};
pub use graph::{Graph, GraphNode};
pub use known::{Known, KnownExternal, KnownWorkload, Whereabouts};
pub use placed::{PlacedEnvironment, PlacedRun, placed};
use reading::{read, read_again};
use tenantry_syntax::Span;
pub use tests::{Tests, test};
pub use trees::{Trees, trees};

use crate::{
    diag::{self, Diagnostic, Findings},
    emit::{self, Output},
    levels,
    limits::Limits,
    load::{self, Library, Sources},
    lock::{self, Lock},
    origin::{OriginId, Origins},
    outcome::Clean,
    prove, resolve,
    schema::{self, kind::Vocabulary, node::Node, ty::Lit},
    target::Target,
    world::{ReadError, World},
};

/// What one run is asked to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Build only this environment. `check` looks at all whatever it says.
    pub env: Option<String>,
    /// Values of parameters, given from outside.
    pub sets: Vec<(String, String)>,
    /// Whether `tenantry.lock` must stay as it is: what would change it is an error.
    pub locked: bool,
    /// The bounds.
    pub limits: Limits,
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Run {
    /// The files, for whoever prints spans.
    pub sources: Sources,
    /// All findings, in the order of the text; what only some environments have says which.
    pub findings: Findings,
    /// What the estate holds.
    pub summary: Summary,
}

/// What an estate holds, over its environments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The estate's name; empty where the folder is a package by itself.
    pub estate: String,
    /// The package's name where the folder is one.
    pub package: Option<Arc<str>>,
    /// Its environments; empty where none is declared.
    pub environments: Vec<Arc<str>>,
    /// The most that any environment has of each: clusters, tenants, workloads.
    pub clusters: usize,
    /// Tenants.
    pub tenants: usize,
    /// Workloads.
    pub workloads: usize,
}

/// What a build made.
#[derive(Debug)]
pub struct Built {
    /// The run.
    pub run: Run,
    /// The files of each environment that was asked for; none beside an error.
    pub outputs: Vec<Output>,
    /// The new text of `tenantry.lock`, where it differs from what is there.
    pub lock: Option<String>,
    /// The graph of objects of each environment, for `graph`.
    pub graphs: Vec<(Option<Arc<str>>, Graph)>,
    /// What each environment that was asked for looks like from within, where `why` asks.
    pub scenes: Vec<Scene>,
    /// Where everything stands in each environment that was asked for, where [`placed()`] asks.
    placed: Vec<PlacedEnvironment>,
    /// Who may talk to whom in each environment that was asked for, where [`flows()`] asks.
    flows: Vec<FlowsEnvironment>,
    /// All of what is known of each environment, where [`analyse()`] asks.
    analysed: Vec<Analysed>,
}

/// An environment with the reasons of its values, for `why`.
#[derive(Debug)]
pub struct Scene {
    /// The environment; none where none is declared.
    pub env: Option<Arc<str>>,
    /// The nodes that the model was made from.
    pub root: Node,
    /// The kinds of those nodes.
    pub vocabulary: Arc<Vocabulary>,
    /// What each parameter comes to, by the span of its declaration.
    pub params: Vec<(Span, Lit, OriginId)>,
    /// Why each value is so: of the nodes and, where a model could be made, of what it holds.
    pub origins: Origins,
}

impl Scene {
    /// What `why` looks at.
    pub fn reasons(&self) -> Reasons<'_> {
        Reasons {
            root: &self.root,
            vocabulary: &self.vocabulary,
            params: &self.params,
            origins: &self.origins,
        }
    }
}

/// The nodes of an environment and the reasons of their values, whoever holds them.
#[derive(Debug, Clone, Copy)]
pub struct Reasons<'a> {
    /// The nodes that the model was made from.
    pub root: &'a Node,
    /// The kinds of those nodes.
    pub vocabulary: &'a Vocabulary,
    /// What each parameter comes to, by the span of its declaration.
    pub params: &'a [(Span, Lit, OriginId)],
    /// Why each value is so.
    pub origins: &'a Origins,
}

/// Checks an estate: all phases that can find anything, nothing made.
pub fn check(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
) -> Run {
    compile(world, library, targets, options, Until::Plan).run
}

/// Builds an estate.
pub fn build(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
) -> Built {
    compile(world, library, targets, options, Until::Prove)
}

/// Builds an estate and keeps why everything is as it is. Beside an error there are no outputs,
/// but the scenes are there as far as the text could be resolved.
pub fn trace(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
) -> Built {
    compile(world, library, targets, options, Until::Scene)
}

/// How far a run goes: `check` drops the objects once they are ordered, because a plan without
/// findings is a build without findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Plan,
    Prove,
    /// As far as `Prove`, and what the model was made from is kept.
    Scene,
    /// As far as `Plan`, and each cluster's placement is kept.
    Placed,
    /// As far as `Prove`, and each cluster's flows are kept.
    Flows,
    /// As far as `lower`, or as `Plan`, and all that is known on the way is kept.
    Analysis(Depth),
}

fn compile(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
    until: Until,
) -> Built {
    let mut findings = Findings::new();
    let (sources, typed) = read(world, library, options, &mut findings);
    let order = Order {
        targets,
        options,
        until,
        stop: &|| false,
    };
    compile_typed(
        world,
        sources,
        typed.as_ref(),
        order,
        findings,
        &mut Environments::new(),
    )
}

/// What was made before of each environment.
type Environments = BTreeMap<Option<Arc<str>>, analysis::Environment>;

/// What is to be made of what was read.
#[derive(Clone, Copy)]
struct Order<'a> {
    targets: &'a [&'a dyn Target],
    options: &'a Options,
    until: Until,
    /// Whether nobody waits for it any more; asked between phases.
    stop: &'a (dyn Fn() -> bool + Sync),
}

/// What follows once the text is read; `findings` are those of the reading.
fn compile_typed(
    world: &dyn World,
    sources: Sources,
    typed: Option<&schema::TypedEstate>,
    order: Order<'_>,
    mut findings: Findings,
    memo: &mut Environments,
) -> Built {
    let Order { options, until, .. } = order;
    let old = read_lock(world, &mut findings);
    findings.extend(lock::changed(&sources, &old));
    let Some(typed) = typed else {
        return Built {
            run: finish(sources, findings, Summary::default()),
            outputs: vec![],
            lock: None,
            graphs: vec![],
            scenes: vec![],
            placed: vec![],
            flows: vec![],
            analysed: vec![],
        };
    };
    let (allowances, told) = levels::allowances(typed);
    // Where braces do not pair up, what is missing or misplaced would follow from that alone.
    let torn = sources.is_torn();
    let mut environments = Vec::new();
    if !torn {
        findings.extend(told);
        environments = self::environments(typed, options, &mut findings);
    }
    let sound = Clean::of(&findings).is_some();
    let work = environments.into_iter();
    let work: Vec<_> = work.map(|env| (memo.remove(&env), env)).collect();
    if !work.is_empty() {
        // Environments that are no more.
        memo.clear();
    }
    let done = crate::par::map_owned(work, |(memo, env)| {
        let allocations = old
            .environments
            .get(env.as_deref().unwrap_or_default())
            .cloned()
            .unwrap_or_default();
        let mut memo = memo.unwrap_or_default();
        let compiled = environment(
            typed,
            env,
            order,
            sound,
            &allocations,
            &allowances,
            &mut memo,
        );
        (compiled, memo)
    });
    let mut compiled = Vec::with_capacity(done.len());
    for (one, kept) in done {
        if matches!(until, Until::Analysis(_)) {
            memo.insert(one.env.clone(), kept);
        }
        compiled.push(one);
    }
    let summary = summary(&compiled);
    let per_env = compiled
        .iter()
        .map(|c| (c.env.clone().unwrap_or_default(), c.findings.clone()))
        .collect();
    findings.extend(diag::merge_envs(per_env));
    let used = compiled
        .iter()
        .flat_map(|c| c.used.iter().copied())
        .collect();
    if !torn {
        levels::unused(&allowances, &used, &mut findings);
    }
    let graphs = compiled
        .iter()
        .filter_map(|c| {
            let (made, estate) = c.output.as_ref()?;
            Some((c.env.clone(), Graph::of(&made.objects, &made.plan, estate)))
        })
        .collect();
    let new = new_lock(world, &sources, &old, &compiled);
    // Beside another error much is undecided, and would seem to be forgotten.
    if options.locked && Clean::of(&findings).is_some() {
        findings.extend(lock::outdated(&old, &new));
    }
    let lock = (new != old).then(|| new.print());
    let mut run = finish(sources, findings, summary);
    let mut outputs = Vec::new();
    let clean = match until {
        Until::Plan | Until::Placed | Until::Analysis(_) => None,
        Until::Prove | Until::Scene | Until::Flows => Clean::of(&run.findings),
    };
    let wanted = |env: &Option<Arc<str>>| {
        options
            .env
            .as_ref()
            .is_none_or(|wanted| env.as_deref() == Some(wanted))
    };
    let scenes = compiled.iter_mut().filter_map(|one| one.scene.take());
    let scenes = scenes.filter(|scene| wanted(&scene.env)).collect();
    let placed = compiled.iter_mut().filter(|one| wanted(&one.env));
    let placed = placed.map(PlacedEnvironment::of).collect();
    let analysed = compiled.iter_mut().filter_map(Analysed::of).collect();
    if let Some(clean) = clean {
        for one in compiled.iter().filter(|one| wanted(&one.env)) {
            let Some((made, estate)) = &one.output else {
                continue;
            };
            let (objects, plan) = (&made.objects, &made.plan);
            match emit::assemble::assemble(objects, plan, estate, &run.sources, &clean) {
                Ok(output) => {
                    run.findings
                        .extend(prove::prove(&output, made.ground(estate)));
                    outputs.push(output);
                }
                Err(finding) => run.findings.push(*finding),
            }
        }
    }
    let flows = compiled.iter_mut().filter(|one| wanted(&one.env));
    let flows = flows.map(FlowsEnvironment::of).collect();
    if Clean::of(&run.findings).is_none() {
        outputs.clear();
    }
    Built {
        run,
        outputs,
        lock,
        graphs,
        scenes,
        placed,
        flows,
        analysed,
    }
}

/// The environments to compile: those that are declared, or the one without a name. That a wanted
/// one is not among them is told.
fn environments(
    typed: &schema::TypedEstate,
    options: &Options,
    findings: &mut Findings,
) -> Vec<Option<Arc<str>>> {
    let declared = resolve::environments(typed);
    let declared: Vec<Arc<str>> = declared.into_iter().map(|(name, _)| name).collect();
    if let Some(wanted) = &options.env
        && !declared.contains(&wanted.as_str().into())
    {
        findings.push(resolve::rules::no_such_environment(wanted, &declared));
    }
    if declared.is_empty() {
        return vec![None];
    }
    let most = typed.limits.environments;
    if declared.len() > most {
        findings.push(resolve::rules::too_many_environments(
            resolve::environments(typed)
                .get(most)
                .map(|(_, span)| *span),
            most,
        ));
        return Vec::new();
    }
    declared.into_iter().map(Some).collect()
}

fn summary(compiled: &[Compiled]) -> Summary {
    let mut summary = Summary::default();
    for one in compiled {
        summary.environments.extend(one.env.iter().cloned());
        if summary.estate.is_empty() {
            summary.estate.clone_from(&one.summary.estate);
        }
        summary.clusters = summary.clusters.max(one.summary.clusters);
        summary.tenants = summary.tenants.max(one.summary.tenants);
        summary.workloads = summary.workloads.max(one.summary.workloads);
    }
    summary
}

fn finish(sources: Sources, mut findings: Findings, mut summary: Summary) -> Run {
    diag::sort(&mut findings);
    for finding in &mut findings {
        finding.settle(&sources);
        finding.shorten();
    }
    summary.package = sources.alone.as_ref().map(|head| head.name.clone());
    Run {
        sources,
        findings,
        summary,
    }
}

fn read_lock(world: &dyn World, findings: &mut Vec<Diagnostic>) -> Lock {
    match world.read(lock::LOCK_FILE) {
        Ok(text) => Lock::parse(&text).unwrap_or_else(|error| {
            findings.push(load::bad_lock(&error));
            Lock::default()
        }),
        Err(ReadError::Missing) => Lock::default(),
        Err(error) => {
            findings.push(load::unreadable(lock::LOCK_FILE, &error));
            Lock::default()
        }
    }
}

/// The lock as it shall be. Environments that could not be compiled keep what they have.
fn new_lock(world: &dyn World, sources: &Sources, old: &Lock, compiled: &[Compiled]) -> Lock {
    let mut lock = old.clone();
    lock.packages = lock::updated(world, sources, old);
    for one in compiled {
        if let Some((made, _)) = &one.output {
            lock.environments.insert(
                one.env.clone().unwrap_or_default(),
                made.allocations.clone(),
            );
        }
    }
    lock.environments
        .retain(|_, allocations| !allocations.is_empty());
    lock
}
