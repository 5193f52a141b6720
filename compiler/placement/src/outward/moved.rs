//! What moves after a failure in which what survives stays, in the problem's terms.

use std::collections::BTreeMap;

use super::{Dealer, Run, Ways, all_nodes, locate, names};
use crate::{
    alike::Loads,
    answer::{Count, Failed, Placement},
    fill::{Evacuated, Fill, Node, Plan},
    model::Model,
    problem::Problem,
    steps::{Spent, Steps},
};

/// Of one failure, what moves in each of its ways.
pub(super) fn evacuated(
    problem: &Problem,
    model: &Model,
    plan: &Plan,
    (at, sets, room): Ways,
    steps: &mut Steps<'_>,
) -> Result<Vec<Failed>, Spent> {
    let loads = Loads::of(model, &plan.base);
    let ours = plan.evacuated.iter().filter(|one| one.failure == at);
    let by_load: BTreeMap<Vec<(usize, usize)>, &Evacuated> =
        ours.map(|one| (loads.key(&one.lost), one)).collect();
    let sets = sets.unwrap_or_else(|| by_load.values().map(|one| one.lost.clone()).collect());
    // Who stands where decides who is lost, and so whose replicas move.
    let runs = Dealer { problem, model }.runs(&plan.base, &all_nodes(model), steps)?;
    let stands: BTreeMap<(usize, u32), &Run> = runs
        .iter()
        .flat_map(|run| (0..run.nodes).map(move |step| ((run.pool, run.first + step), run)))
        .collect();
    let mut written = Vec::new();
    for set in sets.into_iter().take(room) {
        let Some(one) = by_load.get(&loads.key(&set)) else {
            continue;
        };
        let moved = loads.swapped(one, &set);
        let moved = moving(problem, model, (&plan.base, &stands), (&set, &moved), steps)?;
        written.push(Failed {
            failed: names(problem, model, &set),
            placement: None,
            moved: Some(moved),
        });
    }
    Ok(written)
}

/// What was moved: node, shape, count.
type Moved = [(Node, usize, u32)];

/// Which workloads' replicas go where: of each shape those that stood on the lost nodes.
fn moving(
    problem: &Problem,
    model: &Model,
    (base, stands): (&Fill, &BTreeMap<(usize, u32), &Run>),
    (lost, moved): (&[Node], &Moved),
    steps: &mut Steps<'_>,
) -> Result<Placement, Spent> {
    let mut shape_of = BTreeMap::new();
    for (shape, all) in model.shapes.iter().enumerate() {
        shape_of.extend(all.workloads.iter().map(|(workload, _)| (*workload, shape)));
    }
    let mut left: Vec<BTreeMap<usize, u32>> = vec![BTreeMap::new(); model.shapes.len()];
    for node in lost {
        let Some(run) = locate(model, *node).and_then(|at| stands.get(&at)) else {
            continue;
        };
        for (workload, count) in &run.pods {
            if let Some(shape) = shape_of.get(workload) {
                let count = u32::try_from(count.total()).unwrap_or(u32::MAX);
                *left[*shape].entry(*workload).or_default() += count;
            }
        }
    }
    let mut by_node: BTreeMap<Node, BTreeMap<usize, u32>> = BTreeMap::new();
    for (node, shape, count) in moved {
        *by_node.entry(*node).or_default().entry(*shape).or_default() += count;
    }
    let kept = survivors(base);
    let mut placement = Placement::new();
    for (node, arriving) in by_node {
        let Some((pool, number)) = locate(model, node) else {
            continue;
        };
        let arriving: Vec<(usize, u32)> = arriving.into_iter().collect();
        let cells = arrive(model, node.class, kept(node), &arriving, steps)?;
        let name = problem.pools[pool].node(number);
        for (entry, (shape, _)) in arriving.iter().enumerate() {
            let wide = model.shapes[*shape].single && problem.pools[pool].numa > 1;
            let pieces = draw(&mut left[*shape], &cells, entry);
            for (workload, mut cells) in pieces {
                let count = if wide {
                    cells.resize(usize::try_from(problem.pools[pool].numa).unwrap_or(1), 0);
                    Count::Cells(cells)
                } else {
                    Count::Node(cells.iter().sum())
                };
                let workload = problem.workloads[workload].name.clone();
                let at = placement.entry(workload).or_default();
                at.insert(name.clone(), count);
            }
        }
    }
    Ok(placement)
}

/// What one node holds: shape and count.
type Pods<'f> = &'f [(usize, u32)];

/// What a node of the base holds.
fn survivors<'f>(base: &'f Fill) -> impl Fn(Node) -> Pods<'f> {
    let mut ends: BTreeMap<usize, Vec<(u32, Pods<'f>)>> = BTreeMap::new();
    for group in &base.groups {
        let of = ends.entry(group.class).or_default();
        let start = of.last().map_or(0, |(end, _)| *end);
        of.push((start + group.nodes, &group.pods));
    }
    move |node| {
        let groups = ends.get(&node.class).into_iter().flatten();
        let found = groups.into_iter().find(|(end, _)| node.at < *end);
        found.map_or(&[][..], |(_, pods)| pods)
    }
}

/// The cells that arriving replicas lie in, beside those that are there and stay in theirs: by
/// cell, by entry. What need not lie in one cell is counted in the first.
pub(crate) fn arrive(
    model: &Model,
    class: usize,
    there: &[(usize, u32)],
    arriving: &[(usize, u32)],
    steps: &mut Steps<'_>,
) -> Result<Vec<Vec<u32>>, Spent> {
    let stay = model.cells(class, there, steps)?.ok_or(Spent)?;
    let mut cells = vec![vec![0; arriving.len()]; stay.len()];
    let mut left = Vec::new();
    for in_cell in &stay {
        let singles: Vec<(usize, u32)> = there
            .iter()
            .zip(in_cell)
            .filter(|((shape, _), _)| model.shapes[*shape].single)
            .map(|((shape, _), count)| (*shape, *count))
            .collect();
        let rows = model.classes[class].cell.iter().enumerate();
        let rows = rows.map(|(row, has)| {
            has.map(|has| u128::from(has).saturating_sub(model.load(class, &singles, row)))
        });
        left.push(rows.collect::<Vec<Option<u128>>>());
    }
    let mut each = Vec::new();
    for (entry, (shape, count)) in arriving.iter().enumerate() {
        if model.shapes[*shape].single && stay.len() > 1 {
            let weight = (0..model.rows.len()).map(|row| model.weight(class, *shape, row));
            let weight: Vec<u128> = weight.map(u128::from).collect();
            each.extend((0..*count).map(|_| (entry, weight.clone())));
        } else {
            cells[0][entry] = *count;
        }
    }
    // The largest are the hardest to find a cell for.
    each.sort_by_key(|(_, weight)| std::cmp::Reverse(weight.iter().sum::<u128>()));
    steps.within(ARRIVE_STEPS, |steps| {
        if settle_in(&each, &mut left, &mut cells, steps)? {
            Ok(cells)
        } else {
            Err(Spent)
        }
    })
}

/// The most steps that finding cells for what arrives on one node may take.
const ARRIVE_STEPS: u64 = 20_000;

/// Finds a cell for each replica, one after the other: exactly.
fn settle_in(
    each: &[(usize, Vec<u128>)],
    left: &mut [Vec<Option<u128>>],
    cells: &mut [Vec<u32>],
    steps: &mut Steps<'_>,
) -> Result<bool, Spent> {
    let Some(((entry, weight), rest)) = each.split_first() else {
        return Ok(true);
    };
    for cell in 0..left.len() {
        steps.take("cells", 1)?;
        let taken: Option<Vec<Option<u128>>> = left[cell]
            .iter()
            .zip(weight)
            .map(|(left, weight)| match left {
                Some(left) => left.checked_sub(*weight).map(Some),
                None => Some(None),
            })
            .collect();
        let Some(taken) = taken else {
            continue;
        };
        let before = std::mem::replace(&mut left[cell], taken);
        cells[cell][*entry] += 1;
        if settle_in(rest, left, cells, steps)? {
            return Ok(true);
        }
        cells[cell][*entry] -= 1;
        left[cell] = before;
    }
    Ok(false)
}

/// Takes replicas of a shape from those that are left: by workload, how many in each cell.
fn draw(
    left: &mut BTreeMap<usize, u32>,
    cells: &[Vec<u32>],
    entry: usize,
) -> BTreeMap<usize, Vec<u32>> {
    let mut drawn: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (cell, in_cell) in cells.iter().enumerate() {
        let mut wanted = in_cell[entry];
        for (workload, left) in left.iter_mut() {
            let count = wanted.min(*left);
            if count > 0 {
                *left -= count;
                wanted -= count;
                drawn
                    .entry(*workload)
                    .or_insert_with(|| vec![0; cells.len()])[cell] += count;
            }
        }
    }
    drawn
}
