//! A problem that was decided, with what is told of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tenantry_core::units::Percent;
use tenantry_placement::{
    Answer, Options, Problem, Verdict,
    answer::{Count, Explanation, Failed, Mend, Placement},
    headroom::{Headroom, headroom},
    problem::Pool,
    solve,
    steps::Steps,
    usage::{self, Measure, PoolUsage, Taken},
    whatif::{Change, Changed},
};

use super::words::Units;

/// Of a problem with more workloads, headroom is looked for only on request.
const SHOWN: usize = 24;
/// The steps that all headroom of a problem may take.
const HEADROOM_STEPS: u64 = 50_000_000;

/// A problem and its answer.
pub(super) struct Case {
    /// The environment, where it is of one.
    pub(super) env: Option<String>,
    /// The cluster; of a problem from a file, the file.
    pub(super) name: String,
    pub(super) units: Units,
    /// How its pools and nodes are called.
    pub(super) names: Names,
    /// What was changed of it.
    pub(super) changes: Vec<Change>,
    pub(super) changed: Changed,
    pub(super) answer: Answer,
    /// What can be drawn.
    pub(super) drawn: Option<Drawn>,
    pub(super) headroom: Vec<Headroom>,
    /// The machine of each replica, where it is chosen when built, not when started.
    pub(super) hosts: Vec<Hosted>,
    /// Replicas that stand elsewhere than the build before had chosen.
    pub(super) moves: Vec<Moved>,
    /// Numbers and addresses that are others than the build before had chosen.
    pub(super) renumbered: Vec<Renumbered>,
}

/// A replica that moves from one machine to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Moved {
    pub(super) replica: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// A replica with another number, or an interface with another address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Renumbered {
    pub(super) replica: String,
    /// The interface; null where it is the number.
    pub(super) interface: Option<String>,
    pub(super) from: String,
    /// Null where it has no address of its own any more.
    pub(super) to: Option<String>,
    /// Why, as the end of a sentence.
    pub(super) because: String,
}

impl Renumbered {
    /// `` number of `acme.db` from 10500 to 200, since … ``
    pub(super) fn sentence(&self) -> String {
        let Self {
            replica,
            interface,
            from,
            to,
            because,
        } = self;
        let what = match interface {
            None => format!("number of `{replica}`"),
            Some(interface) => format!("address of `{replica}` on `{interface}`"),
        };
        let to = to.as_deref().unwrap_or("none");
        format!("{what} from {from} to {to}, {because}")
    }
}

/// A replica and its machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Hosted {
    pub(super) replica: String,
    pub(super) host: String,
}

/// Where things stand, or could stand.
pub(super) struct Drawn {
    /// Of what: all of the problem, or less.
    pub(super) of: Drawing,
    pub(super) problem: Problem,
    pub(super) halls: Vec<Hall>,
    /// With nothing failed, where it is known by node. Here and in the scenarios nodes are called
    /// as the problem counts them.
    pub(super) base: Placement,
    pub(super) scenarios: Vec<Failed>,
}

/// A pool as people know it: one of the problem's, or several that are parts of one.
pub(super) struct Hall {
    pub(super) name: String,
    pub(super) nodes: u64,
    pub(super) replicas: u64,
    /// What is counted there, how much of it is taken in all, and how much of the fullest node in
    /// percent.
    pub(super) totals: Vec<(Measure, Taken, Option<u64>)>,
    /// The problem's pools.
    pub(super) parts: Vec<PoolUsage>,
}

/// How pools and nodes are called, where not as in the problem.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// By the problem's pool, what it is a part of.
    pub(super) halls: BTreeMap<String, String>,
    /// By the problem's pool, the tenant that has it alone.
    pub(super) owners: BTreeMap<String, String>,
    /// By the problem's node.
    pub(super) nodes: BTreeMap<String, String>,
    /// How full each pool of people's is planned to be, where that is known.
    pub(super) fill: BTreeMap<String, Percent>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Drawing {
    /// All of the problem.
    Whole,
    /// Everything, as long as nothing fails.
    UntilFailure,
    /// With fewer replicas.
    Fewer(Vec<LeftOut>),
}

/// A workload of which not all stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) workload: String,
    /// So many do.
    pub(super) stand: u32,
    /// Of so many.
    pub(super) of: u32,
}

/// What is looked at beside the answer: what nobody reads costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Whether it is drawn, which for what does not fit takes another look.
    pub(super) drawing: bool,
    /// For whom headroom is looked for.
    pub(super) headroom: Rooms,
}

/// For whom headroom is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rooms {
    /// For all, where they are few.
    Few,
    /// For nobody.
    None,
    /// For all.
    All,
}

impl Case {
    /// Decides a problem, unless its answer is there, and looks at what else is told of it.
    pub(super) fn of(
        changed: Changed,
        changes: Vec<Change>,
        names: Names,
        answer: Option<Answer>,
        options: &Options<'_>,
        wanted: Wanted,
    ) -> Self {
        let answer = answer.unwrap_or_else(|| solve(&changed.problem, options));
        let drawn = match wanted.drawing {
            true => drawn(&changed.problem, &names, &answer, options),
            false => None,
        };
        let headroom = if answer.verdict == Verdict::Feasible {
            room(&changed.problem, wanted.headroom, options)
        } else {
            Vec::new()
        };
        let mut case = Self {
            env: None,
            name: "problem".to_owned(),
            units: Units::Plain,
            names,
            changes,
            changed,
            answer,
            drawn,
            headroom,
            hosts: Vec::new(),
            moves: Vec::new(),
            renumbered: Vec::new(),
        };
        // Nodes have the names that they have where nothing was changed.
        case.changed.rename(&mut case.answer);
        case
    }

    /// Draws everything on the machines that were chosen for it. Where these are not those of
    /// all replicas, or evacuations are drawn, which begin at a certain placement, nothing changes.
    pub(super) fn stand_on(&mut self, hosts: Vec<Hosted>) {
        self.hosts = hosts;
        let Some(drawn) = self
            .drawn
            .as_mut()
            .filter(|drawn| drawn.of == Drawing::Whole)
        else {
            return;
        };
        let nodes = self.names.nodes.iter();
        let nodes: BTreeMap<&String, &String> = nodes.map(|(node, host)| (host, node)).collect();
        let mut base = Placement::new();
        let mut standing = 0_u64;
        for hosted in &self.hosts {
            let Some((workload, _)) = hosted.replica.rsplit_once('.') else {
                return;
            };
            let Some(node) = nodes.get(&hosted.host) else {
                return;
            };
            let on = base.entry(workload.to_owned()).or_default();
            let count = on.entry((*node).clone()).or_insert(Count::Node(0));
            *count = Count::Node(u32::try_from(count.total() + 1).unwrap_or(u32::MAX));
            standing += 1;
        }
        let evacuated = drawn.scenarios.iter().any(|failed| failed.moved.is_some());
        if standing == drawn.problem.replicas() && !evacuated {
            let pools = usage::of_nodes(&drawn.problem, &base);
            drawn.halls = halls(&drawn.problem, &self.names, pools);
            drawn.base = base;
        }
    }

    /// Why it does not fit, in words.
    pub(super) fn reason(&self, reason: &Explanation) -> String {
        let resources = self
            .problem()
            .pools
            .iter()
            .flat_map(|pool| pool.capacity.keys());
        let resources: BTreeSet<&str> = resources.map(String::as_str).collect();
        self.units.said(&reason.sentence, &resources)
    }

    /// The problem, as changed.
    pub(super) fn problem(&self) -> &Problem {
        &self.changed.problem
    }

    /// What a node is called that the problem counts as `at` of a pool.
    pub(super) fn node(&self, pool: &Pool, at: u32) -> String {
        self.known(self.changed.name(pool, at))
    }

    /// What a node of the problem is called.
    pub(super) fn called(&self, node: &str) -> String {
        self.known(self.changed.called(node))
    }

    fn known(&self, node: String) -> String {
        self.names.nodes.get(&node).cloned().unwrap_or(node)
    }

    /// What it is called: `sz1 in prod`.
    pub(super) fn title(&self) -> String {
        match &self.env {
            Some(env) => format!("{} in {env}", self.name),
            None => self.name.clone(),
        }
    }

    /// A pool of the problem, with what tells it from others of the same name.
    pub(super) fn pool(&self, name: &str) -> String {
        let Some(hall) = self.names.halls.get(name).filter(|hall| *hall != name) else {
            return format!("`{name}`");
        };
        let mut pools = self.problem().pools.iter();
        let spec = pools.find(|pool| pool.name == name);
        let zones = spec.into_iter().flat_map(|pool| pool.zones.keys());
        let known = zones.filter(|zone| !zone.starts_with('?'));
        let zones: Vec<String> = known.map(|zone| format!(", zone `{zone}`")).collect();
        let owner = self.names.owners.get(name);
        let owner = owner
            .map(|owner| format!(", for `{owner}`"))
            .unwrap_or_default();
        format!("`{hall}`{}{owner}", zones.concat())
    }

    /// The pools of a problem by the names that people know.
    pub(super) fn pools(&self, names: &[String]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for name in names {
            let name = self.names.halls.get(name).unwrap_or(name);
            if !all.contains(name) {
                all.push(name.clone());
            }
        }
        all
    }
}

/// What can be drawn of an answer: the witness, or of what does not fit the most that does.
fn drawn(
    problem: &Problem,
    names: &Names,
    answer: &Answer,
    options: &Options<'_>,
) -> Option<Drawn> {
    if let Some(drawn) = of_witness(problem, names, answer, Drawing::Whole) {
        return Some(drawn);
    }
    let plain = Options {
        explain: false,
        ..*options
    };
    let mut safe = problem.clone();
    if !safe.failures.is_empty() {
        safe.failures.clear();
        let answer = solve(&safe, &plain);
        if let Some(drawn) = of_witness(&safe, names, &answer, Drawing::UntilFailure) {
            return Some(drawn);
        }
    }
    let (fewer, left_out) = fewer(problem, &answer.mends)?;
    let answer = solve(&fewer, &plain);
    of_witness(&fewer, names, &answer, Drawing::Fewer(left_out))
}

fn of_witness(problem: &Problem, names: &Names, answer: &Answer, of: Drawing) -> Option<Drawn> {
    let witness = answer.witness.clone().unwrap_or_default();
    let pools = match (&answer.witness, &answer.witness_compact) {
        (Some(witness), _) => usage::of_nodes(problem, &witness.base),
        (None, Some(alike)) => usage::of_alike(problem, alike),
        (None, None) => return None,
    };
    Some(Drawn {
        of,
        problem: problem.clone(),
        halls: halls(problem, names, pools),
        base: witness.base,
        scenarios: witness.scenarios,
    })
}

/// The parts of each pool together, in the order of their first ones.
fn halls(problem: &Problem, names: &Names, pools: Vec<PoolUsage>) -> Vec<Hall> {
    let mut halls: Vec<Hall> = Vec::new();
    for part in pools {
        let Some(spec) = problem.pools.get(part.pool) else {
            continue;
        };
        let name = names.halls.get(&spec.name).unwrap_or(&spec.name);
        let at = halls.iter().position(|hall| hall.name == *name);
        let at = at.unwrap_or_else(|| {
            halls.push(Hall {
                name: name.clone(),
                nodes: 0,
                replicas: 0,
                totals: Vec::new(),
                parts: Vec::new(),
            });
            halls.len() - 1
        });
        halls[at].add(spec.count, part);
    }
    halls
}

impl Hall {
    fn add(&mut self, nodes: u32, part: PoolUsage) {
        self.nodes += u64::from(nodes);
        self.replicas += part.replicas;
        for (at, (measure, taken)) in part.measures.iter().zip(&part.taken).enumerate() {
            let nodes = part.groups.iter().filter_map(|group| group.taken.get(at));
            let fullest = nodes.filter_map(|taken| taken.percent()).max();
            match self.totals.iter_mut().find(|(known, ..)| known == measure) {
                Some((_, all, most)) => {
                    all.add(*taken, 1);
                    *most = fullest.max(*most);
                }
                None => self.totals.push((measure.clone(), *taken, fullest)),
            }
        }
        self.parts.push(part);
    }
}

/// The problem with as many replicas as the first such mend says, and what that leaves out.
fn fewer(problem: &Problem, mends: &[Mend]) -> Option<(Problem, Vec<LeftOut>)> {
    let all = mends.iter().find_map(|mend| {
        let parts = match mend {
            Mend::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let fits = parts.iter().map(|part| match part {
            Mend::Replicas { workload, fit } => Some((workload, *fit)),
            _ => None,
        });
        fits.collect::<Option<Vec<_>>>()
    })?;
    let mut fewer = problem.clone();
    let mut left_out = Vec::new();
    for (name, fit) in all {
        let workload = fewer
            .workloads
            .iter_mut()
            .find(|known| known.name == *name)?;
        left_out.push(LeftOut {
            workload: name.clone(),
            stand: fit,
            of: workload.replicas,
        });
        workload.replicas = fit;
    }
    Some((fewer, left_out))
}

/// The headroom of what is wanted.
fn room(problem: &Problem, wanted: Rooms, options: &Options<'_>) -> Vec<Headroom> {
    let standing: Vec<usize> = (0..problem.workloads.len())
        .filter(|at| problem.workloads[*at].replicas > 0)
        .collect();
    let many = standing.len() > SHOWN;
    if wanted == Rooms::None || (wanted == Rooms::Few && many) {
        return Vec::new();
    }
    let limit = options.steps.min(HEADROOM_STEPS);
    let mut steps = match options.guard {
        Some(guard) => Steps::guarded(limit, guard),
        None => Steps::new(limit),
    };
    headroom(problem, &standing, &mut steps)
}
