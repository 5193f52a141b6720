//! Networks.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::address::{address_at, parse_ip, parse_net};
use super::error::quoted;
use super::{Ip, Unit, UnitError};

/// An IPv4 or IPv6 network: an address without host bits, and the length of its prefix.
///
/// Ordered by family, address, then length, so that a network comes before what it contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

impl Cidr {
    /// The network around an address and length.
    pub(super) fn around(net: IpNet) -> Self {
        Self(net.trunc())
    }

    /// The network of a single address.
    pub fn host(ip: Ip) -> Self {
        Self(IpNet::from(ip.get()))
    }

    /// The network as `ipnet` has it.
    pub fn get(self) -> IpNet {
        self.0
    }

    /// The length of the prefix, in bits.
    pub fn prefix_len(self) -> u8 {
        self.0.prefix_len()
    }

    /// Whether it is an IPv4 network.
    pub fn is_ipv4(self) -> bool {
        matches!(self.0, IpNet::V4(_))
    }

    /// The bits of an address in its family: 32 or 128.
    fn width(self) -> u8 {
        self.0.max_prefix_len()
    }

    /// The first address, which names the network.
    pub fn first(self) -> Ip {
        Ip::new(self.0.network())
    }

    /// The last address; in IPv4 the broadcast address.
    pub fn last(self) -> Ip {
        Ip::new(self.0.broadcast())
    }

    /// How many addresses it has; `None` for `::/0`, whose 2^128 no integer holds.
    pub fn size(self) -> Option<u128> {
        1u128.checked_shl(u32::from(self.width() - self.prefix_len()))
    }

    /// How many of its addresses an interface can have: in IPv4 all but the network's own and
    /// the broadcast address, save in a /31 and a /32.
    pub fn host_count(self) -> u128 {
        let size = self.size().unwrap_or(u128::MAX);
        if self.is_ipv4() && self.prefix_len() < 31 {
            size - 2
        } else {
            size
        }
    }

    /// Whether `ip` lies in it; never across families.
    pub fn contains(self, ip: Ip) -> bool {
        self.0.contains(&ip.get())
    }

    /// Whether all of `other` lies in it; a network contains itself.
    pub fn contains_net(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Whether they share an address: of two networks that do, one contains the other.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains_net(other) || other.contains_net(self)
    }

    /// The `n`th address, counted from 0 at the network's own.
    pub fn nth(self, n: u128) -> Option<Ip> {
        if self.size().is_some_and(|size| n >= size) {
            return None;
        }
        address_at(self.0.network(), n).map(Ip::new)
    }

    /// The place of `ip` in it, counted from 0; the inverse of [`Cidr::nth`].
    pub fn index_of(self, ip: Ip) -> Option<u128> {
        let number = |ip: IpAddr| match ip {
            IpAddr::V4(v4) => u128::from(u32::from(v4)),
            IpAddr::V6(v6) => u128::from(v6),
        };
        self.contains(ip)
            .then(|| number(ip.get()) - number(self.0.network()))
    }

    /// How many networks of prefix length `len` it divides into; `None` where `len` is shorter
    /// than its own, or longer than the family has.
    pub fn subnet_count(self, len: u8) -> Option<u128> {
        if len > self.width() {
            return None;
        }
        1u128.checked_shl(u32::from(len.checked_sub(self.prefix_len())?))
    }

    /// The `n`th of the networks of prefix length `len` in it, counted from 0.
    pub fn subnet(self, len: u8, n: u128) -> Option<Self> {
        // Only ::/0 in single addresses has more subnets than can be counted.
        let more = self.width() >= len && len >= self.prefix_len();
        if !more || self.subnet_count(len).is_some_and(|count| n >= count) {
            return None;
        }
        let step = u32::from(self.width() - len);
        let offset = match n {
            0 => 0,
            _ => n.checked_mul(1u128.checked_shl(step)?)?,
        };
        let network = address_at(self.0.network(), offset)?;
        IpNet::new(network, len).ok().map(Self)
    }
}

impl Unit for Cidr {
    const NAME: &'static str = "cidr";
    const EXAMPLE: &'static str = "10.244.0.0/16";
    const DOC: &'static str = "an IPv4 or IPv6 network: its first address and the prefix length";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let Some((ip_text, len_text)) = text.split_once('/') else {
            let ip = parse_ip(text)
                .map_err(|e| e.help(format!("write a network such as \"{}\"", Self::EXAMPLE)))?;
            let host = Self::host(Ip::new(ip));
            return Err(
                UnitError::new(format!("{} is an address, not a network", quoted(text)))
                    .help(format!("write \"{host}\" for this address alone")),
            );
        };
        let net = parse_net(text, ip_text, len_text)?;
        let network = net.trunc();
        if network.addr() != net.addr() {
            return Err(UnitError::new(format!(
                "{} has host bits: no network of that length begins there",
                quoted(text)
            ))
            .help(format!("write \"{network}\""))
            .at(0..ip_text.len()));
        }
        Ok(Self(net))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap()
    }

    #[test]
    fn a_network_has_no_host_bits() {
        for canonical in [
            "10.244.0.0/16",
            "0.0.0.0/0",
            "10.0.0.1/32",
            "fd00::/8",
            "::/0",
        ] {
            assert_eq!(cidr(canonical).to_string(), canonical);
        }
        for (written, help) in [
            ("10.0.0.1/24", "write \"10.0.0.0/24\""),
            ("fd00::1/64", "write \"fd00::/64\""),
            ("10.0.0.1", "write \"10.0.0.1/32\" for this address alone"),
            (
                "10.0.0.0/33",
                "after the `/` stands a number between 0 and 32",
            ),
            ("10.0.0.0/255.255.255.0", "write \"10.0.0.0/24\""),
            ("net", "write a network such as \"10.244.0.0/16\""),
        ] {
            assert_eq!(
                Cidr::parse(written).unwrap_err().help.as_deref(),
                Some(help),
                "{written}"
            );
        }
        assert_eq!(Cidr::parse("10.0.0.0/").unwrap_err().at, Some(8..9));
    }

    #[test]
    fn networks_contain_and_divide() {
        let net = cidr("10.0.0.0/16");
        assert!(net.contains(Ip::parse("10.0.255.255").unwrap()));
        assert!(!net.contains(Ip::parse("fd00::1").unwrap()));
        assert!(net.overlaps(cidr("10.0.128.0/17")) && cidr("10.0.128.0/17").overlaps(net));
        assert!(!net.overlaps(cidr("10.1.0.0/16")));
        assert!(!cidr("0.0.0.0/0").overlaps(cidr("::/0")));
        assert_eq!(net.nth(258).unwrap().to_string(), "10.0.1.2");
        assert_eq!(net.nth(65_536), None);
        assert_eq!(net.subnet(24, 255), Some(cidr("10.0.255.0/24")));
        assert_eq!(net.subnet(24, 256), None);
        assert_eq!(net.subnet(15, 0), None);
        assert_eq!(net.subnet(33, 0), None);
        assert_eq!(net.subnet_count(24), Some(256));
        assert_eq!(
            cidr("fd00::/8").subnet(64, 1),
            Some(cidr("fd00:0:0:1::/64"))
        );
        assert_eq!(cidr("::/0").size(), None);
        assert_eq!(cidr("::/0").subnet(0, 0), Some(cidr("::/0")));
        assert_eq!(cidr("::/0").subnet(128, 5), Some(cidr("::5/128")));
        assert_eq!(cidr("10.0.0.0/24").host_count(), 254);
        assert_eq!(cidr("10.0.0.0/31").host_count(), 2);
    }

    proptest! {
        #[test]
        fn every_subnet_lies_within_and_apart(base: u128, len in 0u8..=128, more in 0u8..=16, n: u16) {
            let net = Cidr::around(IpNet::new(IpAddr::V6(base.into()), len).unwrap());
            let n = u128::from(n);
            if let Some(sub) = net.subnet(len.saturating_add(more), n) {
                prop_assert!(net.contains_net(sub));
                // IPv4 in IPv6 clothes is refused as text.
                if !sub.to_string().contains('.') {
                    prop_assert_eq!(Cidr::parse(&sub.to_string()), Ok(sub));
                }
                if let Some(next) = net.subnet(len.saturating_add(more), n + 1) {
                    prop_assert!(!sub.overlaps(next) && sub < next);
                }
            }
        }

        #[test]
        fn index_is_the_inverse_of_nth(base: u32, len in 0u8..=32, n: u32) {
            let net = Cidr::around(IpNet::new(IpAddr::V4(base.into()), len).unwrap());
            match net.nth(n.into()) {
                Some(ip) => prop_assert_eq!(net.index_of(ip), Some(n.into())),
                None => prop_assert!(u128::from(n) >= net.size().unwrap()),
            }
        }
    }
}
