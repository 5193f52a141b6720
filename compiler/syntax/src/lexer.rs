//! Text to tokens, in one pass, and the mistakes that can be seen in one token.

mod quotes;
mod words;

use crate::{
    chars::{is_forbidden, line_end, newline_len, next_suspect, skip_spaces, space_len},
    errors::{Errors, offset},
    kind::TokenKind,
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
        surplus_before_line: 0,
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
    while let Some(found) = next_suspect(&suspects[at..]) {
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
    /// The same where the current line began.
    surplus_before_line: i64,
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
            b'\n' | b'\r' => {
                self.surplus_before_line = self.surplus_braces;
                (TokenKind::Newline, at + newline_len(self.bytes, at))
            }
            0x0b | 0x0c => (TokenKind::Newline, at + 1),
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
}
