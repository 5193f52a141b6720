//! What is under the cursor, in Markdown: what the language says of it, the final value, and why
//! that is so.

use std::ops::Range;

use tenantry_core::{
    cel::Function,
    rules,
    schema::{
        describe::{remarks, summary, type_of, usage},
        kind::{Field, Kind, Slot},
        ty::Class,
    },
};
use tenantry_syntax::{
    around::{Part, Word},
    ast::{Entry, Node, Scalar},
};

use crate::{
    cursor::Cursor,
    facts,
    host::{File, Snapshot},
    outline::{COLUMN, Declared, RULE},
    subject::Subject,
    values,
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
    let asked = Asked {
        snapshot,
        file,
        cursor: Cursor::under(snapshot, file, at),
        at,
    };
    let word = asked.cursor.word()?;
    let parts = match &asked.cursor.part {
        Part::Name(_) => asked.name()?,
        Part::Argument { index, .. } => asked.argument(word, *index)?,
        Part::Value { key, .. } => asked.property(word, key)?,
        Part::Key { .. } => asked.key(word)?,
        _ => return None,
    };
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    // A name within a longer text is pointed at alone.
    let named = asked.subject();
    Some(Hover {
        range: named.map_or_else(|| word.range.clone(), |found| found.range),
        text: parts.join("\n\n---\n"),
    })
}

/// A question, and what stands where it is asked. Each answer is in parts, of which the empty
/// ones are left out.
struct Asked<'s> {
    snapshot: &'s Snapshot,
    file: File<'s>,
    cursor: Cursor<'s>,
    at: u32,
}

impl<'s> Asked<'s> {
    /// The name of a node: its kind, what counts of it, and what it has from elsewhere.
    fn name(&self) -> Option<Vec<String>> {
        let kind = self.cursor.kind()?;
        let (node, _) = self.cursor.node.as_ref()?;
        let outline = self.snapshot.outline(self.file);
        let own = outline.declared.iter().find(|one| one.span == node.span());
        let mut parts = vec![page(kind)];
        if let Some(own) = own {
            parts.push(list(&facts::of(self.snapshot, own)));
        }
        let head = node.head_span();
        for (at, slot) in (0u16..).zip(&kind.args) {
            let field = Field::Arg(at);
            if !kind.key.contains(&field) && own.is_none() {
                let written = written(*node, usize::from(at));
                parts.extend(self.finally((field, slot), written.as_deref()));
            }
        }
        parts.push(list(&values::brought(self.snapshot, self.file, head)));
        Some(parts)
    }

    fn argument(&self, word: &Word<'_>, index: usize) -> Option<Vec<String>> {
        if let Some(parts) = self.named() {
            return Some(parts);
        }
        let meaning = self.cursor.node.as_ref()?.1;
        let slot = self.cursor.speaker.argument(meaning, index)?;
        Some(self.value(word, slot))
    }

    fn property(&self, word: &Word<'_>, key: &str) -> Option<Vec<String>> {
        if let Some(parts) = self.named() {
            return Some(parts);
        }
        match self.cursor.kind().and_then(|kind| kind.prop(key)) {
            Some(slot) => Some(self.value(word, slot)),
            None => Some(vec![field(self.cursor.slot()?)]),
        }
    }

    fn key(&self, word: &Word<'_>) -> Option<Vec<String>> {
        let key = word.text?.value().into_owned();
        let (node, meaning) = self.cursor.node.as_ref()?;
        let slot = self.cursor.speaker.property(*meaning, &key)?;
        let mut parts = vec![field(slot)];
        let said = node.entries().find_map(|entry| match entry {
            Entry::Prop(prop) if prop.name() == key => Some(scalar(prop.value())),
            _ => None,
        });
        if let Some(found) = self.cursor.kind().and_then(|kind| kind.prop(&key)) {
            parts.extend(self.finally(found, said.as_deref()));
        }
        Some(parts)
    }

    /// What a slot is for, what the word in it means, and what it comes to.
    fn value(&self, word: &Word<'_>, (at, slot): (Field, &Slot)) -> Vec<String> {
        let said = word.text.map(|text| text.value().into_owned());
        let mut parts = Vec::new();
        if let (Class::Choice(choices), Some(said)) = (slot.ty.class, &said)
            && let Some((word, doc)) = choices.iter().find(|(word, _)| word == said)
        {
            parts.push(format!("`{word}`: {}", doc.trim()));
        }
        parts.push(field(slot));
        let range = word.range.start as usize..word.range.end as usize;
        let bare = || self.file.parse.text().get(range).map(str::to_owned);
        let written = said.or_else(bare);
        parts.extend(self.finally((at, slot), written.as_deref()));
        parts
    }

    /// What a slot of the node comes to, where its text does not say that itself.
    fn finally(&self, slot: (Field, &Slot), written: Option<&str>) -> Option<String> {
        let (node, _) = self.cursor.node.as_ref()?;
        let said = written.map(|text| text.trim_start_matches('#'));
        values::of_slot(self.snapshot, self.file, node.head_span(), slot, said)
    }

    /// A name: what it is the name of, and what counts of that.
    fn named(&self) -> Option<Vec<String>> {
        let subject = self.subject();
        let names = &self.snapshot.known().names;
        if let Some(subject) = &subject {
            let declared = subject.declared.iter().filter_map(|id| names.get(*id));
            let mut declared: Vec<&Declared> = declared.collect();
            declared.sort_by_key(|one| one.is_overlay);
            if let Some(declared) = declared.first() {
                let facts = facts::of(self.snapshot, declared);
                return Some(vec![self.shown(declared), list(&facts)]);
            }
        }
        let function = self.function();
        let rule = || self.rule();
        function.or_else(rule).map(|text| vec![text])
    }

    /// The name under the cursor, if it is declared. A column is told by the values of its rows.
    fn subject(&self) -> Option<Subject> {
        let names = &self.snapshot.known().names;
        let is_told = |subject: &Subject| {
            let mut declared = subject.declared.iter().filter_map(|id| names.get(*id));
            subject.is_declaration || declared.next().is_some_and(|one| one.sort != COLUMN)
        };
        self.snapshot.subject(self.file, self.at).filter(is_told)
    }

    /// A declaration: of what is described by its block, that too.
    fn shown(&self, declared: &Declared) -> String {
        let whole = DESCRIBED.contains(&declared.sort);
        let source = self.snapshot.known().analysis.sources.text(declared.span);
        if !whole || source.lines().count() > LINES {
            return declaration(declared);
        }
        let whole = Declared {
            head: source.trim_end().into(),
            ..declared.clone()
        };
        declaration(&whole)
    }

    /// The function whose name is under the cursor, in an expression.
    fn function(&self) -> Option<String> {
        let text = self.file.parse.text();
        let at = self.at as usize;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let before = text.get(..at)?;
        let from = before.trim_end_matches(is_name).len();
        let rest = text.get(from..)?;
        let name = rest.get(..rest.len() - rest.trim_start_matches(is_name).len())?;
        if !rest.get(name.len()..)?.starts_with('(') {
            return None;
        }
        let function = Function::of_name(name)?;
        Some(format!(
            "```cel\n{}\n```\n{}",
            function.usage(),
            function.doc()
        ))
    }

    /// The built-in rule that is named under the cursor.
    fn rule(&self) -> Option<String> {
        let outline = self.snapshot.outline(self.file);
        let one = outline.use_at(self.at)?;
        let rule = rules::find(&one.name).filter(|_| one.sorts.contains(&RULE))?;
        Some(format!(
            "`{}` ({}): {}",
            rule.name,
            rule.level.name(),
            rule.summary
        ))
    }
}

/// What is described by its block more than by its head.
const DESCRIBED: &[&str] = &[
    "cpu-model",
    "external",
    "gpu-model",
    "image",
    "network",
    "pool",
    "storage",
];

/// A longer block is left to who goes there.
const LINES: usize = 12;

fn list(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
    lines.join("\n")
}

/// An argument as it is written.
fn written(node: Node<'_>, index: usize) -> Option<String> {
    let arguments = node.entries().filter_map(|entry| match entry {
        Entry::Arg(arg) => Some(scalar(arg.value())),
        Entry::Prop(_) => None,
    });
    arguments.into_iter().nth(index)
}

/// A value as the language prints it.
pub(crate) fn scalar(value: Scalar<'_>) -> String {
    match value {
        Scalar::Str(text) => text.into_owned(),
        Scalar::Int(number) => number.to_string(),
        Scalar::Number(text) => text.to_owned(),
        Scalar::Bool(truth) => format!("#{truth}"),
        Scalar::Null => "#null".to_owned(),
    }
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
        let doc = slot.ty.doc.trim_end_matches('.');
        text += &format!("\n\n{doc}. Such as `{}`.", slot.ty.example);
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
    let told = format!("`{}` ({})", slot.name, words.join(", "));
    // An argument of a definition may say nothing of itself.
    if doc.is_empty() {
        return told;
    }
    format!("{told}: {doc}")
}

#[cfg(test)]
mod tests;
