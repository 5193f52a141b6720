//! Packages: what one says of itself, and what uses it. Both are read before anything else is
//! known (see `load`), which is why they are the same in all environments.

use super::{estate::Requires, prelude::*};

kind! {
    /// A package: what others use, in place of an estate. Stands once, in the `tenantry.kdl` of
    /// its own folder.
    pub struct PackageHead = "package" {
        /// Its name; what its own names are called by where a `use` gives no other.
        arg name: V<Name>;
        /// Its version.
        prop version: Option<V<Version>>;
        /// The versions of the compiler that it is for.
        child tenantry: Option<Requires>;
        /// What it is for, to whoever thinks of using it.
        child doc: Option<PackageDoc>;
    }
}

kind! {
    /// What a package is for, in Markdown.
    pub struct PackageDoc = "doc" {
        /// The text.
        arg text: V<Text>;
    }
}

kind! {
    /// A package that is used: its kinds, profiles and rules are then called `ALIAS.NAME`.
    pub struct Use = "use", key("path") {
        /// Its folder, seen from the folder of the `tenantry.kdl` that says so. It may climb, but
        /// not above the estate's root.
        arg path: V<Folder>;
        /// What its names are called by here; its own name where left out.
        prop r#as: Option<V<Name>>;
    }
}

/// The kinds that a package can hold: what others can take up, and nothing that exists by being
/// said.
pub const PACKAGE_HOLDS: &[&str] = &[
    "package",
    "use",
    "define",
    "profile",
    "rule",
    "table",
    "each",
    "let",
    "param",
    "test",
    "image",
    "external",
    "cpu-model",
    "gpu-model",
    "tier",
    "priority",
    "price",
];

/// Of these, what the whole estate shares under one name. The others are called `ALIAS.NAME`.
pub const PACKAGE_SHARES: &[&str] = &[
    "image",
    "external",
    "cpu-model",
    "gpu-model",
    "tier",
    "priority",
    "price",
];
