//! Settles a model, with nothing failed or after a failure: component by component, and nothing
//! twice.

use std::collections::BTreeMap;

use crate::{
    components::{Component, components},
    decide::{WAYS, look},
    fill::{Fill, Found, Group, Reason},
    model::{Failure, Model},
    outward::{MANY_NODES, MANY_REPLICAS},
    part::{Loss, Part},
    refill::refill,
    steps::{Spent, Steps},
    trail::Trail,
};

/// The most steps that putting what is homeless elsewhere may take.
const REFILL: u64 = 200_000;

/// Settles a model and what is left of it after failures.
pub(crate) struct Settler<'m, 's, 'g> {
    /// The whole.
    pub whole: &'m Model,
    /// What it consists of.
    pub components: Vec<Component>,
    /// What may be spent.
    pub steps: &'s mut Steps<'g>,
    /// What was tried.
    pub trail: &'s mut Trail,
    /// With nothing failed, by component: what stands, in the numbers of the whole.
    pub base: Vec<Option<Vec<Group>>>,
    /// Whether placements after failures are kept: of a large problem nobody writes them, and
    /// that they exist is all that matters.
    pub keep: bool,
    /// What was found out of models of components, in their own numbers.
    known: BTreeMap<Model, Found>,
    /// What was found out of components that lost something, in the numbers of the whole.
    lost: BTreeMap<Lost, Found>,
}

/// A component, whether spreads and who must not share a domain still matter, and what is lost.
type Lost = (usize, (bool, bool), Vec<(usize, u32)>);

impl<'m, 's, 'g> Settler<'m, 's, 'g> {
    /// Of a model.
    pub(crate) fn of(whole: &'m Model, steps: &'s mut Steps<'g>, trail: &'s mut Trail) -> Self {
        let components = components(whole);
        Self {
            whole,
            base: vec![None; components.len()],
            keep: whole.replicas() <= MANY_REPLICAS && whole.nodes() <= MANY_NODES,
            components,
            steps,
            trail,
            known: BTreeMap::new(),
            lost: BTreeMap::new(),
        }
    }

    /// The whole with nothing failed, by some of the ways: those from one to before another. Each
    /// is tried on all components before the next, which costs more.
    pub(crate) fn settle(&mut self, ways: std::ops::Range<usize>) -> Found {
        let parts = self.components.iter();
        let parts: Vec<Part> = parts.map(|one| Part::of(self.whole, one, None)).collect();
        for way in ways {
            for (at, part) in parts.iter().enumerate() {
                if self.base[at].is_some() {
                    continue;
                }
                match self.look(way, &part.model) {
                    Ok(Found::Lacks(reason)) => {
                        return Found::Lacks(part.widen(self.whole, &reason));
                    }
                    Ok(Found::Fits(fill)) => self.base[at] = Some(part.expand(&fill)),
                    Ok(Found::Open) | Err(Spent) => {}
                }
            }
        }
        self.all(|settler, at| settler.base[at].as_deref())
    }

    /// Why what is left after a failure cannot hold everything, if a look by the first way shows
    /// it.
    pub(crate) fn glance(&mut self, failure: &Failure, lost: &[(usize, u32)]) -> Option<Reason> {
        for at in 0..self.components.len() {
            let classes = &self.components[at].classes;
            if !lost
                .iter()
                .any(|(class, _)| classes.binary_search(class).is_ok())
            {
                continue;
            }
            let loss = Some(Loss { failure, lost });
            let part = Part::of(self.whole, &self.components[at], loss);
            let mut aside = Trail::default();
            if let Ok(Found::Lacks(reason)) = look(0, &part.model, self.steps, &mut aside) {
                return Some(part.widen(self.whole, &reason));
            }
        }
        None
    }

    /// The whole after a failure.
    pub(crate) fn after(&mut self, failure: &Failure, lost: &[(usize, u32)]) -> Found {
        let mut keys = Vec::new();
        for at in 0..self.components.len() {
            let ours: Vec<(usize, u32)> = lost
                .iter()
                .copied()
                .filter(|(class, _)| self.components[at].classes.binary_search(class).is_ok())
                .collect();
            if ours.is_empty() {
                keys.push(None);
                continue;
            }
            let key = (at, (failure.spread, failure.apart), ours);
            if !self.lost.contains_key(&key) {
                let found = self.component_after(
                    at,
                    Loss {
                        failure,
                        lost: &key.2,
                    },
                );
                self.lost.insert(key.clone(), found);
            }
            if let Some(Found::Lacks(reason)) = self.lost.get(&key) {
                return Found::Lacks(reason.clone());
            }
            keys.push(Some(key));
        }
        self.all(|settler, at| match &keys[at] {
            None => settler.base[at].as_deref(),
            Some(key) => match settler.lost.get(key) {
                Some(Found::Fits(fill)) => Some(&fill.groups),
                _ => None,
            },
        })
    }

    /// One placement of all components, if each has one.
    fn all<'f>(&'f self, of: impl Fn(&'f Self, usize) -> Option<&'f [Group]>) -> Found {
        let mut groups = Vec::new();
        for at in 0..self.components.len() {
            match of(self, at) {
                Some(all) => groups.extend_from_slice(all),
                None => return Found::Open,
            }
        }
        Found::Fits(Fill { groups })
    }

    /// A component after a loss, in the numbers of the whole.
    pub(crate) fn component_after(&mut self, at: usize, loss: Loss<'_>) -> Found {
        let part = Part::of(self.whole, &self.components[at], Some(loss));
        let mut nameless = part.model.clone();
        nameless.zones.clear();
        nameless.racks.clear();
        let found = match self.known.get(&nameless) {
            Some(found) => found.clone(),
            None => {
                let found = match self.find_after(at, &part) {
                    Found::Fits(_) if !self.keep => Found::Fits(Fill::default()),
                    found => found,
                };
                self.known.insert(nameless, found.clone());
                found
            }
        };
        match found {
            Found::Fits(fill) => Found::Fits(Fill {
                groups: part.expand(&fill),
            }),
            Found::Lacks(reason) => Found::Lacks(part.widen(self.whole, &reason)),
            Found::Open => Found::Open,
        }
    }

    fn find_after(&mut self, at: usize, part: &Part) -> Found {
        if let Some(base) = &self.base[at] {
            let (fill, homeless) = part.contract(base);
            let model = &part.model;
            let found = self
                .steps
                .within(REFILL, |steps| refill(model, &fill, &homeless, steps));
            if let Ok(Some(fill)) = found {
                return Found::Fits(fill);
            }
        }
        for way in 0..WAYS.len() {
            match self.look(way, &part.model) {
                Ok(Found::Open) | Err(Spent) => {}
                Ok(found) => return found,
            }
        }
        Found::Open
    }

    /// What the ways tell of a model of its own, as a try that needs not be told.
    pub(crate) fn attempt(&mut self, model: &Model, most: u64) -> Found {
        let mut aside = Trail::default();
        let found = self.steps.within(most, |steps| {
            for way in 0..WAYS.len() {
                match look(way, model, steps, &mut aside) {
                    Ok(Found::Open) => {}
                    Err(Spent) if steps.left() > 0 => {}
                    done => return done,
                }
            }
            Ok(Found::Open)
        });
        found.unwrap_or(Found::Open)
    }

    fn look(&mut self, way: usize, model: &Model) -> Result<Found, Spent> {
        look(way, model, self.steps, self.trail)
    }
}
