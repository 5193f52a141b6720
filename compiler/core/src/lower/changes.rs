//! What is not as the build before had chosen it: numbers and addresses of guests, and guests that
//! are no more. Told where the estate is built, since the world outside knows them.

mod left;
mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(crate) use told::told;

use crate::{
    diag::rule_set,
    model::{Estate, Id, NetworkIn, Workload},
    origin::OriginId,
};

rule_set! {
    /// The rules about what changes.
    pub RULES;
    NUMBER_CHANGES = "number-changes", Platform, Warn, "a guest with another number than tenantry.lock remembers", include_str!("pages/number-changes.md");
    ADDRESS_CHANGES = "address-changes", Network, Note, "an interface with another address than tenantry.lock remembers", include_str!("pages/address-changes.md");
    GUEST_LEFT = "guest-left", Platform, Note, "a guest that tenantry.lock remembers and nobody declares any more", include_str!("pages/guest-left.md");
}

/// All that is not as it was.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Numbers and addresses, in the order of the replicas.
    pub all: Vec<Changed>,
    /// Guests on Proxmox that are remembered and no more.
    pub left: Vec<Left>,
    /// Workloads with a replica that had no number before.
    pub new: BTreeSet<Id<Workload>>,
    /// Former paths of replicas, with the path that has what was remembered of them.
    pub taken_over: BTreeMap<String, String>,
}

/// A number or an address that a replica no longer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The workload.
    pub workload: Id<Workload>,
    /// The replica, as it is remembered: `acme.db`, or `acme.db.0` where replicas are numbered.
    pub path: String,
    /// What it is.
    pub what: What,
    /// What is remembered.
    pub from: String,
    /// What it is now; none where it has no address of its own any more.
    pub to: Option<String>,
    /// Why it could not stay.
    pub cause: Cause,
}

/// What a replica has of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Its number on Proxmox.
    Number,
    /// The address of this interface.
    Address(Arc<str>),
}

/// A guest that is remembered and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The replica.
    pub path: String,
    /// Its number on Proxmox.
    pub number: String,
    /// Its addresses, by interface.
    pub addresses: Vec<String>,
}

/// Why something could not stay as it was. Places are where the word stands that caused it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The workload itself says another one.
    Said(OriginId),
    /// Another workload says that it has it.
    TakenBy {
        /// Who.
        by: Id<Workload>,
        /// Where.
        at: OriginId,
    },
    /// It is remembered for another replica too.
    Twice {
        /// The other replica.
        path: String,
    },
    /// What is remembered is none.
    Unreadable,
    /// The network has another range now.
    Outside(Id<NetworkIn>),
    /// It is the router's now.
    Router(Id<NetworkIn>, OriginId),
    /// It is kept for somebody else now.
    Reserved(Id<NetworkIn>, OriginId),
    /// A machine has it.
    Machine(OriginId),
    /// The network leases its addresses now.
    Leased(Id<NetworkIn>),
    /// The network has no range any more.
    NoRange(Id<NetworkIn>),
    /// The interface is on no such network any more.
    NoNetwork(OriginId),
}

impl Changed {
    /// Why it changes, as the end of a sentence: ``since `shop.db` takes it``.
    pub fn because(&self, estate: &Estate) -> String {
        because(estate, &self.cause, &self.what, 1)
    }
}

/// Why so many of that sort could not stay, as the end of a sentence.
fn because(estate: &Estate, cause: &Cause, what: &What, many: usize) -> String {
    let it = if many == 1 { "it" } else { "them" };
    let network =
        |id: &Id<NetworkIn>| format!("network `{}`", estate.networks[*id].spec.name.value);
    match cause {
        Cause::Said(_) => match what {
            What::Number => "since its `vmid` says so".to_owned(),
            What::Address(_) => "since its `ip` says so".to_owned(),
        },
        Cause::TakenBy { by, .. } => format!("since `{}` takes {it}", estate.workloads[*by].path),
        Cause::Twice { path } => format!("since tenantry.lock has {it} for `{path}` too"),
        Cause::Unreadable => match what {
            What::Number => "since Proxmox takes numbers from 100 to 999999999".to_owned(),
            What::Address(_) => "since that is no address".to_owned(),
        },
        Cause::Outside(id) => match estate.networks[*id].spec.range() {
            Some(range) => format!("since {} is {} now", network(id), range.value),
            None => format!("since {} has another range now", network(id)),
        },
        Cause::Router(id, _) => format!("since the router of {} has {it} now", network(id)),
        Cause::Reserved(id, _) => format!("since {} reserves {it} now", network(id)),
        Cause::Machine(_) => format!("since a machine has {it}"),
        Cause::Leased(id) => format!("since {} leases addresses now", network(id)),
        Cause::NoRange(id) => format!("since {} has no `cidr` any more", network(id)),
        Cause::NoNetwork(_) => "since it is on no network with a range any more".to_owned(),
    }
}
