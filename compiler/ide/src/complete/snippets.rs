//! Nodes and properties with places to fill in, in the editors' common notation: `$1`,
//! `${1:name}`, `${1|one,of,these|}`; `$0` is where the cursor comes to rest.

use tenantry_core::schema::{
    kind::{Kind, Slot},
    ty::Class,
};

use super::spot::is_bare;
use crate::meaning::Speaker;

/// Required children of required children are filled in down to here.
const DEPTH: usize = 3;
const INDENT: &str = "    ";

/// A node: its name, the arguments and properties that it needs, and its block with the children
/// that it needs.
pub(super) fn node(speaker: Speaker<'_>, name: &str, kind: &Kind) -> String {
    let mut writer = Writer::default();
    writer.node(speaker, name, kind, 0);
    writer.out
}

/// A property with its value to fill in.
pub(super) fn property(slot: &Slot) -> String {
    let mut writer = Writer::default();
    writer.property(slot);
    writer.out
}

#[derive(Default)]
struct Writer {
    out: String,
    stops: usize,
}

impl Writer {
    fn node(&mut self, speaker: Speaker<'_>, name: &str, kind: &Kind, depth: usize) {
        self.out += &escaped(name);
        let needed = |slot: &&Slot| slot.required;
        let mut arguments: Vec<&Slot> = kind.args.iter().filter(needed).collect();
        if arguments.is_empty() {
            arguments.extend(kind.args.first().filter(|slot| slot.list));
        }
        for slot in arguments {
            self.out.push(' ');
            self.value(slot);
        }
        for slot in kind.props.iter().filter(needed) {
            self.out.push(' ');
            self.property(slot);
        }
        self.block(speaker, kind, depth);
        if depth == 0 && !self.out.contains("$0") {
            self.out += "$0";
        }
    }

    fn block(&mut self, speaker: Speaker<'_>, kind: &Kind, depth: usize) {
        let needed: Vec<_> = kind.children.iter().filter(|it| it.required).collect();
        let opens = depth == 0 && mostly_has_a_block(kind);
        if depth >= DEPTH || needed.is_empty() && !opens {
            return;
        }
        self.out += " {";
        for child in needed {
            self.line(depth + 1);
            let kind = speaker.vocabulary().kind(child.kind);
            self.node(speaker, &child.name, kind, depth + 1);
        }
        if depth == 0 {
            self.line(1);
            self.out += "$0";
        }
        self.line(depth);
        self.out.push('}');
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        self.out += &INDENT.repeat(depth);
    }

    fn property(&mut self, slot: &Slot) {
        self.out += &escaped(&slot.name);
        self.out.push('=');
        self.value(slot);
    }

    fn value(&mut self, slot: &Slot) {
        self.stops += 1;
        let stop = self.stops;
        let words = match slot.ty.class {
            Class::Choice(choices) => choices.iter().map(|(word, _)| *word).collect(),
            _ if slot.ty.name == "bool" => vec!["#true", "#false"],
            _ => Vec::new(),
        };
        if !words.is_empty() {
            let words: Vec<String> = words.into_iter().map(choice).collect();
            self.out += &format!("${{{stop}|{}|}}", words.join(","));
            return;
        }
        let example = slot.ty.example.trim_matches('"');
        let text = match (slot.ty.class, slot.ty.name) {
            (Class::Reference(_), _) | (_, "name" | "string" | "text" | "value") => &slot.name,
            _ => example,
        };
        let bare = match slot.ty.class {
            Class::Reference(_) => true,
            _ => slot.ty.name != "string" && slot.ty.name != "text" && may_be_bare(text),
        };
        let quote = if bare { "" } else { "\"" };
        self.out += &format!("{quote}${{{stop}:{}}}{quote}", escaped(text));
    }
}

fn may_be_bare(text: &str) -> bool {
    is_bare(text) || text.parse::<u64>().is_ok()
}

/// Whether a node of the kind says most of what it has to say in its block.
fn mostly_has_a_block(kind: &Kind) -> bool {
    kind.free || kind.children.len() > kind.args.len() + kind.props.len() || !kind.one_of.is_empty()
}

/// Plain text within a snippet.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// One of the words of a choice within a snippet.
fn choice(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if matches!(c, ',' | '|' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
