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

kind! {
    /// A value that may differ between environments, used as `$name` or in a string as `${name}`.
    pub struct Param = "param", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its type.
        prop r#type: V<ParamType> = "string";
        /// Its value where nothing else gives one.
        prop default: Option<V<Lit>>;
        /// The least that a number may be.
        prop min: Option<V<i64>>;
        /// The most that a number may be.
        prop max: Option<V<i64>>;
        /// What a string must match.
        prop pattern: Option<V<Pattern>>;
        /// Its value in some environments.
        child r#in: Vec<ParamIn>;
        /// The only values it may have.
        child one_of: Option<OneOf>;
    }
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
