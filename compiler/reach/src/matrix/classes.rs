//! Ends that behave alike in one role.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{
    ground::{Element, Ground, SetId, narrow},
    lists::Lists,
};
use crate::policy::Direction;

/// A class, by number.
pub(crate) type Class = u32;

/// The ends as callers or as called: those of a class have the same stance, are in the same sets,
/// and bear the same mark.
#[derive(Debug)]
pub(crate) struct Classes {
    members: Lists,
    sets: Lists,
    in_set: Lists,
    stance: Vec<u32>,
    /// How many of the first classes are of pods; the rest are of addresses.
    pods: u32,
}

impl Classes {
    /// The classes of all ends in the role whose own stance is that of `direction`, told apart by
    /// the sets that are `used` of it and by `mark`.
    pub(crate) fn of(
        ground: &Ground<'_>,
        direction: Direction,
        used: &[bool],
        mark: impl Fn(Element) -> u32,
    ) -> Self {
        let used = || (0..narrow(ground.set_count())).filter(|set| used[*set as usize]);
        let elements = ground.elements();
        let memberships = Lists::of(elements as usize, || {
            used().flat_map(|set| ground.set_members(set).iter().map(move |end| (*end, set)))
        });
        let mut known: HashMap<(bool, u32, u32, &[SetId]), Class, FixedState> = HashMap::default();
        let (mut class_of, mut first, mut stance) = (Vec::new(), Vec::new(), Vec::new());
        let mut pods = 0;
        for element in (0..elements).filter(|element| ground.is_there(*element)) {
            let is_pod = element < ground.pods();
            let own = ground.stance(element, direction);
            let next = narrow(known.len());
            let key = (is_pod, own, mark(element), memberships.get(element));
            let class = *known.entry(key).or_insert(next);
            if class == next {
                first.push(element);
                stance.push(own);
                pods += u32::from(is_pod);
            }
            class_of.push((class, element));
        }
        let members = Lists::of(first.len(), || class_of.iter().copied());
        let pairs = || {
            let classes = first.iter().zip(0..);
            classes.flat_map(|(first, class)| {
                memberships.get(*first).iter().map(move |set| (class, *set))
            })
        };
        Self {
            sets: Lists::of(first.len(), pairs),
            in_set: Lists::of(ground.set_count(), || {
                pairs().map(|(class, set)| (set, class))
            }),
            members,
            stance,
            pods,
        }
    }

    /// All classes.
    pub(crate) fn all(&self) -> std::ops::Range<Class> {
        0..narrow(self.members.len())
    }

    /// Its ends, in order.
    pub(crate) fn members(&self, class: Class) -> &[Element] {
        self.members.get(class)
    }

    /// One of its ends, which stands for all.
    pub(crate) fn first(&self, class: Class) -> Element {
        self.members(class)[0]
    }

    /// The sets that it is in, sorted.
    pub(crate) fn sets(&self, class: Class) -> &[SetId] {
        self.sets.get(class)
    }

    /// The classes in a set, sorted.
    pub(crate) fn in_set(&self, set: SetId) -> &[Class] {
        self.in_set.get(set)
    }

    /// What binds its ends.
    pub(crate) fn stance(&self, class: Class) -> u32 {
        self.stance[class as usize]
    }

    /// Whether its ends are pods.
    pub(crate) fn is_pods(&self, class: Class) -> bool {
        class < self.pods
    }
}
