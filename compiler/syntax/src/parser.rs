//! Tokens to elements, in one walk with an explicit stack.
//!
//! The walk is always in one of two places: between nodes, or behind the name of one. Opening a
//! block sets the node aside, closing it takes the node up again. Wherever something does not fit,
//! it is reported, and the walk goes on as if the most likely thing stood there.

use std::ops::Range;

use crate::{
    Limits,
    errors::{Errors, offset},
    kind::{ElementKind, TokenKind},
    lexer::Lexed,
    tree::{Element, Tokens},
};

/// The elements of the tokens of `text`.
pub(crate) fn elements(
    text: &str,
    lexed: &Lexed,
    limits: &Limits,
    errors: &mut Errors,
) -> Vec<Element> {
    let mut parser = Parser {
        text,
        tokens: &lexed.tokens,
        errors,
        max_depth: limits.max_depth as usize,
        too_deep: false,
        surplus: lexed.surplus_braces,
        at: 0,
        end: 0,
        line: 0,
        elements: Vec::with_capacity(lexed.tokens.kinds.len() / 4 + 1),
        stack: Vec::new(),
    };
    parser.run();
    parser.elements
}

/// How far a node has come; each step rules out what the earlier ones allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Entries may come.
    Entries,
    /// A block was taken out with `/-`; only blocks may come.
    Skipped,
    /// The block was there; only blocks that are taken out may come.
    Closed,
}

/// A node whose end is not yet reached.
#[derive(Debug, Clone, Copy)]
struct Open {
    node: u32,
    /// The `/-` around it, if any.
    skipped: Option<u32>,
    phase: Phase,
    /// Whether entries behind a block were already reported.
    late: bool,
}

/// A block whose end is not yet reached, and the node that it belongs to.
#[derive(Debug, Clone, Copy)]
struct Frame {
    owner: Open,
    block: u32,
    /// The `/-` around the block, if any.
    skipped: Option<u32>,
    /// The token `{`, and the first token of its line.
    brace: usize,
    line: usize,
}

struct Parser<'t, 'e> {
    text: &'t str,
    tokens: &'t Tokens,
    errors: &'e mut Errors,
    max_depth: usize,
    too_deep: bool,
    /// Braces that are opened and never closed, or less than 0: closed and never opened. While it
    /// is not 0, indentation is a hint; in a file with as many of both it never is.
    surplus: i64,
    at: usize,
    /// The token after the last one that said something.
    end: usize,
    /// First token of the current line.
    line: usize,
    elements: Vec<Element>,
    stack: Vec<Frame>,
}

impl Parser<'_, '_> {
    fn run(&mut self) {
        let mut open = None;
        loop {
            open = match open {
                Some(node) => self.behind_name(node),
                None => match self.between_nodes() {
                    Some(next) => next,
                    None => return,
                },
            };
        }
    }

    /// One step between nodes: the node that begins here, or is taken up again. `None` at the end
    /// of the file.
    fn between_nodes(&mut self) -> Option<Option<Open>> {
        self.line_space();
        match self.kind() {
            TokenKind::Eof => {
                self.close_all();
                return None;
            }
            TokenKind::CloseBrace => return Some(self.close_brace()),
            TokenKind::Semicolon => {
                self.error("`;` ends a node, and there is none before it")
                    .help("remove it");
                self.bump();
                return Some(None);
            }
            _ => self.close_outdented(),
        }
        let skipped = (self.kind() == TokenKind::Slashdash).then(|| {
            let skipped = self.open(ElementKind::Skipped);
            self.bump();
            self.line_space();
            skipped
        });
        if let Some(skipped) = skipped
            && !self.begins_node()
        {
            self.nothing_to_skip(skipped);
            return Some(None);
        }
        Some(Some(self.start_node(skipped)))
    }

    fn begins_node(&self) -> bool {
        !matches!(
            self.kind(),
            TokenKind::Eof | TokenKind::CloseBrace | TokenKind::Semicolon | TokenKind::Slashdash
        )
    }

    fn nothing_to_skip(&mut self, skipped: u32) {
        let slashdash = self.range(self.elements[skipped as usize].first as usize);
        self.errors
            .report(
                slashdash,
                "`/-` takes out what follows it, and nothing follows",
            )
            .help("remove it; a comment begins with `//`");
        self.close(skipped);
    }

    /// The annotation and name of a node.
    fn start_node(&mut self, skipped: Option<u32>) -> Open {
        let node = self.open(ElementKind::Node);
        let readable = self.kind() != TokenKind::OpenParen || self.annotation();
        self.node_space();
        match self.kind() {
            kind if kind.is_string() => self.name(),
            _ if readable => self.missing_name(),
            _ => {}
        }
        Open {
            node,
            skipped,
            phase: Phase::Entries,
            late: false,
        }
    }

    fn name(&mut self) {
        if self.kind() == TokenKind::BareKeyword {
            self.keyword_as_name("a node");
        }
        self.bump();
    }

    fn keyword_as_name(&mut self, what: &str) {
        let word = &self.text[self.range(self.at)];
        self.error(format!("`{word}` without quotes cannot name {what}"))
            .help(format!("write {word:?}"));
    }

    /// Reports that no name stands here and passes over what does, unless it means something to
    /// whoever goes on.
    fn missing_name(&mut self) {
        let found = &self.text[self.range(self.at)];
        match self.kind() {
            // Reported by the lexer.
            TokenKind::Bad | TokenKind::BadKeyword => self.bump(),
            TokenKind::OpenBrace => {
                self.error("a block belongs to a node, and none stands before it")
                    .help("write the node's name before `{`, on the same line");
            }
            TokenKind::Number
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Null
            | TokenKind::NotFinite => {
                self.error(format!(
                    "a node begins with its name, and `{found}` is none"
                ))
                .help(format!("if it is the name, write {found:?}"));
                self.bump();
            }
            TokenKind::Equals | TokenKind::CloseParen => {
                self.error(format!("a node begins with its name, not with `{found}`"));
                self.bump();
            }
            _ => {
                self.error("a node's name is missing here")
                    .help("write the name of the node");
            }
        }
    }

    /// One step behind the name of `node`; answers it until it ends.
    fn behind_name(&mut self, mut node: Open) -> Option<Open> {
        let spaced = self.node_space();
        match self.kind() {
            TokenKind::Newline
            | TokenKind::LineComment
            | TokenKind::Eof
            | TokenKind::CloseBrace => {
                self.end_node(node);
                return None;
            }
            TokenKind::Semicolon => {
                self.end_node(node);
                self.bump();
                return None;
            }
            TokenKind::OpenBrace => return self.open_block(node, None),
            TokenKind::Slashdash => return self.slashdash(node),
            TokenKind::Equals => self.stray_equals(node),
            TokenKind::CloseParen => {
                self.error("`)` closes nothing")
                    .help("remove it; text that holds a parenthesis is quoted");
                self.bump();
            }
            TokenKind::Bad => self.bump(),
            _ if node.phase == Phase::Closed => {
                self.error("a node ends with its block, and another begins on the same line")
                    .help("begin it on a line of its own, or put `;` between");
                self.end_node(node);
                return None;
            }
            _ => {
                if !spaced {
                    self.missing_space();
                }
                self.entry(&mut node);
            }
        }
        Some(node)
    }

    fn missing_space(&mut self) {
        // A token without a meaning was reported, and what touches it is part of the same mistake.
        if self.tokens.kinds[self.at - 1] != TokenKind::Bad {
            self.error("a space is missing before this")
                .help("put a space between them");
        }
    }

    /// `=` that no name stands before.
    fn stray_equals(&mut self, node: Open) {
        let element = self.elements[node.node as usize];
        let name = element.first as usize;
        if self.end == name + 1 && self.tokens.kinds[name].is_string() {
            let name = &self.text[self.range(name)];
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
    }

    /// `/-` behind a node's name, and what it takes out.
    fn slashdash(&mut self, mut node: Open) -> Option<Open> {
        let skipped = self.open(ElementKind::Skipped);
        self.bump();
        self.line_space();
        match self.kind() {
            TokenKind::OpenBrace => return self.open_block(node, Some(skipped)),
            kind if kind.is_value() || kind == TokenKind::OpenParen => {
                self.entry(&mut node);
                self.close(skipped);
            }
            _ => self.nothing_to_skip(skipped),
        }
        Some(node)
    }

    /// An argument or a property.
    fn entry(&mut self, node: &mut Open) {
        if node.phase != Phase::Entries && !node.late {
            node.late = true;
            self.error("arguments and properties stand before the block")
                .help("move it before `{`, or before the `/-` that takes the block out");
        }
        let entry = self.open(ElementKind::Arg);
        let typed = self.kind() == TokenKind::OpenParen;
        let annotation = self.at;
        let readable = !typed || self.annotation();
        self.node_space();
        if !self.kind().is_value() {
            if readable {
                self.missing_value("behind a type stands a value, and none does here");
            }
        } else {
            let key = self.at;
            self.bump();
            if self.equals_follows() {
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
                let word = &self.text[self.range(key)];
                self.errors
                    .report(
                        self.range(key),
                        format!("`{word}` is neither text nor a keyword"),
                    )
                    .help(format!("write `#{word}`, or {word:?} if it is text"));
            }
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
                    .help(format!("write {word:?}"));
            }
            kind if kind.is_string() || kind == TokenKind::BadKeyword => {}
            _ => {
                self.errors
                    .report(
                        self.range(key),
                        format!("a property's name is text, not `{word}`"),
                    )
                    .help(format!("if it is the name, write {word:?}"));
            }
        }
    }

    /// `=` and what stands behind it.
    fn property_value(&mut self) {
        self.node_space();
        self.bump();
        self.node_space();
        let readable = self.kind() != TokenKind::OpenParen || self.annotation();
        self.node_space();
        match self.kind() {
            TokenKind::BareKeyword => {
                let word = &self.text[self.range(self.at)];
                self.error(format!("`{word}` is neither text nor a keyword"))
                    .help(format!("write `#{word}`, or {word:?} if it is text"));
                self.bump();
            }
            kind if kind.is_value() => self.bump(),
            _ if readable => self.missing_value("behind `=` stands a value, and none does here"),
            _ => {}
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

    /// Whether `=` comes next, across spaces and comments.
    fn equals_follows(&self) -> bool {
        // Nearly always decided by the next token.
        let mut at = self.at;
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
    fn annotation(&mut self) -> bool {
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

    /// `{`; `skipped` is the `/-` before it.
    fn open_block(&mut self, owner: Open, skipped: Option<u32>) -> Option<Open> {
        if owner.phase == Phase::Closed && skipped.is_none() {
            self.error("a node has one block, and this is its second")
                .help("move what is in it into the first, or take one out with `/-`");
        }
        if self.stack.len() >= self.max_depth {
            return Some(self.pass_over_block(owner, skipped));
        }
        let block = self.open(ElementKind::Block);
        self.stack.push(Frame {
            owner,
            block,
            skipped,
            brace: self.at,
            line: self.line,
        });
        self.bump();
        None
    }

    /// A block that is too deep: its braces are matched, and nothing in it is read.
    fn pass_over_block(&mut self, mut owner: Open, skipped: Option<u32>) -> Open {
        if !self.too_deep {
            self.too_deep = true;
            let max = self.max_depth;
            self.error(format!(
                "blocks are nested deeper than {max}, which is allowed"
            ))
            .label("not read")
            .help("nest less deep")
            .limit = true;
        }
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                TokenKind::OpenBrace => depth += 1,
                TokenKind::CloseBrace => depth -= 1,
                TokenKind::Newline => self.line = self.at + 1,
                TokenKind::Eof => break,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                break;
            }
        }
        match skipped {
            Some(skipped) => {
                self.close(skipped);
                owner.phase = owner.phase.max(Phase::Skipped);
            }
            None => owner.phase = Phase::Closed,
        }
        owner
    }

    /// `}`: the node whose block it closes, if there is one.
    fn close_brace(&mut self) -> Option<Open> {
        if self.surplus > 0 {
            self.close_deeper_than_this_line();
        }
        let wanted = self.stack.last().is_some_and(|frame| {
            // One closing brace is too many, and this one is indented deeper than what it closes.
            !(self.surplus < 0
                && self.begins_line()
                && self.indent(self.line) > self.indent(frame.line))
        });
        if !wanted {
            self.surplus += 1;
            self.error("`}` closes nothing")
                .help("remove it, or open a block before it with `{`");
            self.bump();
            return None;
        }
        let frame = self.stack.pop()?;
        self.bump();
        Some(self.close_frame(frame))
    }

    fn close_frame(&mut self, frame: Frame) -> Open {
        self.close(frame.block);
        let mut owner = frame.owner;
        match frame.skipped {
            Some(skipped) => {
                self.close(skipped);
                owner.phase = owner.phase.max(Phase::Skipped);
            }
            None => owner.phase = Phase::Closed,
        }
        owner
    }

    /// While a closing brace is missing: a node that begins a line no deeper than the line that
    /// opened the block stands outside it.
    fn close_outdented(&mut self) {
        while self.surplus > 0
            && self.begins_line()
            && let Some(&frame) = self.stack.last()
            && frame.line != self.line
            && self.indent(self.line) <= self.indent(frame.line)
        {
            self.close_unclosed(frame);
        }
    }

    /// While a closing brace is missing: one that begins a line less deep than the line of the
    /// block that it would close, and as deep as that of one further out, closes that one.
    fn close_deeper_than_this_line(&mut self) {
        while self.surplus > 0
            && self.begins_line()
            && self.stack.len() > 1
            && let Some(&frame) = self.stack.last()
            && self.indent(self.line) < self.indent(frame.line)
        {
            self.close_unclosed(frame);
        }
    }

    fn close_unclosed(&mut self, frame: Frame) {
        self.surplus -= 1;
        self.report_unclosed(frame.brace, 1);
        self.stack.pop();
        let owner = self.close_frame(frame);
        self.end_node(owner);
    }

    /// At the end of the file: whatever is open ends here.
    fn close_all(&mut self) {
        if let Some(innermost) = self.stack.last() {
            self.report_unclosed(innermost.brace, self.stack.len());
        }
        while let Some(frame) = self.stack.pop() {
            let owner = self.close_frame(frame);
            self.end_node(owner);
        }
    }

    fn report_unclosed(&mut self, brace: usize, count: usize) {
        let message = match count {
            1 => "this `{` is never closed".to_owned(),
            _ => format!("this `{{` and {} around it are never closed", count - 1),
        };
        let found = self.range(self.at);
        let place = match self.kind() {
            TokenKind::Eof => "the file ends here",
            _ => "by its indentation this stands outside the block",
        };
        self.errors
            .report(self.range(brace), message)
            .label("opened here")
            .related(found, place)
            .help("close it with `}`");
    }

    fn end_node(&mut self, node: Open) {
        self.close(node.node);
        if let Some(skipped) = node.skipped {
            self.close(skipped);
        }
    }

    // Elements.

    fn open(&mut self, kind: ElementKind) -> u32 {
        let at = offset(self.elements.len());
        let first = offset(self.at);
        self.elements.push(Element {
            kind,
            first,
            end: first,
            next: at,
        });
        at
    }

    /// Ends an element behind the last token that says something.
    fn close(&mut self, element: u32) {
        let next = offset(self.elements.len());
        let end = offset(self.end);
        let element = &mut self.elements[element as usize];
        element.next = next;
        element.end = end.max(element.first);
    }

    // Tokens.

    fn kind(&self) -> TokenKind {
        self.tokens.kinds[self.at]
    }

    /// Passes over a token that says something.
    fn bump(&mut self) {
        self.at += 1;
        self.end = self.at;
    }

    fn range(&self, token: usize) -> Range<usize> {
        self.tokens.range(token)
    }

    /// Reports a mistake at the current token.
    fn error(&mut self, message: impl Into<String>) -> &mut crate::SyntaxError {
        let range = self.range(self.at);
        self.errors.report(range, message)
    }

    /// Passes over what may stand between nodes.
    fn line_space(&mut self) {
        loop {
            match self.kind() {
                TokenKind::Newline => self.line = self.at + 1,
                TokenKind::Space
                | TokenKind::LineComment
                | TokenKind::BlockComment
                | TokenKind::Bom => {}
                TokenKind::Continuation => {
                    self.continuation();
                    continue;
                }
                _ => return,
            }
            self.at += 1;
        }
    }

    /// Passes over what may stand inside a node; answers whether there was any.
    fn node_space(&mut self) -> bool {
        let start = self.at;
        loop {
            match self.kind() {
                TokenKind::Space | TokenKind::BlockComment => self.at += 1,
                TokenKind::Continuation => self.continuation(),
                _ => return self.at > start,
            }
        }
    }

    /// `\` and the line end that it takes away.
    fn continuation(&mut self) {
        match self.continuation_end(self.at) {
            Some(end) => {
                self.at = end;
                self.line = end;
            }
            None => {
                self.error("`\\` continues a line and is the last thing on it")
                    .help("break the line here, or remove it; in quotes a backslash is `\\\\`");
                self.bump();
            }
        }
    }

    /// The token behind the line end that belongs to the `\` at `at`.
    fn continuation_end(&self, mut at: usize) -> Option<usize> {
        loop {
            at += 1;
            match self.tokens.kinds[at] {
                TokenKind::Space | TokenKind::BlockComment | TokenKind::LineComment => {}
                TokenKind::Newline => return Some(at + 1),
                TokenKind::Eof => return Some(at),
                _ => return None,
            }
        }
    }

    /// Whether only space stands before this token on its line.
    fn begins_line(&self) -> bool {
        let before = self
            .tokens
            .kinds
            .get(self.line..self.at)
            .unwrap_or_default();
        matches!(before, [] | [TokenKind::Space])
    }

    /// How deep a line is indented, by its first token, in bytes.
    fn indent(&self, line: usize) -> usize {
        match self.tokens.kinds.get(line) {
            Some(TokenKind::Space) => self.range(line).len(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{FileId, Limits, parse};

    /// Every mistake of a text: the words it points at, and its message.
    fn mistakes(text: &str) -> Vec<(String, String)> {
        let parse = parse(FileId(0), Arc::from(text), &Limits::default());
        let told = |e: &crate::SyntaxError| (text[e.span.range()].to_owned(), e.message.clone());
        parse.errors().iter().map(told).collect()
    }

    fn mistake(text: &str) -> (String, String) {
        let all = mistakes(text);
        assert_eq!(all.len(), 1, "{text:?}: {all:?}");
        all[0].clone()
    }

    fn names(text: &str) -> Vec<String> {
        let parse = parse(FileId(0), Arc::from(text), &Limits::default());
        parse
            .document()
            .nodes()
            .map(|n| n.name().into_owned())
            .collect()
    }

    #[test]
    fn each_mistake_is_one_error_at_its_own_bytes() {
        for (text, at) in [
            ("node true", "true"),
            ("node on=false", "false"),
            ("true", "true"),
            ("disk data 2TiB", "2TiB"),
            ("probe path=/ready", "/ready"),
            ("net 10.0.0.0/16", "10.0.0.0/16"),
            ("node \"a\"b", "b"),
            ("node key=", "="),
            ("region = \"x\"", "="),
            ("node (type)", ")"),
            ("node (type", "("),
            ("node ()1", "()"),
            ("a { b", "{"),
            ("a }", "}"),
            ("a {} b", "b"),
            ("a {} {}", "{"),
            ("a /-{} b", "b"),
            (";", ";"),
            ("a /-\n", "/-"),
            ("a \"x", "\"x"),
            ("a \"x\ny\"", "\"x"),
            ("a \"\\d\"", "\\d"),
            ("a \"\\u{110000}\"", "\\u{110000}"),
            ("a r\"x\"", "r"),
            ("a r#\"x\"#", "r"),
            ("a #yes", "#yes"),
            ("# a comment", "#"),
            ("a /* b", "/*"),
            ("a \\ b", "\\"),
            ("a \u{200e}b", "\u{200e}"),
            ("1 2", "1"),
            ("{ a }", "{"),
            ("a )", ")"),
            ("a 1=2", "1"),
            ("a (t)b=2", "("),
            ("a b#c", "b#c"),
            ("a \"\"\"\n  x\n y\n  \"\"\"", " "),
        ] {
            assert_eq!(mistake(text).0, at, "{text:?}");
        }
    }

    #[test]
    fn a_broken_line_costs_its_node_and_all_are_reported_at_once() {
        let text = "a 1\nb \"x\nc )\nd 2TiB\ne 5\n";
        assert_eq!(mistakes(text).len(), 3);
        assert_eq!(names(text), ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn a_missing_brace_is_found_by_indentation_only_where_one_is_missing() {
        let text = "a {\n    b {\n        c\n    d {\n    }\n}\ne\n";
        assert_eq!(mistake(text).0, "{");
        assert_eq!(names(text), ["a", "e"]);
        let odd = "a {\nb {\nc\n}\nd\n}\ne\n";
        assert_eq!(mistakes(odd), []);
        assert_eq!(names(odd), ["a", "e"]);
    }

    #[test]
    fn a_brace_too_many_is_the_one_that_stands_too_deep() {
        let text = "a {\n    b {\n    }\n    }\n    c\n}\nd\n";
        assert_eq!(mistakes(text).len(), 1);
        assert_eq!(names(text), ["a", "d"]);
    }

    #[test]
    fn passing_a_limit_is_one_error() {
        let deep = "a {".repeat(100) + &"}".repeat(100);
        let parse = parse(
            FileId(0),
            Arc::from(deep),
            &Limits {
                max_depth: 9,
                ..Limits::default()
            },
        );
        assert_eq!(parse.errors().len(), 1);
        assert!(parse.errors()[0].limit);
    }
}
