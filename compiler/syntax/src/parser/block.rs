//! Blocks: where they begin, where they end, and where they should have.
//!
//! In a file with as many opening as closing braces, braces alone decide. Where one is missing or
//! too many, indentation tells which: that is how the one who forgot it read the file.

use std::ops::Range;

use super::{Frame, Open, Parser, Phase};
use crate::kind::{ElementKind, TokenKind};

/// A head is looked for among so many tokens: farther away it would be seen by nobody.
const FAR: usize = 4096;

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
            self.report_unopened();
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

    /// A brace that closes nothing, with where its block should have begun, if that is to be seen.
    fn report_unopened(&mut self) {
        let head = self.head_without_block();
        let error = self.error("`}` closes nothing");
        match head {
            Some(head) => error
                .related(head, "by its indentation its block begins behind this line")
                .help("end that line with `{`, or remove this `}`"),
            None => error.help("remove it, or open a block before it with `{`"),
        }
        .structure = true;
    }

    /// The line that this brace would belong to if it ended with `{`: the next one above that is
    /// no deeper, with deeper ones between.
    fn head_without_block(&self) -> Option<Range<usize>> {
        if !self.begins_line() {
            return None;
        }
        let depth = self.indent(self.line);
        let mut end = self.line.checked_sub(1)?;
        let farthest = end.saturating_sub(FAR);
        let mut has_content = false;
        loop {
            let kinds = self.tokens.kinds.get(farthest..end)?;
            let before = kinds.iter().rposition(|kind| *kind == TokenKind::Newline);
            // Where the file is too far away, nothing is said of what stands there.
            let line = match before {
                Some(at) => farthest + at + 1,
                None if farthest == 0 => 0,
                None => return None,
            };
            let is_told = |at: &usize| {
                !matches!(
                    self.tokens.kinds.get(*at),
                    Some(TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment)
                )
            };
            let mut told = (line..end).filter(is_told);
            if let Some(first) = told.next() {
                if self.indent(line) <= depth {
                    let last = told.next_back().unwrap_or(first);
                    let begins = self.tokens.kinds.get(first)?.is_value();
                    let ends = self.tokens.kinds.get(last)?.is_value();
                    let is_head = has_content && begins && ends && self.indent(line) == depth;
                    return is_head.then(|| self.range(first).start..self.range(last).end);
                }
                has_content = true;
            }
            end = line.checked_sub(1)?;
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
