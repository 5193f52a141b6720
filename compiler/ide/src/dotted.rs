//! Names with dots between: `row.size` behind a `$`, `acme.web.http` as a path.

use std::ops::Range;

/// The names of a path, each with its bytes in the text that the path begins at an offset of.
pub(crate) fn names(path: &str, start: usize) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = start;
    path.split('.').map(move |name| {
        let range = at..at + name.len();
        at = range.end + 1;
        (range, name)
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn each_name_has_its_bytes() {
        let found: Vec<_> = names("row.size", 3).collect();
        assert_eq!(found, [(3..6, "row"), (7..11, "size")]);
        assert_eq!(names("", 0).collect::<Vec<_>>(), [(0..0, "")]);
    }
}
