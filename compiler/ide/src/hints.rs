//! Values within the text: what a profile brought, what an expression comes to, what another
//! environment sets, how large a workload is on its node, and where it stands.
//!
//! They are of one environment, and only of text that was analysed: a hint beside an older line
//! would say what is not so.

use std::{collections::BTreeMap, ops::Range};

use tenantry_core::{
    FileId,
    compile::{Analysed, Kept},
    model::{Id, Replicas, Workload},
    origin::How,
    place::least_replicas,
    schema::{
        kind::{Field, Kind},
        node::{Node as Resolved, ValueField},
    },
    units::Bytes,
};
use tenantry_syntax::{
    Span,
    ast::{Entry, Node, Scalar},
};

use crate::{
    host::Snapshot,
    lenses::{environment, hosts},
};

/// What a hint tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintSort {
    /// A value that a profile brought.
    Inherited,
    /// A value that was worked out, or set by an environment.
    Derived,
    /// Where a workload stands.
    Placement,
}

/// A few words behind something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Behind this byte.
    pub at: u32,
    /// The words.
    pub text: String,
    /// What it tells.
    pub sort: HintSort,
}

/// So many values of a profile are said.
const MOST: usize = 4;
/// What overheads are rounded up to.
const MIB: Bytes = Bytes::new(1 << 20);
/// So many hosts are named.
const HOSTS: usize = 3;

/// The hints of some bytes of a file, in the environment of that name or else the first.
pub fn hints(snapshot: &Snapshot, path: &str, range: &Range<u32>, env: Option<&str>) -> Vec<Hint> {
    let file = snapshot.file(path).filter(|file| file.is_current);
    let newest = std::ptr::eq(snapshot.known(), snapshot.whole());
    let (Some(file), Some(analysed), true) = (file, environment(snapshot, env), newest) else {
        return Vec::new();
    };
    let Some(id) = file.id else {
        return Vec::new();
    };
    let kept = &analysed.kept;
    let here = kept
        .estate
        .workloads
        .iter()
        .filter(|(_, workload)| workload.spec.meta.span.file == id);
    let mut walk = Walk {
        analysed,
        file: id,
        range,
        workloads: here
            .map(|(id, workload)| (workload.spec.meta.span.start, id))
            .collect(),
        found: Vec::new(),
    };
    let nodes: Vec<Node<'_>> = file.parse.document().nodes().collect();
    walk.level(&nodes, &kept.estate.text.root);
    walk.found
        .retain(|hint| range.start <= hint.at && hint.at <= range.end);
    walk.found
}

struct Walk<'s> {
    analysed: &'s Analysed,
    file: FileId,
    range: &'s Range<u32>,
    /// The workloads of the file, by where they begin.
    workloads: BTreeMap<u32, Id<Workload>>,
    found: Vec<Hint>,
}

impl Walk<'_> {
    fn kept(&self) -> &Kept {
        &self.analysed.kept
    }

    fn add(&mut self, at: u32, text: String, sort: HintSort) {
        self.found.push(Hint { at, text, sort });
    }

    /// The nodes of a block, each with what it came to. What is expanded is not one thing, and has
    /// no hints.
    fn level(&mut self, nodes: &[Node<'_>], parent: &Resolved) {
        let seen: Vec<Node<'_>> = nodes
            .iter()
            .copied()
            .filter(|node| self.sees(*node))
            .collect();
        if seen.is_empty() {
            return;
        }
        let children = parent
            .children
            .iter()
            .filter(|child| child.span.file == self.file);
        let children: BTreeMap<u32, &Resolved> =
            children.map(|child| (child.span.start, &**child)).collect();
        for node in seen {
            match children.get(&node.span().start) {
                Some(child) => self.node(node, child),
                None => self.replaced(node, nodes, parent),
            }
        }
    }

    fn sees(&self, node: Node<'_>) -> bool {
        let span = node.span();
        span.start <= self.range.end && self.range.start <= span.end
    }

    fn node(&mut self, node: Node<'_>, resolved: &Resolved) {
        self.values(node, resolved);
        let children: Vec<Node<'_>> = node.nodes().collect();
        for like in children.iter().filter(|child| child.name() == "like") {
            self.inherited(*like, resolved);
        }
        let workload = self.workloads.get(&node.span().start).copied();
        if let Some(id) = workload {
            self.workload(node, &children, id);
        }
        self.level(&children, resolved);
    }

    /// Expressions, and values that the environment sets otherwise.
    fn values(&mut self, node: Node<'_>, resolved: &Resolved) {
        let mut argument = 0;
        for entry in node.entries() {
            let (span, text, field) = match entry {
                Entry::Arg(arg) => {
                    argument += 1;
                    (arg.value_span(), arg.text(), Some(Field::Arg(argument - 1)))
                }
                Entry::Prop(prop) => (prop.value_span(), prop.text(), None),
            };
            let is_there = |value: &&ValueField| {
                value.span.file == self.file && value.span.start == span.start
            };
            let own = resolved.fields.iter().find(is_there);
            if let Some(value) = own {
                let written = text
                    .map(|text| text.value().into_owned())
                    .unwrap_or_default();
                let shown = value.lit.to_string();
                if written.contains('$') && shown.len() <= 60 {
                    self.add(span.end, format!("= {shown}"), HintSort::Derived);
                }
            } else if let Some(field) = field
                && let Some(value) = resolved.values(field).next()
            {
                self.overridden(span, value);
            }
        }
    }

    /// A node in whose place an `in` beside it has set another.
    fn replaced(&mut self, node: Node<'_>, beside: &[Node<'_>], parent: &Resolved) {
        let Some(env) = &self.analysed.env else {
            return;
        };
        let vocabulary = &self.kept().estate.text.words.vocabulary;
        let name = node.name();
        let within = |at: Span| {
            let mut blocks = beside
                .iter()
                .filter(|node| node.name() == "in")
                .map(|node| node.span());
            at.file == self.file
                && blocks.any(|block| block.start <= at.start && at.end <= block.end)
        };
        let set = parent.children.iter();
        let mut set =
            set.filter(|child| within(child.span) && vocabulary.kind(child.kind).name == *name);
        if let (Some(child), None) = (set.next(), set.next()) {
            let differs = differs(vocabulary.kind(child.kind), node, child);
            if !differs.is_empty() {
                let text = format!("{} in {env}", differs.join(" "));
                self.add(node.head_span().end, text, HintSort::Derived);
            }
        }
    }

    fn overridden(&mut self, span: Span, value: &ValueField) {
        let how = self.kept().estate.origins.get(value.origin).how;
        if let (How::Environment, Some(env)) = (how, &self.analysed.env) {
            let text = format!("{} in {env}", value.lit);
            self.add(span.end, text, HintSort::Derived);
        }
    }

    /// What a `like` brought to its node.
    fn inherited(&mut self, like: Node<'_>, resolved: &Resolved) {
        let span = like.span();
        let origins = &self.kept().estate.origins;
        let brought = |origin| {
            let origin = origins.get(origin);
            let by = origin.from.get(1).and_then(|like| origins.get(*like).span);
            origin.how == How::Profile
                && by.is_some_and(|by| {
                    by.file == self.file && span.start <= by.start && by.end <= span.end
                })
        };
        let vocabulary = &self.kept().estate.text.words.vocabulary;
        let kind = vocabulary.kind(resolved.kind);
        let fields = resolved.fields.iter().filter(|value| brought(value.origin));
        let fields = fields.filter_map(|value| match value.field {
            Field::Prop(at) => {
                let slot = kind.props.get(usize::from(at))?;
                Some(format!("{}={}", slot.name, value.lit))
            }
            Field::Arg(_) => None,
        });
        let children = resolved
            .children
            .iter()
            .filter(|child| brought(child.origin));
        let children = children.map(|child| {
            let name = &vocabulary.kind(child.kind).name;
            format!("{name} {}", arguments(child)).trim_end().to_owned()
        });
        let all: Vec<String> = fields.chain(children).collect();
        if all.is_empty() {
            return;
        }
        let more = all.len().saturating_sub(MOST);
        let mut text = all.into_iter().take(MOST).collect::<Vec<_>>().join(", ");
        if more > 0 {
            text += &format!(" and {more} more");
        }
        self.add(like.head_span().end, text, HintSort::Inherited);
    }

    fn workload(&mut self, node: Node<'_>, children: &[Node<'_>], id: Id<Workload>) {
        if let Some(text) = self.place(id) {
            self.add(node.head_span().end, text, HintSort::Placement);
        }
        for child in children {
            let text = match &*child.name() {
                "memory" => self.memory(id),
                "replicas" => self.replicas(id),
                _ => None,
            };
            if let Some(text) = text {
                self.add(child.head_span().end, text, HintSort::Derived);
            }
        }
    }

    /// The hosts of a workload, where the backend takes explicit ones.
    fn place(&self, id: Id<Workload>) -> Option<String> {
        let mut names: Vec<&str> = hosts(self.kept(), id).collect();
        names.dedup();
        let more = names.len().saturating_sub(HOSTS);
        names.truncate(HOSTS);
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!names.is_empty()).then(|| format!("on {}{more}", names.join(", ")))
    }

    /// What memory comes with: huge pages by their number, and what the guest costs beside its own.
    fn memory(&self, id: Id<Workload>) -> Option<String> {
        let footprint = self.kept().placement.as_ref()?.footprints.get(&id)?;
        let pages = footprint.hugepages.iter().filter_map(|(size, total)| {
            let count = total.div_exact(*size).filter(|count| *count > 0)?;
            Some(format!("{count} pages of {size}"))
        });
        let mut words: Vec<String> = pages.collect();
        let overhead = footprint.overhead.iter().map(|(_, bytes)| *bytes);
        let overhead = overhead.reduce(|sum, one| sum.checked_add(one).unwrap_or(sum));
        // What the backend computes is never round, and nobody reads bytes.
        let whole = overhead.and_then(|bytes| bytes.div_ceil(MIB));
        if let Some(whole) = whole.filter(|whole| *whole > 0) {
            words.push(format!("+ {whole}MiB overhead"));
        }
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// How many there are in all, where the text says how many in each place.
    fn replicas(&self, id: Id<Workload>) -> Option<String> {
        let estate = &self.kept().estate;
        let workload = &estate.workloads[id];
        let total = least_replicas(estate, workload);
        match workload.replicas {
            Replicas::PerNode(_) | Replicas::PerZone(_) => Some(format!("= {total}")),
            Replicas::Fixed(_) | Replicas::Scaled { .. } => None,
        }
    }
}

/// What the head of a node says otherwise than another text of it does, as one would write it.
fn differs(kind: &Kind, written: Node<'_>, node: &Resolved) -> Vec<String> {
    let said: Vec<(Field, String)> = said(kind, written).collect();
    let same = |value: &&ValueField| {
        let shown = value.lit.to_string();
        !said.contains(&(value.field, shown))
    };
    let fields = node.fields.iter().filter(same);
    let words = fields.filter_map(|value| match value.field {
        Field::Arg(_) => Some(value.lit.to_string()),
        Field::Prop(at) => {
            let slot = kind.props.get(usize::from(at))?;
            Some(format!("{}={}", slot.name, value.lit))
        }
    });
    words.collect()
}

/// The values of a node's head, each by its field.
fn said<'n>(kind: &'n Kind, node: Node<'n>) -> impl Iterator<Item = (Field, String)> + 'n {
    let last = kind.args.len().saturating_sub(1);
    let mut index = 0;
    node.entries().filter_map(move |entry| {
        let (field, value) = match entry {
            Entry::Arg(arg) => {
                let at = u16::try_from(last.min(index)).ok()?;
                index += 1;
                (Field::Arg(at), arg.value())
            }
            Entry::Prop(prop) => (kind.prop(&prop.name())?.0, prop.value()),
        };
        let shown = match value {
            Scalar::Str(text) => text.into_owned(),
            Scalar::Bool(is) => format!("#{is}"),
            Scalar::Int(number) => number.to_string(),
            Scalar::Number(number) => number.to_owned(),
            Scalar::Null => return None,
        };
        Some((field, shown))
    })
}

/// The first arguments of a node, as one would write them.
fn arguments(node: &Resolved) -> String {
    let arguments = node.fields.iter();
    let arguments = arguments.filter(|value| matches!(value.field, Field::Arg(_)));
    let words: Vec<String> = arguments
        .take(2)
        .map(|value| value.lit.to_string())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn values_are_told_where_they_come_from_elsewhere() {
        let ground =
            crate::actions::ground().replace("estate demo", "estate demo {\n    env prod dev\n}");
        let fixture = Fixture::new(&format!(
            r#"{ground}
//- tenants.kdl
param size type=int default=2 {{
    in prod 3
}}
profile small {{
    cpu 1
    memory "1GiB"
}}
tenant acme {{
    quota cpu=32 memory="64GiB"
    workload web {{
        like small
        replicas "${{size * 2}}"
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
    }}
    workload api {{
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        in prod {{ memory "2GiB" }}
        replicas 1 per=node
    }}
}}
"#
        ));
        let snapshot = fixture.snapshot();
        let path = "tenants.kdl";
        let drawn = |env: &str| {
            let found = hints(&snapshot, path, &(0..u32::MAX), Some(env));
            let marks = found.into_iter().map(|hint| (hint.at..hint.at, hint.text));
            crate::fixture::drawn(fixture.text(path), marks.collect())
        };
        insta::assert_snapshot!(format!("{}---\n{}", drawn("prod"), drawn("dev")));
        let few = hints(&snapshot, path, &(0..10), None);
        assert_eq!(few, []);
    }

    #[test]
    fn of_a_node_that_an_environment_replaces_it_says_what_differs() {
        let ground = crate::actions::ground().replace(
            "    cni cilium",
            "    in prod {\n        network-plan nodes=\"10.20.0.0/22\"\n    }\n    cni cilium",
        );
        let ground = ground.replace("estate demo", "estate demo {\n    env prod dev\n}");
        let ground = ground.replace(
            "    cpu epyc-9354\n",
            "    cpu epyc-9354\n    in prod {\n        nodes 3 first-ip=\"10.20.0.21\"\n        cpu epyc-9354\n    }\n",
        );
        let fixture = Fixture::new(&ground);
        let snapshot = fixture.snapshot();
        let found = hints(&snapshot, "tenantry.kdl", &(0..u32::MAX), Some("prod"));
        let marks = found.into_iter().map(|hint| (hint.at..hint.at, hint.text));
        let drawn = crate::fixture::drawn(fixture.text("tenantry.kdl"), marks.collect());
        insta::assert_snapshot!(drawn);
    }
}
