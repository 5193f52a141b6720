//! What goes through, caller by caller: as far as nothing isolates either end as one block, and
//! otherwise as single cells, found from whichever side says less.

use std::borrow::Cow;

use super::{
    TooMuch,
    classes::{Class, Classes},
    ground::{EVERYBODY, Element, Grant, Ground, OPEN, SetId, narrow},
    lists::Lists,
};
use crate::{PortSet, policy::Direction};

/// How many lookups all rows together may take: about a second.
const STEPS: u64 = 50_000_000;

/// All of what goes through, ready to be walked.
#[derive(Debug)]
pub(crate) struct Rows<'j> {
    pub(crate) ground: Ground<'j>,
    /// The callers.
    pub(crate) from: Classes,
    /// Whom they call.
    pub(crate) to: Classes,
    weight: Weight,
    /// By set: the called whose rules admit it.
    admitting: Lists,
    /// The callers that nothing isolates.
    pub(crate) open_from: Vec<Class>,
    /// The called that nothing isolates.
    pub(crate) open_to: Vec<Class>,
}

/// By set, how many rules there are to look at.
#[derive(Debug)]
struct Weight {
    /// Of the called that are in it.
    called: Vec<u64>,
    /// Of the called that admit it.
    admitting: Vec<u64>,
}

/// What goes through from one class of callers.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// Whether everything goes through to everybody who is not isolated; of these nothing is
    /// among the cells then.
    pub(crate) open: bool,
    /// By called class, sorted, each once; the ports are never none.
    pub(crate) cells: Vec<(Class, PortSet)>,
}

impl<'j> Rows<'j> {
    /// Lays the classes out.
    ///
    /// # Errors
    /// Where all rows together would have too many cells.
    pub(crate) fn of(ground: Ground<'j>, from: Classes, to: Classes) -> Result<Self, TooMuch> {
        let ingress = &ground.stances[Direction::Ingress as usize];
        let rules = |class: &Class| ingress[to.stance(*class) as usize].len() as u64;
        within_steps(to.all().map(|class| rules(&class)).sum())?;
        let admitting = Lists::of(ground.set_count(), || {
            to.all().flat_map(|class| {
                let mut sets: Vec<SetId> = ingress[to.stance(class) as usize]
                    .iter()
                    .map(|it| it.set)
                    .collect();
                // Grants are sorted by set.
                sets.dedup();
                sets.into_iter().map(move |set| (set, class))
            })
        });
        let open_from = from
            .all()
            .filter(|class| from.stance(*class) == OPEN)
            .collect();
        let open_to = to.all().filter(|class| to.stance(*class) == OPEN).collect();
        let weigh =
            |lists: &dyn Fn(SetId) -> u64| (0..narrow(ground.set_count())).map(lists).collect();
        let weight = Weight {
            called: weigh(&|set| to.in_set(set).iter().map(rules).sum()),
            admitting: weigh(&|set| admitting.get(set).iter().map(rules).sum()),
        };
        let rows = Self {
            ground,
            weight,
            from,
            to,
            admitting,
            open_from,
            open_to,
        };
        within_steps(rows.from.all().map(|class| rows.cost(class)).sum())?;
        Ok(rows)
    }

    /// What is granted to a class of callers by its own side.
    pub(crate) fn egress(&self, from: Class) -> &[Grant] {
        &self.ground.stances[Direction::Egress as usize][self.from.stance(from) as usize]
    }

    /// What is granted by the side of a called class.
    pub(crate) fn ingress(&self, to: Class) -> &[Grant] {
        &self.ground.stances[Direction::Ingress as usize][self.to.stance(to) as usize]
    }

    /// Whether nothing isolates the callers.
    pub(crate) fn is_open(&self, from: Class) -> bool {
        self.from.stance(from) == OPEN
    }

    /// The grants of the caller's side that admit a called class.
    pub(crate) fn lets_out(&self, from: Class, to: Class) -> impl Iterator<Item = &Grant> {
        shared(self.egress(from), self.to.sets(to))
    }

    /// The grants of the called side that admit a class of callers.
    pub(crate) fn lets_in(&self, from: Class, to: Class) -> impl Iterator<Item = &Grant> {
        shared(self.ingress(to), self.from.sets(from))
    }

    /// The ports that the caller's side lets through.
    pub(crate) fn out(&self, from: Class, to: Class) -> Cow<'_, PortSet> {
        match self.is_open(from) {
            true => Cow::Owned(PortSet::all()),
            false => self.ports(self.lets_out(from, to).map(|grant| grant.ports), to),
        }
    }

    /// The ports that the called side lets through.
    pub(crate) fn inward(&self, from: Class, to: Class) -> Cow<'_, PortSet> {
        match self.to.stance(to) == OPEN {
            true => Cow::Owned(PortSet::all()),
            false => self.ports(self.lets_in(from, to).map(|grant| grant.ports), to),
        }
    }

    /// Whether there is anything to ask: of addresses alone nothing is said, and nothing keeps a
    /// single pod from itself.
    pub(crate) fn speaks_of(&self, from: Class, to: Class) -> bool {
        if !self.from.is_pods(from) {
            return self.to.is_pods(to);
        }
        let (callers, called) = (self.from.members(from), self.to.members(to));
        let ([_], [same]) = (callers, called) else {
            return true;
        };
        self.alone(&self.from, from) != Some(*same)
    }

    /// The single pod that a class is.
    pub(crate) fn alone(&self, classes: &Classes, class: Class) -> Option<Element> {
        match classes.members(class) {
            [sole] if self.ground.pod(*sole).is_some_and(|pod| pod.alone) => Some(*sole),
            _ => None,
        }
    }

    /// Whom nothing isolates in a direction.
    pub(crate) fn open(&self, direction: Direction) -> &[Class] {
        match direction {
            Direction::Egress => &self.open_from,
            Direction::Ingress => &self.open_to,
        }
    }

    /// What goes through from a class of callers.
    pub(crate) fn row(&self, from: Class) -> Row {
        if self.is_open(from) {
            let cells = self.called_by(from).into_iter().filter_map(|to| {
                let ports = self.inward(from, to).into_owned();
                self.cell(from, to, ports)
            });
            return Row {
                open: true,
                cells: cells.collect(),
            };
        }
        let cells = match self.outgoing(from) <= self.incoming(from) {
            true => self.row_from_own_side(from),
            false => {
                let mut called = self.called_by(from);
                called.extend(&self.open_to);
                called.sort_unstable();
                let cells = called.into_iter().filter_map(|to| {
                    let ports = self.out(from, to);
                    let ports = self.through(from, to, ports)?;
                    self.cell(from, to, ports)
                });
                cells.collect()
            }
        };
        Row { open: false, cells }
    }

    /// The row of callers whose own rules admit few.
    fn row_from_own_side(&self, from: Class) -> Vec<(Class, PortSet)> {
        let mut called: Vec<(Class, u32)> = Vec::new();
        for grant in self.egress(from) {
            match grant.set {
                EVERYBODY => called.extend(self.to.all().map(|to| (to, grant.ports))),
                set => called.extend(self.to.in_set(set).iter().map(|to| (*to, grant.ports))),
            }
        }
        called.sort_unstable();
        called.dedup();
        let cells = called.chunk_by(|a, b| a.0 == b.0).filter_map(|grants| {
            let to = grants.first()?.0;
            let ports = self.ports(grants.iter().map(|(_, ports)| *ports), to);
            let ports = self.through(from, to, ports)?;
            self.cell(from, to, ports)
        });
        cells.collect()
    }

    fn cell(&self, from: Class, to: Class, ports: PortSet) -> Option<(Class, PortSet)> {
        (!ports.is_empty() && self.speaks_of(from, to)).then_some((to, ports))
    }

    /// What is left of ports by the called side.
    fn through(&self, from: Class, to: Class, ports: Cow<'_, PortSet>) -> Option<PortSet> {
        if ports.is_empty() {
            return None;
        }
        let inward = self.inward(from, to);
        match inward.is_all() || *inward == *ports {
            true => Some(ports.into_owned()),
            false => Some(ports.and(&inward)),
        }
    }

    /// The ports of grants at a destination.
    fn ports(&self, grants: impl Iterator<Item = u32>, to: Class) -> Cow<'_, PortSet> {
        let mut all: Cow<'_, PortSet> = Cow::Owned(PortSet::none());
        let mut last = None;
        for ports in grants {
            if last == Some(ports) {
                continue;
            }
            match (last, self.ground.fixed(ports)) {
                (None, Some(fixed)) => all = Cow::Borrowed(fixed),
                (Some(_), Some(fixed)) => all.to_mut().extend(fixed),
                (_, None) => self.ground.admit(ports, self.to.first(to), all.to_mut()),
            }
            last = Some(ports);
        }
        all
    }

    /// The isolated whose rules admit a class of callers, sorted.
    fn called_by(&self, from: Class) -> Vec<Class> {
        let mut called = self.admitting.get(EVERYBODY).to_vec();
        for set in self.from.sets(from) {
            called.extend(self.admitting.get(*set));
        }
        called.sort_unstable();
        called.dedup();
        called
    }

    /// How many cells would be looked at for a row.
    fn cost(&self, from: Class) -> u64 {
        match self.is_open(from) {
            true => self.incoming(from),
            false => self.outgoing(from).min(self.incoming(from)),
        }
    }

    /// What it costs to find a row from the callers' own rules.
    fn outgoing(&self, from: Class) -> u64 {
        let sets = self.from.sets(from).len() as u64;
        let grants = self.egress(from).iter().map(|grant| match grant.set {
            EVERYBODY => u64::from(self.to.all().end) * (1 + sets),
            set => {
                let called = self.to.in_set(set).len() as u64;
                called + self.weight.called[set as usize].min(called * sets)
            }
        });
        grants.sum()
    }

    /// What it costs to find a row from the rules that admit the callers.
    fn incoming(&self, from: Class) -> u64 {
        let each = 1 + self.egress(from).len() as u64;
        let open = match self.is_open(from) {
            true => 0,
            false => self.open_to.len() as u64 * each,
        };
        let sets = self.from.sets(from).iter().chain([&EVERYBODY]);
        let admitting = sets.map(|set| {
            let called = self.admitting.get(*set).len() as u64;
            called * each + self.weight.admitting[*set as usize]
        });
        open + admitting.sum::<u64>()
    }
}

/// How many pairs of classes are kept at once: some hundred megabytes of them.
const KEPT: usize = 2_000_000;

/// How many ends an answer lists: about as much memory.
const LISTED: usize = 20_000_000;

/// Refuses what would take too much memory.
pub(crate) fn within_memory(kept: usize) -> Result<(), TooMuch> {
    within(kept as u64, KEPT as u64)
}

/// Refuses an answer that would be too long.
pub(crate) fn within_lists(listed: usize) -> Result<(), TooMuch> {
    within(listed as u64, LISTED as u64)
}

/// Refuses what would take too long.
pub(crate) fn within_steps(steps: u64) -> Result<(), TooMuch> {
    within(steps, STEPS)
}

fn within(steps: u64, limit: u64) -> Result<(), TooMuch> {
    match steps > limit {
        true => Err(TooMuch { steps, limit }),
        false => Ok(()),
    }
}

/// Which sets the rules of a direction speak of.
pub(crate) fn used(ground: &Ground<'_>, direction: Direction) -> Vec<bool> {
    let mut used = vec![false; ground.set_count()];
    for grant in ground.stances[direction as usize].iter().flatten() {
        used[grant.set as usize] = true;
    }
    used[EVERYBODY as usize] = false;
    used
}

/// By end, how rules that name ports tell it apart as a destination.
pub(crate) fn naming(ground: &Ground<'_>) -> Vec<u32> {
    let names = ground.names();
    let mut known = std::collections::BTreeMap::from([(Vec::new(), 0)]);
    let pods = 0..if names.is_empty() { 0 } else { ground.pods() };
    let marks = pods.map(|element| {
        let ports = ground.pod(element).into_iter().flat_map(|pod| &pod.ports);
        let mut own: Vec<_> = ports
            .filter_map(|port| Some((port.protocol, port.name.as_deref()?, port.number)))
            .filter(|(protocol, name, _)| names.binary_search(&(*protocol, *name)).is_ok())
            .collect();
        own.sort_unstable();
        own.dedup();
        let next = narrow(known.len());
        *known.entry(own).or_insert(next)
    });
    marks.collect()
}

/// The grants, sorted by set, whose set is everybody or one of these; found from the shorter list.
fn shared<'s>(grants: &'s [Grant], sets: &'s [SetId]) -> impl Iterator<Item = &'s Grant> {
    let (walked, sought): (_, &[SetId]) = match grants.len() <= sets.len().saturating_mul(4) + 4 {
        true => (grants, &[]),
        false => (
            &grants[..grants.partition_point(|grant| grant.set == EVERYBODY)],
            sets,
        ),
    };
    let walked = walked
        .iter()
        .filter(|grant| grant.set == EVERYBODY || sets.binary_search(&grant.set).is_ok());
    walked.chain(sought.iter().flat_map(|set| {
        let first = grants.partition_point(|grant| grant.set < *set);
        let rest = &grants[first..];
        rest.iter().take_while(|grant| grant.set == *set)
    }))
}
