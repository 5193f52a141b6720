//! What can be folded away: blocks, groups of comments, text over several lines.

use std::ops::Range;

use tenantry_syntax::{Parse, kind::TokenKind};

use crate::host::Snapshot;

/// What a fold hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// What stands between braces.
    Block,
    /// Comments on lines below each other, or one over several lines.
    Comment,
    /// A string over several lines.
    Text,
}

/// What can be folded in a file, in the order of its text. The bytes of a block are those of its
/// braces with what stands between them; they may all be on one line.
pub fn folding(snapshot: &Snapshot, path: &str) -> Vec<(Range<u32>, Fold)> {
    let Some(file) = snapshot.file(path) else {
        return Vec::new();
    };
    folds(file.parse)
}

/// Looks at tokens alone, so that unfinished text folds as far as its braces pair.
fn folds(parse: &Parse) -> Vec<(Range<u32>, Fold)> {
    let mut found = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let mut comments = Comments::default();
    for (kind, bytes) in parse.tree().tokens() {
        let range = offset(bytes.start)..offset(bytes.end);
        comments.see(kind, &range, &mut found);
        match kind {
            TokenKind::OpenBrace => open.push(range.start),
            TokenKind::CloseBrace => {
                found.extend(open.pop().map(|start| (start..range.end, Fold::Block)));
            }
            TokenKind::BlockComment => found.push((range, Fold::Comment)),
            TokenKind::MultiLine | TokenKind::RawMultiLine => found.push((range, Fold::Text)),
            _ => {}
        }
    }
    comments.end(&mut found);
    found.sort_by_key(|(range, _)| (range.start, range.end));
    found
}

/// Comments on lines of their own, as long as one follows the other.
#[derive(Default)]
struct Comments {
    /// From the first of the group to the last.
    group: Option<Range<u32>>,
    /// Line ends since something was said.
    ends: usize,
    /// Whether something but space stands on the line.
    is_behind: bool,
}

impl Comments {
    fn see(&mut self, kind: TokenKind, range: &Range<u32>, found: &mut Vec<(Range<u32>, Fold)>) {
        match kind {
            TokenKind::Space => {}
            TokenKind::Newline => {
                self.ends += 1;
                self.is_behind = false;
            }
            TokenKind::LineComment if !self.is_behind => {
                match &mut self.group {
                    Some(group) if self.ends == 1 => group.end = range.end,
                    _ => {
                        self.end(found);
                        self.group = Some(range.clone());
                    }
                }
                self.ends = 0;
            }
            _ => {
                self.end(found);
                self.is_behind = true;
                self.ends = 0;
            }
        }
    }

    fn end(&mut self, found: &mut Vec<(Range<u32>, Fold)>) {
        found.extend(self.group.take().map(|group| (group, Fold::Comment)));
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use tenantry_syntax::{FileId, Limits, parse};

    use super::*;

    /// What can be folded over more than one line, by its first line.
    fn told(text: &str) -> Vec<String> {
        let parse = parse(FileId(0), text.into(), &Limits::default());
        let folds = folds(&parse).into_iter().filter_map(|(range, fold)| {
            let text = &text[range.start as usize..range.end as usize];
            let lines = text.lines().count();
            (lines > 1).then(|| format!("{fold:?} {lines}: {}", text.lines().next().unwrap()))
        });
        folds.collect()
    }

    #[test]
    fn blocks_comments_and_long_text_fold() {
        let text = "\
// About the tenant,
// in two lines.
tenant acme { // behind
    // alone

    // another
    config c {
        text \"\"\"
            a
            \"\"\"
    }
    /* over
       two */
}
";
        assert_eq!(
            told(text),
            [
                "Comment 2: // About the tenant,",
                "Block 12: { // behind",
                "Block 5: {",
                "Text 3: \"\"\"",
                "Comment 2: /* over",
            ]
        );
    }

    #[test]
    fn unfinished_text_folds_as_far_as_its_braces_pair() {
        assert_eq!(told("a {\n b {\n c\n }\n"), ["Block 3: {"]);
        assert_eq!(told("}\n}\na {\n}"), ["Block 2: {"]);
    }
}
