//! Parameters.

use super::prelude::*;

choices! {
    /// The type of a parameter.
    pub enum ParamType {
        /// A whole number.
        Int = "int",
        /// `#true` or `#false`.
        Bool = "bool",
        /// Text.
        String = "string",
        /// A DNS label.
        Name = "name",
        /// An amount of memory or storage.
        Bytes = "bytes",
        /// An amount of CPU.
        Cpu = "cpu",
        /// A length of time.
        Duration = "duration",
        /// A share of a hundred.
        Percent = "percent",
        /// Bits per second.
        Rate = "rate",
        /// An address range.
        Cidr = "cidr",
        /// An address.
        Ip = "ip",
        /// A port number.
        Portno = "portno",
        /// A host name.
        Host = "host",
        /// A version.
        Version = "version",
    }
}

/// Declared values have a name, a type, a default and bounds, wherever they are declared.
macro_rules! declared {
    ($(#[doc = $doc:literal])* $Name:ident = $word:literal $(, key($key:literal))? $(, ordered $(@$o:tt)?)? { $($more:tt)* }) => {
        kind! {
            $(#[doc = $doc])*
            pub struct $Name = $word $(, key($key))? $(, ordered $(@$o)?)? {
                /// Its name.
                arg name: V<Name>;
                /// Its type.
                prop r#type: V<ParamType> = "string";
                /// Its value where nothing gives another; without it one must be given.
                prop default: Option<V<Lit>>;
                /// The least that a number may be.
                prop min: Option<V<i64>>;
                /// The most that a number may be.
                prop max: Option<V<i64>>;
                /// What a string must match.
                prop pattern: Option<V<Pattern>>;
                $($more)*
                /// The only values it may have.
                child one_of: Option<OneOf>;
            }
        }
    };
}

declared! {
    /// A value that may differ between environments, used as `$name` or in a string as `${name}`.
    Param = "param", key("name") {
        /// Its value in some environments.
        child r#in: Vec<ParamIn>;
    }
}

declared! {
    /// An argument of a kind of your own: `$name` in the body.
    DefineArg = "arg", ordered {}
}

declared! {
    /// A property of a kind of your own: `$name` in the body.
    DefineParam = "param", key("name") {}
}

kind! {
    /// A parameter's value in some environments: `in prod 8`.
    pub struct ParamIn = "in", ordered {
        /// The environments, then the value.
        arg words: Vec<V<Lit>>;
    }
}

kind! {
    /// The only values that a parameter may have.
    pub struct OneOf = "one-of" {
        /// The values.
        arg values: Vec<V<Lit>>;
    }
}
