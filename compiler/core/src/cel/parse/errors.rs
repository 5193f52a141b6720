//! What is said where the grammar ends.

use super::{Lexeme, Parser, Problem};

impl Parser<'_> {
    /// Something where an expression should be.
    pub(super) fn unexpected(&self) -> Problem {
        let token = self.peek();
        match token.word {
            Lexeme::End => Problem::new(token.range.clone(), "the expression ends too early")
                .label("expected a value here"),
            Lexeme::Sign(
                sign
                @ ("&&" | "||" | "==" | "!=" | "<=" | ">=" | "<" | ">" | "+" | "*" | "/" | "%"),
            ) => Problem::new(
                token.range.clone(),
                format!("`{sign}` has nothing before it"),
            ),
            _ => Problem::new(
                token.range.clone(),
                format!("expected a value, found {}", self.shown()),
            ),
        }
    }

    /// Something behind a whole expression.
    pub(super) fn trailing(&self) -> Problem {
        let token = self.peek();
        let range = token.range.clone();
        let operator = match token.word {
            Lexeme::Name("and" | "AND") => Some("&&"),
            Lexeme::Name("or" | "OR") => Some("||"),
            _ => None,
        };
        match operator {
            Some(sign) => {
                Problem::new(range, format!("{} is not an operator of CEL", self.shown()))
                    .help(format!("write `{sign}`"))
                    .fix(sign)
            }
            None => Problem::new(
                range,
                format!("expected an operator, found {}", self.shown()),
            ),
        }
    }

    fn shown(&self) -> String {
        match &self.peek().word {
            Lexeme::Int(n) => format!("the number {n}"),
            Lexeme::Str(text) => format!("the string {text:?}"),
            Lexeme::Name(name) => format!("`{name}`"),
            Lexeme::Sign(sign) => format!("`{sign}`"),
            Lexeme::End => "the end".into(),
        }
    }
}
