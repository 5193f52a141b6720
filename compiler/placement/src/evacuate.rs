//! Failures after which what survives stays where it is: one placement of each component that
//! bears them all.

use std::collections::BTreeMap;

use crate::{
    alike::Loads,
    components::Component,
    failing::{Unit, at_once, units},
    fill::{Evacuated, Fill, Found, Group, Node, Reason},
    model::{Failure, Model, UNBOUNDED},
    outward::arrive,
    part::Part,
    problem::{Mode, Topology},
    refill::{Alike, rehouse},
    search::{Stand, Survival, evacuate},
    settle::Settler,
    steps::{Spent, Steps},
};

/// The most steps that may be taken to search a placement of one component that bears everything.
const SEARCH: u64 = 60_000_000;
/// The most steps that may be taken to try a placement that was made for something else.
const TRY: u64 = 4_000_000;
/// At most so many unlike ways of one failure are tried on a placement.
const KINDS: usize = 4_000;

/// What was found out about failures that evacuate.
pub(crate) enum Borne {
    /// This placement bears them; and what moves after each, in the numbers of the whole.
    By(Fill, Vec<Evacuated>),
    /// None does. With what is lost, by class, where that is known.
    Not(Reason, Vec<(usize, u32)>),
    /// It is open.
    Open,
}

/// Whether a model has such failures.
pub(crate) fn is_asked(model: &Model) -> bool {
    model.failures.iter().any(evacuates)
}

fn evacuates(failure: &Failure) -> bool {
    failure.mode == Mode::Evacuate && failure.k > 0
}

/// Looks for a placement of the whole that bears all failures that evacuate.
pub(crate) fn bear(settler: &mut Settler<'_, '_, '_>) -> Borne {
    let whole = settler.whole;
    let mut groups = Vec::new();
    let mut all = Vec::new();
    let mut open = false;
    for at in 0..settler.components.len() {
        let component = settler.components[at].clone();
        let asked = asked(whole, &component);
        if asked.is_empty() {
            match &settler.base[at] {
                Some(base) => groups.extend_from_slice(base),
                None => open = true,
            }
            continue;
        }
        let part = Part::keeping(whole, &component, None, &asked);
        match survive(settler, at, &part) {
            Survival::Survives(stand) => {
                groups.extend(part.expand(&stand.base));
                let evacuated = in_whole(&part, &asked, stand);
                all.push((component, part.classes().to_vec(), evacuated));
            }
            Survival::Lacks(reason, lost) => {
                return Borne::Not(part.widen(whole, &reason), part.widen_lost(&lost));
            }
            Survival::Open => open = true,
        }
    }
    if open {
        return Borne::Open;
    }
    let base = Fill { groups };
    match together(whole, &base, &all) {
        Some(evacuated) => Borne::By(base, evacuated),
        None => Borne::Open,
    }
}

/// What a component must bear of each of the whole's failures: which, and as many losses of its
/// own as the others leave to it.
fn asked(whole: &Model, component: &Component) -> Vec<(usize, Failure)> {
    let ours = |class: usize| component.classes.binary_search(&class).is_ok();
    let mut asked = Vec::new();
    for (at, failure) in whole.failures.iter().enumerate() {
        if !evacuates(failure) {
            continue;
        }
        let units = units(whole, at);
        let many = at_once(failure, &units);
        let (mut here, mut elsewhere) = (0_u32, 0_u32);
        for unit in &units {
            let touches = match unit {
                Unit::Node { class, .. } => ours(*class),
                Unit::Domain(all) => all.iter().any(|(class, _)| ours(*class)),
            };
            *if touches { &mut here } else { &mut elsewhere } += unit.count();
        }
        for k in many.saturating_sub(elsewhere).max(1)..=many.min(here) {
            asked.push((
                at,
                Failure {
                    k,
                    ..failure.clone()
                },
            ));
        }
    }
    asked
}

/// Looks for a placement of a component that bears its failures: first among those that are at
/// hand or made with room to spare, then exactly.
fn survive(settler: &mut Settler<'_, '_, '_>, at: usize, part: &Part) -> Survival {
    let model = &part.model;
    let mut candidates = Vec::new();
    if let Some(base) = &settler.base[at] {
        candidates.push(part.contract(base).0);
    }
    let before = candidates.len();
    for turn in 0.. {
        if turn >= before {
            // Made only where those at hand do not do.
            match roomy(model, turn - before) {
                Some(with_room) => match settler.attempt(&with_room, TRY) {
                    Found::Fits(fill) => candidates.push(fill),
                    _ => continue,
                },
                None => break,
            }
        }
        let Some(base) = candidates.pop() else {
            break;
        };
        let tried = settler
            .steps
            .within(TRY, |steps| survives(model, &base, steps));
        if let Ok(Some(evacuated)) = tried {
            return Survival::Survives(Stand { base, evacuated });
        }
    }
    let found = settler.steps.within(SEARCH, |steps| evacuate(model, steps));
    found.unwrap_or(Survival::Open)
}

/// The same model with less to stand on: first with as many nodes of each class left empty as
/// may fail, then with so many only of the classes that offer most, then with a part of every
/// node left free. `None` where there is nothing more to try.
fn roomy(model: &Model, turn: usize) -> Option<Model> {
    let most = model.failures.iter().map(|failure| failure.k).max()?;
    let lost = model.failures.iter().enumerate().map(|(at, _)| {
        let fails = model.classes.iter().filter(|class| class.fails[at]);
        fails.map(|class| class.count).max().unwrap_or(0)
    });
    let nodes = model.nodes();
    let mut roomy = model.clone();
    roomy.failures.clear();
    // A spread sees nodes that are left empty, and domains of nothing else.
    let mut spreads = model.even.iter();
    let seen = spreads.any(|even| even.topology == Topology::Node)
        || (!model.even.is_empty() && model.classes.iter().any(|class| class.count <= most));
    match if seen { turn + 1 } else { turn } {
        0 => {
            for at in 0..model.classes.len() {
                if model.classes[at].fails.contains(&true) && !is_covered(model, at) {
                    let class = &mut roomy.classes[at];
                    class.count = class.count.saturating_sub(most);
                }
            }
        }
        1 => {
            let by_node = model
                .failures
                .iter()
                .all(|one| one.domain == Topology::Node);
            let gone = if by_node { most } else { lost.max()? };
            let left = nodes.saturating_sub(u64::from(gone));
            for class in &mut roomy.classes {
                for has in class.has.iter_mut().filter(|has| **has != UNBOUNDED) {
                    let kept = u128::from(*has) * u128::from(left) / u128::from(nodes.max(1));
                    *has = u64::try_from(kept).unwrap_or(*has);
                }
            }
        }
        _ => return None,
    }
    Some(roomy)
}

/// Whether another class offers all that a class does, so that its empty nodes can take in what
/// the class's hold. Of equals the first covers.
fn is_covered(model: &Model, at: usize) -> bool {
    let class = &model.classes[at];
    (0..model.classes.len()).any(|by| {
        let other = &model.classes[by];
        let offers = other.shared == class.shared
            && other.dedicated == class.dedicated
            && other.cells == class.cells
            && other
                .has
                .iter()
                .zip(&class.has)
                .all(|(other, has)| other >= has)
            && other.cell.iter().zip(&class.cell).all(|cells| match cells {
                (Some(other), Some(has)) => other >= has,
                (None, _) => true,
                (Some(_), None) => false,
            })
            && (other.zone, other.rack) == (class.zone, class.rack)
            && model
                .shapes
                .iter()
                .all(|shape| shape.admits[by] || !shape.admits[at]);
        by != at && offers && (by < at || other.has != class.has)
    })
}

/// Tries all failures on a placement: what moves after each kind, if everything finds a place
/// the simple way.
fn survives(
    model: &Model,
    base: &Fill,
    steps: &mut Steps<'_>,
) -> Result<Option<Vec<Evacuated>>, Spent> {
    let loads = Loads::of(model, base);
    let mut all = Vec::new();
    for (failure, known) in model.failures.iter().enumerate() {
        let Some(kinds) = loads.kinds(model, failure, KINDS) else {
            return Ok(None);
        };
        for lost in kinds {
            let after = model.after(known, &by_class(&lost));
            match moved(&after, (model, base), &lost, steps)? {
                Some(moved) => all.push(Evacuated {
                    failure,
                    lost,
                    moved,
                }),
                None => return Ok(None),
            }
        }
    }
    Ok(Some(all))
}

/// What was moved: node, shape, count.
type Moved = Vec<(Node, usize, u32)>;

fn moved(
    after: &Model,
    (model, base): (&Model, &Fill),
    lost: &[Node],
    steps: &mut Steps<'_>,
) -> Result<Option<Moved>, Spent> {
    let mut homeless = vec![0; model.shapes.len()];
    let mut nodes: BTreeMap<Alike, u32> = BTreeMap::new();
    let mut places: Vec<Vec<Node>> = Vec::new();
    let mut first = vec![0; model.classes.len()];
    let rest = (0..model.classes.len()).map(|class| Group {
        class,
        nodes: u32::MAX,
        pods: Vec::new(),
    });
    for group in base.groups.iter().cloned().chain(rest) {
        let class = group.class;
        let end = model.classes[class]
            .count
            .min(first[class] + group.nodes.min(1 << 30));
        let all = (first[class]..end).map(|at| Node { class, at });
        let (gone, left): (Vec<Node>, Vec<Node>) =
            all.partition(|node| lost.binary_search(node).is_ok());
        first[class] = end;
        for (shape, count) in &group.pods {
            homeless[*shape] += count * u32::try_from(gone.len()).unwrap_or(0);
        }
        if !left.is_empty() {
            let many = u32::try_from(left.len()).unwrap_or(u32::MAX);
            nodes.insert((class, places.len(), group.pods), many);
        }
        places.push(left);
    }
    let stood: BTreeMap<usize, Vec<(usize, u32)>> = nodes
        .keys()
        .map(|(_, origin, pods)| (*origin, pods.clone()))
        .collect();
    if !rehouse(after, &mut nodes, &homeless, steps)? {
        return Ok(None);
    }
    let mut moved = Vec::new();
    for ((class, origin, pods), many) in &nodes {
        let there = &stood[origin];
        let came: Vec<(usize, u32)> = pods
            .iter()
            .map(|(shape, count)| {
                let stays = there.iter().find(|(other, _)| other == shape);
                (
                    *shape,
                    count - stays.map_or(0, |(_, stays)| *stays).min(*count),
                )
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        // What stays keeps its cell.
        if !came.is_empty() && arrive(model, *class, there, &came, steps).is_err() {
            return Ok(None);
        }
        let many = usize::try_from(*many).unwrap_or(usize::MAX);
        let from = &mut places[*origin];
        for node in from.drain(..many.min(from.len())) {
            moved.extend(came.iter().map(|(shape, count)| (node, *shape, *count)));
        }
    }
    Ok(Some(moved))
}

/// How many nodes of which class.
fn by_class(lost: &[Node]) -> Vec<(usize, u32)> {
    let mut by: BTreeMap<usize, u32> = BTreeMap::new();
    for node in lost {
        *by.entry(node.class).or_default() += 1;
    }
    by.into_iter().collect()
}

/// What moves in a part, in the numbers of the whole.
fn in_whole(part: &Part, asked: &[(usize, Failure)], stand: Stand) -> Vec<Evacuated> {
    let node = |node: Node| part.expanded_node(&stand.base, node).unwrap_or(node);
    let each = stand.evacuated.iter().map(|one| {
        let mut lost: Vec<Node> = one.lost.iter().map(|at| node(*at)).collect();
        lost.sort_unstable();
        let moved = one.moved.iter();
        let moved = moved.map(|(at, shape, count)| (node(*at), part.shape(*shape), *count));
        Evacuated {
            failure: asked[one.failure].0,
            lost,
            moved: moved.collect(),
        }
    });
    each.collect()
}

/// A component, the classes of the whole that are alike for it, and what moves there.
type Share = (Component, Vec<Vec<(usize, u32)>>, Vec<Evacuated>);

/// What moves in all components together, for each kind of ways to fail; `None` where a
/// component does not say what becomes of its share. Of too many kinds none is told.
fn together(whole: &Model, base: &Fill, all: &[Share]) -> Option<Vec<Evacuated>> {
    let mut loads = Loads::of(whole, base);
    for class in all.iter().flat_map(|(_, classes, _)| classes) {
        loads.take_as_alike(class);
    }
    type Key = (usize, Vec<(usize, usize)>);
    let known: Vec<BTreeMap<Key, &Evacuated>> = all
        .iter()
        .map(|(.., evacuated)| {
            let each = evacuated.iter();
            each.map(|one| ((one.failure, loads.key(&one.lost)), one))
                .collect()
        })
        .collect();
    let mut told = Vec::new();
    for failure in 0..whole.failures.len() {
        if !evacuates(&whole.failures[failure]) {
            continue;
        }
        for lost in loads.kinds(whole, failure, KINDS).unwrap_or_default() {
            let mut moved = Vec::new();
            for ((component, ..), known) in all.iter().zip(&known) {
                let ours = |node: &&Node| component.classes.binary_search(&node.class).is_ok();
                let share: Vec<Node> = lost.iter().filter(ours).copied().collect();
                if !share.is_empty() {
                    let one = known.get(&(failure, loads.key(&share)))?;
                    moved.extend(loads.swapped(one, &share));
                }
            }
            told.push(Evacuated {
                failure,
                lost,
                moved,
            });
        }
    }
    Some(told)
}
