//! The pages of rules and kinds, which are Markdown, for a terminal: the little of Markdown
//! that they use (headings, paragraphs, lists, fenced code, `code` in a line).

use super::style::Look;

/// A page, wrapped to the width.
pub(crate) fn render(page: &str, look: Look) -> String {
    let mut out = String::new();
    let mut paragraph = Paragraph::default();
    let mut fenced = false;
    for line in page.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            paragraph.flush(&mut out, look);
            fenced = !fenced;
            if fenced && language.ends_with(" bad") {
                out += &format!("  {}\n", look.faint("wrong:"));
            } else if fenced && language.ends_with(" good") {
                out += &format!("  {}\n", look.faint("right:"));
            }
        } else if fenced {
            out += format!("    {}", look.code(line)).trim_end();
            out.push('\n');
        } else if let Some(title) = line.strip_prefix('#') {
            paragraph.flush(&mut out, look);
            out += &format!("{}\n", look.strong(title.trim_start_matches('#').trim()));
        } else if line.trim().is_empty() {
            paragraph.flush(&mut out, look);
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
        } else {
            if line.starts_with("- ") {
                paragraph.flush(&mut out, look);
            }
            paragraph.push(line);
        }
    }
    paragraph.flush(&mut out, look);
    out
}

/// Inline `code` coloured on a terminal; without colour the backticks stay, as they tell what
/// is to be typed.
pub(crate) fn inline(text: &str, look: Look) -> String {
    if !look.colour {
        return text.to_owned();
    }
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| {
            if at % 2 == 1 {
                look.code(part)
            } else {
                part.to_owned()
            }
        })
        .collect()
}

/// Lines that are wrapped together.
#[derive(Default)]
struct Paragraph(String);

impl Paragraph {
    fn push(&mut self, line: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0 += line.trim();
    }

    fn flush(&mut self, out: &mut String, look: Look) {
        let text = std::mem::take(&mut self.0);
        if text.is_empty() {
            return;
        }
        let rest = if text.starts_with("- ") { "  " } else { "" };
        *out += &look.wrap(&inline(&text, look), "", rest);
        out.push('\n');
    }
}
