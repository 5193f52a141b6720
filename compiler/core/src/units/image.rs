//! What a virtual machine is made from.

use std::fmt;

use super::{Name, OciRef, Unit, UnitError};

/// A declared `image`, or one straight from a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageRef {
    /// The name of an `image` of the estate.
    Named(Name),
    /// An image in a registry.
    Oci(OciRef),
}

impl Unit for ImageRef {
    const NAME: &'static str = "image";
    const EXAMPLE: &'static str = "ubuntu-cuda";
    const DOC: &'static str =
        "the name of an `image`, or a reference to a registry: what has a `/`, `:` or `@`";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if text.contains(['/', ':', '@']) {
            return OciRef::parse(text).map(Self::Oci);
        }
        Name::parse(text).map(Self::Named).map_err(|error| {
            // `debian.12` may be meant for either; the name's own help would only guess.
            if OciRef::parse(text).is_ok() {
                return error.help(format!(
                    "write the name of an `image`, or with a tag for a registry: \"{text}:TAG\""
                ));
            }
            error
        })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => name.fmt(f),
            Self::Oci(reference) => reference.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_a_reference_to_an_image() {
        assert!(matches!(
            ImageRef::parse("ubuntu-cuda"),
            Ok(ImageRef::Named(_))
        ));
        for registry in ["postgres:16.4", "acme/api", "a@sha256:"] {
            assert!(
                !matches!(ImageRef::parse(registry), Ok(ImageRef::Named(_))),
                "{registry}"
            );
        }
        assert_eq!(
            ImageRef::parse("debian.12").unwrap_err().help.unwrap(),
            "write the name of an `image`, or with a tag for a registry: \"debian.12:TAG\""
        );
        assert_eq!(
            ImageRef::parse("Ubuntu").unwrap_err().help.unwrap(),
            "write ubuntu"
        );
    }
}
