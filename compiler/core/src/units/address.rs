//! Single addresses, and addresses with the length of their network.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

use super::error::quoted;
use super::{Cidr, Unit, UnitError};

/// An IPv4 or IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ip(IpAddr);

/// An address in its network: `10.20.0.5/16`, as an interface is given one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpLen(IpNet);

impl Ip {
    /// Wraps an address.
    pub const fn new(ip: IpAddr) -> Self {
        Self(ip)
    }

    /// The address.
    pub const fn get(self) -> IpAddr {
        self.0
    }

    /// Whether it is an IPv4 address.
    pub const fn is_ipv4(self) -> bool {
        self.0.is_ipv4()
    }

    /// The address `n` further up, if its family has one.
    pub fn checked_add(self, n: u128) -> Option<Self> {
        address_at(self.0, n).map(Self)
    }
}

impl IpLen {
    /// An address in a network of that prefix length; `None` where its family has no such
    /// length. Reserved addresses are refused by [`Unit::parse`] alone.
    pub fn new(ip: Ip, prefix_len: u8) -> Option<Self> {
        IpNet::new(ip.0, prefix_len).ok().map(Self)
    }

    /// The address itself.
    pub fn ip(self) -> Ip {
        Ip(self.0.addr())
    }

    /// The network it lies in.
    pub fn network(self) -> Cidr {
        Cidr::around(self.0)
    }

    /// The length of the network's prefix, in bits.
    pub fn prefix_len(self) -> u8 {
        self.0.prefix_len()
    }
}

/// The address `n` above `ip`, if the family has one.
pub(super) fn address_at(ip: IpAddr, n: u128) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(v4) => {
            let sum = u32::from(v4).checked_add(u32::try_from(n).ok()?)?;
            Some(IpAddr::V4(sum.into()))
        }
        IpAddr::V6(v6) => Some(IpAddr::V6(u128::from(v6).checked_add(n)?.into())),
    }
}

/// Reads an address in the one form that all programs read alike.
pub(super) fn parse_ip(text: &str) -> Result<IpAddr, UnitError> {
    let shown = quoted(text);
    let ip: IpAddr = text.parse().map_err(|_| {
        UnitError::new(format!("{shown} is not an IP address")).help(why_no_ip(text))
    })?;
    match ip {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            // Programs differ on whether such an address is the IPv4 one; a policy must not.
            Some(v4) => Err(UnitError::new(format!(
                "{shown} is an IPv4 address in IPv6 clothes, which not all programs see through"
            ))
            .help(format!("write {v4}"))),
            None => Ok(ip),
        },
        IpAddr::V4(_) => Ok(ip),
    }
}

/// What to say to a text that is not an address.
fn why_no_ip(text: &str) -> String {
    if let Some((address, _)) = text.split_once('%')
        && address.parse::<Ipv6Addr>().is_ok()
    {
        return format!("write it without its zone: \"{address}\"");
    }
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() == 4 {
        let plain: Option<Vec<String>> = parts
            .iter()
            .map(|part| part.parse::<u8>().ok().map(|n| n.to_string()))
            .collect();
        if let Some(plain) = plain {
            // `010` is 8 to some programs and 10 to others.
            return format!("write it without leading zeros: \"{}\"", plain.join("."));
        }
        if parts
            .iter()
            .all(|part| part.bytes().all(|b| b.is_ascii_digit()))
        {
            return "each of the four numbers is between 0 and 255".into();
        }
    }
    format!("write one such as \"{}\" or \"fd00::10\"", Ip::EXAMPLE)
}

impl Unit for Ip {
    const NAME: &'static str = "ip";
    const EXAMPLE: &'static str = "10.20.0.5";
    const DOC: &'static str = "an IPv4 or IPv6 address";

    fn parse(text: &str) -> Result<Self, UnitError> {
        match text.split_once('/') {
            Some((ip, _)) if parse_ip(ip).is_ok() => Err(UnitError::new(format!(
                "{} is a network, not one address",
                quoted(text)
            ))
            .help(format!("write \"{ip}\""))
            .at(ip.len()..text.len())),
            _ => parse_ip(text).map(Self),
        }
    }
}

impl Unit for IpLen {
    const NAME: &'static str = "ip/len";
    const EXAMPLE: &'static str = "10.20.0.5/16";
    const DOC: &'static str = "an address with the prefix length of its network";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let Some((ip_text, len_text)) = text.split_once('/') else {
            let ip = parse_ip(text)?;
            let len = if ip.is_ipv4() { 24 } else { 64 };
            return Err(UnitError::new(format!(
                "{} lacks the length of its network's prefix",
                quoted(text)
            ))
            .help(format!("write it as in \"{ip}/{len}\"")));
        };
        let net = parse_net(text, ip_text, len_text)?;
        if let Some(fault) = reserved(net) {
            let first = address_at(net.network(), 1).unwrap_or(net.network());
            return Err(UnitError::new(format!(
                "{} is {fault}, which no interface can have",
                quoted(text)
            ))
            .help(format!(
                "write an address between, such as \"{first}/{}\"",
                net.prefix_len()
            )));
        }
        Ok(Self(net))
    }
}

/// Reads the two halves of `ip/len`; positions in the errors are in `text`.
pub(super) fn parse_net(text: &str, ip_text: &str, len_text: &str) -> Result<IpNet, UnitError> {
    let ip = parse_ip(ip_text).map_err(|e| e.at(0..ip_text.len()))?;
    let max = if ip.is_ipv4() { 32 } else { 128 };
    let plain = !len_text.is_empty()
        && len_text.bytes().all(|b| b.is_ascii_digit())
        && (len_text == "0" || !len_text.starts_with('0'));
    plain
        .then(|| len_text.parse::<u8>().ok())
        .flatten()
        .and_then(|len| IpNet::new(ip, len).ok())
        .ok_or_else(|| {
            let error = UnitError::new(format!(
                "{} is not the length of a prefix",
                quoted(len_text)
            ))
            .at(ip_text.len()..text.len());
            match len_text.parse().map(ipnet::ipv4_mask_to_prefix) {
                Ok(Ok(len)) if ip.is_ipv4() => error.help(format!("write \"{ip}/{len}\"")),
                _ => error.help(format!("after the `/` stands a number between 0 and {max}")),
            }
        })
}

/// What an IPv4 address in its network is reserved for, if it is.
fn reserved(net: IpNet) -> Option<&'static str> {
    let IpNet::V4(v4) = net else { return None };
    // In a /31 (RFC 3021) and a /32 every address is a host's.
    match v4.prefix_len() {
        31.. => None,
        _ if v4.addr() == v4.network() => Some("the network's own address"),
        _ if v4.addr() == v4.broadcast() => Some("the network's broadcast address"),
        _ => None,
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl fmt::Display for IpLen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_read_in_the_one_form_all_programs_share() {
        assert_eq!(Ip::parse("10.20.0.5").unwrap().to_string(), "10.20.0.5");
        assert_eq!(Ip::parse("FD00:0::10").unwrap().to_string(), "fd00::10");
        for (written, help) in [
            ("010.0.0.1", "write it without leading zeros: \"10.0.0.1\""),
            (
                "10.0.0.256",
                "each of the four numbers is between 0 and 255",
            ),
            ("::ffff:10.0.0.1", "write 10.0.0.1"),
            ("fe80::1%eth0", "write it without its zone: \"fe80::1\""),
            ("10.0.0.1/24", "write \"10.0.0.1\""),
            (
                "db.example",
                "write one such as \"10.20.0.5\" or \"fd00::10\"",
            ),
        ] {
            assert_eq!(
                Ip::parse(written).unwrap_err().help.as_deref(),
                Some(help),
                "{written}"
            );
        }
    }

    #[test]
    fn an_interface_has_an_address_between_the_reserved_ones() {
        let ip = IpLen::parse("10.20.0.5/16").unwrap();
        assert_eq!(ip.ip(), Ip::parse("10.20.0.5").unwrap());
        assert_eq!(ip.network(), Cidr::parse("10.20.0.0/16").unwrap());
        assert!(IpLen::parse("10.0.0.0/31").is_ok());
        assert!(IpLen::parse("fd00::1/64").is_ok());
        for (written, says) in [
            ("10.20.0.0/16", "network's own address"),
            ("10.20.255.255/16", "broadcast"),
            ("10.20.0.5", "lacks the length"),
            ("10.20.0.5/33", "`33` is not the length"),
            ("10.20.0.5/+8", "`+8` is not the length"),
            ("10.20.0.5/08", "`08` is not the length"),
        ] {
            let message = IpLen::parse(written).unwrap_err().message;
            assert!(message.contains(says), "{written}: {message}");
        }
    }

    proptest! {
        #[test]
        fn counting_up_stays_in_the_family(start: u32, n: u64) {
            let sum = Ip::new(IpAddr::V4(start.into())).checked_add(n.into());
            prop_assert_eq!(sum.is_some(), u64::from(start).checked_add(n).is_some_and(|s| s <= u32::MAX.into()));
        }

        #[test]
        fn printing_loses_nothing(v4: u32, v6: u128, len in 1u8..=32) {
            for ip in [IpAddr::V4(v4.into()), IpAddr::V6(v6.into())] {
                if let Ok(parsed) = Ip::parse(&ip.to_string()) {
                    prop_assert_eq!(parsed.get(), ip);
                }
            }
            let written = format!("{}/{len}", IpAddr::V4(v4.into()));
            if let Ok(parsed) = IpLen::parse(&written) {
                prop_assert_eq!(parsed.to_string(), written);
            }
        }
    }
}
