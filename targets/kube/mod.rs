//! What the targets of the Kubernetes family share: whose an object is and what it therefore
//! bears, and the way from an API struct to an [`Object`](tenantry_core::emit::Object).

pub(crate) mod attachment;
pub(crate) mod cdi;
pub(crate) mod controller;
mod draft;
pub(crate) mod importer;
pub(crate) mod kata;
pub(crate) mod kubevirt;
pub(crate) mod labels;
pub(crate) mod scheduling;
mod scope;

pub(crate) use draft::{Custom, Draft, pointer};
pub(crate) use scope::Scope;
