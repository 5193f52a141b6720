//! The words and signs of an expression.

use std::{ops::Range, sync::Arc};

use super::problem::Problem;

/// One word or sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word<'t> {
    /// A whole number; a sign before it is an operator.
    Int(u64),
    /// A string, its escapes undone.
    Str(Arc<str>),
    /// A name or a keyword.
    Name(&'t str),
    /// An operator or a bracket.
    Sign(&'static str),
    /// Nothing more.
    End,
}

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) word: Word<'t>,
    pub(super) range: Range<usize>,
}

/// Longer ones first: the first that fits is taken.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "+", "-",
    "*", "/", "%", "!", "<", ">",
];

/// Splits a text into its words, an [`Word::End`] behind them.
pub(super) fn lex(text: &str) -> Result<Vec<Token<'_>>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at = skip_blank(text, at);
        let token = next(text, at)?;
        at = token.range.end;
        let end = token.word == Word::End;
        tokens.push(token);
        if end {
            return Ok(tokens);
        }
    }
}

/// Past white space and comments.
fn skip_blank(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let blank = rest.len()
            - rest
                .trim_start_matches([' ', '\t', '\n', '\r', '\x0c'])
                .len();
        at += blank;
        if !text[at..].starts_with("//") {
            return at;
        }
        at += text[at..].find('\n').unwrap_or(text.len() - at);
    }
}

fn next(text: &str, at: usize) -> Result<Token<'_>, Problem> {
    let rest = &text[at..];
    let token = |word, len| Token {
        word,
        range: at..at + len,
    };
    let Some(first) = rest.chars().next() else {
        return Ok(token(Word::End, 0));
    };
    if let Some((prefix, quote)) = opening(rest) {
        return string(text, at, prefix, quote);
    }
    if first.is_ascii_digit() {
        return number(text, at);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let len = word_len(rest);
        return Ok(token(Word::Name(&rest[..len]), len));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok(token(Word::Sign(sign), sign.len()));
    }
    Err(stray(first, at))
}

fn word_len(rest: &str) -> usize {
    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len())
}

/// A character that no expression has.
fn stray(c: char, at: usize) -> Problem {
    let range = at..at + c.len_utf8();
    match c {
        '=' => Problem::new(range, "`=` is not an operator of CEL")
            .help("equality is written `==`")
            .fix("=="),
        '&' | '|' => Problem::new(range, format!("a single `{c}` is not an operator of CEL"))
            .help(format!("write `{c}{c}`"))
            .fix(format!("{c}{c}")),
        '$' => Problem::new(range, "`$` has no meaning inside an expression")
            .help("write the bare name: `n`, not `$n`"),
        '`' => Problem::new(range, "names in an expression are written without quotes")
            .help("every `-` of a name is written `_`"),
        '“' | '”' | '‘' | '’' => Problem::new(range, "this is a typographic quote")
            .help("strings are written between `'` and `'`")
            .fix("'"),
        _ => Problem::new(
            range,
            format!("`{}` has no meaning in an expression", c.escape_debug()),
        ),
    }
}

/// The letters before a string's quotes and the quotes themselves, where one begins here.
fn opening(rest: &str) -> Option<(&str, &str)> {
    let letters = rest
        .find(|c: char| !matches!(c, 'r' | 'R' | 'b' | 'B'))
        .filter(|n| *n <= 2)?;
    let (prefix, body) = rest.split_at(letters);
    ["'''", "\"\"\"", "'", "\""]
        .iter()
        .find(|quote| body.starts_with(**quote))
        .map(|quote| (prefix, *quote))
}

fn string<'t>(text: &'t str, at: usize, prefix: &str, quote: &str) -> Result<Token<'t>, Problem> {
    let start = at + prefix.len();
    if prefix.contains(['b', 'B']) {
        return Err(
            Problem::new(at..start, "there are no byte strings in the language")
                .help("write a plain string"),
        );
    }
    let raw = !prefix.is_empty();
    let body = start + quote.len();
    let Some(len) = body_len(&text[body..], quote, raw) else {
        return Err(Problem::new(at..body, "this string is never closed")
            .label("opened here")
            .help(format!("close it with {quote}")));
    };
    let inside = &text[body..body + len];
    let value = if raw {
        inside.into()
    } else {
        unescape(inside, body)?
    };
    Ok(Token {
        word: Word::Str(value),
        range: at..body + len + quote.len(),
    })
}

/// How long a string's inside is.
fn body_len(text: &str, quote: &str, raw: bool) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return Some(at);
        }
        if quote.len() == 1 && rest.starts_with('\n') {
            return None;
        }
        if !raw && rest.starts_with('\\') {
            at += 1;
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// Whether a string literal begins here.
pub(super) fn begins_literal(rest: &str) -> bool {
    opening(rest).is_some()
}

/// The length of the string literal that begins here; `None` where it is never closed.
pub(super) fn literal_len(rest: &str) -> Option<usize> {
    let (prefix, quote) = opening(rest)?;
    let body = prefix.len() + quote.len();
    let len = body_len(&rest[body..], quote, prefix.contains(['r', 'R']))?;
    Some(body + len + quote.len())
}

/// Undoes the escapes of a string's inside, which begins at byte `start`.
fn unescape(inside: &str, start: usize) -> Result<Arc<str>, Problem> {
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let offset = start + inside.len() - escape.len();
        let Some((c, len)) = escaped(&escape[1..]) else {
            let shown: String = escape.chars().take(2).collect();
            return Err(Problem::new(
                offset..offset + shown.len(),
                format!("`{}` is not an escape", shown.escape_debug()),
            )
            .help("a backslash is written `\\\\`; in a raw string, r'…', it stands for itself"));
        };
        out.push(c);
        rest = &escape[1 + len..];
    }
    out.push_str(rest);
    Ok(out.into())
}

/// The character of an escape, after its backslash, and how many bytes it is written with.
fn escaped(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    let code = |from: usize, len: usize, radix| {
        let digits = rest.get(from..from + len)?;
        let all_digits = digits.chars().all(|c| c.is_digit(radix));
        let code = u32::from_str_radix(digits, radix)
            .ok()
            .filter(|_| all_digits)?;
        Some((char::from_u32(code)?, from + len))
    };
    let simple = match first {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '\'' | '"' | '`' | '?' => first,
        'x' | 'X' => return code(1, 2, 16),
        'u' => return code(1, 4, 16),
        'U' => return code(1, 8, 16),
        '0'..='3' => return code(0, 3, 8),
        _ => return None,
    };
    Some((simple, 1))
}

fn number(text: &str, at: usize) -> Result<Token<'_>, Problem> {
    let rest = &text[at..];
    let len = word_len(rest);
    let word = &rest[..len];
    let range = at..at + len;
    let fraction = rest[len..].strip_prefix('.').map_or(0, |after| {
        let digits = word_len(after);
        let is_number = after.starts_with(|c: char| c.is_ascii_digit());
        if is_number { 1 + digits } else { 0 }
    });
    if fraction > 0 {
        let range = at..at + len + fraction;
        return Err(Problem::new(
            range,
            format!("{} is not a whole number", &rest[..len + fraction]),
        )
        .help(
            "fractions are written with a unit, like '500m' or '1536MiB', and versions as strings",
        ));
    }
    let parsed = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u64::from_str_radix(hex, 16),
        _ => word.parse(),
    };
    let value = match parsed {
        Ok(value) => value,
        Err(_) => return Err(not_a_number(word, range)),
    };
    Ok(Token {
        word: Word::Int(value),
        range,
    })
}

fn not_a_number(word: &str, range: Range<usize>) -> Problem {
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return Problem::new(range, format!("{word} is too large"))
            .help(format!("whole numbers go up to {}", i64::MAX));
    }
    let digits = word.trim_end_matches(['u', 'U']);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Problem::new(range, "there is one sort of whole number, without a `u`")
            .help(format!("write `{digits}`"))
            .fix(digits);
    }
    Problem::new(range, format!("`{word}` is neither a number nor a name"))
        .help(format!(
            "a value with a unit is written as a string: '{word}'"
        ))
        .fix(format!("'{word}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Word<'_>> {
        lex(text)
            .unwrap()
            .into_iter()
            .map(|token| token.word)
            .collect()
    }

    fn message(text: &str) -> String {
        lex(text).unwrap_err().message
    }

    #[test]
    fn words_signs_and_numbers_are_told_apart() {
        assert_eq!(
            words("a.b>=0x10 // why\n && 'it\\'s'"),
            [
                Word::Name("a"),
                Word::Sign("."),
                Word::Name("b"),
                Word::Sign(">="),
                Word::Int(16),
                Word::Sign("&&"),
                Word::Str("it's".into()),
                Word::End,
            ]
        );
    }

    #[test]
    fn strings_know_their_escapes() {
        for (text, value) in [
            (r#"'a"b'"#, "a\"b"),
            (r"r'a\d'", r"a\d"),
            (r"'\u00e9\x41\101\n'", "éAA\n"),
            ("'''it's'''", "it's"),
            ("'é'", "é"),
        ] {
            assert_eq!(words(text)[0], Word::Str(value.into()), "{text}");
        }
        assert_eq!(message(r"'\d+'"), r"`\\d` is not an escape");
        assert_eq!(message("'abc"), "this string is never closed");
        assert_eq!(message(r"'\u00'"), r"`\\u` is not an escape");
        assert_eq!(message("b'x'"), "there are no byte strings in the language");
    }

    #[test]
    fn what_is_not_cel_says_what_is() {
        let fix = |text| lex(text).unwrap_err().fix.unwrap();
        assert_eq!(fix("a = b"), "==");
        assert_eq!(fix("a & b"), "&&");
        assert_eq!(fix("4u"), "4");
        assert_eq!(fix("64GiB"), "'64GiB'");
        assert_eq!(message("1.5"), "1.5 is not a whole number");
        assert_eq!(message("1e3"), "`1e3` is neither a number nor a name");
        assert_eq!(
            message("99999999999999999999"),
            "99999999999999999999 is too large"
        );
        assert_eq!(lex("a ⇒ b").unwrap_err().range, 2..5);
    }
}
