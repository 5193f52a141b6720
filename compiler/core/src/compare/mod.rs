//! What differs between two estates, or between two outputs, by meaning: each thing is compared
//! with what is the same thing on the other side, wherever it stands there and however it is
//! written.
//!
//! Both sides become [`Item`]s first: [`spec`] makes them of the nodes of an environment,
//! [`data`] of emitted files.

pub mod data;
pub mod spec;

use std::collections::HashMap;

use tenantry_syntax::Span;

/// A thing of one side: a node of a spec, an object, a map within it.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// What it is: `workload`, `containers`.
    pub name: String,
    /// What tells it apart from its like; empty where there is one only, or where they are told
    /// apart by their order.
    pub key: String,
    /// The part of the key that names it, where the rest are settings: an `expose` of this port
    /// stays the same one under another host, if it is the only one that could be.
    pub stem: String,
    /// Where it stands.
    pub at: Option<Span>,
    /// Its scalars, in the order of its kind.
    pub settings: Vec<Setting>,
    /// What is in it, in the order of the text.
    pub items: Vec<Item>,
}

/// A scalar, or a list of them, under a name.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Whether it stands without its name, as an argument does.
    pub argument: bool,
    /// Whether it is part of what tells its thing apart.
    pub key: bool,
    /// Its value.
    pub value: Value,
}

/// What a setting says.
#[derive(Debug, Clone, Default)]
pub struct Value {
    /// One scalar, or those of a list.
    pub scalars: Vec<Scalar>,
    /// Whether it is a list, be it of one.
    pub list: bool,
    /// Whether nobody said it: it is what its absence stands for.
    pub default: bool,
    /// Where it was decided: more than one place for a text that is made of several values.
    pub places: Vec<Span>,
}

/// A scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A string.
    Text(String),
    /// A number, a truth value or null, as it is written.
    Plain(String),
}

/// A thing that is not the same on both sides.
#[derive(Debug, Clone)]
pub struct Difference {
    /// What it is: `workload api`.
    pub title: String,
    /// What has become of it.
    pub change: Change,
}

/// What has become of a thing.
#[derive(Debug, Clone)]
pub enum Change {
    /// Only the new side has it.
    Added(Item),
    /// Only the old side has it.
    Removed(Item),
    /// Both have it, and something of it differs.
    Inside {
        /// Scalars that differ.
        settings: Vec<SettingChange>,
        /// What differs below.
        below: Vec<Difference>,
    },
}

/// A setting that is not the same on both sides.
#[derive(Debug, Clone)]
pub struct SettingChange {
    /// Its name.
    pub name: String,
    /// Whether it stands without its name.
    pub argument: bool,
    /// What the old side says, if anything.
    pub old: Option<Value>,
    /// What the new side says, if anything.
    pub new: Option<Value>,
    /// Where the old value was decided.
    pub old_at: Option<Span>,
    /// Where the new value was decided.
    pub new_at: Option<Span>,
}

impl Item {
    /// What it is, and which.
    pub fn title(&self) -> String {
        match (self.name.is_empty(), self.key.is_empty()) {
            (_, true) => self.name.clone(),
            (true, false) => self.key.clone(),
            (false, false) => format!("{} {}", self.name, self.key),
        }
    }

    /// Whether it says the same, wherever it stands.
    fn says_the_same(&self, other: &Self) -> bool {
        (&self.name, &self.key) == (&other.name, &other.key)
            && settings(self, other).is_empty()
            && self.items.len() == other.items.len()
            && differences(&self.items, &other.items).is_empty()
    }
}

impl Value {
    fn same(&self, other: &Self) -> bool {
        (self.list, &self.scalars) == (other.list, &other.scalars)
    }
}

/// How many scalars differ, and how many things are on one side only.
pub fn count(differences: &[Difference]) -> usize {
    let one = |difference: &Difference| match &difference.change {
        Change::Added(_) | Change::Removed(_) => 1,
        Change::Inside { settings, below } => settings.len() + count(below),
    };
    differences.iter().map(one).sum()
}

/// What differs between two sides, in the order of the new one; what it no longer has stands
/// behind what it stood behind.
pub fn differences(old: &[Item], new: &[Item]) -> Vec<Difference> {
    let partners = partners(old, new);
    let mut gone = vec![true; old.len()];
    partners.iter().flatten().for_each(|at| gone[*at] = false);
    let mut found = Vec::new();
    let mut next = 0;
    let removed = |range: std::ops::Range<usize>, found: &mut Vec<Difference>| {
        let gone = range.filter(|at| gone[*at]).map(|at| &old[at]);
        found.extend(gone.map(|item| Difference {
            title: item.title(),
            change: Change::Removed(item.clone()),
        }));
    };
    for (at, (item, partner)) in new.iter().zip(&partners).enumerate() {
        let Some(partner) = *partner else {
            found.push(Difference {
                title: item.title(),
                change: Change::Added(item.clone()),
            });
            continue;
        };
        if next <= partner {
            removed(next..partner, &mut found);
            next = partner + 1;
        }
        found.extend(inside(&old[partner], item, at));
    }
    removed(next..old.len(), &mut found);
    found
}

/// What differs within a thing that both sides have; `at` is its place among its siblings.
fn inside(old: &Item, new: &Item, at: usize) -> Option<Difference> {
    let settings = settings(old, new);
    let below = differences(&old.items, &new.items);
    if settings.is_empty() && below.is_empty() {
        return None;
    }
    let title = match new.title() {
        _ if old.key != new.key => format!("{} {}", new.name, new.stem),
        // An element of a list.
        title if title.is_empty() || title == "-" => format!("[{}]", at + 1),
        title => title,
    };
    Some(Difference {
        title,
        change: Change::Inside { settings, below },
    })
}

/// Pairs what is left on both sides when it is all that is left of its name and stem.
fn by_stem(old: &[Item], new: &[Item], partners: &mut [Option<usize>]) {
    type Left = (Vec<usize>, Vec<usize>);
    let mut left: HashMap<(&str, &str), Left> = HashMap::new();
    let mut free = vec![true; old.len()];
    partners.iter().flatten().for_each(|at| free[*at] = false);
    for (at, item) in old.iter().enumerate().filter(|(at, _)| free[*at]) {
        let known = left.entry((&item.name, &item.stem)).or_default();
        known.0.push(at);
    }
    for (at, item) in new.iter().enumerate() {
        if partners[at].is_none() {
            let known = left.entry((&item.name, &item.stem)).or_default();
            known.1.push(at);
        }
    }
    for (at, item) in new.iter().enumerate() {
        let known = left.get(&(item.name.as_str(), item.stem.as_str()));
        if let Some((before, now)) = known
            && let ([before], [now]) = (before.as_slice(), now.as_slice())
            && *now == at
            && !item.stem.is_empty()
        {
            partners[at] = Some(*before);
        }
    }
}

/// For each of the new things, which of the old ones it is.
fn partners(old: &[Item], new: &[Item]) -> Vec<Option<usize>> {
    // Looked up only.
    let mut groups: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, item) in old.iter().enumerate() {
        groups.entry((&item.name, &item.key)).or_default().push(at);
    }
    let mut of_new: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, item) in new.iter().enumerate() {
        of_new.entry((&item.name, &item.key)).or_default().push(at);
    }
    let mut partners = vec![None; new.len()];
    for (at, item) in new.iter().enumerate() {
        let identity = (item.name.as_str(), item.key.as_str());
        let (Some(before), Some(now)) = (groups.get(&identity), of_new.get(&identity)) else {
            continue;
        };
        // Each group once, with its first.
        if now[0] == at {
            for (before, now) in in_order(old, before, new, now) {
                partners[now] = Some(before);
            }
        }
    }
    by_stem(old, new, &mut partners);
    partners
}

/// Pairs things that only their order tells apart: what is equal at the beginning and at the end
/// is the same, and so is the rest, one by one.
fn in_order(old: &[Item], before: &[usize], new: &[Item], now: &[usize]) -> Vec<(usize, usize)> {
    let same = |(a, b): &(&usize, &usize)| old[**a].says_the_same(&new[**b]);
    if let ([before], [now]) = (before, now) {
        return vec![(*before, *now)];
    }
    let head = before.iter().zip(now).take_while(same).count();
    let (rest_before, rest_now) = (&before[head..], &now[head..]);
    let ends = rest_before.iter().rev().zip(rest_now.iter().rev());
    let tail = ends.take_while(same).count();
    let middle = rest_before.len().min(rest_now.len()) - tail;
    let front = before.iter().zip(now).take(head + middle);
    let back = before.iter().rev().zip(now.iter().rev()).take(tail);
    front.chain(back).map(|(a, b)| (*a, *b)).collect()
}

/// The settings that differ: those of the old side in its order, then what only the new one has.
fn settings(old: &Item, new: &Item) -> Vec<SettingChange> {
    let find = |item: &Item, name: &str| -> Option<Value> {
        let found = item.settings.iter().find(|setting| setting.name == name);
        found.map(|setting| setting.value.clone())
    };
    let added = new
        .settings
        .iter()
        .filter(|setting| find(old, &setting.name).is_none());
    let mut changes = Vec::new();
    for setting in old.settings.iter().chain(added) {
        let (old, new) = (find(old, &setting.name), find(new, &setting.name));
        if let (Some(old), Some(new)) = (&old, &new)
            && old.same(new)
        {
            continue;
        }
        let (old_at, new_at) = decisive(old.as_ref(), new.as_ref());
        changes.push(SettingChange {
            name: setting.name.clone(),
            argument: setting.argument,
            old,
            new,
            old_at,
            new_at,
        });
    }
    changes
}

/// Where the difference was made: of a text of several values, the first that is not the same.
fn decisive(old: Option<&Value>, new: Option<&Value>) -> (Option<Span>, Option<Span>) {
    let places = |value: Option<&Value>| value.map_or(Vec::new(), |value| value.places.clone());
    let (old, new) = (places(old), places(new));
    let differs = old.iter().zip(&new).position(|(old, new)| old != new);
    let at = differs.unwrap_or_default();
    (old.get(at).copied(), new.get(at).copied())
}

#[cfg(test)]
mod tests;
