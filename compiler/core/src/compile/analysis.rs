//! An estate as an editor sees it: all that the phases know of it, kept for questions.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tenantry_syntax::Span;

use super::{Compiled, Options, Order, Reasons, Summary, Until, compile_typed, read_again};
use crate::{
    diag::Findings,
    flows::FlowSet,
    load::{self, Library, Sources},
    lock::{LOCK_FILE, Lock},
    model::{self, Estate},
    origin::{OriginId, Origins},
    place::{self, Placement},
    resolve,
    schema::{self, TypedEstate, ty::Lit},
    target::Target,
    world::World,
};

/// How far an analysis goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All that an author can mend while typing: everything before objects are made.
    Lower,
    /// As far as `check`: objects are made, ordered, and their flows proved.
    Plan,
}

/// What is known of an estate.
#[derive(Debug)]
pub struct Analysis {
    /// The files.
    pub sources: Sources,
    /// Their nodes, where the text could be read.
    pub typed: Option<TypedEstate>,
    /// All findings, in the order of the text.
    pub findings: Findings,
    /// What the estate holds.
    pub summary: Summary,
    /// What is known of each environment of which a model could be made.
    pub environments: Vec<Analysed>,
    /// What the build before remembered; nothing where that cannot be read.
    pub lock: Lock,
}

/// What is known of one environment.
#[derive(Debug)]
pub struct Analysed {
    /// The environment; none where none is declared.
    pub env: Option<Arc<str>>,
    /// What the phases made.
    pub kept: Kept,
}

/// What the phases made of an environment.
#[derive(Debug)]
pub struct Kept {
    /// The model; its `text` holds the nodes, its `origins` the reasons.
    pub estate: Estate,
    /// What each parameter comes to, by the span of its declaration.
    pub params: Vec<(Span, Lit, OriginId)>,
    /// Where everything stands; none where the rules could not run.
    pub placement: Option<Arc<Placement>>,
    /// Who may talk to whom; none where the rules could not run.
    pub flows: Option<Arc<FlowSet>>,
}

impl Kept {
    /// What `why` looks at.
    pub fn reasons(&self) -> Reasons<'_> {
        Reasons {
            root: &self.estate.text.root,
            vocabulary: &self.estate.text.words.vocabulary,
            params: &self.params,
            origins: &self.estate.origins,
        }
    }
}

/// What one analysis leaves for the next: whatever did not change is not read again.
#[derive(Debug, Default)]
pub struct Memo {
    pub(super) load: load::Memo,
    pub(super) schema: schema::Memo,
    /// By environment.
    pub(super) environments: BTreeMap<Option<Arc<str>>, Environment>,
}

/// What one analysis of an environment leaves for the next.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) resolve: resolve::Memo,
    pub(super) model: model::Memo,
    pub(super) place: place::Memo,
    /// The table of what was entered for both.
    pub(super) origins: Origins,
}

/// Analyses an estate. `stop` is asked between phases: once it says yes, the answer would be of
/// no use any more, and there is none.
pub fn analyse(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
    depth: Depth,
    memo: &mut Memo,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Analysis> {
    // What was stopped once is not whole, whatever is said later.
    let stopped = AtomicBool::new(false);
    let stop = || {
        let now = stopped.load(Ordering::Relaxed) || stop();
        stopped.fetch_or(now, Ordering::Relaxed);
        now
    };
    let mut findings = Findings::new();
    let (sources, typed) = read_again(world, library, options, memo, &mut findings);
    if stop() {
        return None;
    }
    let order = Order {
        targets,
        options,
        until: Until::Analysis(depth),
        stop: &stop,
    };
    let mut environments = std::mem::take(&mut memo.environments);
    let built = compile_typed(
        world,
        sources,
        typed.as_ref(),
        order,
        findings,
        &mut environments,
    );
    memo.environments = environments;
    if stopped.load(Ordering::Relaxed) {
        return None;
    }
    Some(Analysis {
        sources: built.run.sources,
        typed,
        findings: built.run.findings,
        summary: built.run.summary,
        environments: built.analysed,
        lock: remembered(world),
    })
}

/// The lock, whose faults the compile has told.
fn remembered(world: &dyn World) -> Lock {
    let text = world.read(LOCK_FILE).ok();
    let lock = text.and_then(|text| Lock::parse(&text).ok());
    lock.unwrap_or_default()
}

impl Analysed {
    pub(super) fn of(compiled: &mut Compiled) -> Option<Self> {
        Some(Self {
            env: compiled.env.clone(),
            kept: compiled.kept.take()?,
        })
    }
}
