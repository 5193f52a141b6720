//! The types of expressions over an estate, made from the vocabulary.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use crate::{
    cel::{Type, Types, spelling, type_of},
    schema::{
        describe::placed,
        kind::{Field, Kind, KindId, Vocabulary},
        vocabulary::builtin,
    },
};

/// A field that the model knows: it leads to other nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// The tenant of a workload.
    Tenant,
    /// The cluster of a workload or pool.
    Cluster,
    /// The first of the pools that a workload may run on.
    Pool,
    /// All of them; of a cluster, its pools.
    Pools,
    /// The workloads of a cluster.
    Workloads,
}

/// The declaration of a link.
struct Lead {
    link: Link,
    name: &'static str,
    /// The kinds that have it.
    of: &'static [&'static str],
    /// The kind that it leads to.
    to: &'static str,
    many: bool,
    doc: &'static str,
}

const LINKS: &[Lead] = &[
    Lead {
        link: Link::Tenant,
        name: "tenant",
        of: &["workload"],
        to: "tenant",
        many: false,
        doc: "The tenant that it belongs to.",
    },
    Lead {
        link: Link::Cluster,
        name: "cluster",
        of: &["workload", "pool"],
        to: "cluster",
        many: false,
        doc: "The cluster that it is in.",
    },
    Lead {
        link: Link::Pool,
        name: "pool",
        of: &["workload"],
        to: "pool",
        many: false,
        doc: "The pool that it runs on: the first, where several are alternatives.",
    },
    Lead {
        link: Link::Pools,
        name: "pools",
        of: &["workload", "cluster"],
        to: "pool",
        many: true,
        doc: "The pools.",
    },
    Lead {
        link: Link::Workloads,
        name: "workloads",
        of: &["cluster"],
        to: "workload",
        many: true,
        doc: "The workloads that run there.",
    },
];

/// Kinds of the top level that declare words and are no part of what an estate has.
const DECLARATIONS: &[&str] = &[
    "define", "each", "let", "param", "profile", "rule", "table", "test", "use",
];

/// Where the value of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// In an argument or property.
    Slot(Field),
    /// In all values of an argument.
    List(Field),
    /// A child that stands once.
    Child(KindId),
    /// Children of a kind that repeats.
    Children(KindId),
    /// The labels.
    Labels,
    /// The annotations.
    Annotations,
    /// The names of the profiles that it is like.
    Profiles,
    /// Another node.
    Link(Link),
}

/// A field of a kind.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) source: Source,
    pub(super) ty: Type,
    doc: String,
}

/// A kind as a type of objects.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    pub(super) fields: BTreeMap<Arc<str>, Entry>,
    /// In the order of the kind.
    order: Vec<Arc<str>>,
}

impl Shape {
    fn add(&mut self, name: &str, source: Source, ty: Type, doc: &str) {
        let name: Arc<str> = spelling(name).into();
        let entry = Entry {
            source,
            ty,
            doc: doc.to_owned(),
        };
        if self.fields.insert(name.clone(), entry).is_none() {
            self.order.push(name);
        }
    }
}

/// The kinds of the language as types of objects.
#[derive(Debug)]
pub struct Kinds {
    /// What expressions call the objects of a kind, where they say it in messages.
    names: BTreeMap<KindId, Arc<str>>,
    shapes: BTreeMap<Arc<str>, Shape>,
}

/// The types of the built-in kinds, made once per process. Nodes of kinds that a spec defines
/// stand for those of built-in ones, so that there are no others when an expression is asked.
pub fn kinds() -> &'static Kinds {
    static KINDS: OnceLock<Kinds> = OnceLock::new();
    KINDS.get_or_init(|| {
        let (vocabulary, root) = builtin();
        Kinds::of(vocabulary, *root)
    })
}

impl Kinds {
    fn of(vocabulary: &Vocabulary, root: KindId) -> Self {
        let names = names(vocabulary, root);
        let mut kinds = Self {
            names,
            shapes: BTreeMap::new(),
        };
        for (id, name) in &kinds.names {
            let mut shape = Shape::default();
            kinds.fill(vocabulary, vocabulary.kind(*id), &mut shape);
            if vocabulary.kind(*id).name == "estate" {
                // The estate of an expression is all of it, not the head alone.
                kinds.children(vocabulary.kind(root), &mut shape);
            }
            kinds.shapes.insert(name.clone(), shape);
        }
        kinds
    }

    fn fill(&self, vocabulary: &Vocabulary, kind: &Kind, shape: &mut Shape) {
        let number = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        for (at, slot) in kind.args.iter().enumerate() {
            let field = Field::Arg(number(at));
            let ty = type_of(&slot.ty);
            if slot.list {
                shape.add(&slot.name, Source::List(field), ty.list(), &slot.doc);
            } else {
                shape.add(&slot.name, Source::Slot(field), ty, &slot.doc);
            }
        }
        for (at, slot) in kind.props.iter().enumerate() {
            let source = Source::Slot(Field::Prop(number(at)));
            shape.add(&slot.name, source, type_of(&slot.ty), &slot.doc);
        }
        self.children(kind, shape);
        shape.add("labels", Source::Labels, Type::Str.map(), "Its labels.");
        shape.add(
            "annotations",
            Source::Annotations,
            Type::Str.map(),
            "Its annotations.",
        );
        if kind.child("like").is_some() {
            shape.add(
                "profiles",
                Source::Profiles,
                Type::Str.list(),
                "The names of the profiles that it is like, and of those that they are like.",
            );
        }
        for lead in LINKS.iter().filter(|lead| lead.of.contains(&&*kind.name)) {
            let Some(object) = self.called(vocabulary, lead.to) else {
                continue;
            };
            let ty = if lead.many { object.keyed() } else { object };
            shape.add(lead.name, Source::Link(lead.link), ty, lead.doc);
        }
    }

    fn children(&self, kind: &Kind, shape: &mut Shape) {
        for child in &kind.children {
            let declares = kind.name.is_empty() && DECLARATIONS.contains(&&*child.name);
            let Some(ty) = self.object(child.kind).filter(|_| !declares) else {
                continue;
            };
            if child.many {
                let source = Source::Children(child.kind);
                shape.add(&child.name, source, ty.keyed(), &child.doc);
            } else if child.name != kind.name && !shape.fields.contains_key(&*child.name) {
                shape.add(&child.name, Source::Child(child.kind), ty, &child.doc);
            }
        }
    }

    fn called(&self, vocabulary: &Vocabulary, name: &str) -> Option<Type> {
        let mut ids = self.names.keys();
        let id = ids.find(|id| vocabulary.kind(**id).name == name)?;
        self.object(*id)
    }

    /// The type of a node of a kind; none of what no expression can see.
    pub fn object(&self, kind: KindId) -> Option<Type> {
        Some(Type::Object(self.names.get(&kind)?.clone()))
    }

    /// The type of the cluster of such nodes, where they have one.
    pub(super) fn cluster(&self, kind: KindId) -> Option<Type> {
        let entry = self.shape(kind)?.fields.get("cluster")?;
        (entry.source == Source::Link(Link::Cluster)).then(|| entry.ty.clone())
    }

    pub(super) fn shape(&self, kind: KindId) -> Option<&Shape> {
        self.shapes.get(self.names.get(&kind)?)
    }
}

/// What each kind is called in messages: by its name, or where several have that, by its place.
fn names(vocabulary: &Vocabulary, root: KindId) -> BTreeMap<KindId, Arc<str>> {
    let all = placed(vocabulary, root);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &all {
        *seen.entry(&one.kind.name).or_default() += 1;
    }
    // The shortest place comes first and keeps the plain name: `cluster`, `pool`.
    let mut plain = BTreeSet::new();
    all.iter()
        .map(|one| {
            let top = !one.place.contains('.') && plain.insert(&*one.kind.name);
            let alone = seen.get(&*one.kind.name) == Some(&1);
            let name = if top || alone {
                &one.kind.name
            } else {
                &one.place
            };
            (one.id, name.as_str().into())
        })
        .collect()
}

/// The ways from the top level to a kind: for each place where it may stand, the kinds around
/// it, outermost first, itself last.
pub fn chains(vocabulary: &Vocabulary, root: KindId, kind: KindId) -> Vec<Vec<KindId>> {
    let mut found = Vec::new();
    let mut ways = vec![vec![root]];
    while let Some(way) = ways.pop() {
        let Some(last) = way.last() else {
            continue;
        };
        for child in &vocabulary.kind(*last).children {
            if way.contains(&child.kind) {
                continue;
            }
            let mut longer = way.clone();
            longer.push(child.kind);
            if child.kind == kind {
                found.push(longer[1..].to_vec());
            } else {
                ways.push(longer);
            }
        }
    }
    found
}

impl Types for Kinds {
    fn field(&self, object: &str, field: &str) -> Option<Type> {
        Some(self.shapes.get(object)?.fields.get(field)?.ty.clone())
    }

    fn fields(&self, object: &str) -> Vec<String> {
        let order = self.shapes.get(object).map(|shape| &shape.order);
        let names = order.into_iter().flatten();
        names.map(ToString::to_string).collect()
    }

    fn doc(&self, object: &str, field: &str) -> Option<String> {
        Some(self.shapes.get(object)?.fields.get(field)?.doc.clone())
    }
}
