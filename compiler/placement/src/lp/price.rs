//! The most valuable filling of one node: a knapsack of several rows with what rules say about
//! single nodes, searched depth first and bounded by surrogates. All in integers: what it says
//! is proved.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    simplex::Simplex,
    stock::{Item, Mode, Stock, WHOLE},
    task::Task,
};
use crate::steps::{Spent, Steps};

/// The largest value of a replica.
pub(super) const DEAREST: i64 = 1 << 30;

/// So many caps enter the program that weighs the rows against each other.
const CAPS_WEIGHED: usize = 32;

/// What holds on one node: shape and count, by shape, none of them 0.
pub(super) type Pods = Vec<(usize, u32)>;

/// What was found about a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Priced {
    /// A filling worth more than was asked, the best that was found.
    pub(super) best: Option<(i64, Pods)>,
    /// No filling is worth more than this.
    pub(super) most: i64,
}

/// What replicas are worth on a node, and what the node is worth beyond that where it holds any of
/// some shapes. Nothing is above [`DEAREST`].
pub(super) struct Values<'a> {
    /// What a replica of a shape is worth.
    pub(super) of: &'a dyn Fn(usize) -> i64,
    /// Shapes, and what having any of them is worth.
    pub(super) bonuses: Vec<(&'a [usize], i64)>,
}

/// Looks for fillings of a node of a class that are worth more than `floor`. Each of its searches
/// ends after `limit` nodes.
///
/// # Errors
/// The budget is spent.
pub(super) fn price(
    task: &Task<'_>,
    class: usize,
    values: &Values<'_>,
    floor: i64,
    limit: u64,
    steps: &mut Steps<'_>,
) -> Result<Priced, Spent> {
    let stock = &task.stocks[class];
    let mut priced = Priced {
        best: None,
        most: floor.max(0),
    };
    let dear = values.bonuses.iter().any(|(_, bonus)| *bonus > DEAREST);
    if dear
        || stock
            .items
            .iter()
            .any(|item| (values.of)(item.shape) > DEAREST)
    {
        // The sums below could not hold it.
        priced.most = i64::MAX;
        return Ok(priced);
    }
    for mode in &stock.modes {
        let known = |priced: &Priced| priced.best.as_ref().map_or(floor, |(best, _)| *best);
        let mut proved = i64::MAX;
        for order in [Order::Size, Order::Worth] {
            let mut dig = Dig::new(task, class, mode, values, order);
            dig.best = known(&priced);
            dig.limit = limit;
            proved = proved.min(dig.bound(0));
            if proved <= dig.best {
                break;
            }
            dig.dig(0, 0, steps)?;
            steps.take("price", dig.nodes + mode.items.len() as u64 / 8)?;
            if let Some(found) = dig.found.take() {
                priced.best = Some((dig.best, dig.pods(stock, &found)));
            }
            if !dig.stopped {
                proved = dig.best;
                break;
            }
        }
        priced.most = priced.most.max(proved.max(known(&priced)));
    }
    Ok(priced)
}

/// In which order items are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The largest first: the small ones fill what is left, which finds good fillings soon.
    Size,
    /// What is worth most for its size first, which proves soon that nothing is better.
    Worth,
}

/// An item with its value.
#[derive(Debug, Clone)]
struct Line {
    item: usize,
    value: i64,
    cap: u32,
}

/// A sum of rows: weights that stay below `left`, whatever stands together.
#[derive(Debug, Clone)]
struct Surrogate {
    left: u64,
    /// By line.
    weight: Vec<u64>,
    /// From each line on, the line with the most value for its weight; `None` where one weighs
    /// nothing.
    steepest: Vec<Option<usize>>,
}

struct Dig<'a> {
    task: &'a Task<'a>,
    class: usize,
    stock: &'a Stock,
    lines: Vec<Line>,
    /// The lines by what they are worth for their size.
    ranking: Vec<usize>,
    /// Where each item's line is.
    place: BTreeMap<usize, usize>,
    left: Vec<u64>,
    surrogates: Vec<Surrogate>,
    count: Vec<u32>,
    blocked: Vec<u32>,
    cells: BTreeMap<Vec<u32>, bool>,
    singles: Vec<usize>,
    /// Lines, and what having any of them is worth.
    bonuses: Vec<(Vec<usize>, i64)>,
    best: i64,
    found: Option<Vec<u32>>,
    nodes: u64,
    limit: u64,
    stopped: bool,
}

impl<'a> Dig<'a> {
    fn new(
        task: &'a Task<'a>,
        class: usize,
        mode: &Mode,
        values: &Values<'_>,
        order: Order,
    ) -> Self {
        let stock = &task.stocks[class];
        let mut lines = lines(task, class, mode, values);
        let rates = rates(stock, &lines);
        let weigh = |item: &Item| {
            let each = item.part.iter().zip(&rates);
            let sum: u128 = each
                .map(|(part, rate)| u128::from(*part) * u128::from(*rate))
                .sum();
            u64::try_from(sum / u128::from(WHOLE)).unwrap_or(u64::MAX)
        };
        // The most value for its weight first; what is only company last.
        let mut weighed: Vec<(Line, u64)> = lines
            .drain(..)
            .map(|line| {
                let weight = weigh(&stock.items[line.item]);
                (line, weight)
            })
            .collect();
        let by_worth = |(a, weigh_a): &(Line, u64), (b, weigh_b): &(Line, u64)| {
            let worth = |line: &Line, weight: u64| {
                u128::from(line.value.max(0).unsigned_abs()) * u128::from(weight)
            };
            (b.value > 0)
                .cmp(&(a.value > 0))
                .then_with(|| worth(b, *weigh_a).cmp(&worth(a, *weigh_b)))
                .then_with(|| Reverse(a.value).cmp(&Reverse(b.value)))
                .then_with(|| a.item.cmp(&b.item))
        };
        weighed.sort_by(by_worth);
        let mut ranking: Vec<usize> = (0..weighed.len()).collect();
        if order == Order::Size {
            let mut ranked: Vec<(usize, (Line, u64))> = weighed.into_iter().enumerate().collect();
            ranked.sort_by_key(|(rank, (line, weight))| (line.value <= 0, Reverse(*weight), *rank));
            for (at, (rank, _)) in ranked.iter().enumerate() {
                ranking[*rank] = at;
            }
            weighed = ranked.into_iter().map(|(_, weighed)| weighed).collect();
        }
        let (lines, weights): (Vec<Line>, Vec<u64>) = weighed.into_iter().unzip();
        let mut surrogates = vec![Surrogate::new(rates.iter().sum(), weights, &lines)];
        for row in 0..stock.has.len() {
            let parts = lines.iter().map(|line| stock.items[line.item].part[row]);
            surrogates.push(Surrogate::new(WHOLE, parts.collect(), &lines));
        }
        let number = lines.len();
        Self {
            task,
            class,
            stock,
            place: lines
                .iter()
                .enumerate()
                .map(|(at, line)| (line.item, at))
                .collect(),
            left: stock.has.clone(),
            surrogates,
            count: vec![0; number],
            blocked: vec![0; number],
            cells: BTreeMap::new(),
            singles: (0..number)
                .filter(|at| stock.items[lines[*at].item].single)
                .collect(),
            bonuses: values
                .bonuses
                .iter()
                .map(|(shapes, bonus)| {
                    let any = (0..lines.len())
                        .filter(|at| shapes.contains(&stock.items[lines[*at].item].shape));
                    (any.collect(), *bonus)
                })
                .collect(),
            lines,
            ranking,
            best: 0,
            found: None,
            nodes: 0,
            limit: u64::MAX,
            stopped: false,
        }
    }

    fn item(&self, line: usize) -> &'a Item {
        &self.stock.items[self.lines[line].item]
    }

    /// How many more of a line fit.
    fn room(&self, line: usize) -> u32 {
        if self.blocked[line] > 0 {
            return 0;
        }
        let item = self.item(line);
        let each = item.weight.iter().zip(&self.left);
        let fit = each
            .filter(|(weight, _)| **weight > 0)
            .map(|(weight, left)| left / weight)
            .min()
            .unwrap_or(u64::MAX);
        let cap = self.lines[line].cap;
        let fit = u32::try_from(fit).map_or(cap, |fit| fit.min(cap));
        if item.whole && fit < cap { 0 } else { fit }
    }

    /// What the lines from `from` on can add at most.
    fn bound(&self, from: usize) -> i64 {
        let mut bound = self.greedy_bound(from);
        for surrogate in &self.surrogates[1..] {
            let Some(steepest) = surrogate.steepest.get(from).copied().flatten() else {
                continue;
            };
            let value = self.lines[steepest].value.max(0).unsigned_abs();
            let most = value.saturating_mul(surrogate.left) / surrogate.weight[steepest];
            bound = bound.min(i64::try_from(most).unwrap_or(i64::MAX));
        }
        let bonuses = self.bonuses.iter().map(|(_, bonus)| bonus.max(&0));
        bound.saturating_add(bonuses.sum())
    }

    /// What the node is worth beyond what it holds.
    fn bonus(&self) -> i64 {
        let held = |lines: &[usize]| lines.iter().any(|at| self.count[*at] > 0);
        let each = self.bonuses.iter().filter(|(lines, _)| held(lines));
        each.map(|(_, bonus)| bonus).sum()
    }

    /// The fractional knapsack of the first surrogate.
    fn greedy_bound(&self, from: usize) -> i64 {
        let surrogate = &self.surrogates[0];
        let mut left = surrogate.left;
        let mut bound = 0_i64;
        for at in self.ranking.iter().copied() {
            let line = &self.lines[at];
            if line.value <= 0 {
                break;
            }
            if at < from || self.blocked[at] > 0 {
                continue;
            }
            let weight = surrogate.weight[at];
            let all = weight.saturating_mul(u64::from(line.cap));
            if all >= left && weight > 0 {
                let part = line.value.unsigned_abs().saturating_mul(left) / weight;
                return bound.saturating_add(i64::try_from(part).unwrap_or(i64::MAX));
            }
            bound = bound.saturating_add(line.value.saturating_mul(i64::from(line.cap)));
            left -= all;
        }
        bound
    }

    fn dig(&mut self, from: usize, value: i64, steps: &mut Steps<'_>) -> Result<(), Spent> {
        self.nodes += 1;
        if self.nodes > self.limit {
            self.stopped = true;
            return Ok(());
        }
        let all = value.saturating_add(self.bonus());
        if all > self.best && self.in_company() {
            self.best = all;
            self.found = Some(self.count.clone());
        }
        let mut at = from;
        while at < self.lines.len() && self.room(at) == 0 {
            at += 1;
        }
        if at == self.lines.len() || value.saturating_add(self.bound(at)) <= self.best {
            return Ok(());
        }
        let most = self.room(at);
        let mut count = if self.lines[at].value > 0 || self.item(at).whole {
            most
        } else {
            1
        };
        loop {
            self.put(at, count);
            if count == 0 || self.cells_hold(at, steps)? {
                let more = self.lines[at].value.saturating_mul(i64::from(count));
                self.dig(at + 1, value.saturating_add(more), steps)?;
            }
            self.take(at, count);
            if count == 0 || self.stopped {
                return Ok(());
            }
            count = if self.item(at).whole { 0 } else { count - 1 };
        }
    }

    fn put(&mut self, line: usize, count: u32) {
        self.count[line] = count;
        if count == 0 {
            return;
        }
        let item = self.item(line);
        for (left, weight) in self.left.iter_mut().zip(&item.weight) {
            *left -= weight * u64::from(count);
        }
        for surrogate in &mut self.surrogates {
            surrogate.left -= surrogate.weight[line] * u64::from(count);
        }
        for clash in &item.clash {
            if let Some(at) = self.place.get(clash) {
                self.blocked[*at] += 1;
            }
        }
    }

    fn take(&mut self, line: usize, count: u32) {
        self.count[line] = 0;
        if count == 0 {
            return;
        }
        let item = self.item(line);
        for (left, weight) in self.left.iter_mut().zip(&item.weight) {
            *left += weight * u64::from(count);
        }
        for surrogate in &mut self.surrogates {
            surrogate.left += surrogate.weight[line] * u64::from(count);
        }
        for clash in &item.clash {
            if let Some(at) = self.place.get(clash) {
                self.blocked[*at] -= 1;
            }
        }
    }

    /// Whether everybody has whom it needs beside it.
    fn in_company(&self) -> bool {
        (0..self.lines.len()).all(|at| {
            let here =
                |needed: &usize| self.place.get(needed).is_some_and(|at| self.count[*at] > 0);
            self.count[at] == 0 || self.item(at).needs.iter().all(here)
        })
    }

    /// Whether there are cells for what must lie in one. Where that is open, it is taken for
    /// true: this may only say too much.
    fn cells_hold(&mut self, line: usize, steps: &mut Steps<'_>) -> Result<bool, Spent> {
        if !self.item(line).single {
            return Ok(true);
        }
        let key: Vec<u32> = self.singles.iter().map(|at| self.count[*at]).collect();
        if let Some(known) = self.cells.get(&key) {
            return Ok(*known);
        }
        let singles = self.singles.iter();
        let pods: Pods = singles
            .map(|at| (self.item(*at).shape, self.count[*at]))
            .filter(|(_, count)| *count > 0)
            .collect();
        let hold = match self.task.model.cells(self.class, &pods, steps) {
            Ok(cells) => cells.is_some(),
            Err(spent) if steps.left() == 0 => return Err(spent),
            Err(Spent) => true,
        };
        self.cells.insert(key, hold);
        Ok(hold)
    }

    fn pods(&self, stock: &Stock, count: &[u32]) -> Pods {
        let each = self.lines.iter().zip(count);
        let mut pods: Pods = each
            .filter(|(_, count)| **count > 0)
            .map(|(line, count)| (stock.items[line.item].shape, *count))
            .collect();
        pods.sort_unstable();
        pods
    }
}

impl Surrogate {
    fn new(left: u64, weight: Vec<u64>, lines: &[Line]) -> Self {
        let mut steepest = vec![None; lines.len()];
        let mut best: Option<usize> = None;
        for at in (0..lines.len()).rev() {
            if lines[at].value > 0 {
                if weight[at] == 0 {
                    break;
                }
                let value = |at: usize| u128::from(lines[at].value.unsigned_abs());
                let better = best.is_none_or(|best| {
                    value(at) * u128::from(weight[best]) > value(best) * u128::from(weight[at])
                });
                if better {
                    best = Some(at);
                }
            }
            steepest[at] = best;
        }
        Self {
            left,
            weight,
            steepest,
        }
    }
}

/// The items that are worth something, with those that they need.
fn lines(task: &Task<'_>, class: usize, mode: &Mode, values: &Values<'_>) -> Vec<Line> {
    let stock = &task.stocks[class];
    let line = |item: usize| {
        let shape = stock.items[item].shape;
        let wanted = task.demand[shape].min(task.more(class, shape));
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        let cap = stock.items[item].cap.min(wanted);
        // All or none: where some are placed already, none.
        let cap = if stock.items[item].whole && cap < task.model.shapes[shape].replicas {
            0
        } else {
            cap
        };
        Line {
            item,
            value: (values.of)(shape),
            cap,
        }
    };
    let all: BTreeMap<usize, Line> = mode.items.iter().map(|item| (*item, line(*item))).collect();
    let mut wanted: Vec<usize> = all
        .values()
        .filter(|line| {
            let shape = &stock.items[line.item].shape;
            let mut bonuses = values.bonuses.iter();
            let wanted = bonuses.any(|(shapes, bonus)| *bonus > 0 && shapes.contains(shape));
            line.cap > 0 && (line.value > 0 || wanted)
        })
        .map(|line| line.item)
        .collect();
    let mut known: std::collections::BTreeSet<usize> = wanted.iter().copied().collect();
    while let Some(item) = wanted.pop() {
        for needed in &stock.items[item].needs {
            if all.get(needed).is_some_and(|line| line.cap > 0) && known.insert(*needed) {
                wanted.push(*needed);
            }
        }
    }
    let known = known.into_iter();
    known.filter_map(|item| all.get(&item).cloned()).collect()
}

/// What the rows are worth against each other: the prices of the rows in the knapsack's linear
/// program, as integers that add up to about [`WHOLE`].
fn rates(stock: &Stock, lines: &[Line]) -> Vec<u64> {
    let rows = stock.has.len();
    if rows <= 1 {
        return vec![WHOLE; rows];
    }
    let share = |line: &Line, row: usize| stock.items[line.item].part[row] as f64 / WHOLE as f64;
    let mut capped: Vec<usize> = (0..lines.len())
        .filter(|at| {
            let line = &lines[*at];
            let largest = (0..rows).map(|row| share(line, row)).fold(0.0, f64::max);
            line.value > 0 && largest * (f64::from(line.cap) + 1.0) < 1.0
        })
        .collect();
    capped.sort_by_key(|at| {
        let line = &lines[*at];
        Reverse(line.value.saturating_mul(i64::from(line.cap)))
    });
    capped.truncate(CAPS_WEIGHED);
    let caps = capped.iter().map(|at| (f64::from(lines[*at].cap), 0.0));
    let start: Vec<(f64, f64)> = std::iter::repeat_n((1.0, 0.0), rows).chain(caps).collect();
    let mut program = Simplex::new(&start);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.value > 0) {
        let mut entries: Vec<(usize, f64)> = (0..rows)
            .map(|row| (row, share(line, row)))
            .filter(|(_, share)| *share > 0.0)
            .collect();
        if let Some(cap) = capped.iter().position(|capped| *capped == at) {
            entries.push((rows + cap, 1.0));
        }
        program.add(-(line.value as f64) / DEAREST as f64, entries);
    }
    // A small program; what it costs is counted with the search that it serves.
    let solved = program.optimise(&mut Steps::new(20_000)).is_ok();
    let rates: Vec<f64> = program.duals()[..rows]
        .iter()
        .map(|dual| (-dual).max(0.0))
        .collect();
    let sum: f64 = rates.iter().sum();
    if !solved || sum <= 1e-12 {
        return vec![WHOLE / rows.max(1) as u64; rows];
    }
    rates
        .iter()
        .map(|rate| (rate / sum * WHOLE as f64) as u64)
        .collect()
}
