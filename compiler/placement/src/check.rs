//! Whether a placement in the model's terms keeps every rule. What constructs one asks here before
//! it says that something fits.

use std::collections::BTreeMap;

use crate::{
    fill::Fill,
    model::{Even, Model, Pair},
    problem::{Isolation, Topology},
    steps::{Spent, Steps},
};

/// Where replicas stand together: in a domain, or on each node of a group where every node is a
/// domain of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Domain(u32),
    Group(usize),
}

impl Model {
    /// Whether everything stands in a placement, and every rule holds, those about what may fail
    /// apart.
    ///
    /// # Errors
    /// The budget is spent, or whether what a node holds fits into its NUMA cells is open.
    pub fn accepts(&self, fill: &Fill, steps: &mut Steps<'_>) -> Result<bool, Spent> {
        if !self.nodes_suffice(fill) {
            return Ok(false);
        }
        let placed = fill.placed(self);
        let all = self.shapes.iter().zip(placed);
        if !all
            .into_iter()
            .all(|(shape, placed)| placed == u64::from(shape.replicas))
        {
            return Ok(false);
        }
        for group in &fill.groups {
            let work = group.pods.len() * (self.rows.len() + 1);
            steps.take("check", work as u64 / 8 + 1)?;
            if !self.rows_hold(group.class, &group.pods)
                || !self.isolation_holds(group.class, &group.pods)
                || self.cells(group.class, &group.pods, steps)?.is_none()
            {
                return Ok(false);
            }
        }
        Stands::of(self, fill).keep_rules(steps)
    }

    /// Whether the groups name shapes and classes that there are, each shape of a group once, and
    /// no more nodes than there are.
    fn nodes_suffice(&self, fill: &Fill) -> bool {
        let mut used = vec![0_u64; self.classes.len()];
        for group in &fill.groups {
            let ordered = group.pods.windows(2).all(|two| two[0].0 < two[1].0);
            let known = |(shape, count): &(usize, u32)| *shape < self.shapes.len() && *count > 0;
            if group.class >= used.len() || !ordered || !group.pods.iter().all(known) {
                return false;
            }
            used[group.class] += u64::from(group.nodes);
        }
        let has = self.classes.iter().map(|class| u64::from(class.count));
        used.into_iter().zip(has).all(|(used, has)| used <= has)
    }

    /// Whether these may stand on a node of a class, and share it as they ask, rules about pairs
    /// apart.
    fn isolation_holds(&self, class: usize, pods: &[(usize, u32)]) -> bool {
        let alone = matches!(pods, [(_, 1)]);
        let shapes = || pods.iter().map(|(shape, _)| &self.shapes[*shape]);
        let of_one_tenant = || {
            let mut tenants = shapes().map(|shape| shape.tenant);
            let first = tenants.next();
            tenants.all(|tenant| Some(tenant) == first)
        };
        shapes().all(|shape| shape.admits[class])
            && shapes().all(|shape| match shape.isolation {
                Isolation::Shared => true,
                Isolation::Node => alone,
                Isolation::Tenant => of_one_tenant(),
            })
    }
}

/// Where the replicas of each shape stand.
struct Stands<'m> {
    model: &'m Model,
    fill: &'m Fill,
    /// By shape: the group, and how many on each of its nodes.
    at: Vec<Vec<(usize, u32)>>,
}

impl<'m> Stands<'m> {
    fn of(model: &'m Model, fill: &'m Fill) -> Self {
        let mut at = vec![Vec::new(); model.shapes.len()];
        let groups = fill.groups.iter().enumerate();
        for (place, group) in groups.filter(|(_, group)| group.nodes > 0) {
            for (shape, count) in &group.pods {
                at[*shape].push((place, *count));
            }
        }
        Self { model, fill, at }
    }

    fn keep_rules(&self, steps: &mut Steps<'_>) -> Result<bool, Spent> {
        let model = self.model;
        let pairs = model.apart.iter().chain(&model.together);
        let pairs = pairs.chain(&model.united).map(|pair| (pair.of, pair.with));
        let evens = model.even.iter().map(|even| (even.of, even.of));
        let work: usize = pairs
            .chain(evens)
            .map(|(of, with)| self.at[of].len() + self.at[with].len() + 1)
            .sum();
        steps.take("check", work as u64 / 4 + 1)?;
        Ok(model.apart.iter().all(|pair| self.are_apart(pair))
            && model.together.iter().all(|pair| self.are_together(pair))
            && model.united.iter().all(|pair| self.are_united(pair))
            && model.even.iter().all(|even| self.are_even(even)))
    }

    /// How many replicas of a shape stand where.
    fn counts(&self, shape: usize, topology: Topology) -> BTreeMap<Place, u64> {
        let mut counts = BTreeMap::new();
        for (at, count) in &self.at[shape] {
            let group = &self.fill.groups[*at];
            match self.model.domain(group.class, topology) {
                Some(domain) => {
                    *counts.entry(Place::Domain(domain)).or_default() +=
                        u64::from(*count) * u64::from(group.nodes);
                }
                None => {
                    *counts.entry(Place::Group(*at)).or_default() += u64::from(*count);
                }
            }
        }
        counts
    }

    fn are_apart(&self, pair: &Pair) -> bool {
        let of = self.counts(pair.of, pair.topology);
        if pair.of == pair.with {
            return of.values().all(|count| *count <= 1);
        }
        let with = self.counts(pair.with, pair.topology);
        of.keys().all(|place| !with.contains_key(place))
    }

    fn are_together(&self, pair: &Pair) -> bool {
        let with = self.counts(pair.with, pair.topology);
        let of = self.counts(pair.of, pair.topology);
        of.keys().all(|place| with.contains_key(place))
    }

    fn are_united(&self, pair: &Pair) -> bool {
        let all = u64::from(self.model.shapes[pair.of].replicas);
        let counts = self.counts(pair.of, pair.topology);
        counts.values().all(|count| *count == all)
    }

    /// Of the domains that count, how many replicas the fullest and the emptiest hold.
    fn are_even(&self, even: &Even) -> bool {
        let counts = self.counts(even.of, even.topology);
        // Domains that count; of a class whose nodes are domains, how many.
        let mut domains = BTreeMap::new();
        let mut single = 0;
        let classes = self.model.classes.iter().enumerate();
        for (at, class) in classes.filter(|(at, class)| class.count > 0 && even.counts[*at]) {
            match self.model.domain(at, even.topology) {
                Some(domain) => {
                    let held = counts.get(&Place::Domain(domain)).copied().unwrap_or(0);
                    domains.insert(domain, held);
                }
                None => single += u64::from(class.count),
            }
        }
        let mut held: Vec<u64> = domains.into_values().collect();
        for (place, count) in counts {
            if let Place::Group(at) = place
                && even.counts[self.fill.groups[at].class]
            {
                held.push(count);
                single = single.saturating_sub(u64::from(self.fill.groups[at].nodes));
            }
        }
        if single > 0 {
            held.push(0);
        }
        let (most, least) = (held.iter().max(), held.iter().min());
        most.zip(least)
            .is_none_or(|(most, least)| most - least <= u64::from(even.skew))
    }
}
