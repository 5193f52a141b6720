//! What the characters between the quotes mean.
//!
//! One walk serves all: the lexer asks it for flaws only, a reader of values for the content, an
//! editor for the way from a byte of the content back to the file. So they cannot disagree.

use std::{borrow::Cow, ops::Range};

use memchr::memchr;

use crate::{
    chars::{STOPS_QUOTED, newline_len, skip_blank, skip_spaces},
    kind::TokenKind,
};

/// A piece of a string, in the order of the text. Positions are bytes of the token.
#[derive(Debug)]
pub(crate) enum Piece<'t> {
    /// Stands for itself.
    Text(usize, &'t str),
    /// Stands for another character.
    Char(Range<usize>, char),
    /// Is wrong. What was meant, as far as it is plain, follows as further pieces.
    Flaw(Range<usize>, Flaw),
}

/// What can be wrong inside a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A backslash and something that has no meaning after it.
    UnknownEscape,
    /// `\u` without braces, or braces without one to six hexadecimal digits.
    MalformedUnicode,
    /// `\u{…}` of a surrogate, or beyond U+10FFFF.
    NoSuchCharacter,
    /// A multi-line string whose text begins on the line of its opening quotes.
    TextAfterOpening,
    /// A multi-line string whose text ends on the line of its closing quotes.
    TextBeforeClosing,
    /// A line of a multi-line string that begins otherwise than the closing line.
    Indentation,
}

/// The content of a string token.
pub(crate) fn content(kind: TokenKind, token: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed("");
    walk(kind, token, &mut |piece| match piece {
        Piece::Text(_, text) if out.is_empty() => out = Cow::Borrowed(text),
        Piece::Text(_, text) => out.to_mut().push_str(text),
        Piece::Char(_, c) => out.to_mut().push(c),
        Piece::Flaw(..) => {}
    });
    out
}

/// The byte of the token from which the content's byte `at` comes; for the content's end, and
/// anything beyond it, the end of the last piece.
pub(crate) fn source_offset(kind: TokenKind, token: &str, at: usize) -> usize {
    let mut seen = 0;
    let mut found = None;
    let mut end = frame(kind, token).0;
    walk(kind, token, &mut |piece| {
        let (start, len, source_end) = match piece {
            Piece::Text(start, text) => (start, text.len(), start + text.len()),
            Piece::Char(range, c) => (range.start, c.len_utf8(), range.end),
            Piece::Flaw(..) => return,
        };
        if found.is_none() && at < seen + len {
            // The bytes of an escaped character all come from the start of the escape.
            let inside = if source_end - start == len {
                at - seen
            } else {
                0
            };
            found = Some(start + inside);
        }
        seen += len;
        end = source_end;
    });
    found.unwrap_or(end)
}

/// Calls `out` for every piece of a string token, in order.
pub(crate) fn walk<'t>(kind: TokenKind, token: &'t str, out: &mut dyn FnMut(Piece<'t>)) {
    let (start, end) = frame(kind, token);
    let body = token.get(start..end).unwrap_or_default();
    match kind {
        TokenKind::Quoted => escaped(body, start, out),
        TokenKind::MultiLine => multi_line(body, start, true, out),
        TokenKind::RawMultiLine => multi_line(body, start, false, out),
        _ => text(body, start, out),
    }
}

/// Where the quotes end and begin. A string that was never closed has no closing quotes.
pub(crate) fn frame(kind: TokenKind, token: &str) -> (usize, usize) {
    let bytes = token.as_bytes();
    let lead = usize::from(kind == TokenKind::OldRaw);
    let quotes = match kind {
        TokenKind::Quoted | TokenKind::Raw | TokenKind::OldRaw => 1,
        TokenKind::MultiLine | TokenKind::RawMultiLine => 3,
        _ => return (0, token.len()),
    };
    let hashes = bytes[lead..].iter().take_while(|&&b| b == b'#').count();
    let start = lead + hashes + quotes;
    let end = token.len().saturating_sub(hashes + quotes);
    let closed = end >= start
        && bytes[end..end + quotes].iter().all(|&b| b == b'"')
        && bytes[end + quotes..].iter().all(|&b| b == b'#')
        && !(hashes == 0 && is_escaped(bytes, end));
    (start, if closed { end } else { token.len() })
}

/// Whether the byte at `at` stands behind an odd number of backslashes.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at]
        .iter()
        .rev()
        .take_while(|&&b| b == b'\\')
        .count()
        % 2
        == 1
}

fn text<'t>(text: &'t str, at: usize, out: &mut dyn FnMut(Piece<'t>)) {
    if !text.is_empty() {
        out(Piece::Text(at, text));
    }
}

/// Text with escapes; `base` is where it stands in its token.
fn escaped<'t>(body: &'t str, base: usize, out: &mut dyn FnMut(Piece<'t>)) {
    let mut done = 0;
    while let Some(found) = memchr(b'\\', &body.as_bytes()[done..]) {
        let at = done + found;
        text(&body[done..at], base + done, out);
        done = escape(body, at, base, out);
    }
    text(&body[done..], base + done, out);
}

/// The escape at `at`; answers where the text goes on.
fn escape<'t>(body: &'t str, at: usize, base: usize, out: &mut dyn FnMut(Piece<'t>)) -> usize {
    let Some(next) = body[at + 1..].chars().next() else {
        return body.len();
    };
    let end = at + 1 + next.len_utf8();
    let c = match next {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        's' => ' ',
        '"' | '\\' => next,
        'u' => return unicode_escape(body, at, base, out),
        _ => {
            let blank = skip_blank(body.as_bytes(), at + 1);
            if blank > at + 1 {
                return blank;
            }
            out(Piece::Flaw(base + at..base + end, Flaw::UnknownEscape));
            text(&body[at..end], base + at, out);
            return end;
        }
    };
    out(Piece::Char(base + at..base + end, c));
    end
}

/// `\u{…}` at `at`; answers where the text goes on.
fn unicode_escape<'t>(
    body: &'t str,
    at: usize,
    base: usize,
    out: &mut dyn FnMut(Piece<'t>),
) -> usize {
    let rest = &body[at + 2..];
    let inside = rest.strip_prefix('{').unwrap_or_default();
    let digits = &inside[..inside.bytes().take_while(u8::is_ascii_hexdigit).count()];
    let closed = inside[digits.len()..].starts_with('}');
    let brace = usize::from(rest.starts_with('{'));
    let end = at + 2 + brace + digits.len() + usize::from(closed);
    let value = if closed && (1..=6).contains(&digits.len()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    };
    match (value, value.and_then(char::from_u32)) {
        (_, Some(c)) => out(Piece::Char(base + at..base + end, c)),
        (value, None) => {
            let flaw = if value.is_some() {
                Flaw::NoSuchCharacter
            } else {
                Flaw::MalformedUnicode
            };
            out(Piece::Flaw(base + at..base + end, flaw));
            text(&body[at..end], base + at, out);
        }
    }
    end
}

/// What stands between triple quotes: the lines between the first line end and the closing line,
/// each without the indentation that the closing line has.
fn multi_line<'t>(body: &'t str, base: usize, escapes: bool, out: &mut dyn FnMut(Piece<'t>)) {
    let bytes = body.as_bytes();
    let first = newline_len(bytes, 0);
    if first == 0 {
        out(Piece::Flaw(base..base + body.len(), Flaw::TextAfterOpening));
    }
    let closing = last_line(bytes, first, escapes);
    let prefix = &body[closing..skip_spaces(bytes, closing)];
    let mut rest = closing + prefix.len();
    while escapes && bytes.get(rest) == Some(&b'\\') && skip_blank(bytes, rest + 1) > rest + 1 {
        rest = skip_blank(bytes, rest + 1);
    }
    let stands_alone = rest == body.len();
    if !stands_alone && first > 0 {
        out(Piece::Flaw(
            base + rest..base + body.len(),
            Flaw::TextBeforeClosing,
        ));
    }
    let prefix = if stands_alone { prefix } else { "" };
    let last = if stands_alone { closing } else { body.len() };
    lines(&body[..last], first, base, prefix, escapes, out);
}

/// The lines of `body` from `at` on; each is whole, that is ends with a line end, unless the
/// string lacks its closing line.
fn lines<'t>(
    body: &'t str,
    mut at: usize,
    base: usize,
    prefix: &str,
    escapes: bool,
    out: &mut dyn FnMut(Piece<'t>),
) {
    let bytes = body.as_bytes();
    let mut misaligned = false;
    while at < body.len() {
        let end = logical_line_end(bytes, at, escapes);
        let indented = skip_spaces(bytes, at);
        if indented < end {
            let line = &body[at..end];
            let aligned = line.starts_with(prefix);
            if !aligned && !misaligned {
                misaligned = true;
                out(Piece::Flaw(base + at..base + indented, Flaw::Indentation));
            }
            let shared = if aligned { prefix.len() } else { indented - at };
            let start = at + shared;
            if escapes {
                escaped(&body[start..end], base + start, out);
            } else {
                text(&body[start..end], base + start, out);
            }
        }
        let newline = newline_len(bytes, end);
        at = end + newline;
        if newline > 0 && at < body.len() {
            out(Piece::Char(base + end..base + at, '\n'));
        }
    }
}

/// Where the last line begins; a line end behind a backslash is none.
pub(crate) fn last_line(bytes: &[u8], mut at: usize, escapes: bool) -> usize {
    loop {
        let end = logical_line_end(bytes, at, escapes);
        match newline_len(bytes, end) {
            0 => return at,
            n => at = end + n,
        }
    }
}

/// The line end, or the end of the text, that ends the line which begins at `at`.
pub(crate) fn logical_line_end(bytes: &[u8], mut at: usize, escapes: bool) -> usize {
    while at < bytes.len() {
        if !STOPS_QUOTED[bytes[at] as usize] {
            at += 1;
        } else if escapes && bytes[at] == b'\\' {
            // Blank text behind a backslash vanishes; any other character is only a character.
            at = skip_blank(bytes, at + 1).max(at + 2);
        } else if newline_len(bytes, at) > 0 {
            return at;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use TokenKind::{Bare, MultiLine, OldRaw, Quoted, Raw, RawMultiLine};

    #[test]
    fn every_form_has_the_same_content() {
        for (kind, token) in [
            (Bare, "a-b"),
            (Quoted, "\"a-b\""),
            (Quoted, "\"a\\u{2d}b\""),
            (Quoted, "\"a\\ \n  -b\""),
            (Raw, "##\"a-b\"##"),
            (OldRaw, "r#\"a-b\"#"),
            (MultiLine, "\"\"\"\n  a\\\n  -b\n  \"\"\""),
            (RawMultiLine, "#\"\"\"\r\n\ta-b\r\n\t\"\"\"#"),
        ] {
            assert_eq!(content(kind, token), "a-b", "{token}");
        }
    }

    #[test]
    fn a_string_without_escapes_is_not_copied() {
        for (kind, token) in [(Bare, "a"), (Quoted, "\"a b\""), (Raw, "#\"a\"#")] {
            assert!(matches!(content(kind, token), Cow::Borrowed(_)), "{token}");
        }
    }

    #[test]
    fn the_indentation_of_the_closing_line_is_taken_off() {
        let token = "\"\"\"\n    one\n      two\n   \n\n    three\n    \"\"\"";
        assert_eq!(content(MultiLine, token), "one\n  two\n\n\nthree");
    }

    /// Each byte of the content, and the text of the token from which it comes.
    fn origins(kind: TokenKind, token: &str) -> Vec<&str> {
        let len = content(kind, token).len();
        (0..len)
            .map(|at| &token[source_offset(kind, token, at)..][..1])
            .collect()
    }

    #[test]
    fn every_byte_of_the_content_leads_back_to_the_file() {
        assert_eq!(origins(Quoted, "\"a\\nb\""), ["a", "\\", "b"]);
        assert_eq!(
            origins(Quoted, "\"\\u{e9}x\""),
            ["\\", "\\", "x"],
            "both bytes of é"
        );
        assert_eq!(
            origins(MultiLine, "\"\"\"\n  a\n  b\n  \"\"\""),
            ["a", "\n", "b"]
        );
        assert_eq!(
            source_offset(Quoted, "\"ab\"", 2),
            3,
            "the end of the content"
        );
        assert_eq!(source_offset(Quoted, "\"\"", 0), 1, "of no content");
    }

    #[test]
    fn what_is_wrong_keeps_the_meaning_that_is_plain() {
        assert_eq!(content(Quoted, r#""\d+\u{d800}""#), r"\d+\u{d800}");
        assert_eq!(content(Quoted, "\"\\ué \\u{é \\u\""), "\\ué \\u{é \\u");
        assert_eq!(content(Quoted, "\"open"), "open");
        assert_eq!(content(Quoted, "\""), "");
        assert_eq!(
            content(Quoted, "\"a\\\""),
            "a\"",
            "the last quote is escaped"
        );
        assert_eq!(content(MultiLine, "\"\"\"\n  a\n b\n  \"\"\""), "a\nb");
    }
}
