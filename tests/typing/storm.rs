//! One brace too many or too few is one mistake, not a storm of them.

use crate::estate::{examples, told};

/// Findings that one brace may bring with it, at most, in one estate.
const MOST: usize = 3;
/// Places that are tried in each file.
const PLACES: usize = 6;

#[test]
fn one_open_brace_is_no_storm() {
    let mut worst: Vec<String> = Vec::new();
    for mut estate in examples() {
        let before = told(&estate.analyse());
        let specs: Vec<_> = estate.specs().cloned().collect();
        for (path, text) in specs.iter().filter(|(path, _)| !path.contains("vendor/")) {
            for (what, broken) in variants(text) {
                estate.edit(path, &broken);
                let after = told(&estate.analyse());
                let fresh: Vec<&String> =
                    after.iter().filter(|one| !before.contains(one)).collect();
                estate.edit(path, text);
                estate.analyse();
                if fresh.len() > MOST {
                    let few: Vec<&str> = fresh.iter().take(6).map(|one| one.as_str()).collect();
                    worst.push(format!(
                        "{} {path} {what}: {} findings\n  {}",
                        estate.name,
                        fresh.len(),
                        few.join("\n  ")
                    ));
                }
            }
        }
    }
    assert!(
        worst.is_empty(),
        "{} storms\n{}",
        worst.len(),
        worst.join("\n")
    );
}

/// The text with one brace opened or one left out, at places spread over it.
fn variants(text: &str) -> Vec<(String, String)> {
    let mut variants = Vec::new();
    for brace in ['{', '}'] {
        let all: Vec<usize> = text
            .char_indices()
            .filter(|(_, c)| *c == brace)
            .map(|(at, _)| at)
            .collect();
        let step = all.len().div_ceil(PLACES).max(1);
        for at in all.into_iter().step_by(step) {
            let line = text[..at].lines().count();
            let less = format!("{}{}", &text[..at], &text[at + 1..]);
            variants.push((format!("line {line} without its `{brace}`"), less));
            let more = format!("{}{brace}{}", &text[..at], &text[at..]);
            variants.push((format!("line {line} with one more `{brace}`"), more));
        }
    }
    variants
}
