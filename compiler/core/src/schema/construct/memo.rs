//! What was constructed before: of the very same node the very same comes.

use std::{any::Any, collections::HashMap, sync::Arc};

use super::Construct;
use crate::schema::node::Node;

/// What was made of a node, whatever its kind.
pub type Shared = Arc<dyn Any + Send + Sync>;

/// What was made of nodes, for the next analysis: of the very same node the very same comes, so
/// that it need not be made again.
#[derive(Debug, Default)]
pub struct Memo {
    before: Arc<ByNode>,
    now: ByNode,
    /// What was kept of the node at hand so far.
    parts: Vec<usize>,
    /// The runs of origins of what was taken over.
    wanted: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct Made {
    node: Arc<Node>,
    made: Shared,
    /// The first numbers of the runs of its defaults' origins.
    runs: Vec<u32>,
    /// What in it is kept by itself.
    parts: Vec<usize>,
}

/// By the address of the node, which each keeps.
pub(super) type ByNode = HashMap<usize, Arc<Made>>;

impl Memo {
    /// What the next analysis begins with.
    #[must_use]
    pub fn next(&self) -> Self {
        Self {
            before: Arc::new(self.now.clone()),
            ..Self::default()
        }
    }

    /// What the analysis before has made, for work that goes on in parallel.
    pub(super) fn known_before(&self) -> Arc<ByNode> {
        self.before.clone()
    }

    pub(super) fn with(before: Arc<ByNode>) -> Self {
        Self {
            before,
            ..Self::default()
        }
    }

    /// Takes up what another one has kept of what this one knew.
    pub(super) fn extend(&mut self, other: Self) {
        self.now.extend(other.now);
        self.wanted.extend(other.wanted);
        self.parts.extend(other.parts);
    }

    /// A node is at hand; returns what was kept of the one around it.
    pub(super) fn begin(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.parts)
    }

    /// The runs of origins of what was taken over, once.
    pub(crate) fn wanted(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.wanted)
    }

    pub(super) fn known<K: Construct>(&mut self, node: &Arc<Node>) -> Option<K> {
        let address = Arc::as_ptr(node) as usize;
        let known = self.before.get(&address)?;
        debug_assert!(
            Arc::ptr_eq(&known.node, node),
            "a node that is kept keeps its place"
        );
        let made = K::shared(&known.made)?;
        self.take(address);
        self.parts.push(address);
        Some(made)
    }

    /// Takes over what was made of a node, with all in it that is kept by itself.
    fn take(&mut self, address: usize) {
        let before = self.before.clone();
        if let Some(known) = before.get(&address) {
            self.wanted.extend(&known.runs);
            self.now.insert(address, known.clone());
            known.parts.iter().for_each(|part| self.take(*part));
        }
    }

    /// Keeps what was made of a node since [`Memo::begin`], if something was.
    pub(super) fn keep<K: Construct>(
        &mut self,
        node: &Arc<Node>,
        made: Option<&K>,
        runs: Vec<u32>,
        around: Vec<usize>,
    ) {
        let parts = std::mem::replace(&mut self.parts, around);
        if let Some(made) = made.and_then(K::share) {
            let node = node.clone();
            let address = Arc::as_ptr(&node) as usize;
            self.parts.push(address);
            let made = Made {
                node,
                made,
                runs,
                parts,
            };
            self.now.insert(address, Arc::new(made));
        }
    }
}
