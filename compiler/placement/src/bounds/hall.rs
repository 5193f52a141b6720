//! Whether demands that may go to some columns each find room: an exact flow in integers. Where
//! they do not, the cut names demands that ask for more than all columns they may go to have.

use crate::steps::{Spent, Steps};

/// Demands that ask for more than there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// The demands.
    pub(super) demands: Vec<usize>,
    /// All columns that they may go to.
    pub(super) columns: Vec<usize>,
    /// What they ask for.
    pub(super) asked: u128,
    /// What there is.
    pub(super) has: u128,
}

/// A flow from demands to columns.
struct Flow<'a> {
    /// The columns of each demand.
    to: &'a [Vec<usize>],
    /// How much of a demand goes to its columns.
    flow: Vec<Vec<u128>>,
    /// The demands of each column, and the place of the column among theirs.
    from: Vec<Vec<(usize, usize)>>,
    /// What is left of columns.
    left: Vec<u128>,
}

/// The cut of a flow that cannot be; `None` where all find room.
///
/// # Errors
/// The budget is spent.
pub(super) fn cut(
    to: &[Vec<usize>],
    asked: &[u128],
    has: &[u128],
    steps: &mut Steps<'_>,
) -> Result<Option<Cut>, Spent> {
    let mut from = vec![Vec::new(); has.len()];
    let mut order: Vec<usize> = (0..to.len()).filter(|demand| asked[*demand] > 0).collect();
    order.sort_by_key(|demand| to[*demand].len());
    for demand in &order {
        for (place, column) in to[*demand].iter().enumerate() {
            from[*column].push((*demand, place));
        }
    }
    let edges: usize = order.iter().map(|demand| to[*demand].len()).sum();
    steps.take("flow", edges as u64 / 8 + 1)?;
    let mut flow = Flow {
        to,
        flow: to.iter().map(|columns| vec![0; columns.len()]).collect(),
        from,
        left: has.to_vec(),
    };
    for demand in order {
        let mut rest = flow.straight(demand, asked[demand]);
        while rest > 0 {
            steps.take("flow", edges as u64 / 8 + 1)?;
            match flow.push(demand, rest) {
                Ok(pushed) => rest -= pushed,
                Err(reached) => return Ok(Some(flow.cut(&reached, asked, has))),
            }
        }
    }
    Ok(None)
}

/// How a column was reached: from which demand.
struct Reached {
    demands: Vec<bool>,
    /// From which demand, and the place of the column among its columns.
    columns: Vec<Option<(usize, usize)>>,
}

impl Flow<'_> {
    /// Sends a demand to its columns as they are, those first that the fewest others may go to;
    /// returns what is left of it.
    fn straight(&mut self, demand: usize, mut rest: u128) -> u128 {
        let mut places: Vec<usize> = (0..self.to[demand].len()).collect();
        places.sort_by_key(|place| self.from[self.to[demand][*place]].len());
        for place in places {
            let left = &mut self.left[self.to[demand][place]];
            let here = rest.min(*left);
            *left -= here;
            rest -= here;
            self.flow[demand][place] += here;
            if rest == 0 {
                break;
            }
        }
        rest
    }

    /// Sends a part of a demand on the shortest way on which others make room; returns how much,
    /// or what can be reached where there is no way.
    fn push(&mut self, demand: usize, rest: u128) -> Result<u128, Reached> {
        let mut reached = Reached {
            demands: vec![false; self.to.len()],
            columns: vec![None; self.left.len()],
        };
        // By which column a demand was reached, and the place of the column among its own.
        let mut by: Vec<Option<(usize, usize)>> = vec![None; self.to.len()];
        let mut queue = std::collections::VecDeque::from([demand]);
        reached.demands[demand] = true;
        while let Some(at) = queue.pop_front() {
            for (place, column) in self.to[at].iter().enumerate() {
                if reached.columns[*column].is_some() {
                    continue;
                }
                reached.columns[*column] = Some((at, place));
                if self.left[*column] > 0 {
                    return Ok(self.send(rest, *column, &reached, &by));
                }
                for (other, other_place) in &self.from[*column] {
                    if !reached.demands[*other] && self.flow[*other][*other_place] > 0 {
                        reached.demands[*other] = true;
                        by[*other] = Some((*column, *other_place));
                        queue.push_back(*other);
                    }
                }
            }
        }
        Err(reached)
    }

    /// Sends along a way that was found, from its end to its start.
    fn send(
        &mut self,
        rest: u128,
        end: usize,
        reached: &Reached,
        by: &[Option<(usize, usize)>],
    ) -> u128 {
        let mut way = Vec::new();
        let mut most = rest.min(self.left[end]);
        let mut column = end;
        while let Some((demand, place)) = reached.columns[column] {
            let back = by[demand];
            way.push((demand, place, back));
            let Some((before, back_place)) = back else {
                break;
            };
            most = most.min(self.flow[demand][back_place]);
            column = before;
        }
        for (demand, place, back) in way {
            self.flow[demand][place] += most;
            if let Some((_, back_place)) = back {
                self.flow[demand][back_place] -= most;
            }
        }
        self.left[end] -= most;
        most
    }

    fn cut(&self, reached: &Reached, asked: &[u128], has: &[u128]) -> Cut {
        let demands: Vec<usize> = (0..self.to.len())
            .filter(|demand| reached.demands[*demand])
            .collect();
        let columns: Vec<usize> = (0..self.left.len())
            .filter(|column| reached.columns[*column].is_some())
            .collect();
        Cut {
            asked: demands.iter().map(|demand| asked[*demand]).sum(),
            has: columns.iter().map(|column| has[*column]).sum(),
            demands,
            columns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(to: &[&[usize]], asked: &[u128], has: &[u128]) -> Option<Cut> {
        let to: Vec<Vec<usize>> = to.iter().map(|columns| columns.to_vec()).collect();
        cut(&to, asked, has, &mut Steps::new(10_000)).unwrap()
    }

    #[test]
    fn others_make_room() {
        // The second may go to the first column only, where the first stands already.
        assert_eq!(
            cut_of(&[&[0, 1], &[0], &[1, 2]], &[5, 5, 5], &[5, 5, 5]),
            None
        );
        assert_eq!(
            cut_of(&[&[0, 1], &[0, 2], &[1]], &[4, 4, 4], &[4, 4, 4]),
            None
        );
    }

    #[test]
    fn the_cut_holds_who_is_too_many() {
        let expected = Cut {
            demands: vec![0, 1],
            columns: vec![0],
            asked: 6,
            has: 5,
        };
        let found = cut_of(&[&[0], &[0], &[0, 1]], &[3, 3, 9], &[5, 90]);
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn what_has_no_column_is_cut() {
        assert!(cut_of(&[&[]], &[1], &[]).is_some());
        assert_eq!(cut_of(&[&[]], &[0], &[]), None);
    }
}
