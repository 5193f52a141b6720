//! Small words that many messages share.

/// Names in back quotes, as a sentence lists them: `` `a`, `b` and `c` ``.
pub fn names<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    and(&quoted)
}

/// Phrases as a sentence lists them: `a, b and c`.
pub fn and<T: AsRef<str>>(phrases: &[T]) -> String {
    match phrases {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// A number and what it counts: `1 node`, `3 nodes`.
pub fn count(number: impl Into<u64>, thing: &str) -> String {
    match number.into() {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_sentences_do() {
        assert_eq!(names(&["a"]), "`a`");
        assert_eq!(names(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(and::<&str>(&[]), "");
        assert_eq!(
            (count(1_u32, "node"), count(0_u32, "node")),
            ("1 node".to_owned(), "0 nodes".to_owned())
        );
    }
}
