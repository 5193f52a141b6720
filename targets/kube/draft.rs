//! From an API struct to an object of the build: its tree, the origins of its fields, its needs.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use tenantry_core::{
    emit::{Body, KubeId, LineOrigins, Need, NodeRef, Object, Objects, Owner, Tree},
    model::{Cluster, Id},
    origin::{OriginId, V},
};

/// A custom resource: what every object has, around a spec that holds only what we write.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Custom<S> {
    /// Group and version.
    pub(crate) api_version: &'static str,
    /// The kind.
    pub(crate) kind: &'static str,
    /// Name, namespace, labels.
    pub(crate) metadata: ObjectMeta,
    /// The rest.
    pub(crate) spec: S,
}

/// An object before it is pushed.
#[derive(Debug, Clone)]
#[must_use = "an object that is not pushed is not emitted"]
pub(crate) struct Draft {
    target: &'static str,
    cluster: Id<Cluster>,
    owner: Owner,
    tree: Tree,
    needs: Vec<Need>,
    wave: u32,
    unproven: bool,
    path: Arc<str>,
    also: Vec<Arc<str>>,
    origin: OriginId,
}

impl Draft {
    /// An object as its struct says it.
    ///
    /// API structs hold text, whole numbers, lists and maps with text as keys, all of which a
    /// tree can say: that it cannot is a mistake in the struct, which stops a debug build. In a
    /// release the object is then nameless, which the layout refuses with the model path.
    pub(super) fn new<T: Serialize>(
        target: &'static str,
        cluster: Id<Cluster>,
        owner: Owner,
        object: &T,
    ) -> Self {
        let tree = Tree::from_serialize(object);
        debug_assert!(tree.is_ok(), "an object without a tree: {tree:?}");
        let tree = tree.unwrap_or_else(|_| Tree::map());
        Self::of_tree(target, cluster, owner, tree)
    }

    /// An object that is a tree already.
    pub(super) fn of_tree(
        target: &'static str,
        cluster: Id<Cluster>,
        owner: Owner,
        tree: Tree,
    ) -> Self {
        Self {
            target,
            cluster,
            owner,
            tree,
            needs: Vec::new(),
            wave: 0,
            unproven: false,
            path: "".into(),
            also: Vec::new(),
            origin: OriginId::NONE,
        }
    }

    pub(super) fn made_from(mut self, path: Arc<str>, origin: OriginId) -> Self {
        self.path = path;
        self.origin = origin;
        self
    }

    /// Says why the field at a JSON pointer is so. The field must be there.
    pub(crate) fn mark(mut self, pointer: &str, origin: OriginId) -> Self {
        self.tree.mark(pointer, origin);
        self
    }

    /// The same for a field that only some objects have.
    pub(crate) fn mark_there(self, pointer: &str, origin: OriginId) -> Self {
        match self.tree.at(pointer) {
            Some(_) => self.mark(pointer, origin),
            None => self,
        }
    }

    /// The same for fields of one map, by their keys, as far as they are there.
    pub(crate) fn mark_fields<'k>(
        mut self,
        map: &str,
        marks: impl IntoIterator<Item = (&'k str, OriginId)>,
    ) -> Self {
        self.tree.mark_fields(map, marks);
        self
    }

    /// The same for a field that is there when the spec says something.
    pub(crate) fn mark_if<T>(self, pointer: &str, value: Option<&V<T>>) -> Self {
        match value {
            Some(value) if self.tree.at(pointer).is_some() => self.mark(pointer, value.origin),
            _ => self,
        }
    }

    /// Says that no proof covers it, and from which wave on it may be applied.
    pub(crate) fn unproven(mut self, wave: u32) -> Self {
        self.unproven = true;
        self.wave = wave;
        self
    }

    /// The text at a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.tree.at(pointer)?.as_str()
    }

    /// The same for the items of a list that have this value under this key.
    pub(crate) fn mark_items(
        mut self,
        list: &str,
        key: &str,
        value: &str,
        origin: OriginId,
    ) -> Self {
        let items = self
            .tree
            .at(list)
            .into_iter()
            .flat_map(|list| list.children());
        let is = |item: &NodeRef<'_>| item.get(key).is_some_and(|it| it.as_str() == Some(value));
        let numbers: Vec<usize> = items
            .enumerate()
            .filter(|(_, item)| is(item))
            .map(|(number, _)| number)
            .collect();
        for number in numbers {
            self.tree.mark(&format!("{list}/{number}"), origin);
        }
        self
    }

    /// Says of the lines of a text where they came from, where the text is there.
    pub(crate) fn mark_lines(mut self, pointer: &str, lines: &LineOrigins) -> Self {
        self.tree.mark_lines(pointer, lines.clone());
        self
    }

    /// What must be there first.
    pub(crate) fn need(mut self, need: Need) -> Self {
        if !self.needs.contains(&need) {
            self.needs.push(need);
        }
        self
    }

    /// Several of them.
    pub(crate) fn needs(self, needs: impl IntoIterator<Item = Need>) -> Self {
        needs.into_iter().fold(self, Self::need)
    }

    /// A further model path behind it.
    pub(crate) fn also(mut self, path: impl Into<Arc<str>>) -> Self {
        self.also.push(path.into());
        self
    }

    /// The identity, as the object says it.
    pub(crate) fn id(&self) -> KubeId {
        let root = self.tree.root();
        let metadata = root.get("metadata");
        let text = |node: Option<NodeRef<'_>>| node?.as_str().map(str::to_owned);
        let named = |name| text(metadata?.get(name));
        KubeId {
            api_version: text(root.get("apiVersion")).unwrap_or_default(),
            kind: text(root.get("kind")).unwrap_or_default(),
            namespace: named("namespace"),
            name: named("name").unwrap_or_default(),
        }
    }

    /// Adds it to the build.
    pub(crate) fn push(self, out: &mut Objects) {
        let id = self.id();
        out.push(Object {
            target: self.target,
            cluster: Some(self.cluster),
            body: Body::Kube {
                id,
                owner: self.owner,
                tree: self.tree,
            },
            needs: self.needs,
            wave: self.wave,
            unproven: self.unproven,
            spec_path: self.path,
            also: self.also,
            origin: self.origin,
        });
    }
}

/// A JSON pointer to a key that may hold slashes or tildes: `pointer("/spec/hard", "limits/x")`.
pub(crate) fn pointer(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}
