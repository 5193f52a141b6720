//! Who may talk to whom, and what of it is proved, for whoever asks for that alone.

use std::sync::Arc;

use tenantry_syntax::Span;

use super::{Compiled, Options, Run, Until, compile, known::Known};
use crate::{
    flows::{Flow, FlowSet, Peer, Port, Reason, Service},
    load::Library,
    model::{Estate, Id, Tenant},
    prove::flows::{Cell, Proof},
    target::Target,
    units::{Cidr, Host},
    world::World,
};

/// Who may talk to whom in each environment that was asked for.
#[derive(Debug)]
pub struct FlowsRun {
    /// The run, as `build` makes it.
    pub run: Run,
    /// The environments; of one that is too broken for it, nothing.
    pub environments: Vec<FlowsEnvironment>,
}

/// Who may talk to whom in one environment.
#[derive(Debug)]
pub struct FlowsEnvironment {
    /// The environment; none where none is declared.
    pub env: Option<Arc<str>>,
    /// Its clusters, by name.
    pub clusters: Vec<FlowsCluster>,
}

/// Who may talk to whom in one cluster.
#[derive(Debug, Clone)]
pub struct FlowsCluster {
    /// The cluster's name.
    pub name: Arc<str>,
    /// All flows, declared and derived, sorted.
    pub flows: Vec<SpecFlow>,
    /// What the spec says beside them.
    pub known: Known,
    /// What the emitted policies let through, held against those. None of an estate with errors,
    /// and none where no policies of Kubernetes are emitted.
    pub proof: Option<Proof>,
    /// What no proof speaks of; of a cluster without one, everything.
    pub unproven: Vec<Cell>,
}

/// A flow, in the words of the spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecFlow {
    /// Who opens it.
    pub from: SpecEnd,
    /// Who is called.
    pub to: SpecEnd,
    /// On which ports of that.
    pub ports: Vec<Port>,
    /// Why.
    pub reason: Reason,
    /// Where it was said.
    pub span: Option<Span>,
}

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpecEnd {
    /// A workload, by its path: `acme.web`.
    Workload(Arc<str>),
    /// Every pod of a tenant's namespace; the tenant.
    Namespace(Arc<str>),
    /// The pods that fill disks of a tenant's machines; the tenant.
    Importer(Arc<str>),
    /// A part of the platform.
    Platform(Service),
    /// What is outside of the cluster.
    External {
        /// The declared system; none for `internet`.
        system: Option<Arc<str>>,
        /// Addresses; none with no names means everywhere public.
        cidrs: Vec<Cidr>,
        /// Names.
        hosts: Vec<Host>,
    },
    /// Addresses of clients; none means everybody outside of the cluster.
    Clients(Vec<Cidr>),
}

/// The flows of an estate: its findings are those of [`super::build`], and each cluster's flows
/// are there with the proof that what was emitted lets through just those; of an estate with
/// errors as far as it can be told.
pub fn flows(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
) -> FlowsRun {
    let built = compile(world, library, targets, options, Until::Flows);
    FlowsRun {
        run: built.run,
        environments: built.flows,
    }
}

impl FlowsEnvironment {
    pub(super) fn of(compiled: &mut Compiled) -> Self {
        let mut clusters = std::mem::take(&mut compiled.flows);
        if let Some((made, estate)) = &mut compiled.output
            && !clusters.is_empty()
        {
            // Both are in the order of the estate's clusters.
            let mut clusters: Vec<_> = estate.clusters.ids().zip(&mut clusters).collect();
            for (on, cell) in made.ground(estate).unheld() {
                let own = clusters.iter_mut().find(|(id, _)| *id == on);
                own.into_iter()
                    .for_each(|(_, one)| one.unproven.push(cell.clone()));
            }
            for (on, proof) in std::mem::take(&mut made.proofs) {
                let own = clusters.iter_mut().find(|(id, _)| *id == on);
                if let Some((_, one)) = own {
                    one.unproven.clone_from(&proof.unproven);
                    one.proof = Some(proof);
                }
            }
        }
        Self {
            env: compiled.env.clone(),
            clusters,
        }
    }
}

impl FlowsCluster {
    /// The clusters of an estate with their flows.
    pub(super) fn all(estate: &Estate, set: &FlowSet) -> Vec<Self> {
        let clusters = estate.clusters.iter().map(|(id, cluster)| Self {
            name: cluster.name.value.as_str().into(),
            flows: set
                .of(id)
                .iter()
                .map(|flow| SpecFlow::of(estate, flow))
                .collect(),
            known: Known::of(estate, id),
            proof: None,
            unproven: Vec::new(),
        });
        clusters.collect()
    }
}

impl SpecFlow {
    fn of(estate: &Estate, flow: &Flow) -> Self {
        Self {
            from: SpecEnd::of(estate, &flow.from),
            to: SpecEnd::of(estate, &flow.to),
            ports: flow.ports.clone(),
            reason: flow.reason.clone(),
            span: estate.origins.editable(flow.origin),
        }
    }
}

impl SpecEnd {
    fn of(estate: &Estate, peer: &Peer) -> Self {
        let tenant = |id: Id<Tenant>| estate.tenants[id].name.value.as_str().into();
        match peer {
            Peer::Namespace(id) => Self::Namespace(tenant(*id)),
            Peer::Importer(id) => Self::Importer(tenant(*id)),
            Peer::Workload(id) => Self::Workload(estate.workloads[*id].path.clone()),
            Peer::Platform(service) => Self::Platform(*service),
            Peer::External {
                system,
                cidrs,
                hosts,
            } => Self::External {
                system: system.map(|id| estate.externals[id].name.value.as_str().into()),
                cidrs: cidrs.clone(),
                hosts: hosts.clone(),
            },
            Peer::Clients(cidrs) => Self::Clients(cidrs.clone()),
        }
    }
}
