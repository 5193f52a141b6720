//! Values with a unit, and their exact arithmetic.

use std::{cmp::Ordering, fmt};

use crate::{
    schema::ty::Lit,
    units::{
        Bytes, Cidr, Cores, Date, Duration, Ip, Money, Percent, Ports, Rate, Unit as _, UnitError,
        Version,
    },
};

/// Declares the units: variant, type, and what one is called in a sentence.
macro_rules! units {
    ($($Variant:ident($Type:ident) = $noun:literal, $plural:literal;)*) => {
        /// The units that expressions know; the text of every other type is a string to them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Unit { $(#[doc = $noun] $Variant),* }

        /// A value of a unit.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Quantity { $(#[doc = $noun] $Variant($Type)),* }

        impl Unit {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),*];

            /// As the schema names its type.
            pub fn name(self) -> &'static str {
                match self { $(Self::$Variant => $Type::NAME),* }
            }

            /// One of it, in a sentence.
            pub fn noun(self) -> &'static str {
                match self { $(Self::$Variant => $noun),* }
            }

            /// Several of it, in a sentence.
            pub fn plural(self) -> &'static str {
                match self { $(Self::$Variant => $plural),* }
            }

            /// One as it is written.
            pub fn example(self) -> &'static str {
                match self { $(Self::$Variant => $Type::EXAMPLE),* }
            }

            /// The quantity that a literal writes.
            ///
            /// # Errors
            /// Says what is wrong with it and what to write instead.
            pub fn read(self, lit: &Lit) -> Result<Quantity, UnitError> {
                use crate::schema::ty::Typed;
                match self { $(Self::$Variant => <$Type as Typed>::parse(lit).map(Quantity::$Variant)),* }
            }
        }

        impl Quantity {
            /// Its unit.
            pub fn unit(&self) -> Unit {
                match self { $(Self::$Variant(_) => Unit::$Variant),* }
            }
        }

        impl fmt::Display for Quantity {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$Variant(value) => value.fmt(f)),* }
            }
        }
    };
}

units! {
    Bytes(Bytes) = "a size", "sizes";
    Cores(Cores) = "an amount of CPU", "amounts of CPU";
    Duration(Duration) = "a duration", "durations";
    Percent(Percent) = "a percentage", "percentages";
    Rate(Rate) = "a rate", "rates";
    Money(Money) = "a price", "prices";
    Ports(Ports) = "a port", "ports";
    Ip(Ip) = "an address", "addresses";
    Cidr(Cidr) = "a network", "networks";
    Version(Version) = "a version", "versions";
    Date(Date) = "a date", "dates";
}

impl Unit {
    /// The unit of a type of the schema, by its name.
    pub fn of_type(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|unit| unit.name() == name)
    }

    /// Whether a bare whole number is one: cores and ports.
    pub fn takes_int(self) -> bool {
        matches!(self, Self::Cores | Self::Ports)
    }

    /// Whether two can be added, and one be multiplied and divided.
    pub fn adds(self) -> bool {
        matches!(
            self,
            Self::Bytes | Self::Cores | Self::Duration | Self::Percent | Self::Rate | Self::Money
        )
    }

    /// Whether a whole number can be added to one, and subtracted, to get the next: addresses
    /// and ports.
    pub fn steps(self) -> bool {
        matches!(self, Self::Ip | Self::Ports)
    }

    /// Whether one can be less than another.
    pub fn ordered(self) -> bool {
        !matches!(self, Self::Cidr | Self::Ip)
    }
}

/// Why a computation has no result, in the words of a message about `{left} {sign} {right}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It would be less than nothing.
    Negative,
    /// It does not fit.
    TooLarge,
    /// Something is left over.
    Inexact,
    /// By zero.
    Zero,
    /// The two cannot be brought together, like prices in two currencies.
    Unlike,
}

impl Quantity {
    /// Its amount in the smallest unit, for those that add.
    fn amount(&self) -> Option<u64> {
        Some(match self {
            Self::Bytes(v) => v.get(),
            Self::Cores(v) => v.as_millis(),
            Self::Duration(v) => v.as_millis(),
            Self::Percent(v) => v.as_thousandths().into(),
            Self::Rate(v) => v.as_bits(),
            Self::Money(v) => v.micros(),
            _ => return None,
        })
    }

    /// Another amount of the same unit.
    fn with_amount(&self, amount: i128) -> Result<Self, Failure> {
        if amount < 0 {
            return Err(Failure::Negative);
        }
        let n = u64::try_from(amount).map_err(|_| Failure::TooLarge)?;
        Ok(match self {
            Self::Bytes(_) => Self::Bytes(Bytes::new(n)),
            Self::Cores(_) => Self::Cores(Cores::millis(n)),
            Self::Duration(_) => Self::Duration(Duration::millis(n)),
            Self::Percent(_) => {
                let n = u32::try_from(n).map_err(|_| Failure::TooLarge)?;
                Self::Percent(Percent::thousandths(n))
            }
            Self::Rate(_) => Self::Rate(Rate::bits(n)),
            Self::Money(v) => Self::Money(Money::new(n, v.currency(), v.per())),
            _ => return Err(Failure::Unlike),
        })
    }

    /// Both amounts, where the two are of one unit that adds.
    fn amounts(&self, other: &Self) -> Result<(i128, i128), Failure> {
        if let (Self::Money(a), Self::Money(b)) = (self, other)
            && a.compare(*b).is_none()
        {
            return Err(Failure::Unlike);
        }
        match (self.unit() == other.unit(), self.amount(), other.amount()) {
            (true, Some(a), Some(b)) => Ok((a.into(), b.into())),
            _ => Err(Failure::Unlike),
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// Where it does not fit, or they are unlike.
    pub fn plus(&self, other: &Self) -> Result<Self, Failure> {
        let (a, b) = self.amounts(other)?;
        self.with_amount(a + b)
    }

    /// The difference.
    ///
    /// # Errors
    /// Where it is negative, or they are unlike.
    pub fn minus(&self, other: &Self) -> Result<Self, Failure> {
        let (a, b) = self.amounts(other)?;
        self.with_amount(a - b)
    }

    /// That many of it.
    ///
    /// # Errors
    /// Where it is negative, does not fit, or is no amount.
    pub fn times(&self, n: i64) -> Result<Self, Failure> {
        let amount = i128::from(self.amount().ok_or(Failure::Unlike)?);
        self.with_amount(amount.checked_mul(n.into()).ok_or(Failure::TooLarge)?)
    }

    /// An equal share of it.
    ///
    /// # Errors
    /// Where something is left over, `n` is not positive, or it is no amount.
    pub fn shared(&self, n: i64) -> Result<Self, Failure> {
        let amount = i128::from(self.amount().ok_or(Failure::Unlike)?);
        match n {
            0 => Err(Failure::Zero),
            _ if amount % i128::from(n) != 0 => Err(Failure::Inexact),
            _ => self.with_amount(amount / i128::from(n)),
        }
    }

    /// How often the other goes into it, what is left over dropped.
    ///
    /// # Errors
    /// Where the other is nothing, or they are unlike.
    pub fn divided(&self, other: &Self) -> Result<i64, Failure> {
        match self.amounts(other)? {
            (_, 0) => Err(Failure::Zero),
            (a, b) => i64::try_from(a / b).map_err(|_| Failure::TooLarge),
        }
    }

    /// What is left over when the other is taken from it as often as it goes.
    ///
    /// # Errors
    /// Where the other is nothing, or they are unlike.
    pub fn remainder(&self, other: &Self) -> Result<Self, Failure> {
        match self.amounts(other)? {
            (_, 0) => Err(Failure::Zero),
            (a, b) => self.with_amount(a % b),
        }
    }

    /// The one that lies `n` further: addresses and single ports.
    ///
    /// # Errors
    /// Where there is none.
    pub fn stepped(&self, n: i64) -> Result<Self, Failure> {
        match self {
            Self::Ip(ip) => step_ip(*ip, n).map(Self::Ip),
            Self::Ports(ports) => {
                let port = ports.as_single().ok_or(Failure::Unlike)?;
                let stepped = i64::from(port).checked_add(n).ok_or(Failure::TooLarge)?;
                if stepped < 1 {
                    return Err(Failure::Negative);
                }
                let stepped = u16::try_from(stepped).map_err(|_| Failure::TooLarge)?;
                let port = Ports::single(stepped).ok_or(Failure::TooLarge)?;
                Ok(Self::Ports(port))
            }
            _ => Err(Failure::Unlike),
        }
    }

    /// Which is less, where that can be said: prices of one currency, single ports, dates.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Money(a), Self::Money(b)) => a.compare(*b),
            (Self::Version(a), Self::Version(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Ports(a), Self::Ports(b)) => Some(a.as_single()?.cmp(&b.as_single()?)),
            _ => self.amounts(other).ok().map(|(a, b)| a.cmp(&b)),
        }
    }

    /// As a literal of the language, in its canonical form.
    pub fn to_lit(&self) -> Lit {
        Lit::Str(self.to_string().into())
    }
}

fn step_ip(ip: Ip, n: i64) -> Result<Ip, Failure> {
    if n >= 0 {
        return ip
            .checked_add(n.unsigned_abs().into())
            .ok_or(Failure::TooLarge);
    }
    let back = n.unsigned_abs();
    let address = match ip.get() {
        std::net::IpAddr::V4(v4) => {
            let back = u32::try_from(back).map_err(|_| Failure::Negative)?;
            u32::from(v4)
                .checked_sub(back)
                .map(|bits| std::net::Ipv4Addr::from(bits).into())
        }
        std::net::IpAddr::V6(v6) => {
            let bits = u128::from(v6).checked_sub(back.into());
            bits.map(|bits| std::net::Ipv6Addr::from(bits).into())
        }
    };
    address.map(Ip::new).ok_or(Failure::Negative)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(unit: Unit, text: &str) -> Quantity {
        unit.read(&Lit::Str(text.into())).unwrap()
    }

    fn size(text: &str) -> Quantity {
        q(Unit::Bytes, text)
    }

    #[test]
    fn sizes_add_and_divide_exactly() {
        assert_eq!(size("1GiB").plus(&size("512MiB")), Ok(size("1536MiB")));
        assert_eq!(size("1GiB").minus(&size("2GiB")), Err(Failure::Negative));
        assert_eq!(size("64GiB").times(2), Ok(size("128GiB")));
        assert_eq!(size("64GiB").times(-1), Err(Failure::Negative));
        assert_eq!(size("16000PiB").times(2), Err(Failure::TooLarge));
        assert_eq!(size("64GiB").shared(3), Err(Failure::Inexact));
        assert_eq!(size("64GiB").shared(0), Err(Failure::Zero));
        assert_eq!(size("65GiB").divided(&size("32GiB")), Ok(2));
        assert_eq!(size("65GiB").divided(&size("0B")), Err(Failure::Zero));
        assert_eq!(size("65GiB").remainder(&size("32GiB")), Ok(size("1GiB")));
    }

    #[test]
    fn unlike_things_do_not_mix() {
        let price = |text| q(Unit::Money, text);
        let (eur, usd) = (price("50 EUR/h"), price("50 USD/h"));
        assert_eq!(eur.plus(&usd), Err(Failure::Unlike));
        assert_eq!(eur.compare(&usd), None);
        assert_eq!(eur.plus(&eur), Ok(price("100 EUR/h")));
        assert_eq!(size("1B").plus(&q(Unit::Cores, "1")), Err(Failure::Unlike));
    }

    #[test]
    fn addresses_and_ports_step() {
        let ip = |text| q(Unit::Ip, text);
        assert_eq!(ip("10.0.0.255").stepped(1), Ok(ip("10.0.1.0")));
        assert_eq!(ip("10.0.1.0").stepped(-1), Ok(ip("10.0.0.255")));
        assert_eq!(ip("fd00::1").stepped(-1), Ok(ip("fd00::")));
        let port = |n| Unit::Ports.read(&Lit::Int(n)).unwrap();
        assert_eq!(port(8080).stepped(1), Ok(port(8081)));
        assert_eq!(port(65_535).stepped(1), Err(Failure::TooLarge));
        assert_eq!(port(1).stepped(-1), Err(Failure::Negative));
    }

    #[test]
    fn every_unit_is_found_by_the_name_of_its_type() {
        for unit in Unit::ALL {
            assert_eq!(Unit::of_type(unit.name()), Some(*unit));
            let one = q(*unit, unit.example());
            assert_eq!(unit.read(&one.to_lit()), Ok(one));
        }
        assert_eq!(Unit::of_type("reference"), None);
    }
}
