//! Arguments, properties, and the types before them.

use super::{Open, Parser, Phase};
use crate::{
    errors::{shown, write_quoted},
    kind::{ElementKind, TokenKind},
};

impl Parser<'_, '_> {
    /// An argument or a property.
    pub(super) fn entry(&mut self, node: &mut Open) {
        if node.phase != Phase::Entries && !node.late {
            node.late = true;
            self.error("arguments and properties stand before the block")
                .help("move it before `{`, or before the `/-` that takes the block out");
        }
        let entry = self.open(ElementKind::Arg);
        let typed = self.kind() == TokenKind::OpenParen;
        let annotation = self.at;
        let readable = !typed || self.annotation();
        let told = self.errors.count();
        self.node_space();
        if !self.kind().is_value() {
            self.missing_value("behind a type stands a value, and none does here");
        } else {
            let key = self.at;
            self.bump();
            if self.equals_follows(self.at) {
                self.elements[entry as usize].kind = ElementKind::Prop;
                self.property_name(key);
                if typed {
                    self.errors
                        .report(
                            self.range(annotation),
                            "a property's type stands behind its `=`",
                        )
                        .help("write `name=(type)value`");
                }
                self.property_value();
            } else if self.tokens.kinds[key] == TokenKind::BareKeyword {
                self.bare_keyword(key);
            }
        }
        if !readable {
            self.errors.take_back(told);
        }
        self.close(entry);
    }

    /// Reports what is wrong with the name of a property.
    fn property_name(&mut self, key: usize) {
        let word = &self.text[self.range(key)];
        match self.tokens.kinds[key] {
            TokenKind::BareKeyword => {
                self.errors
                    .report(
                        self.range(key),
                        format!("`{word}` without quotes cannot name a property"),
                    )
                    .help(write_quoted(word));
            }
            kind if kind.is_string() || kind == TokenKind::BadKeyword => {}
            _ => {
                self.errors
                    .report(
                        self.range(key),
                        format!("a property's name is text, not `{}`", shown(word)),
                    )
                    .help(format!("if it is the name, {}", write_quoted(word)));
            }
        }
    }

    /// `=` and what stands behind it.
    fn property_value(&mut self) {
        self.node_space();
        self.bump();
        let spaced = self.node_space();
        let readable = self.kind() != TokenKind::OpenParen || self.annotation();
        self.node_space();
        match self.kind() {
            // `a= b=1`: the value is not yet written, and `b` is the next property.
            kind if spaced && kind.is_string() && self.equals_follows(self.at + 1) => {
                self.missing_value("behind `=` stands a value, and none does here");
            }
            TokenKind::BareKeyword => {
                self.bare_keyword(self.at);
                self.bump();
            }
            kind if kind.is_value() => self.bump(),
            _ if readable => self.missing_value("behind `=` stands a value, and none does here"),
            _ => {}
        }
    }

    /// Reports `true`, `null` … without the `#`, where a value is due.
    fn bare_keyword(&mut self, token: usize) {
        let range = self.range(token);
        let word = &self.text[range.clone()];
        let error = self
            .errors
            .report(
                range.clone(),
                format!("`{word}` is neither text nor a keyword"),
            )
            .help(format!("write `#{word}`, or `\"{word}\"` if it is text"));
        if matches!(word, "true" | "false") {
            error.fix(range, format!("#{word}"));
        }
    }

    fn missing_value(&mut self, message: &str) {
        // What the lexer could not read may well have been the value.
        if self.kind() == TokenKind::Bad {
            return;
        }
        let before = self.range(self.end.saturating_sub(1));
        self.errors
            .report(before, message)
            .label("a value is missing behind this")
            .help("write one; an empty text is `\"\"`, nothing at all is `#null`");
    }

    /// Whether `=` comes at `at`, across spaces and comments.
    fn equals_follows(&self, mut at: usize) -> bool {
        loop {
            match self.tokens.kinds[at] {
                TokenKind::Equals => return true,
                TokenKind::Space | TokenKind::BlockComment => at += 1,
                TokenKind::Continuation => match self.continuation_end(at) {
                    Some(end) => at = end,
                    None => return false,
                },
                _ => return false,
            }
        }
    }

    /// `(type)`; answers whether it was closed, without which what follows is anyone's guess.
    pub(super) fn annotation(&mut self) -> bool {
        let annotation = self.open(ElementKind::Annotation);
        let paren = self.at;
        self.bump();
        self.node_space();
        match self.kind() {
            TokenKind::BareKeyword => {
                self.keyword_as_name("a type");
                self.bump();
            }
            kind if kind.is_string() => self.bump(),
            TokenKind::CloseParen => {
                self.errors
                    .report(
                        self.range(paren).start..self.range(self.at).end,
                        "a type stands between these parentheses, and none does",
                    )
                    .help("remove them; text that holds a parenthesis is quoted");
            }
            TokenKind::Bad | TokenKind::BadKeyword => self.bump(),
            kind if kind.is_value() => {
                self.error("a type is text").help("quote it");
                self.bump();
            }
            _ => {}
        }
        self.node_space();
        let closed = self.kind() == TokenKind::CloseParen;
        if closed {
            self.bump();
        } else {
            self.errors
                .report(self.range(paren), "this parenthesis is never closed")
                .label("opened here")
                .help("close it with `)`; text that holds a parenthesis is quoted");
        }
        self.close(annotation);
        closed
    }

    /// `=` that no name stands before.
    pub(super) fn stray_equals(&mut self, node: Open) {
        let element = self.elements[node.node as usize];
        let name = element.first as usize;
        if self.end == name + 1 && self.tokens.kinds[name].is_string() {
            let name = shown(&self.text[self.range(name)]);
            self.error("a node takes its value without `=`")
                .help(format!(
                    "write `{name}` and the value, with a space between"
                ));
        } else {
            self.error("no name stands before this `=`")
                .help("text that holds `=` is quoted");
        }
        self.bump();
        self.node_space();
        if self.kind().is_value() {
            let value = self.open(ElementKind::Arg);
            self.bump();
            self.close(value);
        }
        self.forgiven = self.at;
    }
}
