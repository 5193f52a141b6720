//! The nodes of one environment as the values of expressions.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::types::{Link, Source, kinds};
use crate::{
    cel::{Keyed, Object, Type, Value},
    model::{Cluster, Estate, Id},
    origin::OriginId,
    schema::{
        decode::UserRule,
        kind::{Field, KindId, Vocabulary},
        node::{Node, Tag, ValueField},
        ty::Lit,
        words::Words,
    },
};

/// What is left of the text of an environment for those who ask about it later.
#[derive(Debug, Clone)]
pub struct Text {
    /// The nodes.
    pub root: Arc<Node>,
    /// What the spec declares.
    pub words: Arc<Words>,
    /// The values of parameters, `let`s and tables, by unit; a wrong one is left out.
    pub values: Vec<BTreeMap<Arc<str>, Value>>,
    /// The rules of the spec's own.
    pub rules: Arc<[UserRule]>,
}

/// A node, by the places of it and the nodes around it among their siblings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Arc<[u32]>);

impl Place {
    /// The top level.
    pub fn root() -> Self {
        Self(Arc::new([]))
    }

    /// The child at a place.
    #[must_use]
    pub fn child(&self, at: usize) -> Self {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        Self(self.0.iter().copied().chain([at]).collect())
    }
}

/// Where the model's references lead in the text.
#[derive(Debug, Default)]
pub struct Links {
    /// Workloads: their tenant, cluster and pools.
    workloads: BTreeMap<Place, (Place, Option<Place>, Vec<Place>)>,
    /// Pools: their cluster.
    pools: BTreeMap<Place, Option<Place>>,
}

/// The nodes of one environment, ready to be asked.
pub struct View {
    root: Arc<Node>,
    vocabulary: Arc<Vocabulary>,
    links: Links,
    /// Whether something was asked for that is broken.
    unsure: AtomicBool,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").finish_non_exhaustive()
    }
}

impl View {
    /// The nodes of an estate.
    pub fn of(estate: &Estate) -> Arc<Self> {
        let text = &estate.text;
        let vocabulary = text.words.vocabulary.clone();
        Arc::new(Self {
            links: links(estate, &text.root, &vocabulary),
            root: text.root.clone(),
            vocabulary,
            unsure: AtomicBool::new(false),
        })
    }

    /// The top level.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The node at a place.
    pub fn node(&self, place: &Place) -> Option<&Node> {
        let mut node = &*self.root;
        for at in &*place.0 {
            node = node.children.get(*at as usize)?;
        }
        Some(node)
    }

    /// The node at a place as a value.
    pub fn value(self: &Arc<Self>, place: Place) -> Value {
        Value::Object(Arc::new(NodeObject {
            view: self.clone(),
            place,
        }))
    }

    /// The whole estate as a value; null in a package by itself.
    pub fn estate(self: &Arc<Self>) -> Value {
        let is_estate = |node: &Arc<Node>| self.vocabulary.kind(node.kind).name == "estate";
        match self.root.children.iter().position(is_estate) {
            Some(at) => self.value(Place::root().child(at)),
            None => Value::Null,
        }
    }

    /// The cluster of a workload or pool.
    pub fn cluster(self: &Arc<Self>, place: &Place) -> Value {
        let node = NodeObject {
            view: self.clone(),
            place: place.clone(),
        };
        node.link(Link::Cluster)
    }

    /// The cluster of this name, by why it is called so.
    pub fn cluster_named(self: &Arc<Self>, name: OriginId) -> Value {
        let is = |node: &Arc<Node>| {
            let (kind, value) = name_of(&self.vocabulary, node);
            kind == "cluster" && value.is_some_and(|value| value.origin == name)
        };
        match self.root.children.iter().position(is) {
            Some(at) => self.value(Place::root().child(at)),
            None => Value::Null,
        }
    }

    /// The way to the workload of this name, by why it is called so: its tenant, then itself.
    pub fn workload_named(&self, name: OriginId) -> Option<[Place; 2]> {
        let tenants = self.root.children.iter().enumerate();
        tenants
            .flat_map(|(at, tenant)| {
                let inner = tenant.children.iter().enumerate();
                inner.map(move |(below, node)| (at, below, node))
            })
            .find(|(.., node)| {
                let (kind, value) = name_of(&self.vocabulary, node);
                kind == "workload" && value.is_some_and(|value| value.origin == name)
            })
            .map(|(at, below, _)| {
                let tenant = Place::root().child(at);
                [tenant.clone(), tenant.child(below)]
            })
    }

    /// Whether what was asked since the last time leaned on something that is broken, which was
    /// reported: what came out says nothing then.
    pub fn was_unsure(&self) -> bool {
        self.unsure.swap(false, Ordering::Relaxed)
    }

    fn doubt(&self) -> Value {
        self.unsure.store(true, Ordering::Relaxed);
        Value::Null
    }
}

/// Finds the nodes that the model was built from, by why their names are so.
fn links(estate: &Estate, root: &Node, vocabulary: &Vocabulary) -> Links {
    let mut named: BTreeMap<(&str, OriginId), Place> = BTreeMap::new();
    let mut workloads: BTreeMap<OriginId, (Place, Place)> = BTreeMap::new();
    for (at, node) in root.children.iter().enumerate() {
        let place = Place::root().child(at);
        for (inner, child) in node.children.iter().enumerate() {
            if let ("workload", Some(name)) = name_of(vocabulary, child) {
                workloads.insert(name.origin, (place.clone(), place.child(inner)));
            }
        }
        if let (kind, Some(name)) = name_of(vocabulary, node) {
            named.insert((kind, name.origin), place);
        }
    }
    let cluster = |id: Id<Cluster>| {
        let name = &estate.clusters[id].name;
        named.get(&("cluster", name.origin)).cloned()
    };
    let mut links = Links::default();
    for pool in estate.pools.values() {
        if let Some(place) = named.get(&("pool", pool.name.origin)) {
            links.pools.insert(place.clone(), cluster(pool.cluster));
        }
    }
    for workload in estate.workloads.values() {
        let Some((tenant, place)) = workloads.get(&workload.name.origin) else {
            continue;
        };
        let pools = workload.pools.iter().filter_map(|pool| {
            let name = &estate.pools[pool.to].name;
            named.get(&("pool", name.origin)).cloned()
        });
        let leads = (tenant.clone(), cluster(workload.cluster), pools.collect());
        links.workloads.insert(place.clone(), leads);
    }
    links
}

fn name_of<'n>(vocabulary: &'n Vocabulary, node: &'n Node) -> (&'n str, Option<&'n ValueField>) {
    let kind = vocabulary.kind(node.kind);
    let name = kind.field("name").and_then(|field| node.value(field));
    (&kind.name, name)
}

/// A node.
#[derive(Debug, Clone)]
struct NodeObject {
    view: Arc<View>,
    place: Place,
}

impl NodeObject {
    fn slot(&self, node: &Node, field: Field, ty: &Type) -> Value {
        if node.broken.contains(&field) {
            return self.view.doubt();
        }
        match node.value(field) {
            Some(value) if value.rival.is_some() => self.view.doubt(),
            Some(value) => Value::from_lit(ty, &value.lit),
            None => {
                let slot = self.view.vocabulary.kind(node.kind).slot(field);
                // That it is missing was reported.
                if slot.is_some_and(|slot| slot.required) {
                    return self.view.doubt();
                }
                let default = slot.and_then(|slot| slot.default.as_deref());
                default.map_or(Value::Null, |text| {
                    Value::from_lit(ty, &Lit::of_default(text))
                })
            }
        }
    }

    fn list(&self, node: &Node, field: Field, ty: &Type) -> Value {
        if node.broken.contains(&field) {
            return self.view.doubt();
        }
        let of = ty.element().unwrap_or(&Type::Unknown);
        let values = node.values(field);
        Value::List(values.map(|v| Value::from_lit(of, &v.lit)).collect())
    }

    /// The children of a kind, with their places.
    fn children(&self, node: &Node, kind: KindId) -> Vec<Place> {
        let below = |node: &Node, place: &Place| -> Vec<Place> {
            let children = node.children.iter().enumerate();
            children
                .filter(|(_, child)| child.kind == kind)
                .map(|(at, _)| place.child(at))
                .collect()
        };
        let mut found = below(node, &self.place);
        // The estate of an expression is all of it, not the head alone.
        if self.view.vocabulary.kind(node.kind).name == "estate" {
            found.extend(below(&self.view.root, &Place::root()));
        }
        found
    }

    fn nodes(&self, places: Vec<Place>) -> Value {
        let nodes: Vec<Value> = places
            .into_iter()
            .map(|place| self.view.value(place))
            .collect();
        let keyed: Arc<dyn Keyed> = Arc::new(nodes);
        Value::Keyed(keyed)
    }

    fn link(&self, link: Link) -> Value {
        let links = &self.view.links;
        let one = |place: Option<&Place>| match place {
            Some(place) => self.view.value(place.clone()),
            None => self.view.doubt(),
        };
        // What is not in the model is wrong somewhere, which was reported.
        let workload = links.workloads.get(&self.place);
        match (link, workload) {
            (Link::Tenant, Some((tenant, ..))) => one(Some(tenant)),
            (Link::Cluster, Some((_, cluster, _))) => one(cluster.as_ref()),
            (Link::Cluster, None) => match links.pools.get(&self.place) {
                Some(cluster) => one(cluster.as_ref()),
                None => self.view.doubt(),
            },
            (Link::Pool, Some((.., pools))) => match pools.first() {
                Some(pool) => one(Some(pool)),
                None => Value::Null,
            },
            (Link::Pools, Some((.., pools))) => self.nodes(pools.clone()),
            (Link::Pools, None) => {
                let of = links.pools.iter();
                let here = of.filter(|(_, cluster)| cluster.as_ref() == Some(&self.place));
                self.nodes(here.map(|(pool, _)| pool.clone()).collect())
            }
            (Link::Workloads, _) => {
                let of = links.workloads.iter();
                let here = of.filter(|(_, (_, cluster, _))| cluster.as_ref() == Some(&self.place));
                self.nodes(here.map(|(workload, _)| workload.clone()).collect())
            }
            (Link::Tenant | Link::Pool, None) => self.view.doubt(),
        }
    }
}

fn tags(tags: &[Tag<ValueField>]) -> Value {
    let map = tags.iter().map(|tag| {
        let text = match &tag.value.lit {
            Lit::Str(text) => text.clone(),
            other => other.to_string().trim_start_matches('#').into(),
        };
        (tag.key.clone(), Value::Str(text))
    });
    Value::Map(Arc::new(map.collect()))
}

impl Object for NodeObject {
    fn field(&self, name: &str) -> Value {
        let Some(node) = self.view.node(&self.place) else {
            return Value::Null;
        };
        let entry = kinds().shape(node.kind).and_then(|s| s.fields.get(name));
        let Some(entry) = entry else {
            return Value::Null;
        };
        let word = name.replace('_', "-");
        let top = matches!(entry.source, Source::Children(_))
            && self.view.vocabulary.kind(node.kind).name == "estate"
            && self.view.root.excuses(&word);
        if top || node.excuses(&word) {
            return self.view.doubt();
        }
        match entry.source {
            Source::Slot(field) => self.slot(node, field, &entry.ty),
            Source::List(field) => self.list(node, field, &entry.ty),
            Source::Child(kind) => match self.children(node, kind).into_iter().next() {
                Some(place) => self.view.value(place),
                None => Value::Null,
            },
            Source::Children(kind) => self.nodes(self.children(node, kind)),
            Source::Labels => tags(&node.labels),
            Source::Annotations => tags(&node.annotations),
            Source::Profiles => {
                Value::List(node.profiles.iter().cloned().map(Value::Str).collect())
            }
            Source::Link(link) => self.link(link),
        }
    }

    fn key(&self) -> Option<Arc<str>> {
        let node = self.view.node(&self.place)?;
        let kind = self.view.vocabulary.kind(node.kind);
        // What is told apart by its cluster as well is still called by its name.
        let name = kind.field("name").filter(|name| kind.key.contains(name));
        let key = match name {
            Some(name) => node.key(&[name]),
            None => node.key(&kind.key),
        };
        (!key.is_empty()).then(|| key.into())
    }
}
