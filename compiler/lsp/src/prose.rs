//! Words for people, as Markdown or as plain text, whichever a client shows.

use lsp_types::{Documentation, MarkupContent, MarkupKind};
use serde_json::Value;

/// What a client shows words in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prose {
    /// Markdown.
    Markdown,
    /// Nothing but letters.
    #[default]
    Plain,
}

impl Prose {
    /// What a client says: the formats that it knows. Its order is not followed, because Markdown
    /// tells more wherever it is shown at all.
    pub(crate) fn of(formats: Option<&Value>) -> Self {
        let known = formats.and_then(Value::as_array);
        match known.is_some_and(|all| all.iter().any(|one| one == "markdown")) {
            true => Self::Markdown,
            false => Self::Plain,
        }
    }

    /// Words where the protocol wants them with their format.
    pub(crate) fn content(self, markdown: String) -> MarkupContent {
        match self {
            Self::Markdown => MarkupContent::new(MarkupKind::Markdown, markdown),
            Self::Plain => MarkupContent::new(MarkupKind::PlainText, plain(&markdown)),
        }
    }

    /// Words where a bare string is one without a format: a client that names none knows no other.
    pub(crate) fn documentation(self, markdown: String) -> Documentation {
        match self {
            Self::Markdown => self.content(markdown).into(),
            Self::Plain => plain(&markdown).into(),
        }
    }
}

/// Markdown as it reads without its signs: those of listings, rules, emphasis and links. What is in
/// backticks keeps them, which is how plain text marks code.
fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut in_listing = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_listing = !in_listing;
        } else if in_listing {
            out.push_str(line);
            out.push('\n');
        } else if line == "---" {
            // The blank line before it parts as well.
        } else {
            words(
                line.trim_start_matches('#').trim_start_matches(' '),
                &mut out,
            );
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}

/// A line of words: links as their texts, and no emphasis.
fn words(line: &str, out: &mut String) {
    let mut in_code = false;
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        if next == '`' {
            in_code = !in_code;
        } else if !in_code {
            if let Some(after) = rest.strip_prefix("**") {
                rest = after;
                continue;
            }
            if let Some((text, after)) = link(rest) {
                out.push_str(text);
                rest = after;
                continue;
            }
        }
        out.push(next);
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
}

/// A link's text, and what follows the link.
fn link(rest: &str) -> Option<(&str, &str)> {
    let (text, after) = rest.strip_prefix('[')?.split_once("](")?;
    let (_, after) = after.split_once(')')?;
    (!text.contains(['[', ']'])).then_some((text, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn markdown_is_for_those_who_show_it() {
        let of = |formats: Value| Prose::of(Some(&formats));
        assert_eq!(of(json!(["plaintext", "markdown"])), Prose::Markdown);
        assert_eq!(of(json!(["plaintext"])), Prose::Plain);
        assert_eq!(Prose::of(None), Prose::Plain);
    }

    #[test]
    fn plain_text_has_no_signs() {
        let markdown = "```kdl\nquota [property=…] { … }\n# kept **here**\n```\nWhat a **tenant** may \
                        use, see [quotas](../quota.md).\n- `cpu` (`a**b`): [8] cores\n\n---\n## Why\nx";
        let told = "quota [property=…] { … }\n# kept **here**\nWhat a tenant may use, see quotas.\n\
                    - `cpu` (`a**b`): [8] cores\n\nWhy\nx";
        assert_eq!(plain(markdown), told);
    }
}
