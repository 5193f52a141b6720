//! The configuration linear program: nodes of a class are filled by patterns, as many as are
//! needed, and the patterns are made while it runs.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    certificate::Certificate,
    price::{DEAREST, Pods, Priced, Values, price},
    simplex::Simplex,
    task::Task,
};
use crate::steps::{Spent, Steps};

/// The search for a pattern ends after so many nodes at first; where no pattern is found for any
/// class, the next searches are [`HARDER`] times as long, up to [`HARDEST`].
const EASY: u64 = 400;

/// See [`EASY`].
const HARDER: u64 = 16;

/// See [`EASY`].
const HARDEST: u64 = 2_000_000;

/// With so many rows of classes, shapes and domains the program is not worth its time.
const MOST_ROWS: usize = 1_500;

/// What counts as nothing placed too little, in nodes.
const SHORT: f64 = 1e-5;

/// Fillings of nodes that were found useful.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    /// Class and what one node of it holds.
    pub(super) all: Vec<(usize, Pods)>,
    known: BTreeSet<(usize, Pods)>,
}

impl Patterns {
    /// Adds a pattern; `false` where it is known.
    pub(super) fn add(&mut self, class: usize, pods: Pods) -> bool {
        let new = self.known.insert((class, pods.clone()));
        if new {
            self.all.push((class, pods));
        }
        new
    }
}

/// What the program says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Relaxed {
    /// With nodes in parts everything fits: how many nodes have a pattern.
    Fits(Vec<(usize, f64)>),
    /// It does not fit, which is proved.
    Lacks(Certificate),
    /// The program does not tell. With patterns that place the most that is known.
    Open(Vec<(usize, f64)>),
}

/// Solves the program.
///
/// # Errors
/// The budget is spent.
pub(super) fn relax(
    task: &Task<'_>,
    patterns: &mut Patterns,
    steps: &mut Steps<'_>,
) -> Result<Relaxed, Spent> {
    let Some(mut master) = Master::new(task) else {
        return Ok(Relaxed::Open(Vec::new()));
    };
    for (at, (class, pods)) in patterns.all.iter().enumerate() {
        master.enter(task, at, *class, pods);
    }
    let mut limit = EASY;
    loop {
        master.program.optimise(steps)?;
        if master.program.cost() < SHORT {
            return Ok(Relaxed::Fits(master.levels()));
        }
        let mut asked = master.prices(task);
        // A hard round need not know what the nodes hold at most, only that it is not enough.
        let spare = if limit > EASY { asked.spare(task) } else { 0 };
        let mut improved = false;
        for class in master.classes.clone() {
            let floor = asked.prices.price[class].saturating_add(spare);
            let of = |shape: usize| asked.prices.value(&task.groups, class, shape);
            let values = Values {
                of: &of,
                bonuses: asked.prices.bonuses(task, class),
            };
            let Priced { best, most } = price(task, class, &values, floor, limit, steps)?;
            asked.prices.price[class] = most;
            if let Some((_, pods)) = best
                && patterns.add(class, pods.clone())
            {
                master.enter(task, patterns.all.len() - 1, class, &pods);
                improved = true;
            }
        }
        if asked.prices.balance(task) > 0 {
            return Ok(Relaxed::Lacks(asked.prices));
        }
        if improved {
            limit = EASY;
        } else if limit < HARDEST {
            limit *= HARDER;
        } else {
            return Ok(Relaxed::Open(master.levels()));
        }
    }
}

/// Prices as the program has them, in integers. What nodes hold at most is not proved.
struct Asked {
    prices: Certificate,
}

impl Asked {
    /// What every node may hold beyond its price while the prices still prove that it does not
    /// fit.
    fn spare(&self, task: &Task<'_>) -> i64 {
        let nodes: u64 = task.nodes.iter().sum();
        let balance = self.prices.balance(task).max(0);
        i64::try_from(balance / i128::from(nodes.max(1)) / 10 * 9).unwrap_or(0)
    }
}

/// The program over the patterns that are known: as little as can be is left unplaced.
struct Master {
    program: Simplex,
    classes: Vec<usize>,
    row_of_class: BTreeMap<usize, usize>,
    row_of_shape: BTreeMap<usize, usize>,
    /// By group and set: the row, and whether it is turned round so that its right side is not
    /// negative.
    row_of_set: Vec<Vec<(usize, f64)>>,
    /// By holders: the same.
    row_of_held: Vec<(usize, f64)>,
    /// The pattern of a column.
    pattern: BTreeMap<usize, usize>,
}

impl Master {
    fn new(task: &Task<'_>) -> Option<Self> {
        let classes: Vec<usize> = (0..task.nodes.len())
            .filter(|class| task.nodes[*class] > 0)
            .collect();
        let shapes: Vec<usize> = (0..task.demand.len())
            .filter(|shape| task.demand[*shape] > 0)
            .collect();
        let mut rows = Vec::new();
        let mut row_of_class = BTreeMap::new();
        // The right sides are a little generous, each by another amount: a program whose bases
        // are all alike turns in circles.
        for class in &classes {
            row_of_class.insert(*class, rows.len());
            rows.push((task.nodes[*class] as f64 + generous(rows.len()), 0.0));
        }
        let mut row_of_shape = BTreeMap::new();
        for shape in &shapes {
            row_of_shape.insert(*shape, rows.len());
            rows.push((
                task.demand[*shape] as f64 - generous(rows.len()),
                size(task, *shape),
            ));
        }
        let mut row_of_set = Vec::new();
        for group in &task.groups {
            let mut of_group = Vec::new();
            for placed in &group.placed {
                let right = group.least as f64 - *placed as f64;
                let sign = if right < 0.0 { -1.0 } else { 1.0 };
                of_group.push((rows.len(), sign));
                rows.push((right.abs(), 1.0));
            }
            row_of_set.push(of_group);
        }
        let mut row_of_held = Vec::new();
        for holders in &task.holders {
            let right = holders.least as f64 - holders.placed as f64;
            row_of_held.push((rows.len(), if right < 0.0 { -1.0 } else { 1.0 }));
            rows.push((right.abs(), 1.0));
        }
        let bounds = rows.len();
        for group in &task.groups {
            rows.push(((group.most.saturating_sub(group.least)) as f64, 0.0));
            for _ in &group.sets {
                rows.push((group.skew as f64, 0.0));
            }
        }
        for holders in &task.holders {
            rows.push(((holders.most.saturating_sub(holders.least)) as f64, 0.0));
        }
        if rows.len() > MOST_ROWS {
            return None;
        }
        let mut program = Simplex::new(&rows);
        for shape in &shapes {
            if !task.exact[*shape] {
                program.add(0.0, vec![(row_of_shape[shape], -1.0)]);
            }
        }
        let mut bound = bounds;
        for of_group in &row_of_set {
            let mut number = vec![(bound, 1.0)];
            number.extend(of_group.iter().map(|(row, sign)| (*row, -sign)));
            program.add(0.0, number);
            for (row, sign) in of_group {
                bound += 1;
                program.add(0.0, vec![(bound, 1.0), (*row, -sign)]);
            }
            bound += 1;
        }
        for (row, sign) in &row_of_held {
            program.add(0.0, vec![(bound, 1.0), (*row, -sign)]);
            bound += 1;
        }
        Some(Self {
            program,
            classes,
            row_of_class,
            row_of_shape,
            row_of_set,
            row_of_held,
            pattern: BTreeMap::new(),
        })
    }

    /// Adds the column of a pattern, where what is left to place allows it.
    fn enter(&mut self, task: &Task<'_>, number: usize, class: usize, pods: &Pods) {
        let Some(row) = self.row_of_class.get(&class) else {
            return;
        };
        let mut entries = vec![(*row, 1.0)];
        for (shape, count) in pods {
            match self.row_of_shape.get(shape) {
                Some(row) => entries.push((*row, f64::from(*count))),
                None if task.exact[*shape] => return,
                None => {}
            }
        }
        for (group, rows) in task.groups.iter().zip(&self.row_of_set) {
            let Some((_, count)) = pods.iter().find(|(shape, _)| *shape == group.shape) else {
                continue;
            };
            for (set, (row, sign)) in group.sets.iter().zip(rows) {
                if set.contains(&class) {
                    entries.push((*row, f64::from(*count) * sign));
                }
            }
        }
        for (holders, (row, sign)) in task.holders.iter().zip(&self.row_of_held) {
            if holders.has(class, pods) {
                entries.push((*row, *sign));
            }
        }
        let column = self.program.add(0.0, entries);
        self.pattern.insert(column, number);
    }

    /// How many nodes have a pattern.
    fn levels(&self) -> Vec<(usize, f64)> {
        let levels = self.program.levels().into_iter();
        levels
            .filter_map(|(column, level)| Some((*self.pattern.get(&column)?, level)))
            .collect()
    }

    /// The program's prices in integers.
    fn prices(&self, task: &Task<'_>) -> Asked {
        let duals = self.program.duals();
        let worth: Vec<f64> = (0..task.demand.len())
            .map(|shape| {
                let row = self.row_of_shape.get(&shape);
                let worth = row.map_or(0.0, |row| duals[*row]);
                if task.exact[shape] {
                    worth
                } else {
                    worth.max(0.0)
                }
            })
            .collect();
        let extra: Vec<Vec<f64>> = self
            .row_of_set
            .iter()
            .map(|rows| rows.iter().map(|(row, sign)| duals[*row] * sign).collect())
            .collect();
        let held = self.row_of_held.iter();
        let held: Vec<f64> = held.map(|(row, sign)| duals[*row] * sign).collect();
        let all = worth.iter().chain(extra.iter().flatten()).chain(&held);
        let largest = all.map(|value| value.abs()).fold(1e-9, f64::max);
        let most_sets = 2.0 + task.groups.len() as f64;
        let scale = DEAREST as f64 / largest / if extra.is_empty() { 1.0 } else { most_sets };
        let whole = |value: f64| (value * scale).round() as i64;
        let mut price = vec![0; task.nodes.len()];
        for (class, row) in &self.row_of_class {
            price[*class] = whole((-duals[*row]).max(0.0)) + 1;
        }
        let extra = extra.iter();
        Asked {
            prices: Certificate {
                worth: worth.into_iter().map(whole).collect(),
                extra: extra
                    .map(|extra| extra.iter().copied().map(whole).collect())
                    .collect(),
                held: held.into_iter().map(whole).collect(),
                price,
            },
        }
    }
}

/// A small amount, another for each row.
fn generous(row: usize) -> f64 {
    let part = (row as f64 + 1.0) * 0.618_033_988_749_895;
    1e-7 * (1.0 + part.fract())
}

/// What part of a node a replica takes, where it takes least: what leaving it out costs.
fn size(task: &Task<'_>, shape: usize) -> f64 {
    let mut least = 1.0_f64;
    for stock in &task.stocks {
        if let Ok(at) = stock.items.binary_search_by_key(&shape, |item| item.shape) {
            let parts = stock.items[at].part.iter();
            let part = parts.copied().max().unwrap_or(0) as f64 / super::stock::WHOLE as f64;
            least = least.min(part);
        }
    }
    least.max(1e-3)
}
