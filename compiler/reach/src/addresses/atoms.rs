//! The coarsest ranges of addresses that no set of a list tells apart inside.

use std::{net::IpAddr, ops};

use super::{Addresses, Family, Range, address, number};

/// A partition of all addresses of both families into ranges; they are counted through, IPv4
/// first.
#[derive(Debug, Clone)]
pub(crate) struct Atoms {
    /// Where each range begins, sorted; the first is 0.
    v4: Vec<u128>,
    v6: Vec<u128>,
}

impl Atoms {
    /// The partition that these sets make.
    pub(crate) fn of<'a>(sets: impl IntoIterator<Item = &'a Addresses>) -> Self {
        let (mut v4, mut v6) = (vec![0], vec![0]);
        for set in sets {
            for &(from, to) in &set.v4 {
                v4.push(from);
                v4.extend((to < LAST_V4).then_some(to + 1));
            }
            for &(from, to) in &set.v6 {
                v6.push(from);
                v6.extend(to.checked_add(1));
            }
        }
        for starts in [&mut v4, &mut v6] {
            starts.sort_unstable();
            starts.dedup();
        }
        Self { v4, v6 }
    }

    /// How many ranges there are.
    pub(crate) fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// The addresses of several ranges.
    pub(crate) fn sets(&self, of: impl IntoIterator<Item = usize>) -> Addresses {
        let mut set = Addresses::none();
        for at in of {
            let (family, range) = self.range(at);
            set.family_mut(family).push(range);
        }
        super::tidy(&mut set.v4);
        super::tidy(&mut set.v6);
        set
    }

    /// The ranges that make up a set of the list, as runs.
    pub(crate) fn within<'s>(
        &'s self,
        set: &'s Addresses,
    ) -> impl Iterator<Item = ops::Range<usize>> + 's {
        let run = |starts: &[u128], base: usize, (from, to): Range| {
            let first = starts.partition_point(|start| *start < from);
            let end = starts.partition_point(|start| *start <= to);
            base + first..base + end
        };
        let four = set.v4.iter().map(move |range| run(&self.v4, 0, *range));
        let six = set.v6.iter();
        four.chain(six.map(move |range| run(&self.v6, self.v4.len(), *range)))
    }

    /// The range that an address lies in.
    pub(crate) fn holding(&self, address: IpAddr) -> usize {
        let (family, number) = number(address);
        let (starts, base) = match family {
            Family::V4 => (&self.v4, 0),
            Family::V6 => (&self.v6, self.v4.len()),
        };
        // The first start is 0, so that one is always at or below.
        base + starts.partition_point(|start| *start <= number).max(1) - 1
    }

    /// Some address of a range that is none of these, sorted; none where all of them are.
    pub(crate) fn example(&self, at: usize, but: &[IpAddr]) -> Option<IpAddr> {
        let (family, (from, to)) = self.range(at);
        let mut candidate = from;
        let first = but.partition_point(|own| *own < address(family, from));
        for own in but.iter().skip(first) {
            if address(family, candidate) != *own {
                break;
            }
            candidate = candidate.checked_add(1)?;
        }
        (candidate <= to).then(|| address(family, candidate))
    }

    fn range(&self, at: usize) -> (Family, Range) {
        let (family, starts, at, last) = match at.checked_sub(self.v4.len()) {
            None => (Family::V4, &self.v4, at, LAST_V4),
            Some(at) => (Family::V6, &self.v6, at, u128::MAX),
        };
        let end = starts.get(at + 1).map_or(last, |next| next - 1);
        (family, (starts[at], end))
    }
}

/// The highest IPv4 address, as a number.
const LAST_V4: u128 = u32::MAX as u128;

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Addresses {
        Addresses::block(text.parse().expect("a block"))
    }

    #[test]
    fn ranges_make_up_every_set_and_are_cut_by_none() {
        let most = Addresses::all().without(&block("10.0.0.0/8"));
        let sets = [
            most,
            block("10.1.0.0/16"),
            block("::/0"),
            block("255.255.255.255/32"),
        ];
        let atoms = Atoms::of(&sets);
        for set in &sets {
            let inside: Vec<usize> = atoms.within(set).flatten().collect();
            assert_eq!(atoms.sets(inside.iter().copied()), *set);
            for at in 0..atoms.len() {
                let some = atoms.example(at, &[]).expect("an address");
                assert_eq!(set.contains(some), inside.contains(&at), "{some}");
                assert_eq!(atoms.holding(some), at);
            }
        }
        assert_eq!(atoms.sets(0..atoms.len()), Addresses::all());
    }

    #[test]
    fn an_example_is_none_of_those_that_are_left_out() {
        let atoms = Atoms::of(&[block("10.0.0.0/30")]);
        let at = atoms.holding("10.0.0.1".parse().expect("an address"));
        let all: Vec<IpAddr> = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"]
            .map(|text| text.parse().expect("an address"))
            .to_vec();
        assert_eq!(atoms.example(at, &all[..2]), Some(all[2]));
        assert_eq!(atoms.example(at, &all[1..]), Some(all[0]));
        assert_eq!(atoms.example(at, &all), None);
    }
}
