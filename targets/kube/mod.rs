//! What the targets of the Kubernetes family share: whose an object is and what it therefore
//! bears, and the way from an API struct to an [`Object`](tenantry_core::emit::Object).

mod draft;
mod scope;

pub use draft::{Custom, Draft, pointer};
pub use scope::Scope;
