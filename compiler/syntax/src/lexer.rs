//! Text to tokens, in one pass, and the mistakes that can be seen in one token.

use std::ops::Range;

use memchr::memchr;

use crate::{
    chars::{
        STOPS_QUOTED, STOPS_WORD, is_forbidden, line_end, newline_len, skip_blank, skip_spaces,
        space_len,
    },
    errors::{Errors, offset},
    kind::TokenKind,
    number,
    strings::{self, Flaw, Piece},
    tree::Tokens,
};

/// The tokens of a file, and what the lexer saw on the way.
pub(crate) struct Lexed {
    pub(crate) tokens: Tokens,
    /// Opening braces minus closing ones. Not 0: a brace is missing, and the parser has to guess.
    pub(crate) surplus_braces: i64,
}

/// Cuts all of `text` into tokens.
pub(crate) fn lex(text: &str, errors: &mut Errors) -> Lexed {
    forbidden_characters(text, errors);
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        errors,
        tokens: Tokens::for_text(text),
        surplus_braces: 0,
        unclosed: 0,
    };
    lexer.run();
    Lexed {
        tokens: lexer.tokens,
        surplus_braces: lexer.surplus_braces,
    }
}

/// Reports the characters that may stand nowhere, not even in a comment; a run of them once. The
/// tokens then need not look for them.
fn forbidden_characters(text: &str, errors: &mut Errors) {
    let suspects = text.as_bytes();
    let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    while let Some(found) = crate::chars::next_suspect(&suspects[at..]) {
        at += found;
        let mut chars = text[at..].chars();
        let Some(first) = chars.next() else { break };
        if !is_forbidden(first) {
            at += first.len_utf8();
            continue;
        }
        let len: usize = text[at..]
            .chars()
            .take_while(|&c| is_forbidden(c))
            .map(char::len_utf8)
            .sum();
        let code = u32::from(first);
        errors
            .report(
                at..at + len,
                format!("the character U+{code:04X} cannot stand in a file"),
            )
            .label("invisible")
            .help(format!(
                "remove it; where a string needs it, write `\\u{{{code:x}}}` in quotes"
            ));
        at += len;
    }
}

/// After so many constructs without an end, no more are searched to the end of the file: each such
/// search is linear, and their number must not grow with the file.
const MAX_FAR_SEARCHES: u32 = 8;

struct Lexer<'t, 'e> {
    text: &'t str,
    bytes: &'t [u8],
    errors: &'e mut Errors,
    tokens: Tokens,
    surplus_braces: i64,
    /// Searches that ran to the end of the file and found nothing.
    unclosed: u32,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        let mut at = 0;
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            at = "\u{feff}".len();
            self.tokens.push(TokenKind::Bom, 0);
        }
        while at < self.bytes.len() {
            let (kind, end) = self.token(at);
            debug_assert!(end > at, "every token has a byte");
            self.tokens.push(kind, offset(at));
            at = end;
        }
        self.tokens.finish(offset(self.bytes.len()));
    }

    /// The token at `at`: its kind and where it ends.
    fn token(&mut self, at: usize) -> (TokenKind, usize) {
        match self.bytes[at] {
            b' ' | b'\t' => (TokenKind::Space, skip_spaces(self.bytes, at + 1)),
            b'\n' | 0x0b | 0x0c => (TokenKind::Newline, at + 1),
            b'\r' => (TokenKind::Newline, at + newline_len(self.bytes, at)),
            b'{' => {
                self.surplus_braces += 1;
                (TokenKind::OpenBrace, at + 1)
            }
            b'}' => {
                self.surplus_braces -= 1;
                (TokenKind::CloseBrace, at + 1)
            }
            b'(' => (TokenKind::OpenParen, at + 1),
            b')' => (TokenKind::CloseParen, at + 1),
            b';' => (TokenKind::Semicolon, at + 1),
            b'=' => (TokenKind::Equals, at + 1),
            b'"' => self.quoted(at),
            b'#' => self.hash(at),
            b'/' => self.slash(at),
            b'\\' if self.continues(at) => (TokenKind::Continuation, at + 1),
            0xc2 | 0xe1 | 0xe2 | 0xe3 => self.wide(at),
            _ => self.word(at),
        }
    }

    /// A space or line end beyond ASCII, or a word.
    fn wide(&mut self, at: usize) -> (TokenKind, usize) {
        match (space_len(self.bytes, at), newline_len(self.bytes, at)) {
            (0, 0) => self.word(at),
            (0, n) => (TokenKind::Newline, at + n),
            (n, _) => (TokenKind::Space, skip_spaces(self.bytes, at + n)),
        }
    }

    /// Whether the backslash at `at` continues its line: nothing but space and comments after it.
    fn continues(&self, at: usize) -> bool {
        let next = at + 1;
        next == self.bytes.len()
            || space_len(self.bytes, next) > 0
            || newline_len(self.bytes, next) > 0
            || self.bytes[next..].starts_with(b"//")
            || self.bytes[next..].starts_with(b"/*")
    }

    fn slash(&mut self, at: usize) -> (TokenKind, usize) {
        match self.bytes.get(at + 1) {
            Some(b'/') => (TokenKind::LineComment, line_end(self.bytes, at + 2)),
            Some(b'-') => (TokenKind::Slashdash, at + 2),
            Some(b'*') => self.block_comment(at),
            _ => self.word(at),
        }
    }

    fn block_comment(&mut self, at: usize) -> (TokenKind, usize) {
        let mut depth = 1_u32;
        let mut next = at + 2;
        if self.unclosed < MAX_FAR_SEARCHES {
            while let Some(found) = memchr::memchr2(b'*', b'/', &self.bytes[next..]) {
                next += found;
                match &self.bytes[next..] {
                    [b'*', b'/', ..] => depth -= 1,
                    [b'/', b'*', ..] => depth += 1,
                    _ => {
                        next += 1;
                        continue;
                    }
                }
                next += 2;
                if depth == 0 {
                    return (TokenKind::BlockComment, next);
                }
            }
            self.unclosed += 1;
        }
        self.errors
            .report(at..at + 2, "this comment is never closed")
            .label("opened here")
            .help("close it with `*/`; comments nest, so every `/*` inside needs its own");
        (TokenKind::BlockComment, line_end(self.bytes, at))
    }

    /// What begins with `#`: a keyword, a raw string, or a mistake.
    fn hash(&mut self, at: usize) -> (TokenKind, usize) {
        let hashes = self.bytes[at..].iter().take_while(|&&b| b == b'#').count();
        if self.bytes.get(at + hashes) == Some(&b'"') {
            return self.raw(at, at, hashes);
        }
        let end = self.word_end(at + hashes);
        let word = &self.text[at..end];
        let kind = match word {
            "#true" => TokenKind::True,
            "#false" => TokenKind::False,
            "#null" => TokenKind::Null,
            "#inf" | "#-inf" | "#nan" => TokenKind::NotFinite,
            _ => return self.bad_keyword(at, at + hashes, end),
        };
        (kind, end)
    }

    #[cold]
    fn bad_keyword(&mut self, at: usize, name: usize, end: usize) -> (TokenKind, usize) {
        let starts_line = self.text[..at].bytes().rev().find(|b| !b" \t".contains(b));
        if name == end || matches!(starts_line, None | Some(b'\n')) {
            let end = line_end(self.bytes, at);
            self.errors
                .report(at..name, "`#` does not begin a comment")
                .help("a comment begins with `//`");
            return (TokenKind::LineComment, end);
        }
        let word = &self.text[at..end];
        let lower = word.to_ascii_lowercase();
        let help = match lower.as_str() {
            "#true" | "#yes" | "#on" => "write `#true`".to_owned(),
            "#false" | "#no" | "#off" => "write `#false`".to_owned(),
            "#null" | "#none" | "#nil" => "write `#null`".to_owned(),
            _ => format!(
                "text that holds a `#` is quoted: write {word:?}; the keywords are `#true`, \
                 `#false`, `#null`, `#inf`, `#-inf` and `#nan`"
            ),
        };
        self.errors
            .report(at..end, format!("`{word}` is no keyword"))
            .help(help);
        (TokenKind::BadKeyword, end)
    }

    /// A raw string whose `hashes` begin at `hash_at`; the token itself may begin before, with the
    /// `r` of KDL 1.
    fn raw(&mut self, at: usize, hash_at: usize, hashes: usize) -> (TokenKind, usize) {
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

    fn quoted(&mut self, at: usize) -> (TokenKind, usize) {
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
        let (line, _) = (line, self.flaws(TokenKind::Quoted, at, line));
        self.errors
            .report(at..line, "this string is not closed on its line")
            .label("opened here")
            .help(
                "close it with `\"`; text over several lines stands between `\"\"\"` and `\"\"\"`",
            );
        (TokenKind::Quoted, line)
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
                    let end = next + 3 + hashes;
                    self.flaws(kind, at, end);
                    return (kind, end);
                }
                next += 1;
            }
            self.unclosed += 1;
        }
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
        let own = self.text[..at].rfind('\n').map_or(0, |n| n + 1);
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

    /// Where the word that goes on at `at` ends. What a word may not hold, but could only be a
    /// part of it, is taken along: the caller looks for it.
    fn word_end(&self, mut at: usize) -> usize {
        while let Some(&byte) = self.bytes.get(at) {
            if !STOPS_WORD[byte as usize] {
                at += 1;
                continue;
            }
            let next = self.bytes.get(at + 1);
            let goes_on = match byte {
                0xc2 | 0xe1..=0xe3 => {
                    space_len(self.bytes, at) == 0 && newline_len(self.bytes, at) == 0
                }
                b'[' | b']' => true,
                b'#' => !matches!(next, Some(b'#' | b'"')),
                b'/' => !matches!(next, Some(b'/' | b'*' | b'-')),
                b'\\' => !self.continues(at),
                _ => false,
            };
            if !goes_on {
                break;
            }
            at += 1;
        }
        at
    }

    /// A string without quotes, a number, or a mistake that begins like one.
    fn word(&mut self, at: usize) -> (TokenKind, usize) {
        let end = self.word_end(at + 1);
        let word = &self.text[at..end];
        let bytes = word.as_bytes();
        let sign = usize::from(matches!(bytes[0], b'+' | b'-'));
        let dot = usize::from(bytes.get(sign) == Some(&b'.'));
        if bytes.get(sign + dot).is_some_and(u8::is_ascii_digit) {
            if dot == 0 && number::is_number(word) {
                return (TokenKind::Number, end);
            }
            return self.bad_number(at, end);
        }
        if let Some(bad) = word.find(['/', '\\', '#', '[', ']']) {
            return self.bad_word(at, end, bad);
        }
        let kind = match bytes {
            b"r" if self.begins_old_raw(end) => return self.old_raw(at),
            b"true" | b"false" | b"null" | b"inf" | b"-inf" | b"nan" => TokenKind::BareKeyword,
            _ => TokenKind::Bare,
        };
        (kind, end)
    }

    fn begins_old_raw(&self, at: usize) -> bool {
        let hashes = self.bytes[at..].iter().take_while(|&&b| b == b'#').count();
        self.bytes.get(at + hashes) == Some(&b'"')
    }

    #[cold]
    fn old_raw(&mut self, at: usize) -> (TokenKind, usize) {
        let hashes = self.bytes[at + 1..]
            .iter()
            .take_while(|&&b| b == b'#')
            .count();
        let (kind, end) = self.raw(at, at + 1, hashes);
        let hash = "#".repeat(hashes.max(1));
        self.errors
            .report(at..at + 1, "a raw string has no `r` before it")
            .label("KDL 1 wrote it so")
            .help(format!("write `{hash}\"…\"{hash}`"));
        (
            if kind == TokenKind::Raw {
                TokenKind::OldRaw
            } else {
                TokenKind::Bad
            },
            end,
        )
    }

    #[cold]
    fn bad_number(&mut self, at: usize, end: usize) -> (TokenKind, usize) {
        let word = &self.text[at..end];
        let unsigned = word.trim_start_matches(['+', '-']);
        let error = self
            .errors
            .report(at..end, format!("`{word}` is not a number"));
        if unsigned.starts_with('.') && number::is_number(&format!("0{unsigned}")) {
            error.help(format!("a number begins with a digit: write `0{unsigned}`"));
        } else if let Some(whole) = word.strip_suffix('.').filter(|w| number::is_number(w)) {
            error.help(format!(
                "a digit follows the point: write `{whole}` or `{whole}.0`"
            ));
        } else {
            error.help(format!(
                "what starts with a digit and is not a number is quoted: write {word:?}"
            ));
        }
        (TokenKind::BadWord, end)
    }

    #[cold]
    fn bad_word(&mut self, at: usize, end: usize, bad: usize) -> (TokenKind, usize) {
        let word = &self.text[at..end];
        let c = word[bad..].chars().next().unwrap_or_default();
        self.errors
            .report(
                at..end,
                format!("`{c}` cannot stand in text without quotes"),
            )
            .help(format!("write {word:?}"));
        (TokenKind::BadWord, end)
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
