//! What was built before: tenants and workloads that did not change are taken over, as long as all
//! that they may refer to is where it was.

use std::sync::Arc;

use super::tenants::Place;
use crate::{
    model::{Arena, Id, Target, Tenant, Workload},
    schema::{construct, kind::Vocabulary, kinds, node::Node},
};

/// What one build leaves for the next.
#[derive(Debug, Default)]
pub struct Memo {
    pub(super) construct: construct::Memo,
    /// The last build in which nothing was wrong.
    pub(super) sound: Option<Arc<Sound>>,
}

impl Memo {
    /// What the next build begins with.
    #[must_use]
    pub fn next(&self) -> Self {
        Self {
            construct: self.construct.next(),
            sound: self.sound.clone(),
        }
    }
}

/// A build in which nothing was wrong.
#[derive(Debug)]
pub(super) struct Sound {
    pub(super) ground: Vec<Arc<Node>>,
    pub(super) tenants: Arena<Tenant>,
    pub(super) workloads: Arena<Workload>,
}

/// The nodes of the top level that tenants build on. What is declared there is left out: where
/// that changes, every node is another one.
pub(super) fn ground(root: &Node, vocabulary: &Vocabulary) -> Vec<Arc<Node>> {
    let apart = [
        vocabulary.of::<kinds::Tenant>(),
        vocabulary.of::<kinds::Param>(),
        vocabulary.of::<kinds::Table>(),
    ];
    let nodes = root.children.iter();
    nodes
        .filter(|node| !apart.contains(&Some(node.kind)))
        .cloned()
        .collect()
}

impl Sound {
    /// Whether tenants stand on the same ground now.
    pub(super) fn stands_on(&self, ground: &[Arc<Node>]) -> bool {
        self.ground.len() == ground.len()
            && self
                .ground
                .iter()
                .zip(ground)
                .all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

/// A build before, whose ids are those of this one.
pub(super) struct Known<'b> {
    pub(super) before: &'b Sound,
    /// The tenants that are others now.
    changed: Vec<bool>,
}

impl<'b> Known<'b> {
    /// `tenants` are in order.
    pub(super) fn of(before: Option<&'b Sound>, tenants: &[Arc<kinds::Tenant>]) -> Option<Self> {
        let before = before?;
        let names = tenants.iter().map(|tenant| &tenant.name.value);
        if !names.eq(before.tenants.values().map(|tenant| &tenant.name.value)) {
            return None;
        }
        let all = tenants.iter().enumerate();
        let workloads = all.flat_map(|(at, tenant)| {
            let workloads = tenant.workload.iter();
            workloads.map(move |workload| (Id::new(at), &workload.name.value))
        });
        let old = before.workloads.values();
        if !workloads.eq(old.map(|workload| (workload.tenant, &workload.name.value))) {
            return None;
        }
        let pairs = tenants.iter().zip(before.tenants.values());
        Some(Self {
            before,
            changed: pairs
                .map(|(now, old)| !Arc::ptr_eq(now, &old.spec))
                .collect(),
        })
    }

    fn is_same(&self, tenant: Id<Tenant>) -> bool {
        self.changed.get(tenant.index()) == Some(&false)
    }

    /// A tenant that did not change.
    pub(super) fn tenant(&self, id: Id<Tenant>) -> Option<&'b Arc<Tenant>> {
        self.before.tenants.shared(id).filter(|_| self.is_same(id))
    }

    /// Where a workload of a tenant that did not change runs, and its path.
    pub(super) fn place(&self, id: Id<Workload>) -> Option<(Place, Arc<str>)> {
        let workload = self.before.workloads.shared(id)?;
        let place = || Place {
            cluster: workload.cluster,
            pools: workload.pools.clone(),
        };
        let same = self.is_same(workload.tenant);
        same.then(|| (place(), workload.path.clone()))
    }

    /// A workload of a tenant that did not change, which calls none of one that did: a port is
    /// called by its name.
    pub(super) fn workload(&self, id: Id<Workload>) -> Option<&'b Arc<Workload>> {
        let workload = self.before.workloads.shared(id)?;
        let is_same = |called: Id<Workload>| {
            let called = self.before.workloads.shared(called);
            called.is_some_and(|called| self.is_same(called.tenant))
        };
        let calls_same = workload.connects.iter().all(|connect| match connect.to {
            Target::Workload(to) => is_same(to.to),
            Target::External(_) | Target::Internet | Target::Platform(_) => true,
        });
        (self.is_same(workload.tenant) && calls_same).then_some(workload)
    }
}
