//! What is under the cursor, in Markdown: what the language says of it, the final value, and why
//! that is so.

use std::ops::Range;

use tenantry_core::schema::{
    describe::{remarks, summary, type_of, usage},
    kind::{Kind, Slot},
    ty::Class,
};
use tenantry_syntax::around::{Part, Word};

use crate::{
    cursor::Cursor,
    host::{File, Snapshot},
    outline::Declared,
};

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The text that it is about.
    pub range: Range<u32>,
    /// Markdown.
    pub text: String,
}

/// What is there to say of what stands at an offset.
pub fn hover(snapshot: &Snapshot, path: &str, at: u32) -> Option<Hover> {
    let file = snapshot.file(path)?;
    let cursor = Cursor::at(snapshot, file, at);
    let (range, text) = match &cursor.part {
        Part::Name(word) => (word.range.clone(), page(cursor.kind()?)),
        Part::Argument { word, .. } => (
            word.range.clone(),
            value(snapshot, file, &cursor, word, at)?,
        ),
        Part::Value { word, .. } => (
            word.range.clone(),
            value(snapshot, file, &cursor, word, at)?,
        ),
        Part::Key { word } => {
            let name = word.text.map(|text| text.value().into_owned());
            let meaning = cursor.node.as_ref()?.1;
            let slot = cursor.speaker.property(meaning, &name?)?;
            (word.range.clone(), field(slot))
        }
        _ => return None,
    };
    Some(Hover { range, text })
}

/// A value: what its name leads to, what its word means, or what its slot is for.
fn value(
    snapshot: &Snapshot,
    file: File<'_>,
    cursor: &Cursor<'_>,
    word: &Word<'_>,
    at: u32,
) -> Option<String> {
    let outline = snapshot.outline(file);
    if let (Some(id), Some(one)) = (file.id, outline.use_at(at)) {
        let names = &snapshot.known().names;
        let found = names.resolve(id, one);
        if let Some(declared) = found.first().and_then(|id| names.get(*id)) {
            return Some(declaration(declared));
        }
    }
    let slot = cursor.slot()?;
    let said = word.text.map(|text| text.value());
    let mut text = field(slot);
    if let (Class::Choice(choices), Some(said)) = (slot.ty.class, said)
        && let Some((word, doc)) = choices.iter().find(|(word, _)| *word == said)
    {
        text = format!("`{word}`: {}\n\n---\n{text}", doc.trim());
    }
    Some(text)
}

/// What a declaration says of itself.
pub fn declaration(declared: &Declared) -> String {
    let mut text = format!("```kdl\n{}\n```", declared.head);
    if let Some(doc) = &declared.doc {
        text += &format!("\n{doc}");
    }
    text
}

/// A kind: how it is written, what it is, and what may stand in it.
pub fn page(kind: &Kind) -> String {
    let mut text = format!("```kdl\n{}\n```\n{}", usage(kind), kind.doc);
    for slot in kind.args.iter().chain(&kind.props) {
        text += &format!("\n- {}", line(slot));
    }
    for remark in remarks(kind) {
        text += &format!("\n\n{remark}");
    }
    text
}

/// An argument or property: its type, its default, what it is for.
pub fn field(slot: &Slot) -> String {
    let mut text = line(slot);
    if let Class::Choice(choices) = slot.ty.class {
        for (word, doc) in choices {
            text += &format!("\n- `{word}`: {}", summary(doc.trim()));
        }
    } else {
        text += &format!("\n\n{} Such as `{}`.", slot.ty.doc, slot.ty.example);
    }
    text
}

fn line(slot: &Slot) -> String {
    let mut words = vec![match slot.ty.class {
        Class::Choice(_) => "one of its words".to_owned(),
        _ => type_of(slot),
    }];
    if slot.required {
        words.push("required".to_owned());
    }
    if let Some(default) = &slot.default {
        words.push(format!("default `{default}`"));
    }
    if let Some(bounds) = &slot.bounds {
        words.push(bounds.words());
    }
    let doc = slot.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}` ({}): {doc}", slot.name, words.join(", "))
}
