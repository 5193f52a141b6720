//! PCI devices, by place or by make.

use std::fmt;

use super::error::quoted;
use super::{Unit, UnitError};

/// A PCI device: where it sits, or which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pci {
    /// The function at an address of one host.
    Address {
        /// The segment; above 0xffff only behind a volume management device.
        domain: u32,
        /// The bus.
        bus: u8,
        /// The device on the bus, 0 to 31.
        device: u8,
        /// The function of the device, 0 to 7.
        function: u8,
    },
    /// Every device of one make.
    Model {
        /// The vendor's number.
        vendor: u16,
        /// The vendor's number for the device.
        device: u16,
    },
}

impl Pci {
    /// `10DE:20B2`, as KubeVirt's list of permitted host devices selects a make.
    pub fn vendor_selector(self) -> Option<String> {
        match self {
            Self::Model { vendor, device } => Some(format!("{vendor:04X}:{device:04X}")),
            Self::Address { .. } => None,
        }
    }

    /// Whether it names a place on one host rather than a make.
    pub const fn is_address(self) -> bool {
        matches!(self, Self::Address { .. })
    }
}

impl Unit for Pci {
    const NAME: &'static str = "pci";
    const EXAMPLE: &'static str = "10de:20b2";
    const DOC: &'static str =
        "a PCI device: its address (\"0000:65:00.0\"), or vendor and device (\"10de:20b2\")";

    fn parse(text: &str) -> Result<Self, UnitError> {
        let read = if text.contains('.') {
            address(text)
        } else {
            model(text)
        };
        read.ok_or_else(|| not_pci(text))
    }
}

/// Why `text` is neither form: the usual slip is a device above 31 or a function above 7.
fn not_pci(text: &str) -> UnitError {
    let error = UnitError::new(format!("{} is not a PCI device", quoted(text)));
    match text.rsplit_once('.') {
        Some((_, function)) if hex(function, 1, 1).is_some_and(|n| n > 7) => error
            .help("a device has the functions 0 to 7")
            .at(text.len() - 1..text.len()),
        _ => error.help(
            "write an address such as \"0000:65:00.0\", or vendor and device such as \"10de:20b2\"",
        ),
    }
}

fn model(text: &str) -> Option<Pci> {
    let (vendor, device) = text.split_once(':')?;
    Some(Pci::Model {
        vendor: u16::try_from(hex(vendor, 4, 4)?).ok()?,
        device: u16::try_from(hex(device, 4, 4)?).ok()?,
    })
}

/// `domain:bus:device.function`; the domain may be left out, as `lspci` does.
fn address(text: &str) -> Option<Pci> {
    let (slot, function) = text.rsplit_once('.')?;
    let parts: Vec<&str> = slot.splitn(4, ':').collect();
    let (domain, bus, device) = match parts[..] {
        [bus, device] => (0, bus, device),
        [domain, bus, device] => (hex(domain, 4, 8)?, bus, device),
        _ => return None,
    };
    let device = u8::try_from(hex(device, 2, 2)?).ok()?;
    let function = u8::try_from(hex(function, 1, 1)?).ok()?;
    (device < 32 && function < 8).then_some(Pci::Address {
        domain,
        bus: u8::try_from(hex(bus, 2, 2)?).ok()?,
        device,
        function,
    })
}

/// Hexadecimal digits, between `min` and `max` of them.
fn hex(text: &str, min: usize, max: usize) -> Option<u32> {
    let fits = (min..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then(|| u32::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for Pci {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Address {
                domain,
                bus,
                device,
                function,
            } => format!("{domain:04x}:{bus:02x}:{device:02x}.{function}"),
            Self::Model { vendor, device } => format!("{vendor:04x}:{device:04x}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_device_is_a_place_or_a_make() {
        for (written, canonical, address) in [
            ("0000:65:00.0", "0000:65:00.0", true),
            ("65:00.0", "0000:65:00.0", true),
            ("0000:C1:1F.7", "0000:c1:1f.7", true),
            ("10000:e1:00.0", "10000:e1:00.0", true),
            ("10DE:20b2", "10de:20b2", false),
        ] {
            let pci = Pci::parse(written).unwrap();
            assert_eq!(
                (pci.to_string().as_str(), pci.is_address()),
                (canonical, address)
            );
        }
        assert_eq!(
            Pci::parse("10de:20b2").unwrap().vendor_selector().unwrap(),
            "10DE:20B2"
        );
        for bad in [
            "65:00",
            "0000:65:20.0",
            "10de",
            "10de:20b",
            "10de:20b2:1",
            "+0de:20b2",
            "0:0:0:0.0",
        ] {
            assert!(Pci::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Pci::parse("0000:65:00.8").unwrap_err().help.unwrap(),
            "a device has the functions 0 to 7"
        );
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(domain: u32, bus: u8, device in 0u8..32, function in 0u8..8, vendor: u16, id: u16) {
            let places = [
                Pci::Address { domain, bus, device, function },
                Pci::Model { vendor, device: id },
            ];
            for pci in places {
                prop_assert_eq!(Pci::parse(&pci.to_string()), Ok(pci));
            }
        }
    }
}
