//! Sizes of memory and disks.

use std::fmt;

use super::number::Scale;
use super::{Unit, UnitError};

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(u64);

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;
const PIB: u64 = 1 << 50;

static SCALE: Scale = Scale {
    what: "a size",
    atom: "bytes",
    units: &[
        ("B", 1),
        ("KiB", KIB),
        ("MiB", MIB),
        ("GiB", GIB),
        ("TiB", TIB),
        ("PiB", PIB),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("PB", 1_000_000_000_000_000),
    ],
    aliases: &[
        ("Ki", KIB),
        ("Mi", MIB),
        ("Gi", GIB),
        ("Ti", TIB),
        ("Pi", PIB),
    ],
    slips: &[],
    usual: &["GiB", "MiB"],
};

impl Bytes {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// That many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// That many KiB; the largest size where they would not fit.
    pub const fn kib(n: u64) -> Self {
        Self(n.saturating_mul(KIB))
    }

    /// That many MiB; the largest size where they would not fit.
    pub const fn mib(n: u64) -> Self {
        Self(n.saturating_mul(MIB))
    }

    /// That many GiB; the largest size where they would not fit.
    pub const fn gib(n: u64) -> Self {
        Self(n.saturating_mul(GIB))
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, if it fits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, if it is not negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// That many of these, if they fit.
    pub fn checked_mul(self, n: u64) -> Option<Self> {
        self.0.checked_mul(n).map(Self)
    }

    /// How many `pages` of this size make up exactly this size; `None` where something is left
    /// over, or a page is nothing.
    pub fn div_exact(self, page: Self) -> Option<u64> {
        (page.0 != 0 && self.0.is_multiple_of(page.0)).then(|| self.0 / page.0)
    }

    /// How many `pages` of this size are needed to hold it; `None` where a page is nothing.
    pub fn div_ceil(self, page: Self) -> Option<u64> {
        (page.0 != 0).then(|| self.0.div_ceil(page.0))
    }

    /// This size in whole MiB, where it is one.
    pub fn as_mib(self) -> Option<u64> {
        self.div_exact(Self(MIB))
    }

    /// This size in whole GiB, where it is one.
    pub fn as_gib(self) -> Option<u64> {
        self.div_exact(Self(GIB))
    }

    /// As a Kubernetes quantity: the largest binary unit that divides it, else plain bytes.
    pub fn quantity(self) -> String {
        let units = [
            ("Pi", PIB),
            ("Ti", TIB),
            ("Gi", GIB),
            ("Mi", MIB),
            ("Ki", KIB),
        ];
        match units
            .iter()
            .find(|(_, worth)| self.0 != 0 && self.0.is_multiple_of(*worth))
        {
            Some((suffix, worth)) => format!("{}{suffix}", self.0 / worth),
            None => self.0.to_string(),
        }
    }
}

impl Unit for Bytes {
    const NAME: &'static str = "bytes";
    const EXAMPLE: &'static str = "128GiB";
    const DOC: &'static str =
        "a size, binary (KiB MiB GiB TiB PiB) or decimal (kB MB GB TB PB), always with its unit";

    fn parse(text: &str) -> Result<Self, UnitError> {
        SCALE.read(text).map(Self)
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        Err(SCALE.no_unit(&n.to_string()))
    }

    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(SCALE.no_unit(text))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&SCALE.canonical(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn help(text: &str) -> String {
        Bytes::parse(text).unwrap_err().help.unwrap_or_default()
    }

    #[test]
    fn sizes_are_read_exactly_and_printed_in_their_shortest_form() {
        for (written, bytes, canonical) in [
            ("0B", 0, "0B"),
            ("128GiB", 128 << 30, "128GiB"),
            ("128Gi", 128 << 30, "128GiB"),
            ("1024MiB", 1 << 30, "1GiB"),
            ("1536MiB", 1536 << 20, "1536MiB"),
            ("1.5GiB", 1536 << 20, "1536MiB"),
            ("2TB", 2_000_000_000_000, "2TB"),
            ("1.92TB", 1_920_000_000_000, "1920GB"),
            ("1000GiB", 1000 << 30, "1000GiB"),
            ("1001B", 1001, "1001B"),
        ] {
            let size = Bytes::parse(written).unwrap();
            assert_eq!(
                (size.get(), size.to_string().as_str()),
                (bytes, canonical),
                "{written}"
            );
        }
    }

    #[test]
    fn a_wrong_size_says_what_to_write() {
        assert_eq!(help("64"), "write \"64GiB\" or \"64MiB\"");
        assert_eq!(Bytes::from_int(64).unwrap_err().message, "`64` has no unit");
        assert_eq!(help("64G"), "write \"64GiB\" or \"64GB\"");
        assert_eq!(help("64gib"), "write \"64GiB\" or \"64GB\"");
        assert_eq!(help("64KB"), "write \"64KiB\" or \"64kB\"");
        assert_eq!(help("64 GiB"), "write \"64GiB\"");
        assert_eq!(Bytes::parse("64Gbit").unwrap_err().at, Some(2..6));
        assert_eq!(
            Bytes::parse("0.3B").unwrap_err().message,
            "`0.3B` is not a whole number of bytes"
        );
        assert_eq!(
            Bytes::parse("99999PiB").unwrap_err().message,
            "`99999PiB` is too large: a size is at most 16383PiB"
        );
        assert!(
            Bytes::parse("-1GiB")
                .unwrap_err()
                .message
                .contains("negative")
        );
    }

    #[test]
    fn pages_and_quantities_are_exact() {
        assert_eq!(Bytes::gib(128).div_exact(Bytes::mib(2)), Some(65_536));
        assert_eq!(Bytes::gib(1).div_exact(Bytes::mib(3)), None);
        assert_eq!(Bytes::gib(1).div_exact(Bytes::ZERO), None);
        assert_eq!(Bytes::new(5).div_ceil(Bytes::new(2)), Some(3));
        assert_eq!(Bytes::gib(128).quantity(), "128Gi");
        assert_eq!(Bytes::parse("2TB").unwrap().quantity(), "1953125000Ki");
        assert_eq!(Bytes::new(1001).quantity(), "1001");
        assert_eq!(Bytes::ZERO.quantity(), "0");
    }

    proptest! {
        #[test]
        fn printing_loses_nothing(n: u64) {
            let size = Bytes::new(n);
            prop_assert_eq!(Bytes::parse(&size.to_string()), Ok(size));
        }

        #[test]
        fn whole_units_round_trip(n in 0..4096u64, unit in 0..SCALE.units.len()) {
            let (suffix, worth) = SCALE.units[unit];
            let size = Bytes::parse(&format!("{n}{suffix}")).unwrap();
            prop_assert_eq!(size.get(), n * worth);
            prop_assert_eq!(Bytes::parse(&size.to_string()), Ok(size));
        }

        #[test]
        fn sums_and_products_agree_with_wide_integers(a: u64, b: u64) {
            let wide = |n: u128| u64::try_from(n).ok().map(Bytes::new);
            let (x, y) = (Bytes::new(a), Bytes::new(b));
            prop_assert_eq!(x.checked_add(y), wide(u128::from(a) + u128::from(b)));
            prop_assert_eq!(x.checked_mul(b), wide(u128::from(a) * u128::from(b)));
            prop_assert_eq!(x.checked_sub(y).is_some(), a >= b);
        }
    }
}
