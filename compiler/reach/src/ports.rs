//! Sets of ports, by protocol.

use std::fmt;

use crate::ranges::{self, tidy};

/// A transport protocol that a policy can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP, which is meant where none is said.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// As Kubernetes writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }

    /// From what Kubernetes writes; none for anything else.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The first and the last port of a range, both included; never the other way round.
pub type Range = (u16, u16);

/// Every port that a connection can go to. Port 0 is none.
const EVERY: Range = (1, u16::MAX);

/// A set of ports of each protocol: sorted ranges that neither overlap nor touch.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet {
    ranges: [Vec<Range>; 3],
}

impl PortSet {
    /// No port.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every port of every protocol.
    pub fn all() -> Self {
        Self {
            ranges: [vec![EVERY], vec![EVERY], vec![EVERY]],
        }
    }

    /// Every port of one protocol.
    pub fn of(protocol: Protocol) -> Self {
        Self::range(protocol, EVERY.0, EVERY.1)
    }

    /// One port.
    pub fn port(protocol: Protocol, port: u16) -> Self {
        Self::range(protocol, port, port)
    }

    /// The ports from `from` to `to`; none where there are none between them.
    pub fn range(protocol: Protocol, from: u16, to: u16) -> Self {
        let mut set = Self::default();
        set.add(protocol, from, to);
        set
    }

    /// Adds the ports from `from` to `to`.
    pub fn add(&mut self, protocol: Protocol, from: u16, to: u16) {
        let from = from.max(EVERY.0);
        if from <= to {
            let ranges = &mut self.ranges[protocol as usize];
            ranges.push((from, to));
            tidy(ranges);
        }
    }

    /// Whether no port is in it.
    pub fn is_empty(&self) -> bool {
        self.ranges.iter().all(Vec::is_empty)
    }

    /// Whether every port is in it.
    pub fn is_all(&self) -> bool {
        self.ranges.iter().all(|ranges| *ranges == [EVERY])
    }

    /// Whether a port is in it.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        let mut ranges = self.ranges[protocol as usize].iter();
        ranges.any(|(from, to)| (*from..=*to).contains(&port))
    }

    /// The ranges of one protocol, sorted.
    pub fn ranges(&self, protocol: Protocol) -> &[Range] {
        &self.ranges[protocol as usize]
    }

    /// The first port of it, for an example.
    pub fn first(&self) -> Option<(Protocol, u16)> {
        Protocol::ALL
            .into_iter()
            .find_map(|protocol| Some((protocol, self.ranges(protocol).first()?.0)))
    }

    /// Takes all ports of another in.
    pub fn extend(&mut self, other: &Self) {
        for (own, others) in self.ranges.iter_mut().zip(&other.ranges) {
            if !others.is_empty() {
                own.extend(others);
                tidy(own);
            }
        }
    }

    /// The ports that are in both.
    pub fn and(&self, other: &Self) -> Self {
        let both = |at: usize| ranges::both(&self.ranges[at], &other.ranges[at]);
        Self {
            ranges: [both(0), both(1), both(2)],
        }
    }

    /// The ports that are not in the other.
    pub fn without(&self, other: &Self) -> Self {
        let rest = |at: usize| ranges::rest(&self.ranges[at], &other.ranges[at]);
        Self {
            ranges: [rest(0), rest(1), rest(2)],
        }
    }
}

/// `TCP 80, 8000-8080; UDP 53`; `all ports` and `no port` at the ends.
impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all ports");
        }
        let mut first = true;
        for protocol in Protocol::ALL {
            let ranges = self.ranges(protocol);
            if ranges.is_empty() {
                continue;
            }
            if !first {
                f.write_str("; ")?;
            }
            first = false;
            write!(f, "{protocol} ")?;
            if *ranges == [EVERY] {
                f.write_str("all ports")?;
                continue;
            }
            for (at, (from, to)) in ranges.iter().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                match from == to {
                    true => write!(f, "{comma}{from}")?,
                    false => write!(f, "{comma}{from}-{to}")?,
                }
            }
        }
        if first {
            f.write_str("no port")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set() -> impl Strategy<Value = PortSet> {
        let edge = prop_oneof![0u16..12, (u16::MAX - 8)..=u16::MAX];
        prop::collection::vec((0usize..3, edge.clone(), edge), 0..6).prop_map(|ranges| {
            let mut set = PortSet::none();
            for (protocol, from, to) in ranges {
                set.add(Protocol::ALL[protocol], from, to);
            }
            set
        })
    }

    fn looked_at() -> impl Iterator<Item = (Protocol, u16)> {
        let ports = (0u16..14).chain((u16::MAX - 10)..=u16::MAX);
        ports.flat_map(|port| Protocol::ALL.map(|protocol| (protocol, port)))
    }

    proptest! {
        #[test]
        fn sets_hold_what_their_members_say(a in set(), b in set()) {
            let mut either = a.clone();
            either.extend(&b);
            let (both, rest) = (a.and(&b), a.without(&b));
            for (protocol, port) in looked_at() {
                let (in_a, in_b) = (a.contains(protocol, port), b.contains(protocol, port));
                prop_assert_eq!(either.contains(protocol, port), in_a || in_b);
                prop_assert_eq!(both.contains(protocol, port), in_a && in_b);
                prop_assert_eq!(rest.contains(protocol, port), in_a && !in_b);
            }
            // One set has one form, so that equal sets are equal values.
            let mut again = rest.clone();
            again.extend(&both);
            prop_assert_eq!(again, a);
        }
    }

    #[test]
    fn ports_are_written_as_they_are_read() {
        let mut set = PortSet::range(Protocol::Tcp, 8000, 8080);
        set.add(Protocol::Tcp, 80, 80);
        set.add(Protocol::Udp, 53, 53);
        assert_eq!(set.to_string(), "TCP 80, 8000-8080; UDP 53");
        assert_eq!(PortSet::all().to_string(), "all ports");
        assert_eq!(PortSet::none().to_string(), "no port");
        assert_eq!(PortSet::of(Protocol::Sctp).to_string(), "SCTP all ports");
    }
}
