//! Decides what Kubernetes' NetworkPolicies, and the policies of the whole cluster that stand before
//! and behind them, let through, from the manifests alone. It knows
//! nothing of the language and shares no code with what writes policies, so that what it reads
//! out of emitted files can be held against what was declared.
//!
//! One evaluator answers everything: [`Judge`] works with sets of ports and of addresses, a
//! question about one packet is a question about sets with one member, and the matrix of all
//! flows is the same question for everybody. What it speaks of is new connections over TCP, UDP
//! and SCTP between pods of the pod network, before any translation of addresses; whatever lies
//! beyond that has a [`Basis`] that says so.

pub mod addresses;
pub mod ask;
pub mod cluster;
pub mod compare;
pub mod exposures;
pub mod judge;
pub mod labels;
pub mod matrix;
pub mod networks;
pub mod node;
mod par;
pub mod policy;
pub mod ports;
#[cfg(test)]
mod random;
mod ranges;
pub mod read;
pub mod strangers;
pub mod tiers;

pub use addresses::Addresses;
pub use ask::{Account, Answer, Basis, End, Question, ask, because};

pub use cluster::{Cluster, Namespace, Pod, PodId};
pub use compare::{Difference, Fault, Parties, Terms, Wanted, compare, compare_under};
pub use exposures::{Exposure, exposures};
pub use judge::Judge;
pub use matrix::{Ends, Flow, TooMuch, matrix};
pub use networks::{Network, networks, networks_of};
pub use node::{Kept, Look, Node};
pub use policy::{By, Direction, Policy, PolicyId};
pub use ports::{PortSet, Protocol};
pub use read::{Complaint, Document, is_silent, read};
pub use strangers::add_strangers;
pub use tiers::{TierId, TierPolicy};
