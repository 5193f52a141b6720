//! Both, caller by caller: what goes through, and what shall.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{Fault, Terms, blame::Blame};
use crate::{
    Judge, PodId, PortSet, Protocol,
    matrix::{Class, Classes, Ends, Grant, Ground, Lists, OPEN, Rows, SetId, Telling, TooMuch},
    matrix::{naming, used, within_memory, within_steps},
    policy::{By, Direction},
};

/// Both of them, in classes of ends that neither tells apart.
#[derive(Debug)]
pub(super) struct Held<'t, 'j> {
    pub(super) rows: Rows<'j>,
    terms: Terms<'t>,
    /// The places in what is wanted by the set of callers.
    by_from: Lists,
    /// By place in what is wanted: whom they call.
    to: Vec<SetId>,
    /// By direction of the own side and class: whether all is told of its ends.
    told: [Vec<bool>; 2],
}

/// Something that differs between two classes.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) fault: Fault,
    pub(super) from: Class,
    pub(super) to: Class,
    pub(super) ports: PortSet,
    pub(super) through: [Option<By>; 2],
    pub(super) wanted: Option<usize>,
    pub(super) blamed: [Blame; 2],
}

/// Something that is wanted between two classes that nothing isolates.
#[derive(Debug)]
pub(super) struct Covered {
    pub(super) from: Class,
    pub(super) to: Class,
    /// The ports that are not wanted.
    pub(super) rest: PortSet,
}

/// The rules of a cluster, and the sets of what is wanted.
pub(super) fn ground<'j>(judge: &'j Judge<'j>, terms: &Terms<'_>) -> Result<Ground<'j>, TooMuch> {
    let looked_at = match terms.side {
        None => [true; 2],
        Some(side) => Direction::BOTH.map(|direction| direction == side),
    };
    let ends = terms.wanted.iter().flat_map(|flow| [&flow.from, &flow.to]);
    let addresses = ends.filter_map(|ends| match ends {
        Ends::Addresses(addresses) => Some(addresses),
        Ends::Pods(_) => None,
    });
    Ground::of(judge, Telling::Policies, looked_at, addresses)
}

impl<'t, 'j> Held<'t, 'j> {
    /// Lays both out.
    pub(super) fn lay_out(mut ground: Ground<'j>, terms: &Terms<'t>) -> Result<Self, TooMuch> {
        let (mut from_sets, mut to_sets) = (Vec::new(), Vec::new());
        let mut known = Known::default();
        for flow in terms.wanted {
            from_sets.push(known.set(&mut ground, &flow.from)?);
            to_sets.push(known.set(&mut ground, &flow.to)?);
        }
        let told = told(&ground, terms.of);
        let naming = naming(&ground);
        let named = |element| naming.get(element as usize).copied().unwrap_or(0);
        let is_told = |element: u32| told.get(element as usize).copied().unwrap_or(false);
        let (egress, ingress) = (Direction::Egress, Direction::Ingress);
        let with = |direction, also: &[SetId]| {
            let mut used = used(&ground, direction);
            for set in also {
                used[*set as usize] = true;
            }
            used
        };
        let callers = with(ingress, &from_sets);
        let from = Classes::of(&ground, egress, &callers, |end| u32::from(is_told(end)));
        let called = with(egress, &to_sets);
        let mark = |end| named(end) * 2 + u32::from(is_told(end));
        let to = Classes::of(&ground, ingress, &called, mark);
        let all = |classes: &Classes| {
            let classes = classes.all().map(|class| is_told(classes.first(class)));
            classes.collect::<Vec<bool>>()
        };
        let told = [all(&to), all(&from)];
        let by_from = Lists::of(ground.set_count(), || from_sets.iter().copied().zip(0..));
        Ok(Self {
            rows: Rows::of(ground, from, to)?,
            terms: *terms,
            by_from,
            to: to_sets,
            told,
        })
    }

    /// Whether a connection is to be looked at.
    pub(super) fn speaks_of(&self, from: Class, to: Class) -> bool {
        self.is_told(from, to) && self.rows.speaks_of(from, to)
    }

    fn is_told(&self, from: Class, to: Class) -> bool {
        let (from, to) = (
            self.of(Direction::Egress, from),
            self.of(Direction::Ingress, to),
        );
        self.is_looked_at(Direction::Egress, from, to)
    }

    /// Whether all is told of a class of callers, or of called.
    pub(super) fn of(&self, direction: Direction, class: Class) -> bool {
        self.told[direction as usize][class as usize]
    }

    /// Whether it is looked at what goes through between an end whose own side is that of
    /// `direction` and another; by whether all is told of them.
    pub(super) fn is_looked_at(&self, direction: Direction, told: bool, other: bool) -> bool {
        match self.terms.side {
            None => told || other,
            Some(side) if side == direction => told,
            Some(_) => other,
        }
    }

    /// Everything that differs where a side isolates, and what is wanted where neither does.
    pub(super) fn items(&self) -> Result<(Vec<Item>, Vec<Covered>), TooMuch> {
        let steps = self.rows.from.all().flat_map(|from| self.wanted_of(from));
        within_steps(steps.map(|wanted| self.called(wanted).len() as u64).sum())?;
        let (mut items, mut covered) = (Vec::new(), Vec::new());
        for from in self.rows.from.all() {
            self.row(from, &mut items, &mut covered);
            within_memory(items.len() + covered.len())?;
        }
        Ok((items, covered))
    }

    /// The places in what is wanted of a class of callers.
    fn wanted_of(&self, from: Class) -> impl Iterator<Item = u32> {
        let sets = self.rows.from.sets(from).iter();
        sets.flat_map(|set| self.by_from.get(*set)).copied()
    }

    fn called(&self, wanted: u32) -> &[Class] {
        self.rows.to.in_set(self.to[wanted as usize])
    }

    fn row(&self, from: Class, items: &mut Vec<Item>, covered: &mut Vec<Covered>) {
        let row = self.rows.row(from);
        let mut wanted: Vec<(Class, u32)> = Vec::new();
        for place in self.wanted_of(from) {
            wanted.extend(self.called(place).iter().map(|to| (*to, place)));
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut cells = row.cells.into_iter().peekable();
        for wanted in wanted.chunk_by(|a, b| a.0 == b.0) {
            let to = wanted[0].0;
            while let Some((before, ports)) = cells.next_if(|cell| cell.0 < to) {
                self.extra(from, before, ports, items);
            }
            let through = cells.next_if(|cell| cell.0 == to).map(|cell| cell.1);
            if !self.speaks_of(from, to) {
                continue;
            }
            let asked = self.asked(wanted);
            if row.open && self.rows.to.stance(to) == OPEN {
                let rest = PortSet::all().without(&asked);
                covered.push(Covered { from, to, rest });
                continue;
            }
            let through = through.unwrap_or_default();
            if through != asked {
                self.missing(from, to, &through, wanted, items);
                self.extra(from, to, through.without(&asked), items);
            }
        }
        for (to, ports) in cells {
            self.extra(from, to, ports, items);
        }
    }

    /// The ports that are wanted.
    fn asked(&self, wanted: &[(Class, u32)]) -> PortSet {
        let mut asked = PortSet::none();
        for (_, place) in wanted {
            asked.extend(&self.terms.wanted[*place as usize].ports);
        }
        asked
    }

    /// What goes through and should not: part by part, as different rules let it.
    fn extra(&self, from: Class, to: Class, mut ports: PortSet, items: &mut Vec<Item>) {
        if !self.speaks_of(from, to) {
            return;
        }
        let caller = (!self.rows.is_open(from)).then(|| self.rows.lets_out(from, to));
        let caller = caller.map(|grants| self.by_place(grants, to));
        let called = (self.rows.to.stance(to) != OPEN).then(|| self.rows.lets_in(from, to));
        let called = called.map(|grants| self.by_place(grants, to));
        while let Some((protocol, port)) = ports.first() {
            let (out, out_ports) = first(caller.as_deref(), protocol, port);
            let (inward, in_ports) = first(called.as_deref(), protocol, port);
            let both = out_ports.and(&in_ports).and(&ports);
            let rest = ports.without(&both);
            // The rules are those that let it through: something is always taken away.
            if rest == ports {
                return;
            }
            let rules = [
                out.map(|grant| Blame::Rule(Direction::Egress, grant.by)),
                inward.map(|grant| Blame::Rule(Direction::Ingress, grant.by)),
            ];
            let blamed = match rules {
                [Some(out), Some(inward)] => [out, inward],
                [Some(one), None] | [None, Some(one)] => [one; 2],
                // That is told by whom nothing isolates.
                [None, None] => return,
            };
            items.push(Item {
                fault: Fault::Extra,
                from,
                to,
                ports: both,
                through: [out, inward].map(|grant| grant?.by),
                wanted: None,
                blamed,
            });
            ports = rest;
        }
    }

    /// Grants in the order of the manifests, with their ports.
    fn by_place<'s>(
        &'s self,
        grants: impl Iterator<Item = &'s Grant>,
        to: Class,
    ) -> Vec<(Grant, PortSet)> {
        let with_ports = |grant: &Grant| {
            let mut ports = PortSet::none();
            self.rows
                .ground
                .admit(grant.ports, self.rows.to.first(to), &mut ports);
            (*grant, ports)
        };
        let mut grants: Vec<_> = grants.map(with_ports).collect();
        grants.sort_by_key(|(grant, _)| grant.by);
        grants
    }

    /// What should go through and does not: by what wants it.
    fn missing(
        &self,
        from: Class,
        to: Class,
        through: &PortSet,
        wanted: &[(Class, u32)],
        items: &mut Vec<Item>,
    ) {
        for &(_, place) in wanted {
            let ports = self.terms.wanted[place as usize].ports.without(through);
            let Some((protocol, port)) = ports.first() else {
                continue;
            };
            let refuses = match self.rows.out(from, to).contains(protocol, port) {
                true => Blame::Refuses(self.rows.to.first(to)),
                false => Blame::Refuses(self.rows.from.first(from)),
            };
            items.push(Item {
                fault: Fault::Missing,
                from,
                to,
                ports,
                through: [None, None],
                wanted: Some(place as usize),
                blamed: [refuses, Blame::Wanted(place)],
            });
        }
    }
}

/// The first rule that admits a port, and all that it does; of who is not isolated, everything.
fn first(
    grants: Option<&[(Grant, PortSet)]>,
    protocol: Protocol,
    port: u16,
) -> (Option<Grant>, PortSet) {
    let Some(grants) = grants else {
        return (None, PortSet::all());
    };
    let mut admitting = grants
        .iter()
        .filter(|(_, ports)| ports.contains(protocol, port));
    let found = admitting.next();
    found.map_or((None, PortSet::none()), |(grant, ports)| {
        (Some(*grant), ports.clone())
    })
}

/// By pod, whether everything is told of it.
fn told(ground: &Ground<'_>, of: Option<&[PodId]>) -> Vec<bool> {
    let Some(of) = of else {
        return vec![true; ground.pods() as usize];
    };
    let mut told = vec![false; ground.pods() as usize];
    for pod in of {
        if let Some(told) = told.get_mut(pod.0 as usize) {
            *told = true;
        }
    }
    told
}

/// The sets that ends have been given.
#[derive(Debug, Default)]
struct Known<'t> {
    of: HashMap<&'t Ends, SetId, FixedState>,
}

impl<'t> Known<'t> {
    fn set(&mut self, ground: &mut Ground<'_>, ends: &'t Ends) -> Result<SetId, TooMuch> {
        if let Some(set) = self.of.get(ends) {
            return Ok(*set);
        }
        let set = match ends {
            Ends::Pods(pods) => {
                let mut members: Vec<u32> = pods.iter().map(|pod| pod.0).collect();
                members.retain(|pod| *pod < ground.pods());
                members.sort_unstable();
                members.dedup();
                ground.set(members)?
            }
            Ends::Addresses(addresses) => ground.set(ground.outside(addresses))?,
        };
        self.of.insert(ends, set);
        Ok(set)
    }
}
