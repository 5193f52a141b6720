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

/// Names in back quotes, and how many more there are where they are more than `most`:
/// `` `a`, `b` and 7 more ``.
pub fn few<T: AsRef<str>>(all: &[T], most: usize) -> String {
    let named = all.iter().take(most);
    let mut phrases: Vec<String> = named.map(|name| format!("`{}`", name.as_ref())).collect();
    if all.len() > most {
        phrases.push(format!("{} more", all.len() - most));
    }
    and(&phrases)
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
        assert_eq!(few(&["a", "b"], 2), "`a` and `b`");
        assert_eq!(few(&["a", "b", "c", "d"], 2), "`a`, `b` and 2 more");
        assert_eq!(and::<&str>(&[]), "");
        assert_eq!(
            (count(1_u32, "node"), count(0_u32, "node")),
            ("1 node".to_owned(), "0 nodes".to_owned())
        );
    }
}
