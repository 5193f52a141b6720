//! Objects as a reader of their files gets them, without the files.

use tenantry_reach::{Kept, Look};

use crate::emit::{NodeRef, Tree, View};

impl Kept for Tree {
    fn look(&self, part: u32) -> Look<'_> {
        match self.numbered(part).map(NodeRef::view) {
            None | Some(View::Null) => Look::Null,
            Some(View::Bool(truth)) => Look::Bool(truth),
            Some(View::Number(digits)) => Look::Number(digits),
            Some(View::Text(text)) => Look::Text(text),
            Some(View::List) => Look::List,
            Some(View::Map) => Look::Map,
        }
    }

    fn get(&self, part: u32, name: &str) -> Option<u32> {
        Some(self.numbered(part)?.get(name)?.number())
    }

    fn first(&self, part: u32) -> Option<u32> {
        Some(self.numbered(part)?.children().next()?.number())
    }

    fn next(&self, part: u32) -> Option<u32> {
        Some(self.numbered(part)?.next()?.number())
    }

    fn name(&self, part: u32) -> &str {
        let part = self.numbered(part);
        part.and_then(NodeRef::key).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tenantry_reach::Node;

    use super::*;

    fn kept(tree: &Tree) -> Node<'_> {
        Node::kept(tree, tree.root().number())
    }

    #[test]
    fn a_tree_reads_as_what_it_was_made_of() {
        let value = json!({
            "kind": "Pod", "none": {}, "nothing": [], "truth": [true, false],
            "numbers": [0, -7, 2.5, 9_007_199_254_740_993_i64], "deep": { "er": [[{ "a": "" }]] },
        });
        let tree = Tree::from_serialize(&value).unwrap();
        assert_eq!(kept(&tree).to_json(9), value);
        assert_eq!(
            kept(&tree).at(&["deep", "er"]).unwrap().to_json(4),
            json!([[{ "a": "" }]])
        );
        assert_eq!(kept(&tree).get("kind").and_then(Node::as_str), Some("Pod"));
        assert!(kept(&tree).get("missing").is_none());
    }

    #[test]
    fn a_field_that_was_replaced_is_read_as_what_it_became() {
        let mut tree = Tree::from_serialize(&json!({ "a": { "b": 1 }, "c": 2 })).unwrap();
        tree.root_mut().set("a", "x");
        assert_eq!(kept(&tree).to_json(3), json!({ "a": "x", "c": 2 }));
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        let tree = Tree::map();
        assert_eq!(Node::kept(&tree, 99).to_json(2), Value::Null);
    }
}
