//! Sums: so much is asked for, so much is there, whichever mix stands on each node.

use std::collections::BTreeMap;

use super::{Said, holds, kept_from, node_rules};
use crate::{
    answer::{Figures, Form, Measure},
    explain::{view::View, words},
};

/// One workload, or several that are alike: what all nodes hold of it.
pub(super) fn alone(view: &mut View<'_>) -> Option<Said> {
    match view.shapes()[..] {
        [shape] => count(view, &[shape]),
        _ => None,
    }
}

/// Several workloads: how many replicas all nodes hold, whichever they are.
pub(super) fn together(view: &mut View<'_>) -> Option<Said> {
    let shapes = view.shapes();
    count(view, &shapes)
}

fn count(view: &mut View<'_>, shapes: &[usize]) -> Option<Said> {
    let worth = vec![1; shapes.len()];
    let mixes = Mixes::of(view, shapes, &worth)?;
    let asked = view.replicas(shapes);
    let fit = u64::try_from(mixes.all).ok().filter(|fit| *fit < asked)?;
    let places = view.places(&mixes.classes, None, &|class| mixes.each(class));
    let takes = match shapes {
        [one] => Some(view.takes(*one)).filter(|takes| !takes.is_empty()),
        [..] if shapes.len() <= 3 => {
            let each = shapes.iter().enumerate().map(|(at, shape)| {
                let names = view.names(&[*shape]);
                let takes = match (at, names.len()) {
                    (0, 1) => " takes",
                    (0, _) => " each take",
                    _ => "",
                };
                format!("{}{takes} {}", words::names(&names), view.takes(*shape))
            });
            let all: Vec<String> = each.collect();
            (!view.resources(shapes).is_empty()).then(|| words::list(&all))
        }
        _ => least(view, shapes),
    };
    let takes = takes.map(|takes| match shapes {
        [_] => format!("each takes {takes}"),
        _ => takes,
    });
    let has = |pool: &str| {
        let of = mixes.classes.iter().find(|class| {
            let ranges = view.model.classes[**class].nodes.iter();
            ranges
                .into_iter()
                .any(|range| view.problem.pools[range.pool].name == pool)
        });
        of.map_or(String::new(), |class| view.has_words(*class, shapes))
    };
    let rules = node_rules(view);
    let held = holds(&places, "holds", &has);
    let held = if held.is_empty() {
        "no node holds any".to_owned()
    } else {
        held
    };
    let because = match (takes, rules.strip_prefix(", ")) {
        (Some(takes), _) => format!("{takes}{rules}, so that {held}"),
        (None, Some(rules)) => format!("{rules}, so that {held}"),
        (None, None) => held,
    };
    let tail = kept_from(view);
    let wanted = view.who(shapes);
    let (are, fit_words) = match (asked, fit) {
        (1, _) => ("is", "does not fit".to_owned()),
        (_, 0) => ("are", "none fits".to_owned()),
        (_, 1) => ("are", "one fits".to_owned()),
        (_, fit) => ("are", format!("{fit} fit")),
    };
    let words = format!("{wanted} {are} asked for and {fit_words}: {because}{tail}");
    let resource = match view.resources(shapes)[..] {
        [row] => view.resource(row).map(str::to_owned),
        _ => None,
    };
    let figures = Figures {
        form: Form::Count,
        measure: Measure::Replicas,
        asked: Some(asked),
        has: Some(fit),
        resource,
        workloads: view.asks(shapes, &|_| Some(1)),
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}

/// What the smallest of many takes: of each resource the least that any of them does.
fn least(view: &View<'_>, shapes: &[usize]) -> Option<String> {
    let rows = view.resources(shapes).into_iter();
    let each = rows.filter_map(|row| {
        let amounts = shapes.iter().map(|at| view.model.shapes[*at].request[row]);
        let least = amounts.min().filter(|least| *least > 0)?;
        Some(format!("{least} `{}`", view.resource(row)?))
    });
    let all: Vec<String> = each.collect();
    (!all.is_empty()).then(|| format!("each takes {} at least", words::list(&all)))
}

/// All of one resource, wherever it is: what is asked for is more than there is.
pub(super) fn sum(view: &mut View<'_>) -> Option<Said> {
    let shapes = view.shapes();
    let rows = view.resources(&shapes);
    rows.into_iter().find_map(|row| sum_of(view, &shapes, row))
}

fn sum_of(view: &View<'_>, shapes: &[usize], row: usize) -> Option<Said> {
    let asking = |at: &usize| view.model.shapes[*at].request[row] > 0;
    let shapes: Vec<usize> = shapes.iter().copied().filter(asking).collect();
    let classes = view.offering(&shapes);
    let counted = Counted::of(view, &shapes, &classes, row)?;
    if counted.asked <= counted.has {
        return None;
    }
    let each = |class: usize| u64::try_from(counted.on_a_node(view, class, row)).ok();
    let places = view.places(&classes, None, &each);
    let resource = view.resource(row)?.to_owned();
    let (asked, has) = (counted.asked, counted.has);
    let (names, verb) = match (&view.names(&shapes)[..], view.replicas(&shapes)) {
        ([one], 1) => (format!("`{one}`"), "asks"),
        ([one], replicas) => (format!("{replicas} replicas of `{one}`"), "ask"),
        (all, _) => (words::names(all), "ask"),
    };
    let together = if shapes.len() > 1 { " together" } else { "" };
    let there = words::nodes(&places);
    let have = if places.iter().map(|place| place.nodes).sum::<u64>() == 1 {
        "has"
    } else {
        "have"
    };
    let words = format!(
        "{names} {verb} for {asked} `{resource}`{together}, and {there} {have} {has}{}{}",
        counted.note,
        kept_from(view)
    );
    let asks = view.asks(&shapes, &|at| Some(view.model.shapes[at].request[row]));
    let figures = Figures {
        form: Form::Sum,
        measure: Measure::Resource,
        asked: u64::try_from(asked).ok(),
        has: u64::try_from(has).ok(),
        resource: Some(resource),
        workloads: asks,
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}

/// A row over some classes, in units that may be promised.
struct Counted {
    asked: u128,
    has: u128,
    /// Whether whole units are counted: everybody who asks takes dedicated ones.
    whole: bool,
    /// How it is counted, where that is not plain.
    note: String,
}

impl Counted {
    fn of(view: &View<'_>, shapes: &[usize], classes: &[usize], row: usize) -> Option<Self> {
        let model = &view.model;
        let (mut whole, mut shared) = (0_u128, 0_u128);
        for at in shapes {
            let shape = &model.shapes[*at];
            let all = u128::from(shape.request[row]) * u128::from(shape.replicas);
            if shape.dedicated[row] {
                whole += all;
            } else {
                shared += all;
            }
        }
        let ratios = classes.iter().map(|class| {
            let class = &model.classes[*class];
            (class.dedicated[row], class.shared[row])
        });
        let ratios: std::collections::BTreeSet<(u64, u64)> = ratios.collect();
        let mut counted = Self {
            asked: whole + shared,
            has: 0,
            whole: shared == 0,
            note: String::new(),
        };
        if !counted.whole {
            match ratios.iter().collect::<Vec<_>>()[..] {
                [&(num, den)] if num != den => counted.promise(whole, shared, (num, den)),
                [_] => {}
                // A whole unit would count differently here and there.
                _ if whole > 0 => return None,
                _ => ", promised as often as each may be".clone_into(&mut counted.note),
            }
        }
        for class in classes {
            let count = u128::from(model.classes[*class].count);
            counted.has += count * counted.on_a_node(view, *class, row);
        }
        if classes
            .iter()
            .any(|class| model.classes[*class].has[row] == crate::model::UNBOUNDED)
        {
            return None;
        }
        Some(counted)
    }

    /// Counts what may be promised, of which a whole unit takes as many as it could have been.
    fn promise(&mut self, whole: u128, shared: u128, (num, den): (u64, u64)) {
        let ratio = if den == 1 {
            num.to_string()
        } else {
            format!("{num}/{den}")
        };
        let taken = whole * u128::from(num);
        self.asked = shared + taken.div_ceil(u128::from(den.max(1)));
        self.note = format!(", each promised {ratio} times");
        if whole > 0 {
            self.note.push_str("; a dedicated one counts as ");
            self.note.push_str(&ratio);
        }
    }

    fn on_a_node(&self, view: &View<'_>, class: usize, row: usize) -> u128 {
        let node = &view.model.classes[class];
        let unit = if self.whole {
            node.dedicated[row]
        } else {
            node.shared[row]
        };
        u128::from(node.has[row] / unit.max(1))
    }
}

/// What a node has cannot all be used: of each resource, what any mix of these uses at most.
pub(super) fn remainder(view: &mut View<'_>) -> Option<Said> {
    let shapes = view.shapes();
    let rows = view.resources(&shapes);
    rows.into_iter()
        .find_map(|row| remainder_of(view, &shapes, row))
}

fn remainder_of(view: &mut View<'_>, shapes: &[usize], row: usize) -> Option<Said> {
    let asking = |at: &usize| view.model.shapes[*at].request[row] > 0;
    let shapes: Vec<usize> = shapes.iter().copied().filter(asking).collect();
    let worth: Vec<u64> = shapes
        .iter()
        .map(|at| view.model.shapes[*at].request[row])
        .collect();
    let mixes = Mixes::of(view, &shapes, &worth)?;
    let asked = asked(view, &shapes, &worth);
    if asked <= mixes.all {
        return None;
    }
    let places = view.places(&mixes.classes, None, &|class| mixes.each(class));
    let resource = view.resource(row)?.to_owned();
    let has = |pool: &str| {
        let range_of = |class: &&usize| {
            let mut ranges = view.model.classes[**class].nodes.iter();
            ranges.any(|range| view.problem.pools[range.pool].name == pool)
        };
        let class = mixes.classes.iter().find(range_of);
        let has = class.and_then(|class| view.has(*class, row));
        has.map_or(String::new(), |has| format!("{has} `{resource}`"))
    };
    let words = format!(
        "{} ask for {asked} `{resource}` together, and whichever mix of them stands there{}, {}: {} in all{}",
        words::names(&view.names(&shapes)),
        node_rules(view),
        holds(&places, "gives at most", &has),
        mixes.all,
        kept_from(view)
    );
    let figures = Figures {
        form: Form::Remainder,
        measure: Measure::Resource,
        asked: u64::try_from(asked).ok(),
        has: u64::try_from(mixes.all).ok(),
        workloads: view.asks(&shapes, &|at| Some(view.model.shapes[at].request[row])),
        resource: Some(resource),
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}

/// Replicas that count differently: those of a proof by prices, in figures as small as still
/// prove it.
pub(super) fn prices(view: &mut View<'_>, worth: &[u64]) -> Option<Said> {
    let shapes = view.shapes();
    let worth = shapes.iter().map(|at| worth.get(*at).copied().unwrap_or(0));
    let worth: Vec<u64> = worth.collect();
    let most = worth.iter().copied().max().filter(|most| *most > 0)?;
    let rounded = |scale: u64| {
        let each = worth.iter().map(|worth| {
            let (worth, most) = (u128::from(*worth), u128::from(most));
            let near = (2 * worth * u128::from(scale) + most) / (2 * most);
            u64::try_from(near).unwrap_or(u64::MAX)
        });
        each.collect::<Vec<u64>>()
    };
    let scales = (1..=LARGEST_PRICE.min(most)).chain([most]);
    scales.into_iter().find_map(|scale| {
        let worth = rounded(scale);
        let mixes = Mixes::of(view, &shapes, &worth)?;
        let asked = asked(view, &shapes, &worth);
        (asked > mixes.all).then(|| priced(view, &shapes, &worth, &mixes, asked))?
    })
}

/// The largest figure that is looked for in prices. What a proof has of larger ones is told as it
/// is.
const LARGEST_PRICE: u64 = 60;

fn priced(
    view: &View<'_>,
    shapes: &[usize],
    worth: &[u64],
    mixes: &Mixes,
    asked: u128,
) -> Option<Said> {
    let counting: Vec<(usize, u64)> = shapes
        .iter()
        .copied()
        .zip(worth.iter().copied())
        .filter(|(_, worth)| *worth > 0)
        .collect();
    let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (shape, worth) in &counting {
        groups.entry(*worth).or_default().push(*shape);
    }
    let named = |shapes: &[usize]| words::names(&view.names(shapes));
    let count = if groups.len() <= 4 {
        let each = groups.iter().enumerate().map(|(at, (worth, shapes))| {
            let of = if at == 0 {
                "each replica of"
            } else {
                "each of"
            };
            format!("{of} {} as {worth}", named(shapes))
        });
        words::list(&each.collect::<Vec<_>>())
    } else {
        let (least, few) = groups.first_key_value()?;
        let (most, many) = groups.last_key_value()?;
        format!(
            "each replica by what it takes of a node, from {least} for {} to {most} for {}",
            named(few),
            named(many)
        )
    };
    let places = view.places(&mixes.classes, None, &|class| mixes.each(class));
    let words = format!(
        "count {count}, {asked} together: whichever mix of them stands there{}, {}, {} in all{}",
        node_rules(view),
        holds(&places, "holds at most", &|_| String::new()),
        mixes.all,
        kept_from(view)
    );
    let each = |shape: usize| {
        let found = counting.iter().find(|(at, _)| *at == shape);
        Some(found.map_or(0, |(_, worth)| *worth))
    };
    let figures = Figures {
        form: Form::Prices,
        measure: Measure::Points,
        asked: u64::try_from(asked).ok(),
        has: u64::try_from(mixes.all).ok(),
        workloads: view.asks(shapes, &each),
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}

fn asked(view: &View<'_>, shapes: &[usize], worth: &[u64]) -> u128 {
    let each = shapes.iter().zip(worth);
    let each =
        each.map(|(at, worth)| u128::from(view.model.shapes[*at].replicas) * u128::from(*worth));
    each.sum()
}

/// What the nodes of each class hold at most, by what replicas are worth.
struct Mixes {
    classes: Vec<usize>,
    best: Vec<u64>,
    all: u128,
}

impl Mixes {
    fn of(view: &mut View<'_>, shapes: &[usize], worth: &[u64]) -> Option<Self> {
        let classes = view.offering(shapes);
        let (mut best, mut all) = (Vec::new(), 0);
        for class in &classes {
            let mix = u64::try_from(view.best_mix(*class, shapes, worth)).ok()?;
            all += u128::from(mix) * u128::from(view.model.classes[*class].count);
            best.push(mix);
        }
        Some(Self { classes, best, all })
    }

    fn each(&self, class: usize) -> Option<u64> {
        let at = self.classes.iter().position(|known| *known == class)?;
        Some(self.best[at])
    }
}
