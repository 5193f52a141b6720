//! Sets of numbers as ranges: sorted, and so that no two overlap or touch.

/// A number that ranges are of.
pub(crate) trait Step: Copy + Ord {
    /// The next larger one; none of the largest.
    fn after(self) -> Option<Self>;
    /// The next smaller one; none of the smallest.
    fn before(self) -> Option<Self>;
}

impl Step for u16 {
    fn after(self) -> Option<Self> {
        self.checked_add(1)
    }

    fn before(self) -> Option<Self> {
        self.checked_sub(1)
    }
}

impl Step for u128 {
    fn after(self) -> Option<Self> {
        self.checked_add(1)
    }

    fn before(self) -> Option<Self> {
        self.checked_sub(1)
    }
}

/// Whether one that begins at `from` neither overlaps one that ends at `to` and begins no later,
/// nor touches it.
fn apart<N: Step>(to: N, from: N) -> bool {
    to.after().is_some_and(|next| next < from)
}

/// Sorts ranges and joins what overlaps or touches.
pub(crate) fn tidy<N: Step>(ranges: &mut Vec<(N, N)>) {
    if ranges.is_sorted_by(|one, other| apart(one.1, other.0)) {
        return;
    }
    ranges.sort_unstable();
    let mut kept: Vec<(N, N)> = Vec::with_capacity(ranges.len());
    for &(from, to) in ranges.iter() {
        match kept.last_mut() {
            Some(last) if !apart(last.1, from) => last.1 = last.1.max(to),
            _ => kept.push((from, to)),
        }
    }
    *ranges = kept;
}

/// What is in both sets.
pub(crate) fn both<N: Step>(mut a: &[(N, N)], mut b: &[(N, N)]) -> Vec<(N, N)> {
    let mut both = Vec::new();
    while let ([one, ones @ ..], [two, twos @ ..]) = (a, b) {
        let (from, to) = (one.0.max(two.0), one.1.min(two.1));
        if from <= to {
            both.push((from, to));
        }
        if one.1 < two.1 {
            a = ones;
        } else {
            b = twos;
        }
    }
    both
}

/// What is in the first set and not in the second.
pub(crate) fn rest<N: Step>(set: &[(N, N)], mut holes: &[(N, N)]) -> Vec<(N, N)> {
    let mut rest = Vec::new();
    for &(from, to) in set {
        let mut next = Some(from);
        while let (Some(from), [hole, others @ ..]) = (next, holes) {
            if hole.0 > to {
                break;
            }
            if let Some(last) = hole.0.before().filter(|last| from <= *last) {
                rest.push((from, last));
            }
            // A hole before the range takes nothing of it.
            next = hole.1.after().map(|after| after.max(from));
            if hole.1 >= to {
                // It may reach into the next range.
                next = None;
                break;
            }
            holes = others;
        }
        if let Some(from) = next {
            rest.push((from, to));
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Ranges at both ends of what there is, as anybody may write them.
    fn set() -> impl Strategy<Value = Vec<(u16, u16)>> {
        let one = (any::<bool>(), 0u16..24, 0u16..8).prop_map(|(high, from, length)| {
            let from = if high { u16::MAX - from } else { from };
            (from, from.saturating_add(length))
        });
        prop::collection::vec(one, 0..7)
    }

    fn holds(set: &[(u16, u16)], number: u16) -> bool {
        set.iter().any(|(from, to)| (*from..=*to).contains(&number))
    }

    proptest! {
        #[test]
        fn sets_hold_what_their_members_say(a in set(), b in set()) {
            let (mut one, mut two) = (a.clone(), b.clone());
            tidy(&mut one);
            tidy(&mut two);
            let (both, rest) = (both(&one, &two), rest(&one, &two));
            for set in [&one, &both, &rest] {
                let mut again = set.clone();
                again.reverse();
                tidy(&mut again);
                prop_assert_eq!(&again, set);
            }
            for number in (0..40).chain(u16::MAX - 40..=u16::MAX) {
                let (in_a, in_b) = (holds(&a, number), holds(&b, number));
                prop_assert_eq!(holds(&one, number), in_a);
                prop_assert_eq!(holds(&both, number), in_a && in_b);
                prop_assert_eq!(holds(&rest, number), in_a && !in_b);
            }
        }
    }
}
