//! Model paths: `acme.trainer cpu.mode`, `sz1`, `param.trainers`.
//!
//! A path goes from the top level inwards. A node is called by its kind and its key (`disk.data`,
//! `connect.features`), by its kind alone where there is one of it, and at the top level and
//! among workloads by its name alone. The last part may be an argument or a property of the
//! node, or `label.KEY` and `annotation.KEY`.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    compile::Reasons,
    diag::nearest::nearest,
    origin::{How, OriginId},
    schema::{
        kind::{Field, Kind, Vocabulary},
        node::{Node, ValueField},
        ty::Lit,
    },
};

/// Kinds whose nodes go by their name alone.
const BY_NAME: [&str; 3] = ["tenant", "cluster", "workload"];

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The path as we would write it.
    pub path: String,
    /// The value; of a node the arguments behind its key.
    pub value: Option<String>,
    /// Why it is so, or why the node is there.
    pub origin: OriginId,
    /// What the language says of it, in Markdown.
    pub doc: String,
    /// Of a node, what it says itself, one by one.
    pub parts: Vec<Part>,
    /// Of a node, the paths of what stands in its block.
    pub inner: Vec<String>,
}

/// An argument or property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Why it is so; the node's own where it is a default.
    pub origin: OriginId,
    /// Whether nothing said it.
    pub is_default: bool,
}

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What is wrong.
    pub words: String,
    /// What may have been meant.
    pub help: String,
}

/// Follows a path; blanks count as dots.
///
/// # Errors
/// Nothing is called so, which names the nearest, or several things are.
pub fn ask(scene: Reasons<'_>, question: &str) -> Result<Found, Unknown> {
    let path: String = question.split_whitespace().collect::<Vec<_>>().join(".");
    let all = Catalogue::of(scene);
    let hits: Vec<&Entry<'_>> = all.called(&path);
    match hits.as_slice() {
        [entry] => Ok(entry.found(scene)),
        [] => Err(all.unknown(&path)),
        several => {
            let paths: Vec<&str> = several.iter().map(|entry| entry.path.as_str()).collect();
            Err(Unknown {
                words: format!("`{path}` may mean {}", paths.join(" or ")),
                help: "say which".to_owned(),
            })
        }
    }
}

/// What the catalogue knows: a node, or one of a node's values.
#[derive(Clone)]
struct Entry<'s> {
    path: String,
    node: &'s Node,
    what: What<'s>,
}

#[derive(Clone)]
enum What<'s> {
    Node,
    Field(Field),
    Tag(&'s ValueField),
}

/// All paths of an environment's estate; each thing stands under its own path and under every
/// other that leads to it.
struct Catalogue<'s> {
    entries: Vec<Entry<'s>>,
    names: BTreeMap<String, Vec<usize>>,
}

impl<'s> Catalogue<'s> {
    fn of(scene: Reasons<'s>) -> Self {
        let mut all = Self {
            entries: Vec::new(),
            names: BTreeMap::new(),
        };
        let mut due: Vec<(&Node, String, Vec<String>)> =
            vec![(scene.root, String::new(), vec![String::new()])];
        while let Some((node, own, aliases)) = due.pop() {
            all.values(scene.vocabulary, node, &own, &aliases);
            for (at, child) in node.children.iter().enumerate() {
                let names = names(scene.vocabulary, node, own.is_empty(), at);
                let Some(first) = names.first() else { continue };
                let path = join(&own, first);
                let mut under: Vec<String> = aliases
                    .iter()
                    .flat_map(|above| names.iter().map(|name| join(above, name)))
                    .collect();
                under.sort();
                under.dedup();
                all.enter(&path, &under, child, What::Node);
                due.push((child, path, under));
            }
        }
        all
    }

    fn values(&mut self, vocabulary: &Vocabulary, node: &'s Node, own: &str, aliases: &[String]) {
        let kind = vocabulary.kind(node.kind);
        let slots = fields(kind)
            .filter(|(field, slot)| node.value(*field).is_some() || slot.default.is_some());
        for (field, slot) in slots {
            self.under(own, aliases, &slot.name, node, &What::Field(field));
        }
        for (word, tags) in [("label", &node.labels), ("annotation", &node.annotations)] {
            for tag in tags {
                let name = format!("{word}.{}", tag.key);
                self.under(own, aliases, &name, node, &What::Tag(&tag.value));
            }
        }
    }

    fn under(
        &mut self,
        own: &str,
        aliases: &[String],
        name: &str,
        node: &'s Node,
        what: &What<'s>,
    ) {
        let under: Vec<String> = aliases.iter().map(|above| join(above, name)).collect();
        self.enter(&join(own, name), &under, node, what.clone());
    }

    fn enter(&mut self, path: &str, under: &[String], node: &'s Node, what: What<'s>) {
        let at = self.entries.len();
        self.entries.push(Entry {
            path: path.to_owned(),
            node,
            what,
        });
        for name in under {
            self.names.entry(name.clone()).or_default().push(at);
        }
    }

    /// What is called so. A node goes before a value of the same name: `cpu` is the node.
    fn called(&self, path: &str) -> Vec<&Entry<'s>> {
        let all = self.names.get(path).into_iter().flatten();
        let hits: Vec<&Entry<'_>> = all.filter_map(|at| self.entries.get(*at)).collect();
        let own: Vec<&Entry<'_>> = hits.iter().copied().filter(|e| e.path == path).collect();
        let hits = if own.is_empty() { hits } else { own };
        let nodes = |entry: &&&Entry<'_>| matches!(entry.what, What::Node);
        if hits.len() > 1 && hits.iter().filter(nodes).count() == 1 {
            return hits.iter().filter(nodes).copied().collect();
        }
        hits
    }

    fn unknown(&self, path: &str) -> Unknown {
        // As far as it leads somewhere, what is there is the best help.
        let known = path
            .match_indices('.')
            .map(|(at, _)| &path[..at])
            .rfind(|known| self.names.contains_key(*known));
        let Some(known) = known else {
            let near = nearest(path, self.names.keys().map(String::as_str));
            let first = path.split('.').next().unwrap_or(path);
            let top = self.names.keys().filter(|name| !name.contains('.'));
            let near = near.or_else(|| nearest(first, top.map(String::as_str)));
            return Unknown {
                words: format!("nothing in the estate is called `{path}`"),
                help: near.map_or_else(
                    || "a path begins with a name of the top level, as in `acme.trainer cpu.mode` or `pool.general`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            };
        };
        let rest = &path[known.len() + 1..];
        let prefix = format!("{known}.");
        let below: Vec<&str> = self
            .names
            .range(prefix.clone()..)
            .map_while(|(name, _)| name.strip_prefix(&prefix))
            .collect();
        let mut direct: Vec<&str> = below
            .iter()
            .map(|name| name.split('.').next().unwrap_or(name))
            .collect();
        direct.dedup();
        // Half a word is no slip of the finger, but means the whole one.
        let begun = || direct.iter().copied().find(|name| name.starts_with(rest));
        Unknown {
            words: format!("`{known}` has no `{rest}`"),
            help: match nearest(rest, below.iter().copied()).or_else(begun) {
                Some(near) => format!("did you mean `{known}.{near}`?"),
                None if direct.is_empty() => "it holds nothing further".to_owned(),
                None => format!("it has {}", direct.join(", ")),
            },
        }
    }
}

impl Entry<'_> {
    fn found(&self, scene: Reasons<'_>) -> Found {
        let kind = scene.vocabulary.kind(self.node.kind);
        let mut found = Found {
            path: self.path.clone(),
            value: None,
            origin: self.node.origin,
            doc: kind.doc.clone(),
            parts: Vec::new(),
            inner: Vec::new(),
        };
        match &self.what {
            What::Node => {
                found.parts = parts(kind, self.node);
                found.inner = inner(scene.vocabulary, self.node);
                let is_own = |(at, ..): &&(Span, Lit, OriginId)| *at == self.node.span;
                if let Some((_, value, origin)) = scene.params.iter().find(is_own) {
                    found.value = Some(value.to_string());
                    found.origin = *origin;
                    return found;
                }
                // Its value is what stands behind the key: `"2TiB"` of `disk data "2TiB"`.
                let own = fields(kind).map(|(field, _)| field);
                let own = own.filter(|field| !kind.key.contains(field));
                let said: Vec<&ValueField> = own
                    .filter(|field| matches!(field, Field::Arg(_)))
                    .flat_map(|field| self.node.values(field))
                    .collect();
                if let Some(first) = said.first() {
                    found.origin = first.origin;
                    let said: Vec<String> = said.iter().map(|v| v.lit.to_string()).collect();
                    found.value = Some(said.join(" "));
                }
            }
            What::Field(field) => {
                let said: Vec<&ValueField> = self.node.values(*field).collect();
                let slot = kind.slot(*field);
                found.doc = slot.map_or_else(String::new, |slot| slot.doc.clone());
                if let Some(first) = said.first() {
                    found.origin = first.origin;
                    let said: Vec<String> = said.iter().map(|v| v.lit.to_string()).collect();
                    found.value = Some(said.join(" "));
                } else {
                    let default =
                        slot.and_then(|slot| slot.default.as_ref().map(ToString::to_string));
                    found.value = default;
                    found.origin = scene
                        .origins
                        .find(Some(self.node.span), How::Default(*field), &[])
                        .unwrap_or(self.node.origin);
                }
            }
            What::Tag(value) => {
                found.origin = value.origin;
                found.value = Some(value.lit.to_string());
            }
        }
        found
    }
}

/// The path of what has an origin, where a node or a value of the estate has just that one.
/// Several may have it, as what a profile leaves out: then one below `near` is taken.
pub(super) fn of_origin(scene: Reasons<'_>, id: OriginId, near: &[&str]) -> Option<String> {
    let origin = scene.origins.get(id);
    let all = Catalogue::of(scene);
    let is = |entry: &&Entry<'_>| match &entry.what {
        What::Node => entry.node.origin == id,
        What::Field(field) if origin.how == How::Default(*field) => {
            origin.span == Some(entry.node.span)
        }
        What::Field(field) => entry.node.value(*field).is_some_and(|v| v.origin == id),
        What::Tag(value) => value.origin == id,
    };
    let hits: Vec<&Entry<'_>> = all.entries.iter().filter(is).collect();
    let below = |entry: &&&Entry<'_>| {
        near.iter()
            .any(|near| entry.path == **near || entry.path.starts_with(&format!("{near}.")))
    };
    let hit = hits.iter().find(below).or_else(|| hits.first())?;
    Some(hit.path.clone())
}

fn fields(kind: &Kind) -> impl Iterator<Item = (Field, &crate::schema::kind::Slot)> {
    let number = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let arguments = kind.args.iter().enumerate();
    let properties = kind.props.iter().enumerate();
    arguments
        .map(move |(n, slot)| (Field::Arg(number(n)), slot))
        .chain(properties.map(move |(n, slot)| (Field::Prop(number(n)), slot)))
}

/// What a node says itself, defaults included.
fn parts(kind: &Kind, node: &Node) -> Vec<Part> {
    let part = |(field, slot): (Field, &crate::schema::kind::Slot)| {
        let said: Vec<&ValueField> = node.values(field).collect();
        let default = || slot.default.as_ref().map(ToString::to_string);
        let (value, origin) = match said.first() {
            Some(first) => {
                let words: Vec<String> = said.iter().map(|v| v.lit.to_string()).collect();
                (words.join(" "), first.origin)
            }
            None => (default()?, node.origin),
        };
        Some(Part {
            name: slot.name.clone(),
            value,
            origin,
            is_default: said.is_empty(),
        })
    };
    fields(kind).filter_map(part).collect()
}

fn inner(vocabulary: &Vocabulary, node: &Node) -> Vec<String> {
    (0..node.children.len())
        .filter_map(|at| names(vocabulary, node, false, at).into_iter().next())
        .collect()
}

/// The names of a child in its parent, the one we would use first.
fn names(vocabulary: &Vocabulary, parent: &Node, is_top: bool, at: usize) -> Vec<String> {
    let Some(child) = parent.children.get(at) else {
        return Vec::new();
    };
    let kind = vocabulary.kind(child.kind);
    let word = kind.name.as_str();
    let alike: Vec<usize> = (0..parent.children.len())
        .filter(|n| {
            parent
                .children
                .get(*n)
                .is_some_and(|c| c.kind == child.kind)
        })
        .collect();
    let key = child.key(&kind.key).replace(' ', ".");
    let name = kind
        .field("name")
        .and_then(|field| child.value(field))
        .map(|value| value.lit.to_string());
    let mut names = Vec::new();
    if let Some(name) = name.as_ref().filter(|_| BY_NAME.contains(&word)) {
        names.push(name.clone());
    }
    let cluster = kind.field("cluster").and_then(|field| child.value(field));
    if let Some(name) = &name {
        names.push(format!("{word}.{name}"));
        // What is declared for a cluster may be looked for there.
        if let Some(cluster) = cluster.filter(|_| is_top) {
            names.push(format!("{}.{word}.{name}", cluster.lit));
            names.push(format!("{}.{name}", cluster.lit));
        }
        if is_top {
            names.push(name.clone());
        }
    }
    if !key.is_empty() {
        names.push(format!("{word}.{key}"));
        // The whole key is rarely needed: the first part of it tells most of them apart.
        if let Some((first, _)) = key.split_once('.') {
            names.push(format!("{word}.{first}"));
        }
    }
    if let [_] = alike.as_slice() {
        names.push(word.to_owned());
    } else if key.is_empty() {
        let number = alike.iter().position(|n| *n == at).unwrap_or(0) + 1;
        names.push(format!("{word}.{number}"));
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn join(above: &str, name: &str) -> String {
    if above.is_empty() {
        name.to_owned()
    } else {
        format!("{above}.{name}")
    }
}
