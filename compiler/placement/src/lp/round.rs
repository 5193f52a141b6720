//! From nodes in parts to whole ones: what is whole is placed, the rest is solved again.

use super::{
    complete::{complete, group},
    price::Pods,
    relax::{Patterns, Relaxed, relax},
    task::Task,
};
use crate::{
    fill::{Fill, Group},
    steps::{Spent, Steps},
};

/// How often what is left is placed node by node, with other worths each time.
const TRIES: usize = 4;

/// A level so little below a whole number is that number.
const NEARLY: f64 = 1e-3;

/// Makes a placement of what the program says; `None` where this way finds none.
///
/// # Errors
/// The budget is spent.
pub(super) fn round(
    task: &Task<'_>,
    patterns: &mut Patterns,
    mut levels: Vec<(usize, f64)>,
    steps: &mut Steps<'_>,
) -> Result<Option<Fill>, Spent> {
    let mut left = task.clone();
    let mut groups: Vec<Group> = Vec::new();
    loop {
        if !fix(&mut left, patterns, &levels, &mut groups) {
            return Ok(None);
        }
        if left.is_done() {
            return Ok(Some(merged(groups)));
        }
        if let Some(rest) = complete(&left, TRIES, steps)? {
            groups.extend(rest);
            return Ok(Some(merged(groups)));
        }
        levels = match relax(&left, patterns, steps)? {
            Relaxed::Fits(levels) => levels,
            Relaxed::Lacks(_) | Relaxed::Open(_) => return Ok(None),
        };
    }
}

/// Places the whole nodes of the levels, or one node of the pattern that is nearest to a whole
/// one. `false` where nothing can be placed.
fn fix(
    left: &mut Task<'_>,
    patterns: &Patterns,
    levels: &[(usize, f64)],
    groups: &mut Vec<Group>,
) -> bool {
    let mut progress = false;
    for (pattern, level) in levels {
        let (class, pods) = &patterns.all[*pattern];
        let mut nodes = (level + NEARLY).floor().max(0.0) as u64;
        while nodes > 0 {
            let Some((placed, pods)) = place(left, *class, pods, nodes) else {
                break;
            };
            groups.push(group(*class, placed, pods));
            nodes -= placed;
            progress = true;
        }
    }
    if progress {
        return true;
    }
    let mut parts: Vec<&(usize, f64)> = levels.iter().collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (pattern, _) in parts {
        let (class, pods) = &patterns.all[*pattern];
        if let Some((placed, pods)) = place(left, *class, pods, 1) {
            groups.push(group(*class, placed, pods));
            return true;
        }
    }
    false
}

/// Places a pattern on up to `nodes` nodes, without what is not asked for any more: on how many
/// it was, and what they hold.
fn place(left: &mut Task<'_>, class: usize, pods: &Pods, nodes: u64) -> Option<(u64, Pods)> {
    let mut wanted = Pods::new();
    for (shape, count) in pods {
        let most = left.demand[*shape].min(left.more(class, *shape));
        let count = u64::from(*count).min(most);
        if let Ok(count) = u32::try_from(count)
            && count > 0
        {
            wanted.push((*shape, count));
        }
    }
    if wanted.is_empty() || left.nodes[class] == 0 {
        return None;
    }
    let nodes = left.repeats(class, &wanted).min(nodes);
    left.place(class, &wanted, nodes);
    Some((nodes, wanted))
}

/// The same with one group of each kind.
fn merged(mut groups: Vec<Group>) -> Fill {
    groups.sort_by(|a, b| (a.class, &a.pods).cmp(&(b.class, &b.pods)));
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        match merged.last_mut() {
            Some(last) if last.class == group.class && last.pods == group.pods => {
                last.nodes = last.nodes.saturating_add(group.nodes);
            }
            _ => merged.push(group),
        }
    }
    Fill { groups: merged }
}
