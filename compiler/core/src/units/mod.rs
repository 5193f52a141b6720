//! The value types of the language: one file each.
//!
//! Every type reads its written form exactly or says what to write instead, prints one canonical
//! form, and computes in integers only: [`Unit::parse`] of what `Display` prints is the same value.
//! Arithmetic that could leave the type's range answers with an [`Option`].

mod address;
mod bytes;
mod cidr;
mod cores;
mod credential;
mod cron;
mod date;
mod duration;
mod error;
mod folder;
mod host;
mod ident;
mod image;
mod mac;
mod money;
mod name;
mod number;
mod oci;
mod path;
mod pattern;
mod pci;
mod percent;
mod port;
mod range;
mod rate;
mod ratio;
mod schedule;
mod secret;
mod subject;
mod url_path;
mod version;

pub use address::{Ip, IpLen};
pub use bytes::Bytes;
pub use cidr::Cidr;
pub use cores::Cores;
pub use credential::looks_like_a_secret;
pub use cron::Cron;
pub use date::Date;
pub use duration::Duration;
pub use error::UnitError;
pub use folder::Folder;
pub use host::Host;
pub use ident::Ident;
pub use image::ImageRef;
pub use mac::Mac;
pub use money::{Currency, Money, Per, Period};
pub use name::Name;
pub use oci::{Digest, OciRef};
pub use path::AbsPath;
pub use pattern::Pattern;
pub use pci::Pci;
pub use percent::Percent;
pub use port::Ports;
pub use range::VersionRange;
pub use rate::Rate;
pub use ratio::Ratio;
pub use schedule::Schedule;
pub use secret::{SecretStore, SecretUri};
pub use subject::{Subject, SubjectKind};
pub use url_path::UrlPath;
pub use version::Version;

/// A value type of the language.
pub trait Unit:
    Sized + Clone + Eq + std::fmt::Debug + std::fmt::Display + Send + Sync + 'static
{
    /// As the schema and messages name it: "bytes", "cpu", "duration".
    const NAME: &'static str;
    /// One example, as written in a spec: "128GiB".
    const EXAMPLE: &'static str;
    /// One line of documentation for hover and the reference.
    const DOC: &'static str;

    /// Reads the written form.
    ///
    /// # Errors
    /// Says what is wrong with `text` and, where that is known, what to write instead.
    fn parse(text: &str) -> Result<Self, UnitError>;

    /// Reads a bare whole number, for the types that have one.
    ///
    /// # Errors
    /// Says what a bare number lacks; types without a numeric form refuse all of them.
    fn from_int(n: i128) -> Result<Self, UnitError> {
        Err(bare_number::<Self>(&n.to_string()))
    }

    /// Reads a bare number with a fraction or an exponent, as it stands in the text. No type has
    /// such a form: a float is never exact, so this only finds the right words.
    ///
    /// # Errors
    /// Always; the words say what to write instead.
    fn from_decimal(text: &str) -> Result<Self, UnitError> {
        Err(bare_number::<Self>(text))
    }
}

/// The refusal of a bare number by a type that needs a string.
fn bare_number<U: Unit>(number: &str) -> UnitError {
    let number = error::quoted(number);
    UnitError::new(format!(
        "the number {number} is not of the type `{}`",
        U::NAME
    ))
    .help(format!("write a string such as \"{}\"", U::EXAMPLE))
}

/// Hands the names of all value types to a macro: the one list of them.
macro_rules! with_every_type {
    ($then:ident) => {
        $then! {
            AbsPath Bytes Cidr Cores Date Duration Folder Host Ident ImageRef Ip IpLen Mac Money Name OciRef Pattern Pci Percent Ports Rate Ratio Schedule SecretUri Subject UrlPath Version VersionRange
        }
    };
}

/// Implements `Serialize` as the canonical written form.
macro_rules! serialize_as_text {
    ($($unit:ident)*) => {$(
        impl serde::Serialize for $unit {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

with_every_type!(serialize_as_text);

#[cfg(test)]
mod tests {
    use super::*;

    /// What every value type promises, tried on its own example.
    fn keeps_its_promises<U: Unit + serde::Serialize>() {
        let value = U::parse(U::EXAMPLE).unwrap_or_else(|e| panic!("{}: {e:?}", U::NAME));
        assert_eq!(
            U::parse(&value.to_string()),
            Ok(value.clone()),
            "{}",
            U::NAME
        );
        assert_eq!(
            serde_json::to_value(&value).unwrap(),
            serde_json::Value::String(value.to_string()),
            "{} serialises as its canonical form",
            U::NAME
        );
        assert!(!U::DOC.is_empty() && !U::DOC.ends_with('.'), "{}", U::NAME);
        for hostile in [
            "",
            " ",
            "\0",
            "💥",
            "-1",
            "..",
            "0",
            "1e3",
            "a/b:c@d",
            &"9".repeat(100_000),
        ] {
            check(hostile, U::parse(hostile));
            check(hostile, U::from_decimal(hostile));
        }
        for n in [i128::MIN, -1, 0, 1, i128::MAX] {
            check(&n.to_string(), U::from_int(n));
        }
        assert!(U::from_decimal("1.5").is_err(), "{}", U::NAME);
    }

    /// A value survives being printed; an error is one short sentence about a part of the text.
    fn check<U: Unit>(text: &str, read: Result<U, UnitError>) {
        let error = match read {
            Ok(value) => {
                assert_eq!(
                    U::parse(&value.to_string()),
                    Ok(value),
                    "{} {text:?}",
                    U::NAME
                );
                return;
            }
            Err(error) => error,
        };
        let said = format!("{}: {error:?}", U::NAME);
        assert!(
            !error.message.is_empty() && !error.message.ends_with('.'),
            "{said}"
        );
        for words in [Some(&error.message), error.help.as_ref()]
            .into_iter()
            .flatten()
        {
            assert!(
                words.len() < 500 && !words.contains(|c: char| c.is_control()),
                "{said}"
            );
        }
        let at = error.at.unwrap_or(0..text.len());
        assert!(text.get(at).is_some(), "{said} of {text:?}");
    }

    #[test]
    fn every_type_reads_prints_and_serialises_its_example() {
        macro_rules! try_each {
            ($($unit:ident)*) => {$( keeps_its_promises::<$unit>(); )*};
        }
        with_every_type!(try_each);
    }

    #[test]
    fn no_two_types_have_one_name() {
        macro_rules! names {
            ($($unit:ident)*) => { [$($unit::NAME),*] };
        }
        let mut names = with_every_type!(names);
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(400))]

        /// Any text, and texts of what the types themselves are made of.
        #[test]
        fn no_text_breaks_any_type(any in ".{0,24}", near in "[0-9a-fA-F.:/@%*+$^_ ,<>=Gibhms-]{0,24}") {
            for text in [any, near] {
                macro_rules! try_each {
                    ($($unit:ident)*) => {$( check(&text, $unit::parse(&text)); )*};
                }
                with_every_type!(try_each);
                let _ = looks_like_a_secret(&text);
            }
        }
    }
}
