//! Expressions that are not written to their end: what stands before the cursor, in words.
//!
//! The parser of expressions wants whole ones. What is needed here is less: the chain of names
//! that the cursor is at the end of, the calls around it, and whether it stands in a string.

use std::ops::Range;

/// A word or a sign, by its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    sort: Of,
    range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Name,
    Number,
    Text,
    Sign,
}

/// What is typed of an expression, up to the cursor.
#[derive(Debug)]
pub(super) struct Typed<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// Where the string begins that the cursor stands in: behind its quote.
    open: Option<usize>,
}

/// A call that is not closed yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call<'t> {
    /// What is called.
    pub(super) name: &'t str,
    /// What it is called on.
    pub(super) receiver: Option<&'t str>,
    /// How many arguments are complete.
    pub(super) arguments: usize,
    /// The name that begins its arguments, where a comma follows: what a macro calls an element.
    pub(super) variable: Option<&'t str>,
}

/// Where the cursor stands in an expression.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'t> {
    /// At a field or a call of this, from a byte on.
    Member { of: &'t str, from: usize },
    /// At a name, from a byte on; behind a comparison, what is compared.
    Name {
        from: usize,
        compared: Option<&'t str>,
    },
    /// In a string that begins at a byte and is compared with this.
    Compared { with: &'t str, from: usize },
    /// In a string that begins at a byte and is a key of this.
    Key { of: &'t str, from: usize },
    /// Where nothing is known to fit.
    Nowhere,
}

impl<'t> Typed<'t> {
    /// Reads what is typed.
    pub(super) fn new(text: &'t str) -> Self {
        let (tokens, open) = split(text);
        Self { text, tokens, open }
    }

    /// Where the cursor stands: at the end.
    pub(super) fn place(&self) -> Place<'t> {
        let end = self.tokens.len();
        if let Some(from) = self.open {
            return self.in_string(from);
        }
        let (end, from) = match self.tokens.last() {
            Some(last) if last.sort == Of::Name && last.range.end == self.text.len() => {
                (end - 1, last.range.start)
            }
            Some(last) if last.sort != Of::Sign && last.range.end == self.text.len() => {
                return Place::Nowhere;
            }
            _ => (end, self.text.len()),
        };
        if self.is_sign(end, ".") {
            return match self.chain(end - 1) {
                Some(of) => Place::Member { of, from },
                None => Place::Nowhere,
            };
        }
        let compares = ["==", "!="].iter().any(|sign| self.is_sign(end, sign));
        let compared = compares.then(|| self.chain(end - 1)).flatten();
        Place::Name { from, compared }
    }

    fn in_string(&self, from: usize) -> Place<'t> {
        let end = self.tokens.len();
        if ["==", "!="].iter().any(|sign| self.is_sign(end, sign)) {
            return match self.chain(end - 1) {
                Some(with) => Place::Compared { with, from },
                None => Place::Nowhere,
            };
        }
        if self.is_sign(end, "[") {
            return match self.chain(end - 1) {
                Some(of) => Place::Key { of, from },
                None => Place::Nowhere,
            };
        }
        Place::Nowhere
    }

    /// The calls around the cursor, the outermost first.
    pub(super) fn calls(&self) -> Vec<Call<'t>> {
        let mut open: Vec<usize> = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            match self.text.get(token.range.clone()) {
                Some("(" | "[" | "{") if token.sort == Of::Sign => open.push(at),
                Some(")" | "]" | "}") if token.sort == Of::Sign => drop(open.pop()),
                _ => {}
            }
        }
        let parens = open.into_iter().filter(|at| self.is_sign(at + 1, "("));
        parens.filter_map(|at| self.call(at)).collect()
    }

    /// The call whose bracket is the token at `paren`.
    fn call(&self, paren: usize) -> Option<Call<'t>> {
        let name = self.tokens.get(paren.checked_sub(1)?)?;
        if name.sort != Of::Name {
            return None;
        }
        let receiver = match self.is_sign(paren - 1, ".") {
            true => Some(self.chain(paren - 2)?),
            false => None,
        };
        let first = self.tokens.get(paren + 1);
        let named = first.filter(|it| it.sort == Of::Name && self.is_sign(paren + 3, ","));
        Some(Call {
            name: self.text.get(name.range.clone())?,
            receiver,
            arguments: self.commas(paren),
            variable: named.and_then(|it| self.text.get(it.range.clone())),
        })
    }

    /// How many commas stand in the brackets that open at a token, not counting those of
    /// brackets within.
    fn commas(&self, paren: usize) -> usize {
        let (mut depth, mut commas) = (0_usize, 0);
        for token in self.tokens.iter().skip(paren + 1) {
            match self.text.get(token.range.clone()) {
                _ if token.sort != Of::Sign => {}
                Some("(" | "[" | "{") => depth += 1,
                Some(")" | "]" | "}") => depth = depth.saturating_sub(1),
                Some(",") if depth == 0 => commas += 1,
                _ => {}
            }
        }
        commas
    }

    /// The chain of names, calls and brackets that ends before the token at `end`.
    fn chain(&self, end: usize) -> Option<&'t str> {
        let mut at = end;
        let start = loop {
            let last = self.tokens.get(at.checked_sub(1)?)?;
            at = match (last.sort, self.text.get(last.range.clone())?) {
                (Of::Name | Of::Text, _) => at - 1,
                (Of::Sign, "]") => {
                    at = self.opening(at - 1)?;
                    continue;
                }
                (Of::Sign, ")") => {
                    let open = self.opening(at - 1)?;
                    let named = open.checked_sub(1).and_then(|at| self.tokens.get(at));
                    match named {
                        Some(token) if token.sort == Of::Name => open - 1,
                        _ => break open,
                    }
                }
                _ => return None,
            };
            if !self.is_sign(at, ".") {
                break at;
            }
            at -= 1;
        };
        let first = self.tokens.get(start)?.range.start;
        let last = self.tokens.get(end.checked_sub(1)?)?.range.end;
        self.text.get(first..last)
    }

    /// The token that opens the brackets that the token at `close` closes.
    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            let token = self.tokens.get(at)?;
            match self.text.get(token.range.clone()) {
                _ if token.sort != Of::Sign => {}
                Some(")" | "]" | "}") => depth += 1,
                Some("(" | "[" | "{") => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether the token before `end` is this sign.
    fn is_sign(&self, end: usize, sign: &str) -> bool {
        let token = end.checked_sub(1).and_then(|at| self.tokens.get(at));
        token.is_some_and(|token| {
            token.sort == Of::Sign && self.text.get(token.range.clone()) == Some(sign)
        })
    }
}

/// The words of a text, and where the string begins that is not closed.
fn split(text: &str) -> (Vec<Token>, Option<usize>) {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let while_ = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let (sort, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                (Of::Name, while_(|c| c.is_ascii_alphanumeric() || c == '_'))
            }
            c if c.is_ascii_digit() => (Of::Number, while_(|c| c.is_ascii_digit())),
            '\'' | '"' => match string(rest, first) {
                Some(length) => (Of::Text, length),
                None => return (tokens, Some(at + 1)),
            },
            _ => (Of::Sign, sign(rest)),
        };
        tokens.push(Token {
            sort,
            range: at..at + length,
        });
        at += length;
    }
    (tokens, None)
}

/// How long the string is that begins a text, quotes included.
fn string(rest: &str, quote: char) -> Option<usize> {
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, c)) = letters.next() {
        match c {
            '\\' => drop(letters.next()),
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// How long the sign is that begins a text.
fn sign(rest: &str) -> usize {
    let long = ["&&", "||", "==", "!=", "<=", ">="];
    match long.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => sign.len(),
        None => rest.chars().next().map_or(0, char::len_utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Typed};

    #[test]
    fn what_the_cursor_stands_at_is_known_in_unfinished_text() {
        let name = |from| Place::Name {
            from,
            compared: None,
        };
        for (text, place) in [
            ("", name(0)),
            ("gpu_no", name(0)),
            ("a + ", name(4)),
            ("a + b", name(4)),
            (
                "workload.",
                Place::Member {
                    of: "workload",
                    from: 9,
                },
            ),
            (
                "a && workload.mem",
                Place::Member {
                    of: "workload",
                    from: 14,
                },
            ),
            (
                "estate.tenant['a'].workload.filter(w, w.cpu > 2).",
                Place::Member {
                    of: "estate.tenant['a'].workload.filter(w, w.cpu > 2)",
                    from: 49,
                },
            ),
            (
                "x == (a + b).",
                Place::Member {
                    of: "(a + b)",
                    from: 13,
                },
            ),
            ("all(t, t.", Place::Member { of: "t", from: 9 }),
            (
                "w.mode == ",
                Place::Name {
                    from: 10,
                    compared: Some("w.mode"),
                },
            ),
            (
                "w.mode == 'r",
                Place::Compared {
                    with: "w.mode",
                    from: 11,
                },
            ),
            (
                "estate.tenant['",
                Place::Key {
                    of: "estate.tenant",
                    from: 15,
                },
            ),
            ("'text", Place::Nowhere),
            ("12", Place::Nowhere),
            (".", Place::Nowhere),
            (")].", Place::Nowhere),
        ] {
            assert_eq!(Typed::new(text).place(), place, "{text:?}");
        }
    }

    #[test]
    fn the_calls_around_the_cursor_are_known() {
        let typed = Typed::new("x && estate.tenant.all(t, size([1, 2]) > 0 && subnet(net, 24, ");
        let calls = typed.calls();
        let told: Vec<_> = calls
            .iter()
            .map(|call| (call.name, call.receiver, call.arguments, call.variable))
            .collect();
        assert_eq!(
            told,
            [
                ("all", Some("estate.tenant"), 1, Some("t")),
                ("subnet", None, 2, Some("net")),
            ]
        );
    }
}
