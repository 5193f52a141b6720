//! Blocks: where they begin, where they end, and where they should have.
//!
//! In a file with as many opening as closing braces, braces alone decide. Where one is missing or
//! too many, indentation tells which: that is how the one who forgot it read the file.

use super::{Frame, Open, Parser, Phase};
use crate::kind::{ElementKind, TokenKind};

impl Parser<'_, '_> {
    /// `{`; `skipped` is the `/-` before it.
    pub(super) fn open_block(&mut self, owner: Open, skipped: Option<u32>) -> Option<Open> {
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
                "blocks are nested deeper than the {max} that are allowed"
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
    pub(super) fn close_brace(&mut self) -> Option<Open> {
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
                .help("remove it, or open a block before it with `{`")
                .structure = true;
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
    pub(super) fn close_outdented(&mut self) {
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
    pub(super) fn close_all(&mut self) {
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
            .help("close it with `}`")
            .structure = true;
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
