//! Sheets for people: who calls whom, by who calls.

use super::{
    sheet::{Flow, Reason, Sheet},
    words::{self, Names},
};
use crate::render::{style::Look, visible};

/// Names wider than this have their ports on a line of their own.
const WIDE: usize = 44;

/// All sheets, one below the other.
pub(super) fn render(sheets: &[Sheet], look: Look) -> String {
    let texts: Vec<String> = sheets.iter().map(|sheet| one(sheet, look)).collect();
    texts.join("\n")
}

fn one(sheet: &Sheet, look: Look) -> String {
    let title = visible(&sheet.title);
    let figures = sheet
        .figures
        .iter()
        .map(|(count, what)| format!("{count} {what}"));
    let figures = figures.collect::<Vec<_>>().join(", ");
    let mut out = look.wrap(&format!("{}: {figures}", look.strong(&title)), "", "  ");
    out.push('\n');
    for verdict in &sheet.verdicts {
        out += &look.wrap(&visible(verdict), "  ", "    ");
        out.push('\n');
    }
    if sheet.flows.is_empty() {
        out += "\nNothing goes through.\n";
    }
    let names = Names::of(sheet);
    let flows: Vec<&Flow> = sheet.flows.iter().collect();
    for callers in flows.chunk_by(|one, other| one.from == other.from) {
        out += &block(&names, callers, look);
    }
    if !sheet.beyond.is_empty() {
        out += "\nWhat policies do not decide:\n";
        for cell in &sheet.beyond {
            let basis = cell.basis.map(|basis| format!(" ({})", basis.name()));
            let words = format!("{}: {}{}", cell.what, cell.why, basis.unwrap_or_default());
            out += &look.wrap(&visible(&words), "  ", "    ");
            out.push('\n');
        }
    }
    out
}

/// Everything that some call.
fn block(names: &Names<'_>, callers: &[&Flow], look: Look) -> String {
    let Some(first) = callers.first() else {
        return String::new();
    };
    let from = words::listed(&names.ends(&first.from));
    let mut out = format!("\n{}\n", look.wrap(&visible(&from), "", "  "));
    let rows: Vec<(String, &Flow)> = callers
        .iter()
        .map(|flow| {
            let to = words::listed(&names.ends(&flow.to));
            (visible(&to), *flow)
        })
        .collect();
    let widths = rows
        .iter()
        .map(|(to, _)| unicode_width::UnicodeWidthStr::width(to.as_str()));
    let width = widths.filter(|width| *width <= WIDE).max().unwrap_or(0);
    for (to, flow) in rows {
        let ports = flow.ports.to_string();
        let wide = unicode_width::UnicodeWidthStr::width(to.as_str());
        let gap = width.saturating_sub(wide);
        if wide <= WIDE {
            let first = format!("  → {to}{}  ", " ".repeat(gap));
            out += &look.wrap(&said(&ports, flow, look), &first, &" ".repeat(width + 6));
        } else {
            out += &look.wrap(&to, "  → ", "    ");
            out.push('\n');
            out += &look.wrap(&said(&ports, flow, look), "      ", "      ");
        }
        out.push('\n');
    }
    out
}

/// The ports, what they follow from, and where somebody said so.
fn said(ports: &str, flow: &Flow, look: Look) -> String {
    let why = (flow.reason == Reason::Derived).then_some(flow.why.as_str());
    let place = flow.place.as_deref();
    let said: Vec<&str> = why.into_iter().chain(place).collect();
    match (flow.reason, said.as_slice()) {
        (Reason::Allowed, _) | (_, []) => ports.to_owned(),
        (_, said) => format!("{ports}  {}", look.faint(&visible(&said.join(", ")))),
    }
}
