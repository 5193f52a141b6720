//! What the spec decides of a chart's values, one file per chart. A key that the spec says
//! nothing about keeps the chart's default.

pub(crate) mod calico;
pub(crate) mod ceph_csi_drivers;
pub(crate) mod cert_manager;
pub(crate) mod cilium;
mod context;
pub(crate) mod external_secrets;
pub(crate) mod gpu_operator;
pub(crate) mod kata_deploy;
pub(crate) mod kube_prometheus_stack;
pub(crate) mod longhorn;
pub(crate) mod metallb;
mod mig;
pub(crate) mod prometheus_adapter;
pub(crate) mod rook_ceph;
pub(crate) mod rook_ceph_cluster;
pub(crate) mod velero;
pub(crate) mod volcano;

pub(crate) use context::Context;
use tenantry_core::{
    emit::{
        free,
        tree::{NodeMut, Scalar, Tree},
    },
    origin::OriginId,
    schema::construct::Values as FreeValues,
};

/// The values of one release, with the reason of each.
pub(crate) struct Values {
    tree: Tree,
    /// Whether a value makes objects of the Prometheus operator.
    pub monitors: bool,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            tree: Tree::map(),
            monitors: false,
        }
    }
}

impl Values {
    /// Sets the value at a dotted path; `origin` says why.
    pub(crate) fn set<'s>(&mut self, path: &str, leaf: impl Into<Scalar<'s>>, origin: OriginId) {
        let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
        let leaf = leaf.into();
        self.at(above, |node| node.set(key, leaf).mark(origin));
    }

    /// The list at a dotted path, to be filled; `origin` says why it is there. Helm replaces
    /// lists whole, so an empty one empties the chart's.
    pub(crate) fn list(
        &mut self,
        path: &str,
        origin: OriginId,
        fill: impl FnOnce(&mut NodeMut<'_>),
    ) {
        let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
        self.at(above, |node| {
            let mut list = node.list(key);
            list.mark(origin);
            fill(&mut list);
        });
    }

    /// The map at a dotted path, to be filled with keys that may hold dots.
    pub(crate) fn at(&mut self, path: &str, fill: impl FnOnce(&mut NodeMut<'_>)) {
        descend(&mut self.tree.root_mut(), path, fill);
    }

    /// Asks the chart for a ServiceMonitor by a dotted path.
    pub(crate) fn monitor(&mut self, path: &str, origin: OriginId) {
        self.set(path, true, origin);
        self.monitors = true;
    }

    /// Lays the spec's own values over ours, as Helm lays a values file over a chart's.
    pub(crate) fn lay_over(&mut self, values: &FreeValues) {
        free::merge(&mut self.tree.root_mut(), &values.nodes, values.origin);
    }

    /// The tree; none where nothing is decided.
    pub(crate) fn into_tree(self) -> Option<Tree> {
        (!self.tree.root().is_empty()).then_some(self.tree)
    }
}

/// Paths are the compiler's own, a few keys long.
fn descend(node: &mut NodeMut<'_>, path: &str, fill: impl FnOnce(&mut NodeMut<'_>)) {
    match path.split_once('.') {
        _ if path.is_empty() => fill(node),
        Some((key, rest)) => descend(&mut node.map(key), rest, fill),
        None => fill(&mut node.map(path)),
    }
}

/// The values of a chart of which the spec decides nothing.
pub(crate) fn nothing(_: &Context<'_>, _: &mut Values) {}
