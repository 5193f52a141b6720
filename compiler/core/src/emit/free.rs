//! Free data of the spec, laid over a tree.

use super::tree::{NodeMut, Scalar};
use crate::{
    origin::OriginId,
    schema::{node::FreeNode, ty::Lit},
};

/// The key of an item of a list.
const ITEM: &str = "-";

/// Maps merge by key; scalars and lists replace what is there. Keys that are new come by name,
/// so that the order of the text means nothing. Nodes are as deep as the parser lets a text be.
pub fn merge(map: &mut NodeMut<'_>, nodes: &[FreeNode], origin: OriginId) {
    let mut nodes: Vec<&FreeNode> = nodes.iter().collect();
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    for node in nodes {
        if let Some(value) = &node.value {
            map.set(&node.name, scalar(value.as_ref())).mark(origin);
        } else if is_list(node) {
            // Helm replaces lists whole, so the old one goes first.
            map.set(&node.name, Scalar::Null);
            let mut list = map.list(&node.name);
            list.mark(origin);
            items(&mut list, &node.children, origin);
        } else if node.block {
            let mut below = map.map(&node.name);
            below.mark(origin);
            merge(&mut below, &node.children, origin);
        } else {
            map.set(&node.name, Scalar::Null).mark(origin);
        }
    }
}

fn items(list: &mut NodeMut<'_>, nodes: &[FreeNode], origin: OriginId) {
    for node in nodes {
        if let Some(value) = &node.value {
            list.push(scalar(value.as_ref()));
        } else if is_list(node) {
            items(&mut list.push_list(), &node.children, origin);
        } else if node.block {
            merge(&mut list.push_map(), &node.children, origin);
        } else {
            list.push(Scalar::Null);
        }
    }
}

/// Whether a node's block is a list: elements, written `-`.
pub fn is_list(node: &FreeNode) -> bool {
    node.children
        .first()
        .is_some_and(|child| &*child.name == ITEM)
}

fn scalar(value: Option<&Lit>) -> Scalar<'_> {
    match value {
        None => Scalar::Null,
        Some(Lit::Str(text)) => Scalar::Text(text),
        Some(Lit::Int(number)) => (*number).into(),
        Some(Lit::Bool(truth)) => Scalar::Bool(*truth),
    }
}
