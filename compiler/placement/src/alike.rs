//! Nodes of a placement that are alike: of one class, and holding the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    failing::{Choices, Unit, at_once},
    fill::{Evacuated, Fill, Node},
    model::Model,
};

/// The nodes of a base by what they hold: nodes of a class with the same load are alike.
#[derive(Debug)]
pub(crate) struct Loads {
    /// By class: the end of each group's nodes, and the load's number.
    ends: BTreeMap<usize, Vec<(u32, usize)>>,
    /// By class, one that stands for it and all that are like it.
    like: Vec<usize>,
}

impl Loads {
    /// Of a placement.
    pub(crate) fn of(model: &Model, base: &Fill) -> Self {
        let mut known: BTreeMap<Vec<(usize, u32)>, usize> = BTreeMap::new();
        let mut ends: BTreeMap<usize, Vec<(u32, usize)>> = BTreeMap::new();
        let mut add = |class: usize, nodes: u32, pods: &Vec<(usize, u32)>| {
            let next = known.len();
            let number = *known.entry(pods.clone()).or_insert(next);
            let of = ends.entry(class).or_default();
            let start = of.last().map_or(0, |(end, _)| *end);
            of.push((start.saturating_add(nodes), number));
        };
        for group in &base.groups {
            add(group.class, group.nodes, &group.pods);
        }
        for class in 0..model.classes.len() {
            add(class, u32::MAX, &Vec::new());
        }
        Self {
            ends,
            like: (0..model.classes.len()).collect(),
        }
    }

    /// Takes classes for alike that differ in nothing that matters to who stands there.
    pub(crate) fn take_as_alike(&mut self, classes: &[(usize, u32)]) {
        if let Some((first, _)) = classes.first() {
            for (class, _) in classes {
                self.like[*class] = *first;
            }
        }
    }

    fn load(&self, node: Node) -> usize {
        let groups = self.ends.get(&node.class).into_iter().flatten();
        let found = groups.into_iter().find(|(end, _)| node.at < *end);
        found.map_or(usize::MAX, |(_, load)| *load)
    }

    /// What makes two sets of lost nodes alike.
    pub(crate) fn key(&self, lost: &[Node]) -> Vec<(usize, usize)> {
        let mut key: Vec<_> = lost
            .iter()
            .map(|node| (self.like[node.class], self.load(*node)))
            .collect();
        key.sort_unstable();
        key
    }

    /// What moves when other nodes than a scenario's are lost that are like them: those that
    /// are lost instead change places with it.
    pub(crate) fn swapped(&self, one: &Evacuated, lost: &[Node]) -> Vec<(Node, usize, u32)> {
        let kind = |node: Node| (self.like[node.class], self.load(node), node);
        let (theirs, ours): (BTreeSet<Node>, BTreeSet<Node>) = (
            one.lost.iter().copied().collect(),
            lost.iter().copied().collect(),
        );
        let mut only_theirs: Vec<_> = theirs.difference(&ours).map(|node| kind(*node)).collect();
        let mut only_ours: Vec<_> = ours.difference(&theirs).map(|node| kind(*node)).collect();
        only_theirs.sort_unstable();
        only_ours.sort_unstable();
        let places: BTreeMap<Node, Node> = only_ours
            .into_iter()
            .zip(only_theirs)
            .map(|((.., ours), (.., theirs))| (ours, theirs))
            .collect();
        let moved = one.moved.iter();
        moved
            .map(|(node, shape, count)| {
                (places.get(node).copied().unwrap_or(*node), *shape, *count)
            })
            .collect()
    }
}

/// Nodes of a class that follow each other and hold the same.
struct Stretch {
    class: usize,
    load: usize,
    first: u32,
    nodes: u32,
}

impl Loads {
    fn stretches(&self, model: &Model) -> Vec<Stretch> {
        let mut all = Vec::new();
        for (class, ends) in &self.ends {
            let count = model.classes[*class].count;
            let mut first = 0;
            for (end, load) in ends {
                let end = (*end).min(count);
                if end > first {
                    all.push(Stretch {
                        class: *class,
                        load: *load,
                        first,
                        nodes: end - first,
                    });
                }
                first = first.max(end);
            }
        }
        all
    }

    /// The ways in which one of the failures can strike a placement, each kind once: the nodes
    /// that are lost. `None` where there are more kinds than `most`.
    pub(crate) fn kinds(
        &self,
        model: &Model,
        failure: usize,
        most: usize,
    ) -> Option<Vec<Vec<Node>>> {
        let domain = model.failures[failure].domain;
        let stretches = self.stretches(model);
        // A kind of nodes is a unit of so many, whatever stretches they stand in.
        let mut alike: BTreeMap<(usize, usize), Vec<Node>> = BTreeMap::new();
        let mut domains: BTreeMap<u32, Vec<Node>> = BTreeMap::new();
        for stretch in &stretches {
            let fails = &model.classes[stretch.class].fails;
            if !fails.get(failure).copied().unwrap_or(false) {
                continue;
            }
            let nodes = (stretch.first..stretch.first + stretch.nodes).map(|at| Node {
                class: stretch.class,
                at,
            });
            match model.domain(stretch.class, domain) {
                Some(number) => domains.entry(number).or_default().extend(nodes),
                None => {
                    let kind = (stretch.class, stretch.load);
                    alike.entry(kind).or_default().extend(nodes);
                }
            }
        }
        let mut members: Vec<Vec<Node>> = Vec::new();
        let mut units = Vec::new();
        for nodes in alike.into_values() {
            units.push(Unit::Node {
                class: members.len(),
                count: u32::try_from(nodes.len()).ok()?,
            });
            members.push(nodes);
        }
        for nodes in domains.into_values() {
            let count = u32::try_from(nodes.len()).ok()?;
            units.push(Unit::Domain(vec![(members.len(), count)]));
            members.push(nodes);
        }
        let mut kinds = Vec::new();
        for choice in Choices::new(&units, at_once(&model.failures[failure], &units)) {
            if kinds.len() == most {
                return None;
            }
            let lost = choice.iter().flat_map(|(member, count)| {
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                members[*member].iter().take(count).copied()
            });
            let mut lost: Vec<Node> = lost.collect();
            lost.sort_unstable();
            kinds.push(lost);
        }
        Some(kinds)
    }
}
