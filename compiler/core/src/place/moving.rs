//! Whether machines that move while they run have room to.
//!
//! `KubeVirt` starts a machine that moves a second time, on another node, with all that it asks for
//! and under all of its rules, before it ends the first. Until there is room for both it answers
//! every eviction with "not now", and the drain of the node goes on for ever. It moves several at
//! once where it can; one is what it takes for any to move at all, and that is what is proved: in
//! some placement of everything there is room for one more, on another node.
//!
//! So what is told is certain: no placement has that room. Left out is what does not bind it: what
//! may fail meanwhile, who shall stand beside the machine, and who may be pushed out for it.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_placement::{
    Answer, Verdict,
    another::{Standing, admitting, with_another},
    answer::Mend,
    problem::{Affinity, Isolation, Numa, Problem, Spread},
};

use super::{Posed, mend, parts, places, proof, rules::NO_ROOM_TO_MIGRATE, unfit};
use crate::{
    diag::{Diagnostic, Findings, Level, words},
    limits::Limits,
    model::{Estate, Id, Pool, Priority, Workload},
    schema::kinds::{Eviction, Migrate, TargetName},
};

/// How many unlike machines of a cluster the engine is asked about: those that the placement at
/// hand shows no room for.
const ASKED: usize = 8;
/// The most steps that each question may take.
const STEPS: u64 = 4_000_000;
/// How many other machines, and how many of those who take the room, are pointed at.
const ALSO: usize = 3;

/// What machines have in common of which one has room exactly if the other has.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape<'p> {
    requests: &'p BTreeMap<String, u64>,
    selector: &'p BTreeMap<String, Vec<String>>,
    tolerations: &'p [String],
    dedicated: &'p [String],
    numa: Option<Numa>,
    apart: &'p [Affinity],
    spread: &'p [Spread],
    /// How many there are, as far as it matters.
    replicas: u32,
    priority: Option<Id<Priority>>,
    /// The tenant, where tenants share no nodes.
    tenant: Option<&'p str>,
    /// Itself, where another's rule names it.
    named: Option<usize>,
}

/// A machine without room to move, and why.
struct Stuck {
    /// Its place in the problem.
    at: usize,
    /// The answer to the question for one more; `None` where one node alone admits it.
    answer: Option<Answer>,
    /// Others that are alike.
    alike: Vec<usize>,
}

/// Reports machines that no placement leaves room to move. `answer` shows a placement of all;
/// `spoken_of` are those of whose place an error was told.
pub(super) fn check(
    estate: &Estate,
    posed: &Posed,
    answer: &Answer,
    spoken_of: &BTreeSet<Id<Workload>>,
    limits: &Limits,
) -> Findings {
    let mut findings = Findings::new();
    let movers = movers(estate, posed, spoken_of);
    if movers.is_empty() {
        return findings;
    }
    let Some(standing) = Standing::of(&posed.problem, answer) else {
        return findings;
    };
    let mut stuck: Vec<Stuck> = Vec::new();
    let mut asked = 0;
    for mut alike in shapes(estate, posed, &movers) {
        let at = alike.remove(0);
        if standing.holds_another(at) {
            continue;
        }
        if admitting(&posed.problem, &posed.problem.workloads[at]) == 1 {
            let answer = None;
            stuck.push(Stuck { at, answer, alike });
        } else if asked < ASKED {
            asked += 1;
            let answer = ask(estate, posed, at, limits);
            if answer.verdict == Verdict::Infeasible {
                let answer = Some(answer);
                stuck.push(Stuck { at, answer, alike });
            }
        }
    }
    findings.extend(told(estate, posed, &stuck));
    findings
}

/// The machines that may lack room. Where a pool may grow, there always is.
fn movers(estate: &Estate, posed: &Posed, spoken_of: &BTreeSet<Id<Workload>>) -> Vec<usize> {
    let grows = |pool: &Pool| {
        let nodes = pool.spec.nodes.as_ref();
        nodes.is_some_and(|nodes| {
            let most = nodes.max.as_ref();
            most.is_some_and(|most| u64::from(most.value) > pool.nodes.len() as u64)
        })
    };
    let moves = |id: &Id<Workload>| {
        let workload = &estate.workloads[*id];
        waited_for(estate, workload)
            && !spoken_of.contains(id)
            && !workload.pools.iter().any(|to| grows(&estate.pools[to.to]))
    };
    let all = posed.workloads.iter().enumerate();
    all.filter(|(_, id)| moves(id)).map(|(at, _)| at).collect()
}

/// Whether a workload is a machine on Kubernetes that a drain waits for until it has moved.
pub(super) fn waited_for(estate: &Estate, workload: &Workload) -> bool {
    workload.vm().is_some()
        && estate.clusters[workload.cluster].is_kubernetes()
        && matches!(
            estate.eviction(workload).0,
            Eviction::LiveMigrate | Eviction::LiveMigrateIfPossible
        )
        && estate.migration_obstacles(workload).is_empty()
}

/// The machines by shape, the shapes in the order of their first one.
fn shapes(estate: &Estate, posed: &Posed, movers: &[usize]) -> Vec<Vec<usize>> {
    let all = &posed.problem.workloads;
    let isolated = all.iter().any(|one| one.isolation != Isolation::Shared);
    let rules = all.iter().flat_map(|one| &one.anti_affinity);
    let named: BTreeSet<&str> = rules.flat_map(|rule| &rule.with).map(|n| &**n).collect();
    let mut shapes: BTreeMap<Shape<'_>, Vec<usize>> = BTreeMap::new();
    for at in movers {
        let one = &all[*at];
        let ruled = !one.anti_affinity.is_empty() || !one.spread.is_empty();
        let shape = Shape {
            requests: &one.requests,
            selector: &one.selector,
            tolerations: &one.tolerations,
            dedicated: &one.dedicated,
            numa: one.numa,
            apart: &one.anti_affinity,
            spread: &one.spread,
            replicas: if ruled {
                one.replicas
            } else {
                one.replicas.min(2)
            },
            priority: pushes(estate, &estate.workloads[posed.workloads[*at]]),
            tenant: one.tenant.as_deref().filter(|_| isolated),
            named: named.contains(&*one.name).then_some(*at),
        };
        shapes.entry(shape).or_default().push(*at);
    }
    let mut shapes: Vec<Vec<usize>> = shapes.into_values().collect();
    shapes.sort_unstable();
    shapes
}

/// The priority of a workload that may push others out.
fn pushes(estate: &Estate, workload: &Workload) -> Option<Id<Priority>> {
    let priority = workload.priority?.to;
    estate.priorities[priority]
        .preempts
        .value
        .then_some(priority)
}

/// Asks for one more replica beside all that it may not push out.
fn ask(estate: &Estate, posed: &Posed, at: usize, limits: &Limits) -> Answer {
    let id = posed.workloads[at];
    let value = |priority: Id<Priority>| estate.priorities[priority].value.value;
    let lower: BTreeSet<Id<Workload>> = match pushes(estate, &estate.workloads[id]) {
        None => BTreeSet::new(),
        Some(own) => {
            let others = posed.workloads.iter().copied();
            let lower = others.filter(|other| {
                let other = estate.workloads[*other].priority;
                other.map_or(0, |priority| value(priority.to)) < value(own)
            });
            lower.collect()
        }
    };
    let problem: Problem = proof::without(posed, &lower);
    let name = &posed.problem.workloads[at].name;
    let at = problem.workloads.iter().position(|one| one.name == *name);
    let problem = with_another(&problem, at.unwrap_or(usize::MAX));
    proof::solve(&problem, limits.placement_steps.min(STEPS), true)
}

/// Whether the spec says that a machine moves, and its pools.
type Ask = (bool, Vec<Id<Pool>>);

/// One finding for all machines of the same pools of which the spec says the same.
fn told(estate: &Estate, posed: &Posed, stuck: &[Stuck]) -> Vec<Diagnostic> {
    let mut groups: BTreeMap<Ask, Vec<(usize, &Stuck)>> = BTreeMap::new();
    for stuck in stuck {
        for at in std::iter::once(&stuck.at).chain(&stuck.alike) {
            let workload = &estate.workloads[posed.workloads[*at]];
            let pools = workload.pools.iter().map(|pool| pool.to).collect();
            let group = groups.entry((is_asked(workload), pools)).or_default();
            group.push((*at, stuck));
        }
    }
    let groups = groups.into_iter();
    groups
        .filter_map(|((asked, _), mut group)| {
            group.sort_by_key(|(at, _)| *at);
            let ((at, stuck), others) = group.split_first()?;
            let others: Vec<usize> = others.iter().map(|(at, _)| *at).collect();
            Some(finding(estate, posed, *at, stuck, &others, asked))
        })
        .collect()
}

/// Whether the spec says that it moves, and not only lets it.
fn is_asked(workload: &Workload) -> bool {
    let migrate = workload.vm().and_then(|vm| vm.migrate.as_ref());
    let mut options = workload.spec.target.iter();
    let said = options.any(|options| {
        let eviction = options.eviction.as_ref().map(|eviction| eviction.value);
        options.target.value == TargetName::Kubevirt && eviction == Some(Eviction::LiveMigrate)
    });
    said || migrate.is_some_and(|migrate| migrate.value == Migrate::Live)
}

fn finding(
    estate: &Estate,
    posed: &Posed,
    at: usize,
    stuck: &Stuck,
    others: &[usize],
    asked: bool,
) -> Diagnostic {
    let workload = &estate.workloads[posed.workloads[at]];
    let path = &workload.path;
    let (who, they, run) = match others.len() {
        0 => (format!("`{path}`"), "it", "runs"),
        more => {
            let more = words::count(more as u64, "other machine");
            (format!("`{path}` and {more}"), "they", "run")
        }
    };
    let told = stuck.answer.as_ref().and_then(|a| a.explanation.as_ref());
    let reason = match told {
        Some(told) => {
            let asked = &posed.problem.workloads[stuck.at].name;
            let one_more = match stuck.at == at && others.is_empty() {
                true => "it".to_owned(),
                false => format!("`{asked}`"),
            };
            let sentence = unfit::sentence(estate, posed, told);
            format!("with one more of {one_more}, {sentence}")
        }
        None => only(estate, posed, at, others.is_empty()),
    };
    let message = format!("{who} cannot move while {they} {run}: {reason}");
    let origin = match (asked, workload.vm()) {
        (false, Some(vm)) if workload.spec.target.iter().all(|o| o.eviction.is_none()) => {
            vm.meta.origin
        }
        _ => estate.eviction(workload).1,
    };
    let label = if asked {
        "asked for here"
    } else {
        "moves where it can"
    };
    let mut finding = Diagnostic::new(&NO_ROOM_TO_MIGRATE, estate.span(origin), message)
        .label(label)
        .why(why(estate, posed, stuck))
        .help(help(estate, posed, at, stuck));
    if !asked {
        finding.level = Level::Warn;
    }
    let mut pointed = vec![workload.spec.meta.span];
    let also = others.iter().take(ALSO).map(|at| {
        let other = &estate.workloads[posed.workloads[*at]];
        (other.spec.meta.span, format!("nor can `{}`", other.path))
    });
    let related = told.map_or_else(Vec::new, |told| {
        places::related(estate, posed, &told.figures)
    });
    // Of itself there is one more than the spec has.
    let own = estate.workloads[posed.workloads[stuck.at]].spec.meta.span;
    let related = related.into_iter().filter(|(span, _)| *span != own);
    for (span, text) in also.chain(related.take(ALSO)) {
        if !pointed.contains(&span) {
            pointed.push(span);
            finding = finding.also(span, text);
        }
    }
    finding
}

/// The only node that takes a machine.
fn only(estate: &Estate, posed: &Posed, at: usize, one: bool) -> String {
    let workload = &posed.problem.workloads[at];
    let mut pools = posed.problem.pools.iter();
    let pool = pools.find(|pool| pool.count > 0 && workload.admitted(pool));
    let whom = if one { "it" } else { "them" };
    let host = pool.and_then(|pool| posed.host(estate, &pool.node(0)));
    match host {
        Some(host) => format!("`{host}` is the only node that admits {whom}"),
        None => format!("one node alone admits {whom}"),
    }
}

fn why(estate: &Estate, posed: &Posed, stuck: &Stuck) -> String {
    let told = stuck.answer.as_ref().and_then(|a| a.explanation.as_ref());
    let each = told.and_then(|told| places::each(estate, posed, &told.figures));
    let each = each.map_or(String::new(), |each| format!("{each}; "));
    format!(
        "{each}KubeVirt starts a machine that moves on another node, with all that it asks for, before it ends it on the first, and until there is room for both whoever drains its node waits for ever"
    )
}

fn help(estate: &Estate, posed: &Posed, at: usize, stuck: &Stuck) -> String {
    let workload = &estate.workloads[posed.workloads[at]];
    let mends = stuck.answer.iter().flat_map(|answer| &answer.mends);
    let nodes = mends.filter(|mend| matches!(mend, Mend::AddNodes { .. }));
    let nodes: Vec<Mend> = nodes.cloned().collect();
    let room = match (&stuck.answer, &*workload.pools) {
        (None, _) if parts::named_node(workload).is_some() => {
            "leave `node=` out of its `on`".to_owned()
        }
        (None, [pool]) => format!("add 1 node to pool `{}`", estate.pools[pool.to].name.value),
        _ if nodes.is_empty() => "add a node that takes it, or ask for less".to_owned(),
        _ => mend::words(estate, posed, &nodes, false),
    };
    format!("{room}; or write `migrate=restart`: it then stops, and starts where there is room")
}
