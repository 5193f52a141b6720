//! A node of a kind with all that it needs, values filled in with what is there or with an
//! example.

use std::collections::BTreeSet;

use tenantry_core::schema::{
    kind::{Child, Kind, Slot},
    ty::Class,
};
use tenantry_syntax::format::word;

use crate::{
    host::{File, Snapshot},
    meaning::Speaker,
};

/// Needs within needs are filled in down to here.
const DEPTH: usize = 4;

/// Numbers that ports of these names mostly have.
const PORTS: &[(&str, u16)] = &[
    ("amqp", 5672),
    ("dns", 53),
    ("grpc", 50051),
    ("https", 443),
    ("metrics", 9090),
    ("mysql", 3306),
    ("postgres", 5432),
    ("redis", 6379),
    ("sql", 5432),
    ("ssh", 22),
];

/// What a port of another name mostly has.
const PLAIN: u16 = 8080;

pub(super) struct Skeleton<'s> {
    snapshot: &'s Snapshot,
    speaker: Speaker<'s>,
}

impl<'s> Skeleton<'s> {
    pub(super) fn new(snapshot: &'s Snapshot, file: File<'s>) -> Self {
        Self {
            snapshot,
            speaker: snapshot.speaker(file),
        }
    }

    fn top(&self, name: &str) -> Option<&'s Child> {
        self.speaker
            .vocabulary()
            .kind(self.speaker.root)
            .child(name)
    }

    /// Whether a kind stands at the top level.
    pub(super) fn is_top(&self, name: &str) -> bool {
        self.top(name).is_some()
    }

    /// Whether a kind stands in tenants.
    pub(super) fn is_tenants(&self, name: &str) -> bool {
        self.in_tenant(name).is_some()
    }

    fn in_tenant(&self, name: &str) -> Option<&'s Child> {
        let tenant = self.top("tenant")?;
        self.speaker.vocabulary().kind(tenant.kind).child(name)
    }

    /// A number for a port of this name of a workload, given by its path: none of those that the
    /// workload has already.
    pub(super) fn port(&self, name: &str, of: &str) -> u16 {
        let estates = self.snapshot.environments().iter();
        let workloads = estates.flat_map(|one| one.kept.estate.workloads.values());
        let own = workloads.filter(|workload| *workload.path == *of);
        let ports = own.flat_map(|workload| workload.spec.ports());
        let taken: BTreeSet<String> = ports.map(|port| port.number.value.to_string()).collect();
        let known = PORTS.iter().find(|(known, _)| *known == name);
        let known = known.map(|(_, number)| *number).into_iter();
        let mut numbers = known.chain(PLAIN..=u16::MAX);
        let free = numbers.find(|number| !taken.contains(&number.to_string()));
        free.unwrap_or(PLAIN)
    }

    /// A node of this kind and name; `depth` is how deep it will stand.
    pub(super) fn node(&self, kind: &str, name: &str, depth: usize) -> Option<String> {
        let child = if depth == 0 {
            self.top(kind)
        } else {
            self.in_tenant(kind)
        };
        let kind = self.speaker.vocabulary().kind(child?.kind);
        let mut out = kind.name.clone();
        self.head(kind, Some(name), &mut out);
        self.block(kind, depth, 0, &mut out);
        Some(out)
    }

    fn head(&self, kind: &Kind, name: Option<&str>, out: &mut String) {
        for (at, slot) in kind.args.iter().enumerate() {
            match (at, name) {
                (0, Some(name)) => *out += &format!(" {}", word(name)),
                _ if slot.required => *out += &format!(" {}", self.value(slot)),
                _ => {}
            }
        }
        for slot in kind.props.iter().filter(|slot| slot.required) {
            *out += &format!(" {}={}", slot.name, self.value(slot));
        }
    }

    fn block(&self, kind: &Kind, depth: usize, level: usize, out: &mut String) {
        // Of workloads, what needs least; of other kinds the first word of the group.
        let first = kind.one_of.iter().filter_map(|group| {
            let plain = group.iter().find(|name| *name == "container");
            kind.child(plain.or(group.first())?)
        });
        let needed = kind.children.iter().filter(|child| child.required);
        let mut needed: Vec<&Child> = needed.chain(first).collect();
        needed.dedup_by_key(|child| child.kind);
        if needed.is_empty() || level == DEPTH {
            return;
        }
        let indent = |steps: usize| "    ".repeat(steps);
        *out += " {\n";
        for child in needed {
            let kind = self.speaker.vocabulary().kind(child.kind);
            *out += &indent(depth + 1);
            *out += &child.name;
            self.head(kind, None, out);
            self.block(kind, depth + 1, level + 1, out);
            out.push('\n');
        }
        *out += &indent(depth);
        out.push('}');
    }

    /// What a slot needs: a thing that there is, a word that it takes, or an example.
    fn value(&self, slot: &Slot) -> String {
        match slot.ty.class {
            Class::Reference(kinds) => {
                let mut known = self.snapshot.known().names.of_sorts(kinds);
                let name = known.next().map(|(_, declared)| word(&declared.name));
                name.unwrap_or_else(|| word(&slot.name))
            }
            Class::Choice(words) => words
                .first()
                .map_or_else(String::new, |(first, _)| word(first)),
            _ => {
                let example = slot.ty.example;
                let bare = example.starts_with(['"', '#']) || example.parse::<f64>().is_ok();
                if bare {
                    example.to_owned()
                } else {
                    word(example)
                }
            }
        }
    }
}
