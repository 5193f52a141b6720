//! Comments behind nodes, in columns.

/// Comments behind longer lines are not aligned with others.
pub(super) const FARTHEST_COLUMN: usize = 64;

/// Puts the comments behind nodes on lines that follow each other into one column. `trailing` has
/// where the gap before each is, and in which column; where the line is so long that the others
/// would be torn from theirs, the comment stays where it is.
pub(super) fn aligned(text: &str, trailing: &[(usize, usize)]) -> String {
    let near = |&&(_, column): &&(usize, usize)| column <= FARTHEST_COLUMN;
    let mut out = String::with_capacity(text.len() + trailing.len() * 8);
    let mut done = 0;
    for run in trailing.chunk_by(|one, next| newlines(&text[one.0..next.0]) == 1) {
        let target = run
            .iter()
            .filter(near)
            .map(|&(_, column)| column)
            .max()
            .unwrap_or_default();
        for &(gap, column) in run {
            out.push_str(&text[done..gap]);
            out.extend(std::iter::repeat_n(' ', target.saturating_sub(column)));
            done = gap;
        }
    }
    out.push_str(&text[done..]);
    out
}

fn newlines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}
