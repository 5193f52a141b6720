//! Packages that use each other round a circle.

use tenantry_syntax::Span;

use super::{PackageId, Sources, rules};
use crate::diag::Findings;

/// That one uses another; none is the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) owner: Option<PackageId>,
    /// Which of the owner's uses it is.
    pub(super) at: usize,
    pub(super) to: Option<PackageId>,
}

/// Tells of each circle, and takes out the `use` that closes it: whoever follows the uses of what
/// is left comes to an end.
pub(super) fn cut(edges: &[Edge], sources: &mut Sources, findings: &mut Findings) {
    let mut done = vec![false; sources.packages.len()];
    let mut closing = Vec::new();
    // Everything hangs on the root, so that one walk sees all. It keeps its own stack, for the
    // chain may be as long as there are packages.
    let mut path: Vec<Edge> = Vec::new();
    let mut rest = vec![of(edges, None)];
    while let Some(edge) = rest.last_mut().map(Vec::pop) {
        let Some(edge) = edge else {
            rest.pop();
            if let Some(Edge { to: Some(id), .. }) = path.pop() {
                done[id.0 as usize] = true;
            }
            continue;
        };
        let from = path.iter().position(|step| step.owner == edge.to);
        let circle = match from {
            Some(from) => Some(&path[from..]),
            None if edge.owner == edge.to => Some(&path[..0]),
            None => None,
        };
        if let Some(steps) = circle {
            let steps: Vec<Edge> = steps.iter().copied().chain([edge]).collect();
            tell(&steps, sources, findings);
            closing.push(edge);
        } else if let Some(id) = edge.to
            && !done[id.0 as usize]
        {
            path.push(edge);
            rest.push(of(edges, edge.to));
        }
    }
    for Edge { owner, at, .. } in closing {
        let uses = match owner {
            None => &mut sources.uses,
            Some(id) => &mut sources.packages[id.0 as usize].uses,
        };
        uses[at].package = None;
    }
}

/// The edges of one owner, the first of the text last: they are taken from the end.
fn of(edges: &[Edge], owner: Option<PackageId>) -> Vec<Edge> {
    let own = edges.iter().filter(|edge| edge.owner == owner);
    own.rev().copied().collect()
}

fn tell(steps: &[Edge], sources: &Sources, findings: &mut Findings) {
    let name = |id: Option<PackageId>| match id.and_then(|id| sources.package(id)) {
        Some(package) => package.head.name.to_string(),
        None => sources
            .alone
            .as_ref()
            .map_or_else(String::new, |head| head.name.to_string()),
    };
    let mut steps: Vec<(String, String, Span)> = steps
        .iter()
        .map(|step| {
            let span = sources.uses(step.owner)[step.at].span;
            (name(step.owner), name(step.to), span)
        })
        .collect();
    // A circle has no beginning: the one that comes first in the text is as good as any.
    if let Some(first) = (0..steps.len()).min_by_key(|at| steps[*at].2) {
        steps.rotate_left(first);
    }
    findings.push(rules::circle(&steps));
}
