//! The smallest reason of all, by implicit hitting sets: whatever lets it fit must be missing from
//! every reason, so that a reason takes at least one part from each such *way out*. A smallest set
//! that does so, and does not fit, is a smallest reason.

use std::collections::BTreeSet;

use super::{
    oracle::{Oracle, Told},
    reduce::Reduced,
};
use crate::{element::Element, problem::Problem};

/// With more parts than this a minimal reason is good enough.
const MOST_PARTS: usize = 40;
/// The most questions that may be asked.
const MOST_QUESTIONS: u32 = 400;
/// The most steps for one hitting set.
const MOST_CHOICES: u64 = 200_000;
/// What one part counts, beside its [`weight`]: the fewest parts come first.
const PART: u32 = 1_000;

/// A smaller reason than `found`, if there is one, of those parts that the problem has.
pub(super) fn smallest(
    problem: &Problem,
    all: &BTreeSet<Element>,
    found: Reduced,
    oracle: &mut Oracle<'_, '_>,
) -> Reduced {
    if all.len() > MOST_PARTS || !found.minimal {
        return found;
    }
    let parts: Vec<Element> = all.iter().cloned().collect();
    let search = Search {
        problem,
        costs: parts.iter().map(|part| PART + weight(part)).collect(),
        parts,
        ways_out: Vec::new(),
        questions: 0,
        oracle,
    };
    search.below(found)
}

/// What a reader would rather not have named, by how much rather.
fn weight(part: &Element) -> u32 {
    match part {
        Element::Capacity(_) => 0,
        Element::Workload(_) | Element::Taints | Element::Selector(_) => 1,
        Element::AntiAffinity(_) | Element::Isolation(_) | Element::MaxPods => 2,
        Element::Numa | Element::Affinity(_) | Element::Spread(_) => 3,
        Element::Failures => 4,
    }
}

struct Search<'p, 'o, 's, 'g> {
    problem: &'p Problem,
    parts: Vec<Element>,
    costs: Vec<u32>,
    /// Sets of which every reason has a part, as bits.
    ways_out: Vec<u64>,
    questions: u32,
    oracle: &'o mut Oracle<'s, 'g>,
}

impl Search<'_, '_, '_, '_> {
    fn below(mut self, found: Reduced) -> Reduced {
        let kept = (0..self.parts.len()).filter(|at| found.kept.contains(&self.parts[*at]));
        let limit = self.cost(kept.fold(0, |set, at| set | 1 << at));
        while let Some(set) = self.hitting_set(limit) {
            match self.ask(set) {
                Some(Told::Lacks(case)) => {
                    let kept = (0..self.parts.len()).filter(|at| set & (1 << at) != 0);
                    return Reduced {
                        kept: kept.map(|at| self.parts[at].clone()).collect(),
                        case: *case,
                        // Whatever is smaller misses a way out, and fits.
                        minimal: true,
                    };
                }
                Some(Told::Fits) => {
                    let grown = self.grow(set);
                    self.ways_out.push(self.everything() & !grown);
                }
                Some(Told::Open) | None => break,
            }
        }
        found
    }

    fn everything(&self) -> u64 {
        (0..self.parts.len()).fold(0, |set, at| set | 1 << at)
    }

    fn cost(&self, set: u64) -> u32 {
        let there = (0..self.costs.len()).filter(|at| set & (1 << at) != 0);
        there.map(|at| self.costs[at]).sum()
    }

    /// Asks whether the parts of a set fit together.
    fn ask(&mut self, set: u64) -> Option<Told> {
        self.questions += 1;
        if self.questions > MOST_QUESTIONS || self.oracle.is_spent() {
            return None;
        }
        let dropped = (0..self.parts.len()).filter(|at| set & (1 << at) == 0);
        let dropped = dropped.map(|at| self.parts[at].clone()).collect();
        Some(self.oracle.ask(self.problem, &dropped))
    }

    /// Adds parts to a set that fits, workloads first, as long as it still does.
    fn grow(&mut self, mut set: u64) -> u64 {
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.sort_by_key(|at| match self.parts[*at] {
            Element::Capacity(_) => 0,
            Element::Workload(_) => 1,
            _ => 2,
        });
        for at in order {
            let more = set | 1 << at;
            if more != set
                && (self.means_nothing(set, at) || matches!(self.ask(more), Some(Told::Fits)))
            {
                set = more;
            }
        }
        set
    }

    /// Whether a part asks for nothing, because whose it is is not in the set.
    fn means_nothing(&self, set: u64, at: usize) -> bool {
        let part = &self.parts[at];
        let Some(name) = part.workload() else {
            return false;
        };
        let owner = Element::Workload(name.to_owned());
        let owner = self.parts.binary_search(&owner);
        part.workload().is_some() && owner.is_ok_and(|owner| owner != at && set & (1 << owner) == 0)
    }

    /// The cheapest set that has a part of every way out, if it is cheaper than `limit`.
    fn hitting_set(&mut self, limit: u32) -> Option<u64> {
        let mut choice = Choice {
            ways_out: &self.ways_out,
            costs: &self.costs,
            best: None,
            limit,
            steps: MOST_CHOICES,
        };
        choice.choose(0, 0, 0);
        let (best, used) = (choice.best, MOST_CHOICES - choice.steps);
        let whole = choice.steps > 0;
        (self.oracle.work(used) && whole).then_some(best)?
    }
}

/// Branch and bound for one hitting set.
struct Choice<'a> {
    ways_out: &'a [u64],
    costs: &'a [u32],
    best: Option<u64>,
    limit: u32,
    steps: u64,
}

impl Choice<'_> {
    fn choose(&mut self, set: u64, refused: u64, cost: u32) {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 || cost.saturating_add(self.least(set, refused)) >= self.limit {
            return;
        }
        let open = self.ways_out.iter().filter(|way| **way & set == 0);
        // The one with the fewest choices left.
        let Some(way) = open
            .map(|way| way & !refused)
            .min_by_key(|way| way.count_ones())
        else {
            self.limit = cost;
            self.best = Some(set);
            return;
        };
        let mut refused = refused;
        let mut parts: Vec<usize> = (0..self.costs.len())
            .filter(|at| way & (1 << at) != 0)
            .collect();
        parts.sort_by_key(|at| self.costs[*at]);
        for at in parts {
            self.choose(set | 1 << at, refused, cost + self.costs[at]);
            refused |= 1 << at;
        }
    }

    /// What must still be paid at least: ways out that share no part are paid each.
    fn least(&self, set: u64, refused: u64) -> u32 {
        let (mut seen, mut least) = (0_u64, 0_u32);
        for way in self.ways_out.iter().filter(|way| **way & set == 0) {
            let way = way & !refused;
            if way & seen != 0 {
                continue;
            }
            seen |= way;
            let costs = (0..self.costs.len()).filter(|at| way & (1 << at) != 0);
            let cheapest = costs.map(|at| self.costs[at]).min();
            // Nothing is left to choose: this is no hitting set.
            least = least.saturating_add(cheapest.unwrap_or(u32::MAX));
        }
        least
    }
}
