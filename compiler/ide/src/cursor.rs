//! What is under the cursor: the part of the text, and what the language says of it.

use tenantry_core::schema::{
    kind::{Field, Kind, Slot},
    ty::Class,
};
use tenantry_syntax::{
    around::{self, Part, Word},
    ast::{Entry, Node},
};

use crate::{
    host::{File, Snapshot},
    meaning::{Meaning, Speaker},
};

/// What is under a cursor.
#[derive(Debug, Clone)]
pub struct Cursor<'s> {
    /// Who asks.
    pub speaker: Speaker<'s>,
    /// The nodes in whose blocks it stands, the outermost first, and what each means.
    pub blocks: Vec<(Node<'s>, Meaning)>,
    /// The node that it is a part of, and what that means; none where a new one would begin.
    pub node: Option<(Node<'s>, Meaning)>,
    /// Which part.
    pub part: Part<'s>,
}

impl<'s> Cursor<'s> {
    /// Looks at an offset of a file.
    pub fn at(snapshot: &'s Snapshot, file: File<'s>, offset: u32) -> Self {
        let speaker = snapshot.speaker(file);
        let around = around::around(file.parse, offset);
        let meanings = speaker.along(around.blocks.iter().copied());
        let blocks: Vec<_> = around.blocks.into_iter().zip(meanings).collect();
        let parent = blocks.last().map_or(speaker.top(), |(_, meaning)| *meaning);
        let node = around
            .node
            .map(|node| (node, speaker.meaning(parent, node)));
        Self {
            speaker,
            blocks,
            node,
            part: around.part,
        }
    }

    /// Looks at what a pointer is on: as [`Cursor::at`], but a word that begins there counts, where
    /// somebody who types would begin another before it.
    pub fn under(snapshot: &'s Snapshot, file: File<'s>, offset: u32) -> Self {
        let cursor = Self::at(snapshot, file, offset);
        if cursor.word().is_some() {
            return cursor;
        }
        let rest = file.parse.text().get(offset as usize..).unwrap_or_default();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let first = u32::try_from(first).unwrap_or(0);
        Self::at(snapshot, file, offset.saturating_add(first))
    }

    /// What the node means in whose block it stands, or the top level.
    pub fn parent(&self) -> Meaning {
        let last = self.blocks.last();
        last.map_or(self.speaker.top(), |(_, meaning)| *meaning)
    }

    /// The kind of the node that it is a part of.
    pub fn kind(&self) -> Option<&'s Kind> {
        self.speaker.kind(self.node.as_ref()?.1.head)
    }

    /// The argument or property that it is in the value of.
    pub fn slot(&self) -> Option<&'s Slot> {
        let meaning = self.node.as_ref()?.1;
        match &self.part {
            Part::Argument { index, .. } => Some(self.speaker.argument(meaning, *index)?.1),
            Part::Gap { argument } => Some(self.speaker.argument(meaning, *argument)?.1),
            Part::Value { key, .. } => self.speaker.property(meaning, key),
            _ => None,
        }
    }

    /// The word that it is in.
    pub fn word(&self) -> Option<&Word<'s>> {
        match &self.part {
            Part::Name(word)
            | Part::Argument { word, .. }
            | Part::Key { word }
            | Part::Value { word, .. } => Some(word),
            Part::Blank | Part::Gap { .. } | Part::Annotation | Part::Comment => None,
        }
    }

    /// The kinds that a name may be of where it stands.
    pub fn referred(&self) -> &'static [&'static str] {
        match self.slot().map(|slot| slot.ty.class) {
            Some(Class::Reference(kinds)) => kinds,
            _ => &[],
        }
    }

    /// The arguments that the node has before its key is complete.
    pub fn key_fields(&self) -> &'s [Field] {
        self.kind().map_or(&[], |kind| &kind.key)
    }

    /// The name of the nearest node of a kind around it: of its tenant, for example.
    pub fn within(&self, kind: &str) -> Option<String> {
        let own = self.node.iter().map(|(node, _)| *node);
        let around = self.blocks.iter().rev().map(|(node, _)| *node);
        let mut all = own.chain(around).filter(|node| node.name() == kind);
        all.find_map(first_argument)
    }
}

/// The first argument of a node, where it is text: its name, mostly.
pub fn first_argument(node: Node<'_>) -> Option<String> {
    let argument = node.entries().find_map(|entry| match entry {
        Entry::Arg(arg) => Some(arg),
        Entry::Prop(_) => None,
    })?;
    Some(argument.text()?.value().into_owned())
}

impl Snapshot {
    /// Who speaks in a file.
    pub fn speaker<'s>(&'s self, file: File<'s>) -> Speaker<'s> {
        Speaker {
            words: self.known().words(),
            unit: file.unit,
            root: self.known().root(),
        }
    }
}
