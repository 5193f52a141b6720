//! The pod network, and the networks beside it: each is judged by itself.

use tenantry_core::diag::nearest::nearest;
use tenantry_reach::{Basis, Cluster, Judge, Network};

use super::{ends::Unknown, sheet::Cell};

/// Who decides what goes through on each network.
pub(super) struct Judges<'c> {
    pod: Judge<'c>,
    beside: Vec<(&'c Network, Judge<'c>)>,
}

impl<'c> Judges<'c> {
    /// The judges of a cluster and of the networks beside its pod network.
    pub(super) fn of(cluster: &'c Cluster, networks: &'c [Network]) -> Self {
        let beside = networks.iter();
        Self {
            pod: Judge::new(cluster),
            beside: beside
                .map(|network| (network, Judge::new(&network.cluster)))
                .collect(),
        }
    }

    /// That of the pod network.
    pub(super) fn pod(&self) -> &Judge<'c> {
        &self.pod
    }

    /// Those of the networks for which there are policies.
    pub(super) fn policed(&self) -> impl Iterator<Item = (&'c Network, &Judge<'c>)> {
        let beside = self.beside.iter().map(|(network, judge)| (*network, judge));
        beside.filter(|(network, _)| network.policies > 0)
    }

    /// That of the network of a name.
    pub(super) fn named(&self, name: &str) -> Result<(&'c Network, &Judge<'c>), Unknown> {
        let mut beside = self.beside.iter();
        let found = beside.find(|(network, _)| network.is_called(name));
        found
            .map(|(network, judge)| (*network, judge))
            .ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> Unknown {
        let known = self.beside.iter().map(|(network, _)| network.name.as_str());
        let help = match (nearest(name, known.clone()), self.beside.len()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, 0) => "nothing in the manifests is on a network beside the pod network, which \
                          is meant where no network is named"
                .to_owned(),
            (None, _) => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
        };
        Unknown {
            message: format!("there is no network `{name}` beside the pod network"),
            help: Some(help),
        }
    }
}

/// What makes all answers about a network less than certain.
pub(super) fn doubt(network: &Network) -> Option<Cell> {
    let why = network.cluster.unheld.clone()?;
    Some(Cell {
        basis: Some(Basis::SecondaryNetwork),
        what: format!("network `{}`", network.name),
        why,
    })
}
