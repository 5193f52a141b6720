//! A kind of the language as documentation: the same declaration that decodes a spec.

use tenantry_core::schema::{
    describe::{argument_name, remarks, summary, type_of, usage},
    kind::{Child, Kind, Slot},
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

fn section(out: &mut String, title: &str, entries: impl Iterator<Item = String>, look: Look) {
    let entries: String = entries.collect();
    if !entries.is_empty() {
        *out += &format!("\n{}\n{entries}", look.strong(title));
    }
}

fn argument(slot: &Slot, look: Look) -> String {
    entry(&argument_name(slot), &qualities(slot), slot, look)
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
    if let Some(default) = &slot.default {
        words.push(format!("default {default}"));
    }
    if let Some(bounds) = &slot.bounds {
        words.push(bounds.words());
    } else if !matches!(
        slot.ty.class,
        Class::Choice(_) | Class::Reference(_) | Class::Text
    ) {
        words.push(format!("such as {}", slot.ty.example));
    }
    words.join(", ")
}
