//! One machine as the whole plan leaves it.

use super::{creates_vm, is_vm_config};
use crate::validate::Node;
use crate::validate::proxmox::call::{Call, Request};
use crate::validate::proxmox::property_string::Properties;

/// The call that makes a machine and those that set more of it afterwards: keys only root may set
/// are sent apart, and go with the others.
pub(super) struct Machine<'r, 'a> {
    parts: Vec<&'r Request<'a>>,
}

impl<'r, 'a> Machine<'r, 'a> {
    /// Every machine that the plan makes.
    pub(super) fn all(calls: &'r [Call<'a>]) -> Vec<Self> {
        let requests = || calls.iter().map(|call| &call.request);
        requests()
            .filter(|request| creates_vm(request))
            .map(|made| {
                let number = made.text("vmid");
                let is_later = |request: &&Request<'a>| {
                    is_vm_config(request) && !creates_vm(request) && request.text("vmid") == number
                };
                Machine {
                    parts: std::iter::once(made)
                        .chain(requests().filter(is_later))
                        .collect(),
                }
            })
            .collect()
    }

    /// The request that says `name` last; the one that makes the machine where none does.
    fn saying(&self, name: &str) -> Option<&'r Request<'a>> {
        let last = self
            .parts
            .iter()
            .rev()
            .find(|request| request.params.key(name).is_set());
        last.or(self.parts.first()).copied()
    }

    /// Where `name` is said, or would be.
    pub(super) fn place(&self, name: &str) -> Node<'a> {
        let node = self
            .saying(name)
            .map(|request| (request.params.key(name), request.params.clone()));
        match node {
            Some((said, _)) if said.is_set() => said,
            Some((_, params)) => params,
            None => Node::root(&serde_json::Value::Null),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.saying(name)?.text(name)
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn properties(&self, name: &str) -> Option<Properties> {
        self.saying(name)?.properties(name)
    }

    /// `stem0`, `stem1`, … with their keys.
    pub(super) fn indexed(&self, stem: &str) -> Vec<(Node<'a>, Properties)> {
        let all = self.parts.iter().flat_map(|request| {
            let keyed = move |(name, node)| request.properties(name).map(|keys| (node, keys));
            request.indexed(stem).into_iter().filter_map(keyed)
        });
        all.collect()
    }
}
