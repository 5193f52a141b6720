//! What a node of the text means: its kind, and the kind of what stands in its block.
//!
//! The compiler decodes what is whole and drops the rest. An editor asks about text that is half
//! typed, so the same vocabulary is walked here from the outside in, one node at a time, and a
//! node that means nothing yet still has a place in its parent.

use tenantry_core::schema::{
    kind::{Child, Field, Kind, KindId, Slot, Vocabulary},
    vocabulary::Special,
    words::{UnitId, Words},
};
use tenantry_syntax::ast::{self, Entry, Node};

/// What a node means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The kind that its arguments are of; none for free data and for what is unknown.
    pub head: Option<KindId>,
    /// A further kind whose properties may stand in its head: for `profile` the kind that it is
    /// for, for `in` that of its parent.
    pub beside: Option<KindId>,
    /// The kind in whose block its children stand; none where nothing of the language may.
    pub block: Option<KindId>,
    /// What it is beyond a node of a kind.
    pub role: Role,
}

/// What a node is beyond a node of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The top level of a file.
    Top,
    /// A node of its kind, built in or defined.
    Plain,
    /// One that any block may hold.
    Special(Special),
    /// `profile`.
    Profile,
    /// The `body` of a `define`.
    Body,
    /// What a test lays over the estate.
    Given,
    /// A row of a table.
    Row,
    /// Data of somebody else's schema.
    Free,
    /// No kind may be called so there.
    Unknown,
}

/// Who asks: the names in force, and whose they are.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'w> {
    /// What the spec declares.
    pub words: &'w Words,
    /// The estate, package or library whose file it is.
    pub unit: UnitId,
    /// The kind of the top level.
    pub root: KindId,
}

impl<'w> Speaker<'w> {
    /// The top level of a file.
    pub fn top(self) -> Meaning {
        Meaning {
            head: None,
            beside: None,
            block: Some(self.root),
            role: Role::Top,
        }
    }

    /// What `node` means in the block of a node that means `parent`.
    pub fn meaning(self, parent: Meaning, node: Node<'_>) -> Meaning {
        if parent.role == Role::Free {
            return FREE;
        }
        let Some(block) = parent.block else {
            return UNKNOWN;
        };
        let name = node.name();
        let kind = self.vocabulary().kind(block);
        if kind.free {
            return FREE;
        }
        if let Some(child) = kind.child(&name) {
            return self.plain(child, node);
        }
        if let Some(special) = Special::of(&name) {
            return self.special(special, block);
        }
        if let Some(define) = self.words.find(self.unit, &name) {
            let kind = self.words.define(define).kind;
            return Meaning {
                head: Some(kind),
                beside: None,
                block: Some(kind),
                role: Role::Plain,
            };
        }
        UNKNOWN
    }

    fn plain(self, child: &Child, node: Node<'_>) -> Meaning {
        let own = Meaning {
            head: Some(child.kind),
            beside: None,
            block: Some(child.kind),
            role: Role::Plain,
        };
        match child.name.as_str() {
            "profile" => {
                let of = self.profiled(node);
                Meaning {
                    beside: of,
                    block: of,
                    role: Role::Profile,
                    ..own
                }
            }
            "body" => Meaning {
                block: Some(self.body(node)),
                role: Role::Body,
                ..own
            },
            "given" => Meaning {
                block: Some(self.root),
                role: Role::Given,
                ..own
            },
            "row" => Meaning {
                role: Role::Row,
                ..own
            },
            _ if self.vocabulary().kind(child.kind).free => Meaning {
                role: Role::Plain,
                ..own
            },
            _ => own,
        }
    }

    fn special(self, special: Special, parent: KindId) -> Meaning {
        let declared = &self.vocabulary().universal_children;
        let word = Special::WORDS
            .iter()
            .find(|word| Special::of(word) == Some(special));
        let head = word.and_then(|word| declared.iter().find(|child| child.name == **word));
        let repeats = matches!(special, Special::In | Special::Each);
        Meaning {
            head: head.map(|child| child.kind),
            beside: (special == Special::In).then_some(parent),
            block: repeats.then_some(parent),
            role: Role::Special(special),
        }
    }

    /// The kind that a profile is for.
    fn profiled(self, node: Node<'_>) -> Option<KindId> {
        let said = node.entries().find_map(|entry| match entry {
            Entry::Prop(prop) if prop.name() == "for" => Some(prop.value()),
            _ => None,
        });
        let wanted = match &said {
            Some(ast::Scalar::Str(text)) => text.as_ref(),
            _ => "workload",
        };
        self.named(wanted)
    }

    /// A kind by its name, at the top level or in a tenant.
    pub fn named(self, name: &str) -> Option<KindId> {
        let top = self.vocabulary().kind(self.root);
        let tenant = top.child("tenant").map(|child| child.kind);
        let tenant = tenant.map(|kind| self.vocabulary().kind(kind));
        top.child(name)
            .or_else(|| tenant?.child(name))
            .map(|child| child.kind)
    }

    /// The kind of the blocks that a definition's body may stand in: the one that knows most of
    /// its nodes, since the body may be unfinished.
    fn body(self, node: Node<'_>) -> KindId {
        let names: Vec<_> = node.nodes().map(|node| node.name()).collect();
        let known = |kind: KindId| {
            let kind = self.vocabulary().kind(kind);
            names
                .iter()
                .filter(|name| kind.child(name).is_some())
                .count()
        };
        let candidates = ["workload", "tenant", "cluster", "pool"];
        let candidates = candidates.iter().filter_map(|name| self.named(name));
        let mut best = (self.root, known(self.root));
        for kind in candidates {
            let count = known(kind);
            if count > best.1 {
                best = (kind, count);
            }
        }
        best.0
    }

    /// The kinds of all definitions and of the language.
    pub fn vocabulary(self) -> &'w Vocabulary {
        &self.words.vocabulary
    }

    /// A kind, where there is one.
    pub fn kind(self, id: Option<KindId>) -> Option<&'w Kind> {
        id.map(|id| self.vocabulary().kind(id))
    }

    /// What the nodes of a path, the outermost first, mean.
    pub fn along<'a>(self, path: impl IntoIterator<Item = Node<'a>>) -> Vec<Meaning> {
        let mut meanings = Vec::new();
        let mut parent = self.top();
        for node in path {
            parent = self.meaning(parent, node);
            meanings.push(parent);
        }
        meanings
    }

    /// The slot of an argument by its position.
    pub fn argument(self, of: Meaning, index: usize) -> Option<(Field, &'w Slot)> {
        let kind = self.kind(of.head)?;
        let last = kind.args.len().checked_sub(1)?;
        let at = match kind.args.get(index) {
            Some(_) => index,
            None if kind.args[last].list => last,
            None => return None,
        };
        Some((Field::Arg(u16::try_from(at).ok()?), &kind.args[at]))
    }

    /// The slot of a property by its name.
    pub fn property(self, of: Meaning, name: &str) -> Option<&'w Slot> {
        let own = self.kind(of.head).and_then(|kind| kind.prop(name));
        let beside = || self.kind(of.beside)?.prop(name);
        let found = own.or_else(beside).map(|(_, slot)| slot);
        found.or_else(|| {
            let universal = &self.vocabulary().universal_props;
            universal.iter().find(|slot| slot.name == name)
        })
    }
}

const FREE: Meaning = Meaning {
    head: None,
    beside: None,
    block: None,
    role: Role::Free,
};

const UNKNOWN: Meaning = Meaning {
    head: None,
    beside: None,
    block: None,
    role: Role::Unknown,
};
