//! A place in a JSON document: the value there, if any, and how one gets to it.

use serde_json::Value;

/// The value of an absent key, so that a rule can walk on and find nothing.
static NULL: Value = Value::Null;

/// A cursor. `null` counts as absent, as the API server has it for what we emit.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Node<'a> {
    /// The whole of a document.
    pub(crate) fn root(value: &'a Value) -> Self {
        Node {
            value,
            pointer: String::new(),
        }
    }

    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    pub(crate) fn is_set(&self) -> bool {
        !self.value.is_null()
    }

    /// The value under `key`; absent where this is no object or has no such key.
    pub(crate) fn key(&self, key: &str) -> Node<'a> {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        Node {
            value: self.value.get(key).unwrap_or(&NULL),
            pointer: format!("{}/{escaped}", self.pointer),
        }
    }

    /// Follows keys without a slash in them: `spec/template/spec`.
    pub(crate) fn at(&self, path: &str) -> Node<'a> {
        path.split('/')
            .fold(self.clone(), |node, key| node.key(key))
    }

    /// The items of a list; none where this is not one.
    pub(crate) fn items(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let pointer = self.pointer.clone();
        let list = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().enumerate().map(move |(index, value)| Node {
            value,
            pointer: format!("{pointer}/{index}"),
        })
    }

    /// The entries of an object; none where this is not one.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> + use<'a> {
        let this = self.clone();
        self.value
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::keys)
            .map(move |key| (key.as_str(), this.key(key)))
    }

    /// The names of the keys that are set.
    pub(crate) fn set_keys(&self) -> Vec<&'a str> {
        self.entries()
            .filter(|(_, node)| node.is_set())
            .map(|(key, _)| key)
            .collect()
    }

    /// Which of `keys` are set.
    pub(crate) fn set_among<'k>(&self, keys: &[&'k str]) -> Vec<&'k str> {
        keys.iter()
            .copied()
            .filter(|key| self.key(key).is_set())
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.value.as_array().map_or(0, Vec::len)
    }

    pub(crate) fn str(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(crate) fn int(&self) -> Option<i64> {
        self.value.as_i64()
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    pub(crate) fn is_true(&self) -> bool {
        self.bool() == Some(true)
    }

    /// The text of a scalar: quantities and ports may be written as numbers.
    pub(crate) fn text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pointer_escapes_slashes_and_survives_absence() {
        let document = json!({ "a/b": [{ "c": 1 }], "n": null });
        let root = Node::root(&document);
        let item = root.key("a/b").items().next().unwrap();
        assert_eq!(item.key("c").pointer(), "/a~1b/0/c");
        assert_eq!(item.key("c").int(), Some(1));
        assert!(!root.at("x/y").is_set() && !root.key("n").is_set());
        assert_eq!(root.set_keys(), ["a/b"]);
    }
}
