//! What is left of a problem when its reason is found: the numbers that the words are made of.

use std::collections::BTreeSet;

use crate::{
    answer::{Asks, Lost, Place},
    element::Element,
    fill::Reason,
    model::{Model, Row, UNBOUNDED},
    problem::{Failures, Mode, Problem, Topology},
    steps::Steps,
};

use super::{reduce::Reduced, words};

/// The most steps that counting for the words of one reason takes.
const STEPS: u64 = 4_000_000;
/// The most steps that finding the best mix for one node takes; beyond, a bound does.
const MIX_STEPS: u64 = 20_000;

/// A reason's problem: only what the reason names, and what is lost is gone.
pub(super) struct View<'a> {
    pub(super) problem: &'a Problem,
    pub(super) kept: &'a BTreeSet<Element>,
    pub(super) reason: &'a Reason,
    /// What stands after the loss. Classes without nodes are there still.
    pub(super) model: Model,
    /// What is lost.
    pub(super) lost: Vec<Lost>,
    /// The same in words, to begin a sentence with.
    pub(super) after: String,
    steps: Steps<'static>,
}

impl<'a> View<'a> {
    pub(super) fn of(problem: &'a Problem, found: &'a Reduced) -> Self {
        let case = &found.case;
        let failure = (!case.lost.is_empty())
            .then(|| failing(&case.model, &case.lost))
            .flatten();
        let mut view = Self {
            problem,
            kept: &found.kept,
            reason: &case.reason,
            model: case.model.clone(),
            lost: Vec::new(),
            after: String::new(),
            steps: Steps::new(STEPS),
        };
        if let Some(at) = failure {
            let failure = &case.model.failures[at];
            view.lost = view.losses(failure.domain, &case.lost);
            view.after = words::after(failure.domain, &view.lost);
            view.model = case.model.after(failure, &case.lost);
        }
        view
    }

    /// What follows a failure where what survives stays, if that is what is to blame.
    pub(super) fn evacuates(&self) -> Option<&Failures> {
        let mut failures = self.problem.failures.iter();
        let found = failures.find(|failures| failures.mode == Mode::Evacuate && failures.k > 0);
        found.filter(|_| self.lost.is_empty() && self.kept.contains(&Element::Failures))
    }

    fn losses(&self, topology: Topology, lost: &[(usize, u32)]) -> Vec<Lost> {
        let each = lost.iter().map(|(class, nodes)| Lost {
            pool: self.pool(*class).to_owned(),
            domain: self.domain_name(*class, topology).map(str::to_owned),
            nodes: *nodes,
        });
        let mut losses: Vec<Lost> = Vec::new();
        for lost in each {
            let same = |other: &&mut Lost| other.pool == lost.pool && other.domain == lost.domain;
            match losses.iter_mut().find(same) {
                Some(other) => other.nodes += lost.nodes,
                None => losses.push(lost),
            }
        }
        losses
    }

    /// The pool of a class; the first, where several are alike.
    fn pool(&self, class: usize) -> &'a str {
        let first = self.model.classes[class].nodes.first();
        first.map_or("", |range| self.problem.pools[range.pool].name.as_str())
    }

    pub(super) fn domain_name(&self, class: usize, topology: Topology) -> Option<&str> {
        let number = usize::try_from(self.model.domain(class, topology)?).ok()?;
        let names = match topology {
            Topology::Node => return None,
            Topology::Rack => &self.model.racks,
            Topology::Zone => &self.model.zones,
        };
        names.get(number).map(String::as_str)
    }

    /// The nodes of some classes by pool, and how much each holds.
    pub(super) fn places(
        &self,
        classes: &[usize],
        domain: Option<Topology>,
        each: &dyn Fn(usize) -> Option<u64>,
    ) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for class in classes {
            let mut gone: u64 = {
                let ranges = self.model.classes[*class].nodes.iter();
                let all: u64 = ranges.map(|range| u64::from(range.count)).sum();
                all - u64::from(self.model.classes[*class].count).min(all)
            };
            for range in &self.model.classes[*class].nodes {
                let less = gone.min(u64::from(range.count));
                gone -= less;
                let domain = domain.and_then(|topology| self.domain_name(*class, topology));
                let place = Place {
                    pool: self.problem.pools[range.pool].name.clone(),
                    domain: domain.map(str::to_owned),
                    nodes: u64::from(range.count) - less,
                    each: each(*class),
                };
                let same = |other: &&mut Place| {
                    (&other.pool, &other.domain, other.each)
                        == (&place.pool, &place.domain, place.each)
                };
                match places.iter_mut().find(same) {
                    Some(other) => other.nodes += place.nodes,
                    None if place.nodes > 0 => places.push(place),
                    None => {}
                }
            }
        }
        places
    }

    /// The classes with nodes that admit any of the shapes.
    pub(super) fn admitting(&self, shapes: &[usize]) -> Vec<usize> {
        let admits = |class: &usize| {
            let shapes = shapes.iter().map(|at| &self.model.shapes[*at]);
            self.model.classes[*class].count > 0 && shapes.into_iter().any(|s| s.admits[*class])
        };
        (0..self.model.classes.len()).filter(admits).collect()
    }

    /// Of those, the ones that have something of everything that one of the shapes asks for; all
    /// where none has.
    pub(super) fn offering(&self, shapes: &[usize]) -> Vec<usize> {
        let offers = |class: &usize| {
            let node = &self.model.classes[*class];
            let mut shapes = shapes.iter().map(|at| &self.model.shapes[*at]);
            shapes.any(|shape| {
                let mut rows = shape.request.iter().zip(&node.has);
                shape.admits[*class] && rows.all(|(asked, has)| *asked == 0 || *has > 0)
            })
        };
        let admitting = self.admitting(shapes);
        let offering: Vec<usize> = admitting.iter().copied().filter(offers).collect();
        if offering.is_empty() {
            admitting
        } else {
            offering
        }
    }

    pub(super) fn shapes(&self) -> Vec<usize> {
        (0..self.model.shapes.len()).collect()
    }

    /// The names of the shapes' workloads, as the problem has them.
    pub(super) fn names(&self, shapes: &[usize]) -> Vec<&'a str> {
        let all = shapes
            .iter()
            .flat_map(|at| &self.model.shapes[*at].workloads);
        let all: BTreeSet<usize> = all.map(|(workload, _)| *workload).collect();
        let names = all.into_iter();
        names
            .map(|at| self.problem.workloads[at].name.as_str())
            .collect()
    }

    /// ``4 replicas of `a` and `b` ``, or the names alone where each has one.
    pub(super) fn who(&self, shapes: &[usize]) -> String {
        let (names, replicas) = (self.names(shapes), self.replicas(shapes));
        let all = words::names(&names);
        if names.len() > 1 && u64::try_from(names.len()) == Ok(replicas) {
            all
        } else {
            format!("{} of {all}", words::many(replicas, "replica"))
        }
    }

    /// Who asks, in the problem's order.
    pub(super) fn asks(&self, shapes: &[usize], each: &dyn Fn(usize) -> Option<u64>) -> Vec<Asks> {
        let mut all = Vec::new();
        for at in shapes {
            for (workload, replicas) in &self.model.shapes[*at].workloads {
                all.push((*workload, *replicas, each(*at)));
            }
        }
        all.sort_unstable();
        all.into_iter()
            .map(|(workload, replicas, each)| Asks {
                workload: self.problem.workloads[workload].name.clone(),
                replicas,
                each,
            })
            .collect()
    }

    pub(super) fn replicas(&self, shapes: &[usize]) -> u64 {
        let each = shapes.iter().map(|at| self.model.shapes[*at].replicas);
        each.map(u64::from).sum()
    }

    pub(super) fn resource(&self, row: usize) -> Option<&str> {
        match &self.model.rows[row] {
            Row::Resource(name) => Some(name),
            Row::Pods => None,
        }
    }

    /// The rows that bound anything that these ask for, but for the number of replicas.
    pub(super) fn resources(&self, shapes: &[usize]) -> Vec<usize> {
        let asked = |row: &usize| {
            let mut shapes = shapes.iter().map(|at| &self.model.shapes[*at]);
            self.resource(*row).is_some() && shapes.any(|shape| shape.request[*row] > 0)
        };
        (0..self.model.rows.len()).filter(asked).collect()
    }

    /// What one node has of a row, in the problem's units.
    pub(super) fn has(&self, class: usize, row: usize) -> Option<u64> {
        let node = &self.model.classes[class];
        (node.has[row] != UNBOUNDED).then(|| node.has[row] / node.dedicated[row].max(1))
    }

    /// What one node of a class has, as far as these ask for it: ``4 `gpu` and 64 `cpu` ``.
    pub(super) fn has_words(&self, class: usize, shapes: &[usize]) -> String {
        let node = &self.model.classes[class];
        let single = shapes.iter().any(|at| self.model.shapes[*at].single);
        let each = self.resources(shapes).into_iter().filter_map(|row| {
            let name = self.resource(row)?;
            let (num, den) = (node.dedicated[row], node.shared[row]);
            let shared = |at: &usize| {
                let shape = &self.model.shapes[*at];
                shape.request[row] > 0 && !shape.dedicated[row]
            };
            let over = if num == den || !shapes.iter().any(shared) {
                String::new()
            } else if den == 1 {
                format!(" promised {num} times")
            } else {
                format!(" promised {num}/{den} times")
            };
            match node.cell[row].filter(|_| single) {
                Some(cell) => {
                    let (cells, cell) = (node.cells, cell / num.max(1));
                    Some(format!("{cells} cells of {cell} `{name}`{over}"))
                }
                None => Some(format!("{} `{name}`{over}", self.has(class, row)?)),
            }
        });
        words::list(&each.collect::<Vec<_>>())
    }

    /// What one replica takes: ``3 `gpu` and 16 `cpu` ``.
    pub(super) fn takes(&self, shape: usize) -> String {
        let rows = self.resources(&[shape]).into_iter();
        let each = rows.filter_map(|row| {
            let name = self.resource(row)?;
            let whole = if self.model.shapes[shape].dedicated[row] && self.is_overcommitted(row) {
                "dedicated "
            } else {
                ""
            };
            let amount = self.model.shapes[shape].request[row];
            Some(format!("{amount} {whole}`{name}`"))
        });
        words::list(&each.collect::<Vec<_>>())
    }

    pub(super) fn is_overcommitted(&self, row: usize) -> bool {
        let mut classes = self.model.classes.iter();
        classes.any(|class| class.shared[row] != class.dedicated[row])
    }

    /// How many replicas of a shape an empty node of a class holds, at most all of them.
    pub(super) fn most(&mut self, class: usize, shape: usize) -> u64 {
        let (mut some, mut none) = (0, self.model.shapes[shape].replicas.saturating_add(1));
        while none - some > 1 {
            let middle = some + (none - some) / 2;
            let pods = [(shape, middle)];
            // What is not known to be too much is taken to fit.
            match self.model.holds(class, &pods, &mut self.steps) {
                Ok(false) => none = middle,
                Ok(true) | Err(_) => some = middle,
            }
        }
        u64::from(some)
    }

    /// What the replicas of an empty node are worth at most, whichever they are, by what each is
    /// worth: the best mix, or a bound of it where there are too many.
    pub(super) fn best_mix(&mut self, class: usize, shapes: &[usize], worth: &[u64]) -> u128 {
        let there: Vec<(usize, u64)> = shapes
            .iter()
            .zip(worth)
            .filter(|(at, worth)| self.model.shapes[**at].admits[class] && **worth > 0)
            .map(|(at, worth)| (*at, *worth))
            .collect();
        let bound = self.mix_bound(class, &there);
        let most: Vec<u64> = there.iter().map(|(at, _)| self.most(class, *at)).collect();
        let alone = there.iter().zip(&most);
        let alone = alone.map(|((_, worth), most)| u128::from(*worth) * u128::from(*most));
        let bound = bound.min(alone.sum());
        let (model, mut best) = (&self.model, 0);
        let all = self.steps.within(MIX_STEPS, |steps| {
            let mut mix = Mix {
                model,
                class,
                there: &there,
                most: &most,
                enough: bound,
                best: &mut best,
                steps,
            };
            mix.fill(0, 0, &mut Vec::new())
        });
        if all.is_ok() { best } else { bound }
    }

    /// By the best worth of a unit of each row.
    fn mix_bound(&self, class: usize, there: &[(usize, u64)]) -> u128 {
        let node = &self.model.classes[class];
        let rows = (0..self.model.rows.len()).filter(|row| node.has[*row] != UNBOUNDED);
        let bounds = rows.filter_map(|row| {
            let each = there.iter().map(|(at, worth)| {
                let weight = u128::from(self.model.weight(class, *at, row));
                (weight > 0).then(|| {
                    let all = u128::from(*worth) * u128::from(node.has[row]);
                    all / weight
                })
            });
            each.collect::<Option<Vec<u128>>>()
        });
        let bounds = bounds.map(|each| each.into_iter().max().unwrap_or(0));
        bounds.min().unwrap_or(u128::MAX)
    }
}

/// Which failure this loss is, and whether it is one of single nodes.
fn failing(model: &Model, lost: &[(usize, u32)]) -> Option<usize> {
    let may = |at: usize| {
        let failure = &model.failures[at];
        let fails = lost
            .iter()
            .all(|(class, _)| model.classes[*class].fails.get(at) == Some(&true));
        let domains: BTreeSet<Option<u32>> = lost
            .iter()
            .map(|(class, _)| model.domain(*class, failure.domain))
            .collect();
        let nodes: u64 = lost.iter().map(|(_, nodes)| u64::from(*nodes)).sum();
        let whole = lost.iter().all(|(class, nodes)| {
            model.domain(*class, failure.domain).is_none() || model.classes[*class].count == *nodes
        });
        let many = if domains.contains(&None) {
            nodes
        } else {
            u64::try_from(domains.len()).unwrap_or(u64::MAX)
        };
        fails && whole && many <= u64::from(failure.k)
    };
    (0..model.failures.len()).find(|at| may(*at))
}

/// All mixes of one node, the fullest first.
struct Mix<'m, 'b, 's, 'g> {
    model: &'m Model,
    class: usize,
    there: &'m [(usize, u64)],
    most: &'m [u64],
    /// No mix is worth more.
    enough: u128,
    best: &'b mut u128,
    steps: &'s mut Steps<'g>,
}

impl Mix<'_, '_, '_, '_> {
    fn fill(
        &mut self,
        at: usize,
        worth: u128,
        pods: &mut Vec<(usize, u32)>,
    ) -> Result<(), crate::steps::Spent> {
        self.steps.take("mix", 1)?;
        *self.best = (*self.best).max(worth);
        let left = self.there[at..].iter().zip(&self.most[at..]);
        let left = left.map(|((_, worth), most)| u128::from(*worth) * u128::from(*most));
        if *self.best >= self.enough || worth + left.sum::<u128>() <= *self.best {
            return Ok(());
        }
        let Some((shape, each)) = self.there.get(at) else {
            return Ok(());
        };
        for count in (0..=self.most[at]).rev() {
            let number = u32::try_from(count).unwrap_or(u32::MAX);
            if number > 0 {
                pods.push((*shape, number));
            }
            // What is not known to be too much is taken to fit.
            let holds = self
                .model
                .holds(self.class, pods, self.steps)
                .unwrap_or(true);
            if holds {
                self.fill(at + 1, worth + u128::from(*each) * u128::from(count), pods)?;
            }
            if number > 0 {
                pods.pop();
            }
        }
        Ok(())
    }
}
