//! Where strings in quotes end, and what to make of those that do not.

use std::ops::Range;

use memchr::memchr;

use super::{Lexer, MAX_FAR_SEARCHES};
use crate::{
    chars::{STOPS_QUOTED, line_end, line_start, newline_len, skip_blank, skip_spaces},
    errors::Errors,
    kind::TokenKind,
    strings::{self, Flaw, Piece},
};

impl Lexer<'_, '_> {
    pub(super) fn quoted(&mut self, at: usize) -> (TokenKind, usize) {
        if self.bytes[at..].starts_with(b"\"\"\"") {
            return self.triple(TokenKind::MultiLine, at, at, 0);
        }
        let mut next = at + 1;
        let mut escapes = false;
        loop {
            while next < self.bytes.len() && !STOPS_QUOTED[self.bytes[next] as usize] {
                next += 1;
            }
            match self.bytes.get(next) {
                Some(b'"') => {
                    if escapes {
                        self.flaws(TokenKind::Quoted, at, next + 1);
                    }
                    return (TokenKind::Quoted, next + 1);
                }
                Some(b'\\') => {
                    escapes = true;
                    // Blank text behind a backslash vanishes, line ends too.
                    next = skip_blank(self.bytes, next + 1).max(next + 2);
                }
                Some(_) if newline_len(self.bytes, next) == 0 => next += 1,
                _ => return self.unclosed_quoted(at, next.min(self.bytes.len())),
            }
        }
    }

    /// A quoted string without a quote on its line: forgotten, or KDL 1's string over many lines.
    #[cold]
    fn unclosed_quoted(&mut self, at: usize, line: usize) -> (TokenKind, usize) {
        if let Some(end) = self.closing_line_quote(line) {
            self.errors
                .report(at..line, "a string with one quote ends on its line")
                .label("goes on below")
                .help("text over several lines stands between `\"\"\"` and `\"\"\"`");
            return (TokenKind::Quoted, end);
        }
        self.flaws(TokenKind::Quoted, at, line);
        let end = self.before_braces(at, line);
        self.errors
            .unpaired_quotes(line_start(self.bytes, at)..line, at);
        self.errors
            .report(at..end, "this string is not closed on its line")
            .label("opened here")
            .help(
                "close it with `\"`; text over several lines stands between `\"\"\"` and `\"\"\"`",
            );
        (TokenKind::Quoted, end)
    }

    /// Where a string without an end gives the rest of its line back: a brace there was meant to
    /// open a block, or to close one that this line opened.
    fn before_braces(&self, at: usize, line: usize) -> usize {
        let inside = self.text[at + 1..line].trim_end();
        let opened = usize::try_from(self.surplus_braces - self.surplus_before_line).unwrap_or(0);
        let closing = inside
            .bytes()
            .rev()
            .take_while(|b| matches!(b, b'}' | b' '))
            .count();
        let kept = if let Some(kept) = inside.strip_suffix('{') {
            kept
        } else if let Some((from, _)) = inside.rmatch_indices('}').take(opened).last()
            && from >= inside.len() - closing
        {
            &inside[..from]
        } else {
            return line;
        };
        at + 1 + kept.trim_end().len()
    }

    /// The end of the next quote, if that can only be a closing one: a line ends behind it.
    fn closing_line_quote(&mut self, from: usize) -> Option<usize> {
        if self.unclosed >= MAX_FAR_SEARCHES {
            return None;
        }
        let Some(found) = memchr(b'"', &self.bytes[from..]) else {
            self.unclosed += 1;
            return None;
        };
        let end = from + found + 1;
        let after = skip_spaces(self.bytes, end);
        let closes = after == self.bytes.len() || newline_len(self.bytes, after) > 0;
        let escaped = self.bytes[from + found - 1] == b'\\';
        (closes && !escaped).then_some(end)
    }

    /// A raw string whose `hashes` begin at `hash_at`; the token itself may begin before, with the
    /// `r` of KDL 1.
    pub(super) fn raw(&mut self, at: usize, hash_at: usize, hashes: usize) -> (TokenKind, usize) {
        let open = hash_at + hashes;
        let closer = &self.bytes[hash_at..open];
        let empty = self.bytes[open + 1..].starts_with(b"\"")
            && self.bytes[open + 2..].starts_with(closer)
            && hashes > 0;
        if !empty && self.bytes[open..].starts_with(b"\"\"\"") {
            return self.triple(TokenKind::RawMultiLine, at, open, hashes);
        }
        let mut next = open + 1;
        let line = loop {
            while self
                .bytes
                .get(next)
                .is_some_and(|&byte| !STOPS_QUOTED[byte as usize])
            {
                next += 1;
            }
            match self.bytes.get(next) {
                Some(b'"') if self.bytes[next + 1..].starts_with(closer) => {
                    return (TokenKind::Raw, next + 1 + hashes);
                }
                Some(_) if newline_len(self.bytes, next) == 0 => next += 1,
                _ => break next,
            }
        };
        let hash = "#".repeat(hashes.max(1));
        self.errors
            .report(at..line, "this raw string is not closed on its line")
            .label("opened here")
            .help(format!(
                "close it with `\"{hash}`; text over several lines stands between `{hash}\"\"\"` \
                 and `\"\"\"{hash}`"
            ));
        (TokenKind::Raw, line)
    }

    /// A string with three quotes at `open`, raw with `hashes` before them.
    fn triple(
        &mut self,
        kind: TokenKind,
        at: usize,
        open: usize,
        hashes: usize,
    ) -> (TokenKind, usize) {
        let raw = kind == TokenKind::RawMultiLine;
        let mut next = open + 3;
        if self.unclosed < MAX_FAR_SEARCHES {
            while let Some(found) = memchr::memchr2(b'"', b'\\', &self.bytes[next..]) {
                next += found;
                if self.bytes[next] == b'\\' {
                    next = if raw {
                        next + 1
                    } else {
                        (next + 2).min(self.bytes.len())
                    };
                    continue;
                }
                let rest = &self.bytes[next..];
                if rest.starts_with(b"\"\"\"")
                    && rest[3..].starts_with(&self.bytes[open - hashes..open])
                {
                    if self.opens_another(next) {
                        return self.unclosed_triple(kind, at, open, hashes);
                    }
                    let end = next + 3 + hashes;
                    self.flaws(kind, at, end);
                    return (kind, end);
                }
                next += 1;
            }
            self.unclosed += 1;
        }
        self.unclosed_triple(kind, at, open, hashes)
    }

    /// Whether three quotes can only be opening ones: text and a space before them, and the end of
    /// the line behind.
    fn opens_another(&self, at: usize) -> bool {
        if newline_len(self.bytes, at + 3) == 0 {
            return false;
        }
        let line = line_start(self.bytes, at);
        let before = self.text[line..at].trim_end_matches('#');
        before.ends_with([' ', '\t', '=']) && !before.trim_matches([' ', '\t', '\\']).is_empty()
    }

    #[cold]
    fn unclosed_triple(
        &mut self,
        kind: TokenKind,
        at: usize,
        open: usize,
        hashes: usize,
    ) -> (TokenKind, usize) {
        let hash = "#".repeat(hashes);
        self.errors
            .report(at..open + 3, "this string is never closed")
            .label("opened here")
            .help(format!("close it with `\"\"\"{hash}` on a line of its own"));
        (kind, self.indented_end(at))
    }

    /// Where the text that is indented deeper than the line of `at` ends: as much as a string
    /// without an end is taken to hold.
    fn indented_end(&self, at: usize) -> usize {
        let indent = |line: usize| skip_spaces(self.bytes, line) - line;
        let own = line_start(self.bytes, at);
        let mut end = line_end(self.bytes, at);
        loop {
            let line = end + newline_len(self.bytes, end);
            let next = line_end(self.bytes, line);
            let blank = line + indent(line) == next;
            if line == end || !blank && indent(line) <= indent(own) {
                return end;
            }
            end = next;
        }
    }

    /// Reports what is wrong inside the string `at..end`.
    fn flaws(&mut self, kind: TokenKind, at: usize, end: usize) {
        let errors = &mut *self.errors;
        let token = &self.text[at..end];
        strings::walk(kind, token, &mut |piece| {
            if let Piece::Flaw(range, flaw) = piece {
                report_flaw(errors, at + range.start..at + range.end, flaw);
            }
        });
    }
}

#[cold]
fn report_flaw(errors: &mut Errors, range: Range<usize>, flaw: Flaw) {
    let (message, help) = match flaw {
        Flaw::UnknownEscape => (
            "a backslash with this character after it means nothing",
            "a backslash is written `\\\\`; the escapes are `\\n` `\\r` `\\t` `\\s` `\\b` `\\f` \
             `\\\"` `\\\\` and `\\u{…}`; in a raw string, `#\"…\"#`, backslashes are plain",
        ),
        Flaw::MalformedUnicode => (
            "`\\u` needs one to six hexadecimal digits in braces",
            "write, for example, `\\u{e9}`; a backslash is written `\\\\`",
        ),
        Flaw::NoSuchCharacter => (
            "there is no such character",
            "characters go from 0 to 10FFFF without D800 to DFFF",
        ),
        Flaw::TextAfterOpening => (
            "text between triple quotes begins on the line below them",
            "break the line behind the opening quotes, or use one quote on each side",
        ),
        Flaw::TextBeforeClosing => (
            "the closing triple quotes stand on a line of their own",
            "break the line before them; their indentation is taken from every line",
        ),
        Flaw::Indentation => (
            "this line is indented less than the closing quotes, or otherwise",
            "every line begins with the same spaces or tabs as the line of the closing quotes",
        ),
    };
    errors.report(range, message).help(help);
}
