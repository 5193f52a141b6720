//! A cluster's placement for whoever shows it: the problem, its answer, and what the names in them
//! stand for.

use std::sync::Arc;

use tenantry_placement::{Answer, Options, problem::Problem};
use tenantry_syntax::Span;

use super::{Placement, Posed, planned};
use crate::{
    limits::Limits,
    lower::{Changed, changes::What},
    model::Estate,
    units::Percent,
};

/// A cluster with what must fit in it, and whether it does.
#[derive(Debug)]
pub struct PlacedCluster {
    /// The cluster's name.
    pub name: String,
    /// Whether the backend takes explicit hosts, so that [`PlacedCluster::hosts`] is what is built.
    pub chooses_hosts: bool,
    /// The answer.
    pub answer: Answer,
    /// What each pool of the problem is, in its order.
    pub parts: Vec<PlacedPart>,
    /// What each workload of the problem is, in its order.
    pub workloads: Vec<PlacedWorkload>,
    /// The host of each replica, for backends that take an explicit one: the replica (`acme.db.0`),
    /// and the machine.
    pub hosts: Vec<(String, String)>,
    /// Replicas that stand on another machine than before: the replica, from where, to where.
    pub moves: Vec<(String, String, String)>,
    /// Numbers and addresses that are others than before.
    pub changes: Vec<PlacedChange>,
    posed: Posed,
}

/// A number or an address that is another one than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedChange {
    /// The replica.
    pub replica: String,
    /// The interface; none where it is the replica's number.
    pub interface: Option<Arc<str>>,
    /// What it was.
    pub from: String,
    /// What it is; none where there is no address of its own any more.
    pub to: Option<String>,
    /// Why, as the end of a sentence.
    pub because: String,
}

impl PlacedChange {
    fn of(estate: &Estate, changed: &Changed) -> Self {
        Self {
            replica: changed.path.clone(),
            interface: match &changed.what {
                What::Number => None,
                What::Address(interface) => Some(Arc::clone(interface)),
            },
            from: changed.from.clone(),
            to: changed.to.clone(),
            because: changed.because(estate),
        }
    }
}

/// A part of a pool: the nodes that no rule tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedPart {
    /// The pool that it is of.
    pub pool: String,
    /// The tenant that has these nodes alone.
    pub tenant: Option<String>,
    /// The host names, by the nodes' number.
    pub hosts: Vec<String>,
    /// How full its pool is planned to be at most.
    pub fill: Percent,
    /// Where the pool says how many nodes it has.
    pub span: Span,
}

/// A workload of the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedWorkload {
    /// Its path, which is its name in the problem.
    pub path: Arc<str>,
    /// Where it stands in the text.
    pub span: Span,
}

impl PlacedCluster {
    /// The problem.
    pub fn problem(&self) -> &Problem {
        &self.posed.problem
    }

    /// Decides the problem, or the same with changes: see [`Posed::decide`].
    pub fn decide(&self, problem: &Problem, solve: impl Fn(&Problem, bool) -> Answer) -> Answer {
        self.posed.decide(problem, solve)
    }

    /// An amount of a resource of the problem, as a message says it: `16 cores`.
    pub fn amount(&self, resource: &str, amount: u64) -> String {
        self.posed.amount(resource, amount)
    }

    /// Notes those numbers and addresses of its own that are others than before.
    pub(crate) fn note(&mut self, estate: &Estate, changes: &[Changed]) {
        let here = |it: &&Changed| estate.workloads[it.workload].cluster == self.posed.cluster;
        let changes = changes.iter().filter(here);
        self.changes = changes.map(|it| PlacedChange::of(estate, it)).collect();
    }

    /// The host name of a node of the problem (`gpu-train/b-2`).
    pub fn host(&self, node: &str) -> Option<&str> {
        let (part, at) = node.rsplit_once('-')?;
        let place = self
            .posed
            .parts
            .iter()
            .position(|known| known.name == part)?;
        let hosts = &self.parts.get(place)?.hosts;
        hosts.get(at.parse::<usize>().ok()?).map(String::as_str)
    }
}

/// All clusters that have a problem, each with its answer.
pub fn clusters(estate: &Estate, placement: &Placement, limits: &Limits) -> Vec<PlacedCluster> {
    let posed: Vec<_> = placement.posed.iter().zip(&placement.answers).collect();
    crate::par::map(&posed, |(posed, shown)| {
        if let Some(answer) = shown {
            return of(estate, placement, posed, answer.clone());
        }
        let answer = posed.decide(&posed.problem, |problem, explain| {
            let options = Options {
                steps: limits.placement_steps,
                explain,
                ..Options::default()
            };
            tenantry_placement::solve(problem, &options)
        });
        of(estate, placement, posed, answer)
    })
}

fn of(estate: &Estate, placement: &Placement, posed: &Posed, answer: Answer) -> PlacedCluster {
    let cluster = &estate.clusters[posed.cluster];
    let parts = posed.parts.iter().map(|part| {
        let pool = &estate.pools[part.pool];
        let nodes = pool.spec.nodes.as_ref();
        let hosts = part.nodes.iter().filter_map(|at| pool.nodes.get(*at));
        PlacedPart {
            pool: pool.name.value.to_string(),
            tenant: part
                .owner
                .map(|owner| estate.tenants[owner].name.value.to_string()),
            hosts: hosts.map(|node| node.name.clone()).collect(),
            fill: planned::of(pool),
            span: nodes.map_or(pool.spec.meta.span, |nodes| nodes.meta.span),
        }
    });
    let workloads = posed.workloads.iter().map(|id| {
        let workload = &estate.workloads[*id];
        PlacedWorkload {
            path: Arc::clone(&workload.path),
            span: workload.spec.meta.span,
        }
    });
    let hosts = placement.hosts.iter().filter_map(|((id, index), host)| {
        let workload = &estate.workloads[*id];
        let node = estate.pools[host.pool].nodes.get(host.node)?;
        let replica = format!("{}.{index}", workload.path);
        (workload.cluster == posed.cluster).then(|| (replica, node.name.clone()))
    });
    let moves = placement.moves.iter().filter_map(|moved| {
        let workload = &estate.workloads[moved.workload];
        let replica = format!("{}.{}", workload.path, moved.index);
        let here = workload.cluster == posed.cluster;
        here.then(|| (replica, moved.from.clone(), moved.to.clone()))
    });
    PlacedCluster {
        name: cluster.name.value.to_string(),
        chooses_hosts: !cluster.is_kubernetes(),
        answer,
        parts: parts.collect(),
        workloads: workloads.collect(),
        hosts: hosts.collect(),
        moves: moves.collect(),
        changes: Vec::new(),
        posed: posed.clone(),
    }
}
