//! Before nodes are made whole: how many replicas each domain of a spread gets. With that settled
//! no later step can make the domains uneven again.

use super::{
    relax::Patterns,
    task::{Group, Task},
};

/// The task with a number for each domain of each spread, near what the program says.
pub(super) fn aim<'m>(task: &Task<'m>, patterns: &Patterns, levels: &[(usize, f64)]) -> Task<'m> {
    let mut aimed = task.clone();
    aimed.groups = Vec::new();
    for group in &task.groups {
        if !group.all {
            aimed.groups.push(group.clone());
            continue;
        }
        let counts: Vec<f64> = group
            .sets
            .iter()
            .zip(&group.placed)
            .map(|(set, placed)| *placed as f64 + count(group.shape, set, patterns, levels))
            .collect();
        let all = task.demand[group.shape] + group.placed.iter().sum::<u64>();
        let aims = whole(&counts, all, group.skew);
        let sets = group.sets.iter().zip(&group.placed).zip(aims);
        aimed.groups.extend(sets.map(|((set, placed), aim)| Group {
            shape: group.shape,
            sets: vec![set.clone()],
            placed: vec![*placed],
            least: aim,
            most: aim,
            skew: 0,
            all: false,
        }));
    }
    aimed
}

/// How many replicas of a shape the levels put into some classes.
fn count(shape: usize, set: &[usize], patterns: &Patterns, levels: &[(usize, f64)]) -> f64 {
    let each = levels.iter().filter_map(|(pattern, level)| {
        let (class, pods) = &patterns.all[*pattern];
        let (_, count) = pods.iter().find(|(at, _)| *at == shape)?;
        set.contains(class).then_some(level * f64::from(*count))
    });
    each.sum()
}

/// Whole numbers near these, of this sum, that differ by `skew` at most.
fn whole(counts: &[f64], all: u64, skew: u64) -> Vec<u64> {
    let mut aims: Vec<u64> = counts
        .iter()
        .map(|count| (count + 1e-4).floor() as u64)
        .collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by(|a, b| {
        let part = |at: &usize| counts[*at] + 1e-4 - aims[*at] as f64;
        part(b).total_cmp(&part(a)).then_with(|| a.cmp(b))
    });
    let sum: u64 = aims.iter().sum();
    let even = all / counts.len().max(1) as u64;
    if sum > all || all - sum > counts.len() as u64 {
        // Nothing to go by: as even as can be.
        let more = usize::try_from(all % counts.len().max(1) as u64).unwrap_or(0);
        return (0..counts.len())
            .map(|at| even + u64::from(at < more))
            .collect();
    }
    for at in order
        .into_iter()
        .take(usize::try_from(all - sum).unwrap_or(0))
    {
        aims[at] += 1;
    }
    // What lies between whole numbers may have become uneven by one.
    for _ in 0..counts.len() {
        let least = (0..aims.len()).min_by_key(|at| aims[*at]);
        let most = (0..aims.len()).max_by_key(|at| aims[*at]);
        let (Some(least), Some(most)) = (least, most) else {
            break;
        };
        if aims[most] - aims[least] <= skew {
            break;
        }
        aims[most] -= 1;
        aims[least] += 1;
    }
    aims
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn the_sum_stays_and_the_domains_are_even() {
        assert_eq!(whole(&[2.5, 2.5, 2.0], 7, 1), [3, 2, 2]);
        assert_eq!(whole(&[2.9, 1.9, 2.2], 7, 1), [3, 2, 2]);
        assert_eq!(whole(&[0.0, 0.0, 0.0], 7, 1), [3, 2, 2]);
        assert_eq!(whole(&[4.0, 1.0], 5, 3), [4, 1]);
    }
}
