//! Expressions within strings: `${…}`, `$name`, and `$$` for a dollar sign.

use std::ops::Range;

use super::{
    lex::{begins_literal, literal_len},
    problem::Problem,
};
use crate::units::{Name, Unit};

/// A part of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Plain text, its `$$` undone.
    Text(String),
    /// The bytes of an expression, without the `${` and `}` around it.
    Expr(Range<usize>),
    /// The bytes of a name, without the `$` before it: the whole string is `$name`, or `$row.name`
    /// for a part of it. Names are spelt as they were declared, not as in expressions.
    Name(Range<usize>),
}

/// Splits a string at its expressions. A string without any is one [`Piece::Text`]; one that is
/// nothing but one expression is one [`Piece::Expr`] or [`Piece::Name`], whose own type counts.
///
/// # Errors
/// An expression that is never closed, or empty.
pub fn interpolate(text: &str) -> Result<Vec<Piece>, Problem> {
    if let Some(name) = text.strip_prefix('$')
        && name
            .split('.')
            .all(|part| <Name as Unit>::parse(part).is_ok())
    {
        return Ok(vec![Piece::Name(1..text.len())]);
    }
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(dollar) = text[at..].find('$').map(|found| at + found) {
        plain.push_str(&text[at..dollar]);
        let rest = &text[dollar + 1..];
        if rest.starts_with('$') {
            plain.push('$');
            at = dollar + 2;
        } else if rest.starts_with('{') {
            let inside = dollar + 2;
            let end = inside + closing(&text[inside..]).ok_or_else(|| unclosed(dollar))?;
            if text[inside..end].trim().is_empty() {
                return Err(Problem::new(
                    dollar..end + 1,
                    "there is no expression between `${` and `}`",
                )
                .help("write one, or `$$` for a dollar sign"));
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Expr(inside..end));
            at = end + 1;
        } else {
            plain.push('$');
            at = dollar + 1;
        }
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

fn unclosed(at: usize) -> Problem {
    Problem::new(at..at + 2, "`${` is never closed")
        .help("close it with `}`, or write `$$` for a dollar sign")
}

/// Where the `}` is that belongs to a `${` before `text`: braces within strings do not count,
/// and those of maps come in pairs.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    // Quotes open a string only where no name goes before them: `b'` and `r'` belong to one.
    let mut in_word = false;
    while let Some(c) = text[at..].chars().next() {
        if !in_word && begins_literal(&text[at..]) {
            at += literal_len(&text[at..])?;
            continue;
        }
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        in_word = c.is_ascii_alphanumeric() || c == '_';
        at += c.len_utf8();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(text: &str) -> Vec<String> {
        interpolate(text)
            .unwrap()
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(plain) => format!("'{plain}'"),
                Piece::Expr(range) => text[range].to_owned(),
                Piece::Name(range) => format!("${}", &text[range]),
            })
            .collect()
    }

    #[test]
    fn text_and_expressions_alternate() {
        assert_eq!(pieces("plain"), ["'plain'"]);
        assert_eq!(pieces(""), ["''"]);
        assert_eq!(pieces("${a}"), ["a"]);
        assert_eq!(pieces("a-${ b }-${c}"), ["'a-'", " b ", "'-'", "c"]);
        assert_eq!(pieces("$gpu-nodes"), ["$gpu-nodes"]);
        assert_eq!(pieces("costs $5, $$ and $"), ["'costs $5, $ and $'"]);
        assert_eq!(pieces("$${a}"), ["'${a}'"]);
    }

    #[test]
    fn braces_of_maps_and_strings_do_not_close() {
        assert_eq!(
            pieces("${ {'a': '}'}['a'] }!"),
            [" {'a': '}'}['a'] ", "'!'"]
        );
        assert_eq!(pieces(r#"${ r'\' + "}" }"#), [r#" r'\' + "}" "#]);
        assert_eq!(pieces("${ '''}''' }"), [" '''}''' "]);
    }

    #[test]
    fn what_is_never_closed_is_said_where_it_opens() {
        let problem = interpolate("a ${b").unwrap_err();
        assert_eq!(
            (problem.range, &*problem.message),
            (2..4, "`${` is never closed")
        );
        assert_eq!(interpolate("${ '} ").unwrap_err().range, 0..2);
        assert_eq!(interpolate("x${ }").unwrap_err().range, 1..5);
    }

    proptest! {
        #[test]
        fn every_piece_is_in_the_text(text in "([a-z$ {}'\"\\\\é]|\\$\\{){0,30}") {
            for piece in interpolate(&text).unwrap_or_default() {
                if let Piece::Expr(range) | Piece::Name(range) = piece {
                    prop_assert!(text.get(range).is_some());
                }
            }
        }

        #[test]
        fn doubled_dollars_keep_any_text(text in "\\PC{0,30}") {
            let pieces = interpolate(&text.replace('$', "$$")).unwrap();
            prop_assert_eq!(pieces, [Piece::Text(text)]);
        }
    }
}
