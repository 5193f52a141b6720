//! The nearest name: what a misspelt word was likely meant to be.
//!
//! The distance counts the insertions, deletions, replacements and swaps of neighbours that lead
//! from one word to the other (optimal string alignment). A third of the longer word may differ:
//! below that, people recognise their word; above it, the proposal is noise.

/// The candidate nearest to `word`, if one is near enough.
///
/// Of equally near ones, one that differs in case alone comes first, then one with the same
/// first letter, then the first by spelling, so that the order of the candidates never matters.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = word.chars().collect();
    if typed.is_empty() || typed.len() > MAX_LEN {
        return None;
    }
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .filter_map(|candidate| {
            let other: Vec<char> = candidate.chars().take(MAX_LEN + 1).collect();
            let limit = threshold(typed.len().max(other.len()));
            let folded = distance(&folded(&typed), &folded(&other), limit)?;
            // In another case it is still the same word; that alone never makes it too far.
            let exact = distance(&typed, &other, MAX_LEN).unwrap_or(MAX_LEN);
            let first_differs = typed.first() != other.first();
            Some(((folded, exact, first_differs, candidate), candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Longer words are not names; comparing them would only cost time.
const MAX_LEN: usize = 64;

/// How far a word of `len` characters may be.
fn threshold(len: usize) -> usize {
    (len / 3).max(1)
}

fn folded(word: &[char]) -> Vec<char> {
    word.iter().map(char::to_ascii_lowercase).collect()
}

/// The distance between `a` and `b`, if it is at most `limit`.
fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit || a.len().max(b.len()) > MAX_LEN {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y;
            if swapped {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|found| *found <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [&str; 8] = [
        "workload", "tenant", "pool", "port", "probe", "replicas", "gpu", "cpu",
    ];

    #[test]
    fn a_slip_finds_its_word() {
        for (typed, meant) in [
            ("worklaod", Some("workload")),
            ("Tenant", Some("tenant")),
            ("tennant", Some("tenant")),
            ("replica", Some("replicas")),
            ("prot", Some("port")),
            ("gup", Some("gpu")),
            ("volume", None),
            ("x", None),
            ("", None),
            ("tenant", None),
        ] {
            assert_eq!(nearest(typed, KINDS), meant, "{typed}");
        }
    }

    #[test]
    fn ties_are_broken_by_case_then_first_letter_then_spelling() {
        assert_eq!(nearest("Data", ["date", "data"]), Some("data"));
        assert_eq!(nearest("cat", ["bat", "cot"]), Some("cot"));
        assert_eq!(nearest("disk", ["dusk", "desk"]), Some("desk"));
    }

    proptest! {
        #[test]
        fn the_order_of_candidates_never_matters(word in "[a-d]{1,5}", mut names in prop::collection::vec("[a-d]{1,5}", 0..8)) {
            let forwards = nearest(&word, names.iter().map(String::as_str)).map(str::to_owned);
            names.reverse();
            let backwards = nearest(&word, names.iter().map(String::as_str)).map(str::to_owned);
            prop_assert_eq!(forwards, backwards);
        }

        #[test]
        fn distance_is_symmetric_and_zero_only_for_the_same(a in "[ab]{0,6}", b in "[ab]{0,6}") {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&x, &y, 9), distance(&y, &x, 9));
            prop_assert_eq!(distance(&x, &y, 9) == Some(0), a == b);
        }
    }
}
