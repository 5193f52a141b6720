//! Whether what was emitted lets through exactly the flows of the spec.
//!
//! The policies are read back by an evaluator that knows nothing of the language
//! (`tenantry-reach`), and what they let through is held against what the flows say, which is
//! worked out here a second time: nothing here asks the code that writes policies. A difference is
//! an error that shows one packet.

mod baseline;
mod beyond;
mod cells;
mod count;
mod documents;
mod expected;
mod outside;
mod pods;
pub mod report;

use std::sync::Arc;

pub use beyond::Beyond;
use tenantry_reach::{
    Basis, Cluster, Complaint, Difference, Direction, Document, Judge, PodId, Terms, TooMuch,
    Wanted, compare_under, read,
};

use crate::{
    close::Platform,
    diag::Findings,
    emit::Objects as Emitted,
    flows::{FlowSet, Service},
    lock::Allocations,
    model::{self, Estate, Id},
    par,
    schema::kinds::TargetName,
};

/// What a proof is about.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The estate.
    pub estate: &'a Estate,
    /// What each cluster runs.
    pub platform: &'a Platform,
    /// Who shall talk to whom.
    pub flows: &'a FlowSet,
    /// Which addresses the workloads were given.
    pub allocations: &'a Allocations,
    /// What is emitted.
    pub objects: &'a Emitted,
    /// The names of the targets that emit it.
    pub targets: &'a [&'static str],
}

/// What was proved of one cluster, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// What the emitted files say there is, with the pods of the platform as the spec's facts tell
    /// them, and pods of nobody, which stand for all that nobody speaks of.
    pub cluster: Cluster,
    /// Whose each of its pods is, in their order.
    pub pods: Vec<Whose>,
    /// What shall go through.
    pub wanted: Vec<Wanted>,
    /// Of each of those the flow that says so, by its place among the cluster's flows.
    pub because: Vec<usize>,
    /// How what goes through differs; empty when all is proved.
    pub differences: Vec<Difference>,
    /// What the tenants' baselines would let through if somebody opened the namespaces; empty where
    /// none is promised.
    pub breaches: Vec<Difference>,
    /// The networks beside the pod network on which policies hold, each by itself.
    pub networks: Vec<Beyond>,
    /// What could not be read, so that nothing is known of it.
    pub complaints: Vec<Complaint>,
    /// Why nothing could be compared, where that is so.
    pub too_much: Option<TooMuch>,
    /// What policies do not decide, so that no proof speaks of it.
    pub unproven: Vec<Cell>,
    /// How many objects say who may talk to whom.
    pub objects: Objects,
}

/// Whose a pod is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// A workload's, by its path: `acme.web`.
    Workload(Arc<str>),
    /// Of an object of the spec's own (`raw`) in a tenant's namespace; the path that it has.
    Own(Arc<str>),
    /// A part of the platform.
    Platform(Service),
    /// The importer that fills disks of a tenant's machines, in its namespace; the tenant.
    Importer(Arc<str>),
    /// Nobody's: any other pod of its namespace.
    Stranger,
}

/// Something that policies do not decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Why not; none where something else than policies of Kubernetes holds the flows.
    pub basis: Option<Basis>,
    /// What it is about: `acme.router`, `every node`.
    pub what: String,
    /// What is not proved, and what decides instead.
    pub why: String,
}

/// How many objects hold a cluster's flows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Objects {
    /// The policies that were emitted.
    pub emitted: usize,
    /// What one object for each half of each flow, and one that closes each namespace, would be.
    pub naive: usize,
    /// The workloads that they are for.
    pub workloads: usize,
}

impl Proof {
    /// Whether what goes through is what shall, and nothing else.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
            && self.breaches.is_empty()
            && self.complaints.is_empty()
            && self.too_much.is_none()
            && self.networks.iter().all(Beyond::holds)
    }
}

impl<'a> Ground<'a> {
    /// Whether a target is among those that emit.
    fn emits(self, target: TargetName) -> bool {
        self.targets.contains(&target.word())
    }

    /// The clusters whose flows policies of Kubernetes hold, as far as they are emitted at all.
    fn held(self) -> impl Iterator<Item = Id<model::Cluster>> {
        let asked = self.emits(TargetName::Kubernetes);
        let clusters = self.estate.clusters.iter();
        let held = clusters.filter(move |(_, cluster)| asked && cluster.is_kubernetes());
        held.map(|(id, _)| id)
    }

    /// Proves each cluster. `documents` has what is emitted for each, in any order.
    pub(super) fn prove(
        self,
        documents: &[(Id<model::Cluster>, Vec<Document<'_>>)],
    ) -> Vec<(Id<model::Cluster>, Proof, Findings)> {
        let held: Vec<Id<model::Cluster>> = self.held().collect();
        par::map(&held, |on| {
            let own = documents.iter().find(|(id, _)| id == on);
            let own = own.map_or(&[][..], |(_, documents)| documents);
            let (proof, findings) = self.cluster(*on, own);
            (*on, proof, findings)
        })
    }

    /// What no proof speaks of in a cluster of which there is none.
    pub(crate) fn unheld(self) -> Vec<(Id<model::Cluster>, Cell)> {
        let held: Vec<Id<model::Cluster>> = self.held().collect();
        let rest = self.estate.clusters.ids().filter(|id| !held.contains(id));
        rest.map(|id| (id, cells::without_proof(self.estate, id)))
            .collect()
    }

    fn cluster(self, on: Id<model::Cluster>, documents: &[Document<'_>]) -> (Proof, Findings) {
        let (mut cluster, mut complaints) = read(documents.iter().copied());
        // What the spec writes itself, the API server judges; and of its labels there is a rule,
        // without which there are pods that nobody can have.
        let all = complaints.len();
        complaints.retain(|complaint| !complaint.path.contains("metadata.labels"));
        let labelled = complaints.len() == all;
        complaints.retain(|complaint| self.is_ours(complaint));
        let pods = pods::all(self, on, &mut cluster);
        if labelled {
            complaints.extend(self.absent(&pods));
        }
        let expected = expected::Expected::of(self, on, &pods);
        let (networks, unlike) = beyond::all(self, on, &cluster, &pods);
        complaints.extend(unlike);
        let unproven = cells::of(self, on, &cluster, &pods, &networks);
        complaints.extend(baseline::clashes(&cluster));
        let compared = compare(&cluster, &expected.wanted, &expected.of).and_then(|differences| {
            let breaches = baseline::breaches(self, on, &cluster, &pods, &expected)?;
            Ok((differences, breaches))
        });
        let ((differences, breaches), too_much) = match compared {
            Ok(found) => (found, None),
            Err(too_much) => (Default::default(), Some(too_much)),
        };
        let proof = Proof {
            differences,
            breaches,
            complaints,
            too_much,
            objects: count::objects(self, on, &cluster, &networks),
            networks,
            unproven,
            wanted: expected.wanted,
            because: expected.because,
            pods: pods.whose,
            cluster,
        };
        let findings = report::findings(self, on, &proof, &pods.objects);
        (proof, findings)
    }
}

impl Ground<'_> {
    /// Workloads of which nothing makes pods, though every target was asked for.
    fn absent(self, pods: &pods::Pods<'_>) -> Vec<Complaint> {
        let all = [
            TargetName::Kubernetes,
            TargetName::Kubevirt,
            TargetName::Kata,
        ];
        let absent = pods.absent.iter();
        let absent = absent.filter(|_| all.into_iter().all(|target| self.emits(target)));
        absent
            .map(|id| Complaint {
                source: String::new(),
                at: 0,
                object: self.estate.workloads[*id].path.to_string(),
                path: String::new(),
                message: "nothing that is emitted makes its pods".to_owned(),
            })
            .collect()
    }

    /// Whether a complaint is about an object that the compiler makes. Documents go by the places
    /// of their objects.
    fn is_ours(self, complaint: &Complaint) -> bool {
        let object = self.objects.iter().nth(complaint.at);
        object.is_none_or(|object| !object.unproven)
    }
}

/// Each side by itself must let through exactly what is wanted, as if the other let everything:
/// then both together do, and no side leans on the other's strictness. Where one does not, what
/// both let through says more about the mistake, if it shows there.
fn compare(cluster: &Cluster, wanted: &[Wanted], of: &[PodId]) -> Result<Vec<Difference>, TooMuch> {
    let judge = Judge::new(cluster);
    let under = |side: Option<Direction>| {
        let terms = Terms {
            wanted,
            of: Some(of),
            side,
        };
        compare_under(&judge, &terms)
    };
    let [one, other] = Direction::BOTH;
    let (one, other) = par::join(|| under(Some(one)), || under(Some(other)));
    let mut sides = one?;
    sides.extend(other?);
    if sides.is_empty() {
        return Ok(sides);
    }
    let both = under(None)?;
    Ok(if both.is_empty() { sides } else { both })
}
