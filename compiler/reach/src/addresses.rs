//! Sets of IP addresses of both families.

mod atoms;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

pub(crate) use atoms::Atoms;
use ipnet::IpNet;

use crate::ranges::{both, rest, tidy};

/// The first and the last address of a range, as numbers of their family.
type Range = (u128, u128);

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

/// A set of addresses: of each family, sorted ranges that neither overlap nor touch.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addresses {
    v4: Vec<Range>,
    v6: Vec<Range>,
}

impl Addresses {
    /// No address.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every address of both families.
    pub fn all() -> Self {
        Self {
            v4: vec![(0, u32::MAX.into())],
            v6: vec![(0, u128::MAX)],
        }
    }

    /// One address.
    pub fn one(address: IpAddr) -> Self {
        let mut set = Self::default();
        let (family, number) = number(address);
        set.family_mut(family).push((number, number));
        set
    }

    /// A block. Bits of the host are masked, as the API server takes them.
    pub fn block(block: IpNet) -> Self {
        let (family, from) = number(block.network());
        let (_, to) = number(block.broadcast());
        let mut set = Self::default();
        set.family_mut(family).push((from, to));
        set
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (family, number) = number(address);
        let mut ranges = self.family(family).iter();
        ranges.any(|(from, to)| (*from..=*to).contains(&number))
    }

    /// The first address of it, for an example.
    pub fn first(&self) -> Option<IpAddr> {
        let four = self.v4.first().map(|(from, _)| address(Family::V4, *from));
        four.or_else(|| self.v6.first().map(|(from, _)| address(Family::V6, *from)))
    }

    /// Takes all addresses of another in.
    pub fn extend(&mut self, other: &Self) {
        self.v4.extend(&other.v4);
        self.v6.extend(&other.v6);
        tidy(&mut self.v4);
        tidy(&mut self.v6);
    }

    /// The addresses that are in both.
    pub fn and(&self, other: &Self) -> Self {
        Self {
            v4: both(&self.v4, &other.v4),
            v6: both(&self.v6, &other.v6),
        }
    }

    /// The addresses that are not in the other.
    pub fn without(&self, other: &Self) -> Self {
        Self {
            v4: rest(&self.v4, &other.v4),
            v6: rest(&self.v6, &other.v6),
        }
    }

    /// The smallest block of each family that holds all of it.
    pub fn cover(&self) -> Self {
        let mut cover = Self::none();
        for (family, ranges) in [(Family::V4, &self.v4), (Family::V6, &self.v6)] {
            if let (Some(first), Some(last)) = (ranges.first(), ranges.last()) {
                let bits = match family {
                    Family::V4 => 32,
                    Family::V6 => 128,
                };
                // As long as the bits that the first and the last address have in common.
                let differing = u128::BITS - (first.0 ^ last.1).leading_zeros();
                let length = u8::try_from(bits - differing).unwrap_or(0);
                let block = IpNet::new(address(family, first.0), length);
                cover.extend(&block.map_or_else(|_| Self::all(), Self::block));
            }
        }
        cover
    }

    /// How many ranges it takes to say it.
    pub(crate) fn ranges(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// The fewest blocks that make it up, sorted; IPv4 first.
    pub fn blocks(&self) -> Vec<IpNet> {
        let four = self.v4.iter().flat_map(|range| cut(Family::V4, *range));
        let six = self.v6.iter().flat_map(|range| cut(Family::V6, *range));
        four.chain(six).collect()
    }

    fn family(&self, family: Family) -> &[Range] {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    fn family_mut(&mut self, family: Family) -> &mut Vec<Range> {
        match family {
            Family::V4 => &mut self.v4,
            Family::V6 => &mut self.v6,
        }
    }
}

/// Ranges and single addresses, the largest blocks that fit: `10.0.0.0/8, 192.0.2.7`.
impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks = self.blocks();
        if blocks.is_empty() {
            return f.write_str("no address");
        }
        for (at, block) in blocks.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            match block.prefix_len() == block.max_prefix_len() {
                true => write!(f, "{comma}{}", block.addr())?,
                false => write!(f, "{comma}{block}")?,
            }
        }
        Ok(())
    }
}

fn number(address: IpAddr) -> (Family, u128) {
    match address {
        IpAddr::V4(address) => (Family::V4, u32::from(address).into()),
        IpAddr::V6(address) => (Family::V6, address.into()),
    }
}

fn address(family: Family, number: u128) -> IpAddr {
    match (family, u32::try_from(number)) {
        (Family::V4, Ok(number)) => Ipv4Addr::from(number).into(),
        _ => Ipv6Addr::from(number).into(),
    }
}

/// The largest aligned blocks of a range, in order.
fn cut(family: Family, (mut from, to): Range) -> Vec<IpNet> {
    let bits: u32 = match family {
        Family::V4 => 32,
        Family::V6 => 128,
    };
    let mut blocks = Vec::new();
    loop {
        // As large as the start is aligned, and no larger than what is left.
        let aligned = from.trailing_zeros().min(bits);
        let left = (to - from).checked_add(1).map_or(bits, u128::ilog2);
        let size = aligned.min(left);
        let length = u8::try_from(bits - size).unwrap_or(0);
        blocks.extend(IpNet::new(address(family, from), length));
        let last = from + (u128::MAX.checked_shr(128 - size).unwrap_or(0));
        if last >= to {
            return blocks;
        }
        from = last + 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(text: &str) -> Addresses {
        Addresses::block(text.parse().expect("a block"))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// Blocks at both ends of both families, and a few bits large.
    fn set() -> impl Strategy<Value = Addresses> {
        let one = (any::<bool>(), any::<bool>(), 0u8..16, 0u8..=5);
        prop::collection::vec(one, 0..6).prop_map(|blocks| {
            let mut set = Addresses::none();
            for (six, high, low, size) in blocks {
                let (bits, high) = match (six, high) {
                    (false, false) => (32, 0),
                    (false, true) => (32, u128::from(u32::MAX) - 15),
                    (true, false) => (128, 0),
                    (true, true) => (128, u128::MAX - 15),
                };
                let family = if six { Family::V6 } else { Family::V4 };
                let first = super::address(family, high + u128::from(low));
                let net = IpNet::new(first, bits - size).expect("a length");
                set.extend(&Addresses::block(net));
            }
            set
        })
    }

    proptest! {
        #[test]
        fn sets_hold_what_their_members_say(a in set(), b in set()) {
            let mut either = a.clone();
            either.extend(&b);
            let (both, rest) = (a.and(&b), a.without(&b));
            for family in [Family::V4, Family::V6] {
                let top = if family == Family::V4 { u128::from(u32::MAX) } else { u128::MAX };
                for number in (0..40).chain(top - 40..=top) {
                    let ip = super::address(family, number);
                    let (in_a, in_b) = (a.contains(ip), b.contains(ip));
                    prop_assert_eq!(either.contains(ip), in_a || in_b);
                    prop_assert_eq!(both.contains(ip), in_a && in_b);
                    prop_assert_eq!(rest.contains(ip), in_a && !in_b);
                }
            }
            let mut again = Addresses::none();
            for block in a.blocks() {
                again.extend(&Addresses::block(block));
            }
            prop_assert_eq!(again, a, "blocks make up the whole");
        }
    }

    #[test]
    fn families_are_apart() {
        let every = block("0.0.0.0/0");
        assert!(every.contains(address("192.0.2.7")));
        assert!(!every.contains(address("2001:db8::7")));
        assert!(Addresses::all().contains(address("2001:db8::7")));
    }

    #[test]
    fn bits_of_the_host_are_masked() {
        assert_eq!(block("192.168.242.213/24"), block("192.168.242.0/24"));
    }

    #[test]
    fn sets_are_written_in_blocks() {
        let rest = block("10.0.0.0/30").without(&block("10.0.0.1/32"));
        assert_eq!(rest.to_string(), "10.0.0.0, 10.0.0.2/31");
        assert_eq!(Addresses::all().to_string(), "0.0.0.0/0, ::/0");
    }
}
