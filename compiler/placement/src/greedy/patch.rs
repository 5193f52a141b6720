//! Finds room for the few replicas that a filling has left: on a node that takes one, or on one
//! that takes one when something on it goes elsewhere.

use std::collections::BTreeMap;

use super::{demand::Demand, node::Node};
use crate::{
    fill::{Fill, Group},
    ground::Ground,
    model::Model,
    steps::{Spent, Steps},
};

/// How many replicas are few: so many, and one of so many.
const FEW: (u32, u64) = (48, 256);

/// The most replicas that are worth it.
pub(super) fn few(model: &Model) -> u32 {
    let (least, of) = FEW;
    let part = u32::try_from(model.replicas() / of).unwrap_or(u32::MAX);
    part.saturating_add(least)
}

/// Puts what is left somewhere; `None` where it finds no room. Rules over domains are kept where
/// the shares of domains are, and else by luck.
///
/// # Errors
/// The budget is spent.
pub(super) fn patch(
    ground: &Ground<'_>,
    fill: Fill,
    mut demand: Demand,
    steps: &mut Steps<'_>,
) -> Result<Option<Fill>, Spent> {
    let mut patching = Patching::of(ground, fill);
    for shape in 0..ground.model.shapes.len() {
        while demand.left(shape) > 0 {
            let put = match patching.put(shape, &demand, true, steps)? {
                Some(put) => Some(put),
                None => patching.put(shape, &demand, false, steps)?,
            };
            let Some((class, count)) = put else {
                return Ok(None);
            };
            demand.put(class, shape, count);
        }
    }
    Ok(Some(Fill {
        groups: patching.groups,
    }))
}

/// A filling that is being patched. All nodes are in its groups, the empty ones too.
struct Patching<'g, 'm> {
    ground: &'g Ground<'m>,
    groups: Vec<Group>,
}

/// Something of one node of a group goes to another group, and makes room.
struct Swap {
    group: usize,
    goes: usize,
    to: usize,
}

impl<'g, 'm> Patching<'g, 'm> {
    fn of(ground: &'g Ground<'m>, fill: Fill) -> Self {
        let mut used = vec![0_u32; ground.model.classes.len()];
        for group in &fill.groups {
            used[group.class] += group.nodes;
        }
        let mut groups = fill.groups;
        for (class, used) in used.into_iter().enumerate() {
            let empty = ground.model.classes[class].count.saturating_sub(used);
            if empty > 0 {
                groups.push(Group {
                    class,
                    nodes: empty,
                    pods: Vec::new(),
                });
            }
        }
        Self { ground, groups }
    }

    /// Puts replicas somewhere, only where the shares of domains say so or anywhere; returns the
    /// class, and how many.
    fn put(
        &mut self,
        shape: usize,
        demand: &Demand,
        by_share: bool,
        steps: &mut Steps<'_>,
    ) -> Result<Option<(usize, u32)>, Spent> {
        let allowed: Vec<usize> = (0..self.groups.len())
            .filter(|group| {
                let class = self.groups[*group].class;
                self.groups[*group].nodes > 0
                    && self.ground.most(class, shape) > 0
                    && (!by_share || demand.available(class, shape) > 0)
            })
            .collect();
        if let Some(group) = self.with_room(shape, &allowed, steps)? {
            let class = self.groups[group].class;
            let wanted = if by_share {
                demand.available(class, shape)
            } else {
                1
            };
            let nodes = self.groups[group].nodes.min(wanted);
            self.split((group, nodes), None, shape);
            return Ok(Some((class, nodes)));
        }
        let Some(swap) = self.with_room_for_a_swap(shape, &allowed, demand, steps)? else {
            return Ok(None);
        };
        let class = self.groups[swap.group].class;
        // Groups keep their places: what changes is added at the end.
        self.split((swap.to, 1), None, swap.goes);
        self.split((swap.group, 1), Some(swap.goes), shape);
        Ok(Some((class, 1)))
    }

    /// A group whose nodes take one more.
    fn with_room(
        &self,
        shape: usize,
        allowed: &[usize],
        steps: &mut Steps<'_>,
    ) -> Result<Option<usize>, Spent> {
        for group in allowed {
            steps.take("greedy", self.groups[*group].pods.len() as u64 / 2 + 1)?;
            if self.node(*group, None).room(shape) > 0 {
                return Ok(Some(*group));
            }
        }
        Ok(None)
    }

    /// A group whose nodes take one more when something goes to another group.
    fn with_room_for_a_swap(
        &self,
        shape: usize,
        allowed: &[usize],
        demand: &Demand,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Swap>, Spent> {
        // Where there is room for what could go, by what and from which part.
        let mut rooms: BTreeMap<(usize, Option<usize>), Option<usize>> = BTreeMap::new();
        for group in allowed {
            let class = self.groups[*group].class;
            for (gone, _) in &self.groups[*group].pods {
                steps.take("greedy", self.groups[*group].pods.len() as u64 / 2 + 1)?;
                if *gone == shape || self.node(*group, Some(*gone)).room(shape) == 0 {
                    continue;
                }
                let part = demand.part(class, *gone);
                let to = match rooms.get(&(*gone, part)) {
                    Some(to) => *to,
                    None => {
                        let others: Vec<usize> = (0..self.groups.len())
                            .filter(|other| {
                                self.groups[*other].nodes > 0
                                    && demand.part(self.groups[*other].class, *gone) == part
                            })
                            .collect();
                        let to = self.with_room(*gone, &others, steps)?;
                        rooms.insert((*gone, part), to);
                        to
                    }
                };
                if let Some(to) = to
                    && (to != *group || self.groups[to].nodes > 1)
                {
                    return Ok(Some(Swap {
                        group: *group,
                        goes: *gone,
                        to,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// One node of a group, without one replica of what goes.
    fn node(&self, group: usize, gone: Option<usize>) -> Node<'g, 'm> {
        let group = &self.groups[group];
        let mut node = Node::new(self.ground, group.class);
        for (shape, count) in &group.pods {
            let count = count - u32::from(gone == Some(*shape));
            node.add(*shape, count);
        }
        node
    }

    /// Takes nodes out of a group and changes what each holds.
    fn split(&mut self, (group, nodes): (usize, u32), gone: Option<usize>, comes: usize) {
        let mut node = self.node(group, gone);
        node.add(comes, 1);
        self.groups[group].nodes -= nodes;
        self.groups.push(node.group(nodes));
    }
}
