//! From text to tree: CEL's grammar, in recursive descent.
//!
//! Brackets, prefixes and choices recurse and are counted; all other repetition is a loop. The
//! levels of the tree are counted as it is built, so that every later walk may recurse.

mod build;
mod errors;

use std::ops::Range;

use super::{
    functions::Function,
    lex::{Token, Word as Lexeme, lex},
    limits,
    problem::Problem,
    tree::{Expr, ExprKind, Macro, Word},
};
use build::{each, has, infix_of, joined, node, too_deep, too_large};

/// Words that CEL keeps for itself; after a `.` they are names like any other.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Reads a whole expression.
///
/// # Errors
/// The first thing that is not CEL, and what it was likely meant to be.
pub fn parse(text: &str) -> Result<Expr, Problem> {
    if text.len() > limits::TEXT_BYTES {
        return Err(Problem::new(
            0..text.len(),
            format!(
                "this expression has {} bytes; one may have {}",
                text.len(),
                limits::TEXT_BYTES
            ),
        )
        .help("name its parts with `let`"));
    }
    let mut parser = Parser {
        tokens: lex(text)?,
        at: 0,
        depth: 0,
    };
    if text.trim().is_empty() {
        return Err(Problem::new(0..text.len(), "the expression is empty")
            .help("write one such as `env == 'prod'`"));
    }
    let expr = parser.expression()?;
    match parser.peek().word {
        Lexeme::End => Ok(expr),
        _ => Err(parser.trailing()),
    }
}

struct Parser<'t> {
    /// Never empty: the last is [`Lexeme::End`].
    tokens: Vec<Token<'t>>,
    at: usize,
    /// How deep the recursion is.
    depth: u16,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &Token<'t> {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token<'t> {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    /// Takes a sign if it comes next.
    fn take(&mut self, sign: &str) -> Option<Range<usize>> {
        let token = self.peek();
        let found = matches!(token.word, Lexeme::Sign(next) if next == sign);
        let range = found.then(|| token.range.clone())?;
        self.at += 1;
        Some(range)
    }

    /// Goes one level deeper, if there is one.
    fn deeper<T>(
        &mut self,
        then: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.depth == limits::LEVELS {
            return Err(too_deep(self.peek().range.clone()));
        }
        self.depth += 1;
        let result = then(self);
        self.depth -= 1;
        result
    }

    fn expression(&mut self) -> Result<Expr, Problem> {
        self.deeper(|parser| {
            let condition = parser.infix(0)?;
            if parser.take("?").is_none() {
                return Ok(condition);
            }
            parser.choice(condition)
        })
    }

    /// The two values of a choice whose `?` was just read.
    fn choice(&mut self, condition: Expr) -> Result<Expr, Problem> {
        let yes = self.infix(0)?;
        if self.take(":").is_none() {
            let at = self.peek().range.clone();
            let message = "expected `:` and the value for the other case";
            return Err(
                Problem::new(at, message).help("a choice is written `condition ? value : other`")
            );
        }
        let no = self.expression()?;
        let range = condition.range.start..no.range.end;
        let kind = ExprKind::Choice {
            condition: Box::new(condition),
            yes: Box::new(yes),
            no: Box::new(no),
        };
        node(kind, range)
    }

    /// Operands with operators between that bind at least so strongly; equal ones group from
    /// the left.
    fn infix(&mut self, least: u8) -> Result<Expr, Problem> {
        let mut left = self.prefixed()?;
        while let Some((strength, infix)) = infix_of(&self.peek().word)
            && strength >= least
        {
            let at = self.next().range;
            let right = self.infix(strength + 1)?;
            left = joined(infix, at, left, right)?;
        }
        Ok(left)
    }

    fn prefixed(&mut self) -> Result<Expr, Problem> {
        if let Some(at) = self.take("!") {
            let operand = self.deeper(Self::prefixed)?;
            let range = at.start..operand.range.end;
            return node(ExprKind::Not(Box::new(operand)), range);
        }
        let Some(at) = self.take("-") else {
            return self.member();
        };
        if let Lexeme::Int(n) = self.peek().word {
            // The smallest number has no positive twin, so the sign is read with its digits.
            let range = at.start..self.next().range.end;
            let n = 0_i64.checked_sub_unsigned(n);
            let literal = node(ExprKind::Int(n.ok_or_else(|| too_large(&range))?), range)?;
            return self.tail(literal);
        }
        let operand = self.deeper(Self::prefixed)?;
        let range = at.start..operand.range.end;
        node(ExprKind::Negate(Box::new(operand)), range)
    }

    fn member(&mut self) -> Result<Expr, Problem> {
        let first = self.primary()?;
        self.tail(first)
    }

    /// The fields, calls and indices behind an expression.
    fn tail(&mut self, mut expr: Expr) -> Result<Expr, Problem> {
        loop {
            let start = expr.range.start;
            if self.take(".").is_some() {
                let name = self.field_name()?;
                expr = match self.take("(") {
                    Some(open) => self.call(name, Some(expr), open)?,
                    None => {
                        let range = start..name.range.end;
                        let of = Box::new(expr);
                        node(ExprKind::Field { of, name }, range)?
                    }
                };
            } else if let Some(open) = self.take("[") {
                let index = Box::new(self.expression()?);
                let end = self.close("]", "[", &open)?;
                let of = Box::new(expr);
                expr = node(ExprKind::Index { of, index }, start..end)?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn field_name(&mut self) -> Result<Word, Problem> {
        let token = self.next();
        match token.word {
            Lexeme::Name(name) => Ok(word(name, token.range)),
            _ => Err(Problem::new(
                token.range,
                "expected the name of a field after `.`",
            )),
        }
    }

    fn primary(&mut self) -> Result<Expr, Problem> {
        let token = self.peek().clone();
        let range = token.range.clone();
        let kind = match token.word {
            Lexeme::Int(n) => ExprKind::Int(i64::try_from(n).map_err(|_| too_large(&range))?),
            Lexeme::Str(text) => ExprKind::Str(text),
            Lexeme::Name("null") => ExprKind::Null,
            Lexeme::Name("true") => ExprKind::Bool(true),
            Lexeme::Name("false") => ExprKind::Bool(false),
            Lexeme::Name(name) if name != "in" => return self.name(name, range),
            Lexeme::Sign("(") => return self.bracketed(),
            Lexeme::Sign("[") => return self.list(),
            Lexeme::Sign("{") => return self.map(),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        node(kind, range)
    }

    fn name(&mut self, name: &'t str, range: Range<usize>) -> Result<Expr, Problem> {
        self.at += 1;
        if let Some(open) = self.take("(") {
            return self.call(word(name, range), None, open);
        }
        if RESERVED.contains(&name) {
            return Err(Problem::new(
                range,
                format!("`{name}` is a word that CEL keeps for itself"),
            )
            .help("give the value another name"));
        }
        node(ExprKind::Name(name.into()), range)
    }

    fn bracketed(&mut self) -> Result<Expr, Problem> {
        let open = self.next().range;
        let inner = self.expression()?;
        self.close(")", "(", &open)?;
        Ok(inner)
    }

    fn list(&mut self) -> Result<Expr, Problem> {
        let open = self.next().range;
        let (elements, end) = self.several("]", "[", &open, Self::expression)?;
        node(ExprKind::List(elements), open.start..end)
    }

    fn map(&mut self) -> Result<Expr, Problem> {
        let open = self.next().range;
        let (entries, end) = self.several("}", "{", &open, |parser| {
            let key = parser.expression()?;
            if parser.take(":").is_none() {
                let at = parser.peek().range.clone();
                return Err(Problem::new(at, "expected `:` and the value of the key")
                    .help("a map is written `{'key': value}`"));
            }
            Ok((key, parser.expression()?))
        })?;
        node(ExprKind::Map(entries), open.start..end)
    }

    /// Things with commas between, up to a closing bracket, and where that ends.
    fn several<T>(
        &mut self,
        close: &str,
        opened: &str,
        open: &Range<usize>,
        one: impl Fn(&mut Self) -> Result<T, Problem>,
    ) -> Result<(Vec<T>, usize), Problem> {
        let mut all = Vec::new();
        loop {
            if let Some(end) = self.take(close) {
                return Ok((all, end.end));
            }
            all.push(one(self)?);
            if self.take(",").is_none() {
                return Ok((all, self.close(close, opened, open)?));
            }
        }
    }

    fn close(&mut self, close: &str, opened: &str, open: &Range<usize>) -> Result<usize, Problem> {
        if let Some(range) = self.take(close) {
            return Ok(range.end);
        }
        if self.peek().word == Lexeme::End {
            return Err(
                Problem::new(open.clone(), format!("`{opened}` is never closed"))
                    .help(format!("close it with `{close}`")),
            );
        }
        Err(self.trailing())
    }

    /// A call whose bracket was just opened.
    fn call(
        &mut self,
        name: Word,
        receiver: Option<Expr>,
        open: Range<usize>,
    ) -> Result<Expr, Problem> {
        let start = receiver
            .as_ref()
            .map_or(name.range.start, |expr| expr.range.start);
        let (arguments, end) = self.several(")", "(", &open, Self::expression)?;
        let range = start..end;
        match (Macro::of_name(&name.text), receiver) {
            (Some(macro_), Some(over)) => each(macro_, over, &name, arguments, range),
            (_, None) if &*name.text == "has" => has(arguments, range),
            (_, receiver) => {
                let function = Function::of_name(&name.text);
                let receiver = receiver.map(Box::new);
                let kind = ExprKind::Call {
                    function,
                    name,
                    receiver,
                    arguments,
                };
                node(kind, range)
            }
        }
    }
}

fn word(text: &str, range: Range<usize>) -> Word {
    Word {
        text: text.into(),
        range,
    }
}
