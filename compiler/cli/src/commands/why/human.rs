//! Answers for people.

use super::answer::{Answer, Document, Said, Spot, Step};
use crate::render::{markdown, style::Look, visible};

/// All answers, the environments of each named where there are any.
pub(super) fn render(document: &Document, look: Look) -> String {
    let texts: Vec<String> = document
        .answers
        .iter()
        .map(|answer| one(answer, look))
        .collect();
    texts.join("\n")
}

fn one(answer: &Answer, look: Look) -> String {
    let mut out = head(answer, look);
    for step in &answer.chain {
        out.push('\n');
        out += &link(step, look);
    }
    if answer.chain.is_empty() {
        out += "\n  nothing in the spec: tenantry writes it so for every estate\n";
    }
    if answer.says.len() > 1 || (answer.value.is_none() && !answer.says.is_empty()) {
        out += &format!("\n  {}\n", look.strong("it says"));
        let width = |of: fn(&Said) -> &str| {
            let widths = answer.says.iter().map(|said| of(said).chars().count());
            widths.max().unwrap_or(0).min(40)
        };
        let (names, values) = (width(|said| &said.name), width(|said| &said.value));
        for said in &answer.says {
            out += &said_line(said, names, values, look);
        }
    }
    if !answer.holds.is_empty() {
        let text = visible(&answer.holds.join(", "));
        out.push('\n');
        let first = format!("  {} ", look.strong("it holds"));
        out += &look.wrap(&text, &first, "    ");
        out.push('\n');
    }
    out
}

/// What the answer is about.
fn head(answer: &Answer, look: Look) -> String {
    let envs = match answer.envs.as_slice() {
        [] => String::new(),
        envs => look.faint(&format!("  in {}", envs.join(" and "))),
    };
    let path = answer.path.as_deref().map(visible);
    if let Some(line) = &answer.line {
        let mut out = format!("{}:{}{envs}\n", look.strong(&line.file), line.line);
        out += &format!("  │ {}\n", visible(&line.text));
        if let Some(path) = path {
            out += &format!("  decided by {}\n", look.code(&path));
        }
        if line.stale == Some(true) {
            let note = "the file on the disk is not what the spec yields now; this is the line as it would be built";
            out += &look.wrap(note, "  ", "  ");
            out.push('\n');
        }
        return out;
    }
    let value = answer.value.as_deref().map(visible);
    let value = value.map_or(String::new(), |value| format!(" = {}", look.code(&value)));
    let mut out = format!("{}{value}{envs}\n", look.strong(&path.unwrap_or_default()));
    if let Some(doc) = &answer.doc {
        out += &look.wrap(&markdown::inline(doc, look), "  ", "  ");
        out.push('\n');
    }
    out
}

/// A link: what happened, where, and the line as it stands.
fn link(step: &Step, look: Look) -> String {
    let mut out = look.wrap(&visible(&step.words), "  ", "  ");
    out.push('\n');
    if let Some(place) = &step.place {
        let within = match place.within.as_slice() {
            [] => String::new(),
            heads => look.faint(&format!("  ({})", visible(&heads.join(" › ")))),
        };
        out += &format!("    {}{within}\n", spot(place));
        out += &format!("    │ {}\n", visible(&shortened(&place.text)));
    }
    out
}

fn spot(place: &Spot) -> String {
    format!("{}:{}:{}", visible(&place.file), place.line, place.column)
}

fn said_line(said: &Said, names: usize, values: usize, look: Look) -> String {
    let place = match &said.place {
        _ if said.default => look.faint("the default"),
        Some(place) => spot(place),
        None => String::new(),
    };
    format!(
        "    {:names$}  {:values$}  {place}\n",
        said.name,
        visible(&shortened(&said.value)),
    )
}

/// Keys and images are long; nobody reads their middle.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 120;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    cut + "…"
}
