//! What a kind is. A [`Kind`] is data: decode, "did you mean", hover, completion, `schema` and
//! the reference know nothing else, so a kind that a user defines gets all of it.
//!
//! A built-in kind is declared once, with `kind!`, beside the Rust
//! struct that holds it: the same declaration yields the [`Kind`] and the struct's constructor.

use std::{any::TypeId, borrow::Cow, collections::HashMap, sync::Arc};

use super::{
    bounds::Bounds,
    construct::{Construct, Cx},
    node::Node,
    ty::{Lit, Ty},
};
use crate::units::UnitError;

/// A kind of the [`Vocabulary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub u32);

/// An argument or a property.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Its name; for an argument only documentation.
    pub name: String,
    /// What it says, in Markdown.
    pub doc: String,
    /// Its type.
    pub ty: Ty,
    /// Whether the node means nothing without it.
    pub required: bool,
    /// What an absent one stands for.
    pub default: Option<Cow<'static, str>>,
    /// Whether an argument takes all that follow.
    pub list: bool,
    /// What its type alone does not say: bounds that a definition gives.
    pub bounds: Option<Arc<Bounds>>,
}

impl Slot {
    /// A slot of that name and type that need not be filled.
    pub fn of(name: &str, ty: Ty) -> Self {
        Self {
            name: name.to_owned(),
            doc: String::new(),
            ty,
            required: false,
            default: None,
            list: false,
            bounds: None,
        }
    }

    /// Whether a literal may stand here.
    ///
    /// # Errors
    /// It is not of the type, or outside the bounds.
    pub fn check(&self, lit: &Lit) -> Result<(), UnitError> {
        (self.ty.check)(lit)?;
        match self
            .bounds
            .as_ref()
            .and_then(|bounds| bounds.broken_by(lit))
        {
            None => Ok(()),
            Some(bound) => Err(UnitError {
                message: format!("{lit} is {bound}"),
                help: self
                    .bounds
                    .as_ref()
                    .map(|bounds| format!("write {}", bounds.words())),
                mend: None,
                at: None,
            }),
        }
    }
}

/// A kind that may stand in the block of another.
#[derive(Debug, Clone)]
pub struct Child {
    /// The kind.
    pub kind: KindId,
    /// The node's name.
    pub name: String,
    /// What it says there.
    pub doc: String,
    /// Whether it must stand.
    pub required: bool,
    /// Whether it may stand more than once, under different keys.
    pub many: bool,
}

/// A kind of node: its arguments, properties, children, and how they merge.
#[derive(Debug, Clone)]
pub struct Kind {
    /// The node's name.
    pub name: String,
    /// What it is, in Markdown.
    pub doc: String,
    /// Arguments, in order.
    pub args: Vec<Slot>,
    /// Properties.
    pub props: Vec<Slot>,
    /// Children.
    pub children: Vec<Child>,
    /// The fields that tell two of them apart in one scope.
    pub key: Vec<Field>,
    /// Whether the order of several means something.
    pub ordered: bool,
    /// Groups of children of which exactly one stands.
    pub one_of: Vec<Vec<String>>,
    /// Whether its block is free data for somebody else's schema.
    pub free: bool,
    /// The definition that it calls, for a kind that a spec defines.
    pub define: Option<DefineId>,
}

/// A `define` of the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefineId(pub u32);

/// Which argument or property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// By position.
    Arg(u16),
    /// By its place in [`Kind::props`].
    Prop(u16),
}

impl Kind {
    /// A kind without anything in it yet.
    pub fn new(name: &str, doc: &str) -> Self {
        Self {
            name: name.to_owned(),
            doc: doc.trim().to_owned(),
            args: Vec::new(),
            props: Vec::new(),
            children: Vec::new(),
            key: Vec::new(),
            ordered: false,
            one_of: Vec::new(),
            free: false,
            define: None,
        }
    }

    /// The slot of a field.
    pub fn slot(&self, field: Field) -> Option<&Slot> {
        match field {
            Field::Arg(n) => self.args.get(usize::from(n)),
            Field::Prop(n) => self.props.get(usize::from(n)),
        }
    }

    /// The property of that name.
    pub fn prop(&self, name: &str) -> Option<(Field, &Slot)> {
        let at = self.props.iter().position(|slot| slot.name == name)?;
        Some((Field::Prop(u16::try_from(at).ok()?), &self.props[at]))
    }

    /// The child of that name.
    pub fn child(&self, name: &str) -> Option<&Child> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The argument or property of that name.
    pub fn field(&self, name: &str) -> Option<Field> {
        let arg = self.args.iter().position(|slot| slot.name == name);
        match arg {
            Some(at) => Some(Field::Arg(u16::try_from(at).ok()?)),
            None => self.prop(name).map(|(field, _)| field),
        }
    }
}

/// All kinds of a compile.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    kinds: Vec<Kind>,
    of_type: HashMap<TypeId, KindId>,
    /// Properties that every node may have.
    pub universal_props: Vec<Slot>,
    /// Nodes that every block may hold.
    pub universal_children: Vec<Child>,
}

impl Vocabulary {
    /// Enters a built-in kind and all it holds; the same type is entered once.
    pub fn register<K: Construct>(&mut self) -> KindId {
        if let Some(id) = self.of_type.get(&K::known_by()) {
            return *id;
        }
        let id = KindId(u32::try_from(self.kinds.len()).unwrap_or(u32::MAX));
        self.of_type.insert(K::known_by(), id);
        self.kinds.push(Kind::new("", ""));
        let kind = K::declare(self);
        self.kinds[id.0 as usize] = kind;
        id
    }

    /// Enters a kind that a spec defines.
    pub fn add(&mut self, kind: Kind) -> KindId {
        let id = KindId(u32::try_from(self.kinds.len()).unwrap_or(u32::MAX));
        self.kinds.push(kind);
        id
    }

    /// A kind that is still being declared.
    pub fn kind_mut(&mut self, id: KindId) -> &mut Kind {
        &mut self.kinds[id.0 as usize]
    }

    /// The built-in kind that this struct holds.
    pub fn of<K: Construct>(&self) -> Option<KindId> {
        self.of_type.get(&K::known_by()).copied()
    }

    /// A kind by its id.
    pub fn kind(&self, id: KindId) -> &Kind {
        &self.kinds[id.0 as usize]
    }

    /// All kinds, in the order they were entered.
    pub fn kinds(&self) -> impl Iterator<Item = (KindId, &Kind)> {
        self.kinds
            .iter()
            .enumerate()
            .map(|(at, kind)| (KindId(u32::try_from(at).unwrap_or(u32::MAX)), kind))
    }

    /// The kinds in whose block a node of this name may stand.
    pub fn parents_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Kind> {
        self.kinds
            .iter()
            .filter(move |kind| kind.child(name).is_some())
    }
}

/// An argument or property of a declared struct: `V<T>` (required, or with a default),
/// `Option<V<T>>`, or for the last argument `Vec<V<T>>`.
pub trait ScalarField: Sized {
    /// The slot that it stands for.
    fn slot(name: &str, doc: &str, default: Option<&'static str>) -> Slot;
    /// Takes the values out of a node. `None` when a required one is missing or wrong, which
    /// has then been reported.
    fn take(node: &Node, field: Field, slot: &Slot, cx: &mut Cx<'_>) -> Option<Self>;
}

/// A child of a declared struct: `K` in `One<K>` (required), `Option<K>` or `Vec<K>`.
pub trait ChildField: Sized {
    /// The child that it stands for.
    fn child(name: Option<&str>, doc: &str, vocabulary: &mut Vocabulary) -> Child;
    /// Takes it out of a node's block.
    fn take(node: &Node, child: &Child, cx: &mut Cx<'_>) -> Option<Self>;
}

/// The name of a field in the language: underscores become hyphens.
pub fn kebab(field: &str) -> String {
    field.trim_start_matches("r#").replace('_', "-")
}

/// Declares a kind: the struct, its [`Kind`] and its constructor.
///
/// ```text
/// kind! {
///     /// What the node is.
///     pub struct Hugepages = "hugepages", key(size) {
///         /// The page size.
///         arg size: V<Bytes>;
///         /// How much of the memory is set aside in such pages.
///         prop total: Option<V<Bytes>>;
///         child zone: Vec<Zone>;
///     }
/// }
/// ```
/// A field's name in the language is its Rust name with hyphens, or what stands after `as`.
/// `= "4"` gives a default. After the node's name may follow `key(field, …)`, `ordered`, and
/// `one_of(child, …)`.
macro_rules! kind {
    (
        $(#[doc = $doc:literal])*
        pub struct $Name:ident = $node:literal $(, key($($key:literal),*))? $(, ordered $(@$ordered:tt)?)? $(, one_of($($alt:literal),*))* {
            $( $(#[doc = $fdoc:literal])* $role:ident $field:ident $(as $fname:literal)? : $fty:ty $(= $default:literal)? ; )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $Name {
            $( $(#[doc = $fdoc])* pub $field: $fty, )*
            /// What every node may carry.
            pub meta: $crate::schema::construct::Meta,
        }

        impl $crate::schema::construct::Construct for $Name {
            #[allow(unused_variables, unused_mut, clippy::allow_attributes, reason = "a kind may have no children, or no fields")]
            fn declare(vocabulary: &mut $crate::schema::kind::Vocabulary) -> $crate::schema::kind::Kind {
                let mut kind = $crate::schema::kind::Kind::new($node, concat!($($doc, "\n"),*));
                $( $crate::schema::kind::kind!(@declare $role kind, vocabulary, [$($fname)? , $field], concat!($($fdoc, "\n"),*), $fty, [$($default)?]); )*
                $( $( kind.key.extend(kind.field($key)); )* )?
                $( kind.ordered = true; $(let _ = stringify!($ordered);)? )?
                $( kind.one_of.push(vec![$($alt.to_owned()),*]); )*
                kind
            }

            #[allow(unused_variables, unused_mut, unused_assignments, clippy::allow_attributes, reason = "a kind may have no children, or no fields")]
            fn construct(node: &$crate::schema::node::Node, cx: &mut $crate::schema::construct::Cx<'_>) -> Option<Self> {
                let before = cx.findings.len();
                $crate::schema::construct::check_alternatives(node, cx);
                let kind = cx.vocabulary.kind(node.kind);
                let (mut arg, mut prop, mut child) = (0u16, 0u16, 0usize);
                $( let $field: Option<$fty> = $crate::schema::kind::kind!(@take $role kind, node, cx, arg, prop, child, $fty); )*
                let meta = $crate::schema::construct::Meta::of(node, cx, before);
                Some(Self { $( $field: $field?, )* meta })
            }
        }
    };
    (@name [$fname:literal, $field:ident]) => { $fname.to_owned() };
    (@name [, $field:ident]) => { $crate::schema::kind::kebab(stringify!($field)) };
    (@default []) => { None };
    (@default [$default:literal]) => { Some($default) };
    (@declare arg $kind:ident, $v:ident, [$($fname:literal)?, $field:ident], $doc:expr, $fty:ty, [$($default:literal)?]) => {
        let name = $crate::schema::kind::kind!(@name [$($fname)?, $field]);
        $kind.args.push(<$fty as $crate::schema::kind::ScalarField>::slot(&name, $doc, $crate::schema::kind::kind!(@default [$($default)?])));
    };
    (@declare prop $kind:ident, $v:ident, [$($fname:literal)?, $field:ident], $doc:expr, $fty:ty, [$($default:literal)?]) => {
        let name = $crate::schema::kind::kind!(@name [$($fname)?, $field]);
        $kind.props.push(<$fty as $crate::schema::kind::ScalarField>::slot(&name, $doc, $crate::schema::kind::kind!(@default [$($default)?])));
    };
    (@declare child $kind:ident, $v:ident, [$($fname:literal)?, $field:ident], $doc:expr, $fty:ty, []) => {
        let name: Option<&str> = [$($fname)?].first().copied();
        $kind.children.push(<$fty as $crate::schema::kind::ChildField>::child(name, $doc, $v));
    };
    (@take arg $kind:ident, $node:ident, $cx:ident, $arg:ident, $prop:ident, $child:ident, $fty:ty) => {{
        $arg += 1;
        <$fty as $crate::schema::kind::ScalarField>::take($node, $crate::schema::kind::Field::Arg($arg - 1), &$kind.args[usize::from($arg - 1)], $cx)
    }};
    (@take prop $kind:ident, $node:ident, $cx:ident, $arg:ident, $prop:ident, $child:ident, $fty:ty) => {{
        $prop += 1;
        <$fty as $crate::schema::kind::ScalarField>::take($node, $crate::schema::kind::Field::Prop($prop - 1), &$kind.props[usize::from($prop - 1)], $cx)
    }};
    (@take child $kind:ident, $node:ident, $cx:ident, $arg:ident, $prop:ident, $child:ident, $fty:ty) => {{
        $child += 1;
        <$fty as $crate::schema::kind::ChildField>::take($node, &$kind.children[$child - 1], $cx)
    }};
}
pub(crate) use kind;
