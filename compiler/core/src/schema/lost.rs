//! What an error of syntax took away: a node or a value that was meant there is not missing.

use std::sync::Arc;

use tenantry_syntax::{Parse, Span};

use super::{
    decode::Decoded,
    node::{Meant, TypedNode},
};

/// Marks the nodes in which something could not be read, the innermost around each error.
pub(super) fn mark(decoded: &mut Decoded, parse: &Parse) {
    // Where only one thing can have been meant it was read as that.
    let errors = parse.errors().iter().filter(|error| error.fix.is_none());
    for error in errors {
        let mut nodes = decoded.nodes.iter_mut();
        let is_marked = nodes.any(|node| {
            is_in(error.span, node) && {
                innermost(Arc::make_mut(node), error.span);
                true
            }
        });
        let mut profiles = decoded.profiles.iter_mut();
        let is_marked = is_marked
            || profiles.any(|profile| {
                is_in(error.span, &profile.body) && {
                    innermost(&mut Arc::make_mut(profile).body, error.span);
                    true
                }
            });
        // A declaration of its own is known to be broken by who uses it.
        let mut others = parse.document().nodes();
        let is_declared = others.any(|node| holds(node.span(), error.span));
        if !is_marked && !is_declared {
            decoded.flawed.push(Meant::Anything);
        }
    }
}

fn is_in(span: Span, node: &TypedNode) -> bool {
    holds(node.whole, span)
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn innermost(node: &mut TypedNode, span: Span) {
    let overlays = node.overlays.iter_mut().map(|overlay| &mut overlay.body);
    let inner = node.children.iter_mut().chain(overlays);
    match inner.into_iter().find(|node| is_in(span, node)) {
        Some(inner) => innermost(inner, span),
        None => node.flawed.push(Meant::Anything),
    }
}
