//! The functions of the language: CEL's own, those that Kubernetes adds, and three of ours for
//! addresses and ranges. None reads a clock, and none makes a fraction.

/// How a function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `name(a, b)`.
    Plain,
    /// `a.name(b)`.
    OnValue,
    /// Either.
    Both,
}

/// Declares the functions, each with its name, form, usage and meaning.
macro_rules! functions {
    ($($Variant:ident = $name:literal, $Form:ident, $usage:literal, $doc:literal;)*) => {
        /// A function of the language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Function { $(#[doc = $doc] $Variant),* }

        impl Function {
            /// All functions, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),*];

            /// As it is written.
            pub fn name(self) -> &'static str {
                match self { $(Self::$Variant => $name),* }
            }

            /// How it is called.
            pub fn form(self) -> Form {
                match self { $(Self::$Variant => Form::$Form),* }
            }

            /// An example of a call, its arguments named for what they are.
            pub fn usage(self) -> &'static str {
                match self { $(Self::$Variant => $usage),* }
            }

            /// What it gives, in one line.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$Variant => $doc),* }
            }
        }
    };
}

functions! {
    Size = "size", Both, "size(list)", "how many elements a list or map has, or characters a string";
    Contains = "contains", OnValue, "text.contains(part)", "whether a text contains another, or a network an address or network";
    StartsWith = "startsWith", OnValue, "text.startsWith(part)", "whether a text starts with another";
    EndsWith = "endsWith", OnValue, "text.endsWith(part)", "whether a text ends with another";
    Matches = "matches", Both, "text.matches('^[a-z]+$')", "whether a regular expression matches somewhere in a text";
    Int = "int", Plain, "int(text)", "the whole number that a text writes";
    String = "string", Plain, "string(value)", "a value as the language writes it";
    Min = "min", Both, "min(a, b)", "the least of the arguments, or of a list";
    Max = "max", Both, "max(a, b)", "the greatest of the arguments, or of a list";
    Sum = "sum", OnValue, "list.sum()", "the sum of a list of numbers or quantities";
    Join = "join", OnValue, "list.join(', ')", "a list of texts as one, with a separator between";
    Split = "split", OnValue, "text.split(',')", "the parts of a text between separators";
    LowerAscii = "lowerAscii", OnValue, "text.lowerAscii()", "a text with A to Z made small";
    UpperAscii = "upperAscii", OnValue, "text.upperAscii()", "a text with a to z made capital";
    Replace = "replace", OnValue, "text.replace(old, new)", "a text with every `old` replaced";
    Subnet = "subnet", Plain, "subnet(network, length, n)", "the nth network of a prefix length within a network, counted from 0";
    Address = "address", Plain, "address(network, n)", "the nth address of a network, counted from 0 at the network's own";
    Range = "range", Plain, "range(first, end)", "the whole numbers from the first up to, and without, the end";
}

impl Function {
    /// The function of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }
}
