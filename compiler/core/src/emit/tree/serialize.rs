//! From any `serde::Serialize` value straight into a tree, in JSON's data model.

use std::fmt;

use serde::ser::{self, Serialize};

use super::{Children, KeyId, NodeId, Number, Scalar, Tree, Value};

/// Deeper than any API type nests, and shallow enough for any reader.
const MAX_DEPTH: u32 = 128;

/// So many nodes and bytes of text most objects have at least.
const USUAL: (usize, usize) = (32, 512);

/// Why a value has no tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeError {
    /// An infinity or not a number: no format can say it.
    NotFinite,
    /// A map has a key that is neither text nor a number nor a truth value.
    KeyNotText,
    /// A map holds this key twice.
    DuplicateKey(String),
    /// It nests deeper than the number of levels given.
    TooDeep(u32),
    /// What the value's own `Serialize` said.
    Other(String),
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => f.write_str("a number that is not finite"),
            Self::KeyNotText => f.write_str("a map key that is not text"),
            Self::DuplicateKey(key) => write!(f, "the key `{key}` twice in one map"),
            Self::TooDeep(depth) => write!(f, "nested deeper than {depth} levels"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for TreeError {}

impl ser::Error for TreeError {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self::Other(words.to_string())
    }
}

impl Tree {
    /// The tree of a value, without the keys whose value is none: a `CustomResourceDefinition`'s
    /// schema refuses `null` where it takes an absent field. Items of lists stay.
    ///
    /// # Errors
    /// The value cannot be said in JSON's data model, or nests deeper than 128 levels.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, TreeError> {
        Self::serialize(value, false)
    }

    /// The tree of a value, with every `null` it says.
    ///
    /// # Errors
    /// As [`Tree::from_serialize`].
    pub fn from_serialize_with_nulls<T: Serialize + ?Sized>(value: &T) -> Result<Self, TreeError> {
        Self::serialize(value, true)
    }

    fn serialize<T: Serialize + ?Sized>(value: &T, nulls: bool) -> Result<Self, TreeError> {
        let mut tree = Self::of(Value::Null);
        tree.nodes.reserve(USUAL.0);
        tree.text.reserve(USUAL.1);
        let sink = Sink {
            tree: &mut tree,
            depth: 0,
            nulls,
        };
        tree.root = value.serialize(sink)?;
        Ok(tree)
    }
}

/// Takes one value; answers with its node, which hangs nowhere yet.
struct Sink<'t> {
    tree: &'t mut Tree,
    depth: u32,
    /// Whether maps keep keys whose value is null.
    nulls: bool,
}

impl<'t> Sink<'t> {
    fn leaf<'s>(self, leaf: impl Into<Scalar<'s>>) -> Result<NodeId, TreeError> {
        let value = self.tree.leaf(leaf.into());
        Ok(self.tree.add(value))
    }

    fn open(self, value: Value) -> Result<Filling<'t>, TreeError> {
        if self.depth >= MAX_DEPTH {
            return Err(TreeError::TooDeep(MAX_DEPTH));
        }
        let node = self.tree.add(value);
        Ok(Filling {
            tree: self.tree,
            depth: self.depth + 1,
            nulls: self.nulls,
            outer: node,
            node,
            key: None,
        })
    }

    fn open_map(self) -> Result<Filling<'t>, TreeError> {
        self.open(Value::Map(Children::default()))
    }

    fn open_list(self) -> Result<Filling<'t>, TreeError> {
        self.open(Value::List(Children::default()))
    }

    /// The map `{ variant: … }` around what an enum's variant holds.
    fn open_variant(self, variant: &'static str, inner: Value) -> Result<Filling<'t>, TreeError> {
        let mut filling = self.open_map()?;
        let node = filling.tree.add(inner);
        let key = filling.tree.keys.intern_field(variant);
        filling.tree.append(filling.outer, Some(key), node);
        filling.node = node;
        Ok(filling)
    }
}

/// A map or a list while it is filled.
struct Filling<'t> {
    tree: &'t mut Tree,
    depth: u32,
    nulls: bool,
    /// The value as a whole.
    outer: NodeId,
    /// What is filled: `outer`, or within it what a variant holds.
    node: NodeId,
    /// The key whose value comes next.
    key: Option<KeyId>,
}

impl Filling<'_> {
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<NodeId, TreeError> {
        value.serialize(Sink {
            tree: self.tree,
            depth: self.depth,
            nulls: self.nulls,
        })
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TreeError> {
        let item = self.value(value)?;
        self.tree.append(self.node, None, item);
        Ok(())
    }

    fn entry<T: Serialize + ?Sized>(&mut self, key: KeyId, value: &T) -> Result<(), TreeError> {
        if self.tree.find(self.node, key).is_some() {
            let name = self.tree.keys.name(key).unwrap_or_default();
            return Err(TreeError::DuplicateKey(name.to_owned()));
        }
        let child = self.value(value)?;
        if self.nulls || !matches!(self.tree.node(child).value, Value::Null) {
            self.tree.append(self.node, Some(key), child);
        }
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), TreeError> {
        let key = self.tree.keys.intern_field(key);
        self.entry(key, value)
    }
}

macro_rules! leaves {
    ($($method:ident $type:ty)*) => { $(
        fn $method(self, value: $type) -> Result<NodeId, TreeError> {
            self.leaf(value)
        }
    )* };
}

impl<'t> ser::Serializer for Sink<'t> {
    type Ok = NodeId;
    type Error = TreeError;
    type SerializeSeq = Filling<'t>;
    type SerializeTuple = Filling<'t>;
    type SerializeTupleStruct = Filling<'t>;
    type SerializeTupleVariant = Filling<'t>;
    type SerializeMap = Filling<'t>;
    type SerializeStruct = Filling<'t>;
    type SerializeStructVariant = Filling<'t>;

    leaves! {
        serialize_bool bool serialize_str &str
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64 serialize_i128 i128
        serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64 serialize_u128 u128
    }

    fn serialize_f32(self, value: f32) -> Result<NodeId, TreeError> {
        let number = Number::from_f32(value).ok_or(TreeError::NotFinite)?;
        self.leaf(number)
    }

    fn serialize_f64(self, value: f64) -> Result<NodeId, TreeError> {
        let number = Number::from_f64(value).ok_or(TreeError::NotFinite)?;
        self.leaf(number)
    }

    fn serialize_char(self, value: char) -> Result<NodeId, TreeError> {
        self.leaf(&*value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<NodeId, TreeError> {
        let mut list = self.open_list()?;
        for byte in value {
            list.item(byte)?;
        }
        Ok(list.outer)
    }

    fn serialize_none(self) -> Result<NodeId, TreeError> {
        self.leaf(Scalar::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<NodeId, TreeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<NodeId, TreeError> {
        self.leaf(Scalar::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<NodeId, TreeError> {
        self.leaf(Scalar::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<NodeId, TreeError> {
        self.leaf(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<NodeId, TreeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<NodeId, TreeError> {
        let mut map = self.open_map()?;
        map.field(variant, value)?;
        Ok(map.outer)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Filling<'t>, TreeError> {
        self.open_list()
    }

    fn serialize_tuple(self, _: usize) -> Result<Filling<'t>, TreeError> {
        self.open_list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Filling<'t>, TreeError> {
        self.open_list()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Filling<'t>, TreeError> {
        self.open_variant(variant, Value::List(Children::default()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Filling<'t>, TreeError> {
        self.open_map()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Filling<'t>, TreeError> {
        self.open_map()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Filling<'t>, TreeError> {
        self.open_variant(variant, Value::Map(Children::default()))
    }
}

/// The three ways to fill a list differ in nothing but the names.
macro_rules! fills_list {
    ($($trait:ident $method:ident)*) => { $(
        impl ser::$trait for Filling<'_> {
            type Ok = NodeId;
            type Error = TreeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TreeError> {
                self.item(value)
            }

            fn end(self) -> Result<NodeId, TreeError> {
                Ok(self.outer)
            }
        }
    )* };
}

fills_list! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

/// As do the two ways to fill a struct.
macro_rules! fills_struct {
    ($($trait:ident)*) => { $(
        impl ser::$trait for Filling<'_> {
            type Ok = NodeId;
            type Error = TreeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), TreeError> {
                self.field(key, value)
            }

            fn end(self) -> Result<NodeId, TreeError> {
                Ok(self.outer)
            }
        }
    )* };
}

fills_struct! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Filling<'_> {
    type Ok = NodeId;
    type Error = TreeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), TreeError> {
        let node = self.value(key)?;
        let range = match &self.tree.node(node).value {
            Value::Text(range) | Value::Number(range) => range.clone(),
            Value::Bool(truth) => {
                let name = if *truth { "true" } else { "false" };
                self.key = Some(self.tree.keys.intern(name));
                return Ok(());
            }
            _ => return Err(TreeError::KeyNotText),
        };
        let (keys, text) = (&mut self.tree.keys, &self.tree.text);
        self.key = Some(keys.intern(&text[range]));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TreeError> {
        match self.key.take() {
            Some(key) => self.entry(key, value),
            None => Err(TreeError::KeyNotText),
        }
    }

    fn end(self) -> Result<NodeId, TreeError> {
        Ok(self.outer)
    }
}
