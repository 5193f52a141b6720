//! What goes through because nothing isolates either end. That is one block of any size, from
//! which what is wanted is taken out; it is counted and never walked through pair by pair.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Difference, Fault, Parties,
    held::{Covered, Held},
    packet,
};
use crate::{
    PortSet,
    matrix::{Class, Classes, Element},
    policy::Direction,
};

/// The block as its callers see it, or as those who are called do.
#[derive(Debug)]
struct Role<'h> {
    classes: &'h Classes,
    direction: Direction,
    /// How many classes are on the other side, by whether all is told of them: of pods, and of
    /// addresses.
    others: [[u64; 2]; 2],
    /// The single pods that are a class on the other side.
    alone: BTreeSet<Element>,
    /// By class, with how many of those all is wanted, and with how many only some.
    wanted: BTreeMap<Class, [u64; 2]>,
}

impl<'h> Role<'h> {
    fn of(held: &'h Held<'_, '_>, direction: Direction, covered: &[Covered]) -> Self {
        let rows = &held.rows;
        let (classes, across, other) = match direction {
            Direction::Egress => (&rows.from, Direction::Ingress, &rows.to),
            Direction::Ingress => (&rows.to, Direction::Egress, &rows.from),
        };
        let mut role = Self {
            classes,
            direction,
            others: [[0; 2]; 2],
            alone: BTreeSet::new(),
            wanted: BTreeMap::new(),
        };
        for class in rows.open(across) {
            let told = usize::from(held.of(across, *class));
            role.others[usize::from(!other.is_pods(*class))][told] += 1;
            role.alone.extend(rows.alone(other, *class));
        }
        for it in covered {
            let class = match direction {
                Direction::Egress => it.from,
                Direction::Ingress => it.to,
            };
            role.wanted.entry(class).or_default()[usize::from(!it.rest.is_empty())] += 1;
        }
        role
    }

    /// With how many classes everything goes through.
    fn reached(&self, held: &Held<'_, '_>, class: Class) -> u64 {
        let told = held.of(self.direction, class);
        let counted = [false, true].map(|other| held.is_looked_at(self.direction, told, other));
        let (pods, is_pods) = (self.others[0], self.classes.is_pods(class));
        let addresses = if is_pods { self.others[1] } else { [0; 2] };
        let mut reached = 0;
        for other in 0..2 {
            if counted[other] {
                reached += pods[other] + addresses[other];
            }
        }
        let itself = held.rows.alone(self.classes, class);
        let itself = itself.is_some_and(|pod| self.alone.contains(&pod) && told);
        reached - u64::from(itself)
    }

    fn wanted(&self, class: Class) -> [u64; 2] {
        self.wanted.get(&class).copied().unwrap_or_default()
    }

    /// Whether something goes through and is not wanted.
    fn differs(&self, held: &Held<'_, '_>, class: Class) -> bool {
        self.reached(held, class) > self.wanted(class)[0]
    }

    /// Whether with some of those nothing at all is wanted.
    fn is_unwanted(&self, held: &Held<'_, '_>, class: Class) -> bool {
        self.reached(held, class) > self.wanted(class).iter().sum()
    }
}

/// What goes through there and is not wanted, all in one.
pub(super) fn difference(held: &Held<'_, '_>, covered: &[Covered]) -> Option<Difference> {
    let rows = &held.rows;
    let callers = Role::of(held, Direction::Egress, covered);
    let called = Role::of(held, Direction::Ingress, covered);
    let of = |role: &Role<'_>| -> Vec<Class> {
        let open = rows.open(role.direction).iter().copied();
        open.filter(|class| role.differs(held, *class)).collect()
    };
    let (from, to) = (of(&callers), of(&called));
    // Of whom all is told is who was to be isolated.
    let mut shown = to.iter().copied();
    let one = shown
        .find(|to| held.of(Direction::Ingress, *to))
        .or(to.first().copied())?;
    let with_one = covered.iter().filter(|it| it.to == one);
    let rests: BTreeMap<Class, &PortSet> = with_one.map(|it| (it.from, &it.rest)).collect();
    let unwanted = |from: &Class| rests.get(from).is_none_or(|rest| !rest.is_empty());
    let mut others = from.iter().copied();
    let other = others.find(|from| held.speaks_of(*from, one) && unwanted(from))?;
    let rest = rests
        .get(&other)
        .map_or_else(PortSet::all, |rest| (*rest).clone());
    let ports = match to.iter().any(|to| called.is_unwanted(held, *to)) {
        true => PortSet::all(),
        false => {
            let mut all = PortSet::none();
            covered.iter().for_each(|it| all.extend(&it.rest));
            all
        }
    };
    let [from, to] = Parties::both(held, &from, &to);
    Some(Difference {
        fault: Fault::Extra,
        packet: packet::of(held, other, one, &rest)?,
        through: [None, None],
        refused: Vec::new(),
        from,
        to,
        ports,
        wanted: Vec::new(),
    })
}
