//! The compile: one line per phase. Everything else of this crate is below it.

mod analysis;
mod flows;
mod graph;
mod placed;
mod tests;
mod trees;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use analysis::{Analysed, Analysis, Depth, Kept, Memo, analyse};
pub use flows::{FlowsCluster, FlowsEnvironment, FlowsRun, SpecEnd, SpecFlow, flows};
pub use graph::{Graph, GraphNode};
pub use placed::{PlacedEnvironment, PlacedRun, placed};
use tenantry_syntax::Span;
pub use tests::{Tests, test};
pub use trees::{Trees, trees};

use crate::{
    check as checks, close,
    diag::{self, Diagnostic, Findings},
    emit::{self, Objects, Output},
    flows::{self as traffic, FlowSet},
    instances::Instances,
    levels::{self, Allowance},
    limits::Limits,
    load::{self, Library, Sources},
    lock::{self, Allocations, Lock},
    lower, model,
    origin::{OriginId, Origins},
    outcome::{Clean, Outcome},
    place, plan, prove, resolve,
    schema::{self, kind::Vocabulary, node::Node, ty::Lit},
    target::Target,
    testing,
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

/// One environment, compiled as far as it goes.
struct Compiled {
    env: Option<Arc<str>>,
    findings: Findings,
    summary: Summary,
    /// The allowances that silenced something.
    used: BTreeSet<usize>,
    output: Option<(Ordered, model::Estate)>,
    scene: Option<Scene>,
    placed: Vec<place::PlacedCluster>,
    flows: Vec<FlowsCluster>,
    kept: Option<Kept>,
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

/// The files of an estate and what they say, as far as they could be read.
fn read(
    world: &dyn World,
    library: Library,
    options: &Options,
    findings: &mut Findings,
) -> (Sources, Option<schema::TypedEstate>) {
    read_again(world, library, options, &mut Memo::default(), findings)
}

/// The same, where most of it may have been read before.
fn read_again(
    world: &dyn World,
    library: Library,
    options: &Options,
    memo: &mut Memo,
    findings: &mut Findings,
) -> (Sources, Option<schema::TypedEstate>) {
    let loaded = load::load_again(world, library, &options.limits, &mut memo.load);
    findings.extend(loaded.findings);
    let sources = loaded.value.unwrap_or_default();
    if sources.files().is_empty() {
        return (sources, None);
    }
    let ranges = checks::rules::language::compiler_out_of_range::of_packages(&sources);
    findings.extend(ranges);
    let decoded = schema::decode_again(&sources, &mut memo.schema);
    if sources.is_torn() {
        findings.extend(beside_torn(&sources, decoded.findings));
        return (sources, decoded.value);
    }
    findings.extend(decoded.findings);
    if let Some(typed) = &decoded.value {
        findings.extend(testing::declared(typed, sources.alone.is_some()));
    }
    (sources, decoded.value)
}

/// What can be said beside a file whose braces do not pair up: of that file nothing, and of the
/// others nothing that it may have declared.
fn beside_torn(sources: &Sources, findings: Findings) -> Findings {
    let declared = [
        &schema::rules::UNKNOWN_KIND,
        &schema::rules::MISPLACED_KIND,
        &schema::rules::WRONG_EXPRESSION,
        &schema::rules::UNUSABLE_DEFINITION,
    ];
    let torn = |span: Span| sources.get(span.file).is_some_and(load::Source::is_torn);
    let elsewhere = |finding: &Diagnostic| {
        let places = finding.related.iter().map(|label| label.span);
        finding.span.is_some()
            && !finding.span.into_iter().chain(places).any(torn)
            && declared.iter().all(|rule| finding.rule != *rule)
    };
    findings.into_iter().filter(elsewhere).collect()
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

/// One environment, phase by phase.
fn environment(
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
        *memo = analysis::Environment {
            resolve: resolved_now,
            model,
            origins: estate.origins.clone(),
        };
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
    pub(crate) far: Far,
    /// Whether the text was read without an error: else what is missing may be there, unread.
    pub(crate) sound: bool,
    /// Whether nobody waits for it any more; asked between phases.
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What the back half has made of one environment.
pub(crate) struct Ordered {
    objects: Objects,
    plan: plan::Plan,
    allocations: Allocations,
    platform: close::Platform,
    flows: FlowSet,
    /// The names of the targets that made the objects.
    targets: Vec<&'static str>,
    /// What is proved of the flows.
    proofs: prove::Proved,
}

impl Ordered {
    fn ground<'a>(&'a self, estate: &'a model::Estate) -> prove::flows::Ground<'a> {
        prove::flows::Ground {
            estate,
            platform: &self.platform,
            flows: &self.flows,
            objects: &self.objects,
            targets: &self.targets,
        }
    }
}

/// What a phase has made, for who keeps it.
pub(crate) enum Made<'m> {
    /// Where everything stands.
    Placement(&'m place::Placement),
    /// Who may talk to whom.
    Flows(&'m FlowSet),
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
    let placed = place::place(&checked, targets, old, limits, findings);
    findings.extend(placed.findings);
    placed
        .value
        .iter()
        .for_each(|made| keep(Made::Placement(made)));
    if stop() {
        return None;
    }
    let flows = traffic::collect(&checked, targets);
    findings.extend(flows.findings);
    flows.value.iter().for_each(|made| keep(Made::Flows(made)));
    let (placement, flows) = (placed.value?, flows.value?);
    let lowered = lower::lower(&checked, &placement, &flows);
    findings.extend(lowered.findings);
    let lowered = lowered.value?;
    level(findings);
    Clean::of(findings)?;
    // What could not be read may be there all the same.
    if sound {
        keep(Made::Changes(&lowered.changes.all));
        findings.extend(lower::changes::told(&lowered));
    }
    if far == Far::Lower {
        return None;
    }
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
    let planned = plan::plan(&objects, &platform, &estate.origins);
    findings.extend(planned.findings);
    let allocations = lowered.allocations;
    let mut ordered = Ordered {
        plan: planned.value?,
        proofs: Vec::new(),
        objects,
        allocations,
        platform,
        flows,
        targets: emitting.iter().map(|target| target.name()).collect(),
    };
    let meant = prove::meant(&ordered.objects);
    let (proofs, told) = prove::flows(ordered.ground(estate), &meant);
    ordered.proofs = proofs;
    findings.extend(told);
    Some(ordered)
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
