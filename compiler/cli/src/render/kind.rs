//! A kind of the language as documentation: the same declaration that decodes a spec.

use tenantry_core::schema::{
    kind::{Child, Field, Kind, Slot},
    ty::Class,
};

use super::{markdown, style::Look};

/// A kind's page: what it is, how it is written, and all that may stand in it. `place` is where
/// it stands, such as `tenant.workload`.
pub(crate) fn page(kind: &Kind, place: &str, look: Look) -> String {
    let mut out = format!("{}\n\n", look.strong(place));
    out += &markdown::render(&kind.doc, look);
    out += &format!("\n  {}\n", look.code(&usage(kind)));
    section(
        &mut out,
        "Arguments",
        kind.args.iter().map(|slot| argument(slot, look)),
        look,
    );
    section(
        &mut out,
        "Properties",
        kind.props.iter().map(|slot| property(slot, look)),
        look,
    );
    section(
        &mut out,
        "Children",
        kind.children.iter().map(|child| child_entry(child, look)),
        look,
    );
    for line in remarks(kind) {
        out.push('\n');
        out += &look.wrap(&markdown::inline(&line, look), "", "");
        out.push('\n');
    }
    out
}

/// The first sentence of a doc.
pub(crate) fn summary(doc: &str) -> String {
    let paragraph: Vec<&str> = doc
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    let text = paragraph.join(" ");
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text,
    }
}

/// One line that shows the shape: `disk NAME SIZE [storage=REFERENCE] { … }`.
fn usage(kind: &Kind) -> String {
    let args = kind.args.iter().map(|slot| {
        let name = format!(
            "{}{}",
            slot.name.to_uppercase(),
            if slot.list { "…" } else { "" }
        );
        if slot.required {
            name
        } else {
            format!("[{name}]")
        }
    });
    let required = kind
        .props
        .iter()
        .filter(|slot| slot.required)
        .map(|slot| format!("{}={}", slot.name, type_of(slot)));
    let mut words: Vec<String> = std::iter::once(kind.name.clone())
        .chain(args)
        .chain(required)
        .collect();
    if kind.props.iter().any(|slot| !slot.required) {
        words.push("[property=…]".to_owned());
    }
    if kind.free || !kind.children.is_empty() {
        words.push("{ … }".to_owned());
    }
    words.join(" ")
}

fn section(out: &mut String, title: &str, entries: impl Iterator<Item = String>, look: Look) {
    let entries: String = entries.collect();
    if !entries.is_empty() {
        *out += &format!("\n{}\n{entries}", look.strong(title));
    }
}

fn argument(slot: &Slot, look: Look) -> String {
    let name = format!(
        "{}{}",
        slot.name.to_uppercase(),
        if slot.list { "…" } else { "" }
    );
    entry(&name, &qualities(slot), slot, look)
}

fn property(slot: &Slot, look: Look) -> String {
    entry(&slot.name, &qualities(slot), slot, look)
}

fn entry(name: &str, qualities: &str, slot: &Slot, look: Look) -> String {
    let mut out = format!("  {}  {}\n", look.code(name), look.faint(qualities));
    out += &paragraph(&slot.doc, look);
    if let Class::Choice(choices) = slot.ty.class {
        let width = choices
            .iter()
            .map(|(word, _)| word.len())
            .max()
            .unwrap_or(0);
        for (word, doc) in choices {
            let first = format!("      {}  ", look.code(&format!("{word:width$}")));
            let rest = " ".repeat(width + 8);
            out += &look.wrap(&markdown::inline(&summary(doc), look), &first, &rest);
            out.push('\n');
        }
    }
    out
}

fn child_entry(child: &Child, look: Look) -> String {
    let many = match (child.required, child.many) {
        (true, true) => "one or more",
        (true, false) => "required",
        (false, true) => "any number",
        (false, false) => "optional",
    };
    format!(
        "  {}  {}\n{}",
        look.code(&child.name),
        look.faint(many),
        paragraph(&summary(&child.doc), look)
    )
}

fn paragraph(doc: &str, look: Look) -> String {
    let text = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        text
    } else {
        look.wrap(&markdown::inline(&text, look), "      ", "      ") + "\n"
    }
}

/// Type, need and default, in a few words.
fn qualities(slot: &Slot) -> String {
    let mut words = vec![type_of(slot)];
    if slot.required {
        words.push("required".to_owned());
    }
    if let Some(default) = slot.default {
        words.push(format!("default {default}"));
    }
    if !matches!(
        slot.ty.class,
        Class::Choice(_) | Class::Reference(_) | Class::Text
    ) {
        words.push(format!("such as {}", slot.ty.example));
    }
    words.join(", ")
}

fn type_of(slot: &Slot) -> String {
    match slot.ty.class {
        Class::Choice(choices) => choices
            .iter()
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join("|"),
        Class::Reference(kinds) => format!("name of a {}", kinds.join(" or ")),
        Class::Value | Class::Text => slot.ty.name.to_owned(),
    }
}

/// What the tables do not say: keys, order, alternatives.
fn remarks(kind: &Kind) -> Vec<String> {
    let mut out = Vec::new();
    for group in &kind.one_of {
        out.push(format!("Exactly one of {} stands in it.", quoted(group)));
    }
    let key: Vec<String> = kind
        .key
        .iter()
        .filter_map(|field| key_name(kind, *field))
        .collect();
    if !key.is_empty() {
        out.push(format!("Two in one scope differ in {}.", key.join(" or ")));
    }
    if kind.ordered {
        out.push("The order of several means something.".to_owned());
    }
    if kind.free {
        out.push("Its block is free data in somebody else's schema: a node is a key, `-` an element of a list.".to_owned());
    }
    out
}

fn key_name(kind: &Kind, field: Field) -> Option<String> {
    let slot = kind.slot(field)?;
    Some(match field {
        Field::Arg(_) => slot.name.to_uppercase(),
        Field::Prop(_) => format!("`{}`", slot.name),
    })
}

fn quoted(words: &[String]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
