//! Value types as the schema sees them: what a literal must be, and what it becomes.

use std::{fmt, marker::PhantomData, sync::Arc};

use crate::units::{Unit, UnitError};

/// A literal of the text, before its type is known. KDL knows no more than these three.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lit {
    /// A string, bare or quoted: they mean the same.
    Str(Arc<str>),
    /// A whole number.
    Int(i128),
    /// `#true` or `#false`.
    Bool(bool),
}

impl Lit {
    /// The literal that a default in a declaration stands for.
    pub fn of_default(text: &str) -> Self {
        match text {
            "#true" => Self::Bool(true),
            "#false" => Self::Bool(false),
            _ => text
                .parse()
                .map_or_else(|_| Self::Str(text.into()), Self::Int),
        }
    }

    /// What it is, for messages.
    pub fn describe(&self) -> String {
        match self {
            Self::Str(text) => format!("the string {text:?}"),
            Self::Int(n) => format!("the number {n}"),
            Self::Bool(b) => format!("#{b}"),
        }
    }
}

impl fmt::Display for Lit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(text) => f.write_str(text),
            Self::Int(n) => write!(f, "{n}"),
            Self::Bool(b) => write!(f, "#{b}"),
        }
    }
}

/// One choice of an enumeration: its word and what it means.
pub type Choice = (&'static str, &'static str);

/// What completion, hover and the reference need to know beyond the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A value with a grammar of its own.
    Value,
    /// One of these words.
    Choice(&'static [Choice]),
    /// The name of a thing of one of these kinds.
    Reference(&'static [&'static str]),
    /// Text that is not interpolated.
    Text,
}

/// A value type: its names and its check. Two are the same type when their names are.
#[derive(Clone, Copy)]
pub struct Ty {
    /// As messages and the reference call it.
    pub name: &'static str,
    /// One example, as written.
    pub example: &'static str,
    /// One line for hover.
    pub doc: &'static str,
    /// What stands behind it.
    pub class: Class,
    /// Whether a literal is one, and if not, why.
    pub check: fn(&Lit) -> Result<(), UnitError>,
}

impl fmt::Debug for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A Rust type that a literal can become.
pub trait Typed: Sized + Clone + fmt::Debug + 'static {
    /// Its description.
    fn ty() -> Ty;
    /// The value of a literal.
    ///
    /// # Errors
    /// Says what is wrong with it and what to write instead.
    fn parse(lit: &Lit) -> Result<Self, UnitError>;
}

/// The check of a type is its parse with the value dropped.
pub fn check<T: Typed>(lit: &Lit) -> Result<(), UnitError> {
    T::parse(lit).map(drop)
}

/// A literal of another sort than the type wants.
pub fn mismatch(expected: &str, lit: &Lit, help: impl Into<String>) -> UnitError {
    UnitError {
        message: format!("expected {expected}, found {}", lit.describe()),
        help: Some(help.into()),
        mend: None,
        at: None,
    }
}

impl<U: Unit> Typed for U {
    fn ty() -> Ty {
        Ty {
            name: U::NAME,
            example: U::EXAMPLE,
            doc: U::DOC,
            class: Class::Value,
            check: check::<U>,
        }
    }

    fn parse(lit: &Lit) -> Result<Self, UnitError> {
        match lit {
            Lit::Str(text) => <U as Unit>::parse(text),
            Lit::Int(n) => U::from_int(*n),
            Lit::Bool(_) => Err(mismatch(
                &super::rules::article(U::NAME),
                lit,
                format!("write one like {:?}", U::EXAMPLE),
            )),
        }
    }
}

impl Typed for bool {
    fn ty() -> Ty {
        Ty {
            name: "bool",
            example: "#true",
            doc: "`#true` or `#false`.",
            class: Class::Value,
            check: check::<Self>,
        }
    }

    fn parse(lit: &Lit) -> Result<Self, UnitError> {
        match lit {
            Lit::Bool(b) => Ok(*b),
            _ => Err(mismatch(
                "#true or #false",
                lit,
                "booleans are written `#true` and `#false`",
            )),
        }
    }
}

/// Whole numbers of the widths that the model uses.
macro_rules! whole_numbers {
    ($($int:ty),*) => {$(
        impl Typed for $int {
            fn ty() -> Ty {
                Ty { name: "int", example: "4", doc: "A whole number.", class: Class::Value, check: check::<Self> }
            }

            fn parse(lit: &Lit) -> Result<Self, UnitError> {
                let Lit::Int(n) = lit else {
                    return Err(mismatch("a whole number", lit, "write it bare, without quotes and unit: `4`"));
                };
                <$int>::try_from(*n).map_err(|_| UnitError {
                    message: format!("{n} is out of range: it must be between {} and {}", <$int>::MIN, <$int>::MAX),
                    help: None,
                    mend: None,
                    at: None,
                })
            }
        }
    )*};
}
whole_numbers!(u16, u32, u64, i32, i64);

impl Typed for Arc<str> {
    fn ty() -> Ty {
        Ty {
            name: "string",
            example: "\"text\"",
            doc: "Any text on one line.",
            class: Class::Value,
            check: check::<Self>,
        }
    }

    fn parse(lit: &Lit) -> Result<Self, UnitError> {
        match lit {
            Lit::Str(text) => Ok(text.clone()),
            _ => Err(mismatch(
                "a string",
                lit,
                format!("put it in quotes: \"{lit}\""),
            )),
        }
    }
}

/// Any literal, kept as it is: parameter values, free data.
impl Typed for Lit {
    fn ty() -> Ty {
        Ty {
            name: "value",
            example: "4",
            doc: "A string, a whole number or a boolean.",
            class: Class::Value,
            check: check::<Self>,
        }
    }

    fn parse(lit: &Lit) -> Result<Self, UnitError> {
        Ok(lit.clone())
    }
}

/// A text body: may have many lines, and `${…}` in it means nothing to us, because shell and
/// cloud-init are full of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub Arc<str>);

impl Typed for Text {
    fn ty() -> Ty {
        Ty {
            name: "text",
            example: "\"\"\"…\"\"\"",
            doc: "Text of any length; `${…}` is left as it is.",
            class: Class::Text,
            check: check::<Self>,
        }
    }

    fn parse(lit: &Lit) -> Result<Self, UnitError> {
        Arc::<str>::parse(lit).map(Self)
    }
}

/// A kind that things can be referred to by name.
pub trait Named: 'static {
    /// The kinds that the name may be of.
    const KINDS: &'static [&'static str];
}

/// A reference as written: a name, bare or dotted, of a thing of kind `K`. `model` turns it
/// into a [`Ref`](crate::model::Ref).
pub struct NameOf<K> {
    /// The name as written.
    pub text: Arc<str>,
    kind: PhantomData<fn() -> K>,
}

impl<K> NameOf<K> {
    /// A name that is known to be of a kind.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            kind: PhantomData,
        }
    }
}

impl<K> Clone for NameOf<K> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for NameOf<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> PartialEq for NameOf<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for NameOf<K> {}

impl<K: Named> Typed for NameOf<K> {
    fn ty() -> Ty {
        Ty {
            name: "reference",
            example: "general",
            doc: "The name of a thing declared elsewhere, bare or dotted (`acme.features`).",
            class: Class::Reference(K::KINDS),
            check: check::<Self>,
        }
    }

    fn parse(lit: &Lit) -> Result<Self, UnitError> {
        match lit {
            Lit::Str(text) if !text.is_empty() => Ok(Self {
                text: text.clone(),
                kind: PhantomData,
            }),
            _ => Err(mismatch(
                &format!("the name of a {}", K::KINDS.join(" or ")),
                lit,
                "write the name as it was declared",
            )),
        }
    }
}

/// Declares an enumeration of the language: `choices! { /// doc pub enum Name { /// doc Variant = "word", } }`.
/// A `*` behind the word marks nothing: defaults belong to the place that uses the type.
macro_rules! choices {
    ($(#[doc = $doc:literal])* pub enum $Name:ident { $($(#[doc = $vdoc:literal])* $Variant:ident = $word:literal),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Name { $($(#[doc = $vdoc])* $Variant),* }

        impl $Name {
            /// The words and what they mean.
            pub const CHOICES: &'static [$crate::schema::ty::Choice] = &[$(($word, concat!($($vdoc),*))),*];

            /// The word of the language.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Variant => $word),* }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl $crate::schema::ty::Typed for $Name {
            fn ty() -> $crate::schema::ty::Ty {
                $crate::schema::ty::Ty {
                    name: "choice",
                    example: [$($word),*][0],
                    doc: concat!($($doc),*),
                    class: $crate::schema::ty::Class::Choice(Self::CHOICES),
                    check: $crate::schema::ty::check::<Self>,
                }
            }

            fn parse(lit: &$crate::schema::ty::Lit) -> Result<Self, $crate::units::UnitError> {
                if let $crate::schema::ty::Lit::Str(text) = lit {
                    $(if &**text == $word { return Ok(Self::$Variant); })*
                }
                Err($crate::schema::ty::not_a_choice(lit, Self::CHOICES))
            }
        }
    };
}
pub(crate) use choices;

/// A word that is none of the choices.
pub fn not_a_choice(lit: &Lit, choices: &[Choice]) -> UnitError {
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let near = match lit {
        Lit::Str(text) => crate::diag::nearest::nearest(text, words.iter().copied()),
        _ => None,
    };
    let found = match lit {
        Lit::Str(text) => format!("`{text}`"),
        other => other.describe(),
    };
    UnitError {
        message: format!("{found} is none of {}", words.join(", ")),
        help: near.map(|near| format!("did you mean `{near}`?")),
        mend: None,
        at: None,
    }
}
