//! What is not between quotes: words, numbers, keywords, and what looks like one of them.

use super::Lexer;
use crate::{
    chars::{STOPS_WORD, line_end, newline_len, space_len},
    errors::{shown, write_quoted},
    format::quote,
    kind::TokenKind,
    number,
};

impl Lexer<'_, '_> {
    /// What begins with `#`: a keyword, a raw string, or a mistake.
    pub(super) fn hash(&mut self, at: usize) -> (TokenKind, usize) {
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
                "text that holds a `#` is quoted: {}; the keywords are `#true`, `#false`, `#null`, \
                 `#inf`, `#-inf` and `#nan`",
                write_quoted(word)
            ),
        };
        self.errors
            .report(at..end, format!("`{}` is no keyword", shown(word)))
            .help(help);
        (TokenKind::BadKeyword, end)
    }

    /// A string without quotes, a number, or a mistake that begins like one.
    pub(super) fn word(&mut self, at: usize) -> (TokenKind, usize) {
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
        let error = self
            .errors
            .report(at..at + 1, "a raw string has no `r` before it")
            .label("KDL 1 wrote it so")
            .help(format!("write `{hash}\"…\"{hash}`"));
        // With a `#` of its own the string ends where it ended; without one, only where no quote
        // and `#` stand in it.
        let inner = self.text.get(at + 1..end).unwrap_or_default();
        if hashes > 0 {
            error.fix(at..at + 1, "");
        } else if kind == TokenKind::Raw && !inner.contains("\"#") {
            error.fix(at..end, format!("#{inner}#"));
        }
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
            .report(at..end, format!("`{}` is not a number", shown(word)));
        if unsigned.starts_with('.') && number::is_number(&format!("0{unsigned}")) {
            error.help(format!("a number begins with a digit: write `0{unsigned}`"));
        } else if let Some(whole) = word.strip_suffix('.').filter(|w| number::is_number(w)) {
            error.help(format!(
                "a digit follows the point: write `{whole}` or `{whole}.0`"
            ));
        } else {
            error.help(format!(
                "what starts with a digit and is not a number is quoted: {}",
                write_quoted(word)
            ));
            error.fix(at..end, quote(word));
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
            .help(write_quoted(word))
            .fix(at..end, quote(word));
        (TokenKind::BadWord, end)
    }
}
