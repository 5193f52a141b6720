use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn value(shape: &Shape, words: &[&str]) -> Value {
    match shape {
        Shape::Hole(hole) => words[*hole].into(),
        Shape::Leaf(leaf) => leaf.clone(),
        Shape::List(items) => items.iter().map(|item| value(item, words)).collect(),
        Shape::Map(map) => {
            let entries = map
                .iter()
                .map(|(key, shape)| (key.clone(), value(shape, words)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// What a text is by the template of another.
fn by(template: &str, text: &str) -> Option<Vec<Value>> {
    let template = Template::of(template.as_bytes())?;
    let filled = template.fill(text)?;
    let documents = filled.documents();
    Some(documents.map(|it| value(it.shape, it.words)).collect())
}

#[test]
fn words_at_the_ends_of_lines_are_taken_from_the_text() {
    let one = "name: web\nlist:\n  - a\n  - \"10.0.0.1\"\n---\nkind: Pod\nport: 80\n";
    let two = "name: db\nlist:\n  - b\n  - \"10.0.0.2\"\n---\nkind: Pod\nport: 80\n";
    let values = [
        json!({"name": "db", "list": ["b", "10.0.0.2"]}),
        json!({"kind": "Pod", "port": 80}),
    ];
    assert_eq!(by(one, two).unwrap(), values);
    assert_eq!(shape(one.as_bytes()), shape(two.as_bytes()));
}

#[test]
fn what_may_be_no_text_is_no_word() {
    for other in [
        "true", "Yes", "no", "null", "1", "0x1f", "~", "a: b", "a #b", "*a", "&a", "|", "[a]", "",
        "\"a", "\"a\\n\"", "\"a\" ", "'a'", "Pod", "a:", "1.5",
    ] {
        let (word, other) = ("name: web\n", format!("name: {other}\n"));
        assert_eq!(by(word, &other), None, "{other}");
    }
    let (bare, quoted) = ("a: b\n", "a: \"b\"\n");
    assert_eq!(by(bare, quoted), None);
    assert_eq!(by(quoted, "a: \"true\"\n").unwrap(), [json!({"a": "true"})]);
}

#[test]
fn another_number_of_lines_is_another_text() {
    assert_eq!(by("a: b\n", "a: b\nc: d\n"), None);
    assert_eq!(by("a: b\nc: d\n", "a: b\n"), None);
    assert_eq!(by("a: b\n", "a: b"), None);
}

#[test]
fn a_line_within_a_longer_text_is_no_hole() {
    for text in [
        "script: |\n  name: web\n  - a\nafter: b\n",
        "script: >-\n  name: web\n  word\nafter: b\n",
        "long: word\n  more: x\nafter: b\n",
        "long: word\n  - web\nafter: b\n",
        "long: \"\n  - web\n  \"\nafter: b\n",
        "# note: web\nafter: b\n",
        "x: &x\n  name: web\ny: *x\nafter: b\n",
    ] {
        if by(text, text).is_none() {
            continue;
        }
        assert_eq!(by(text, &text.replace("web", "db")), None, "{text}");
        let after = text.replace("after: b", "after: c");
        assert_eq!(by(text, &after), read(&after), "{text}");
    }
}

/// Lines of which most texts cannot be read, and some are read in odd ways.
fn line() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec![
        "a: ",
        "b: ",
        "  a: ",
        "  b: ",
        "- ",
        "  - ",
        "- a: ",
        "  - a: ",
        "a: b - ",
        "",
        "  ",
        "# a: ",
        "--- ",
        "a: !!str ",
        "a: &x ",
        "? ",
        ": ",
        "a: [b, ",
        "a: \"",
        "a:",
        "  a:",
    ]);
    (start, word()).prop_map(|(start, word)| format!("{start}{word}"))
}

fn word() -> impl Strategy<Value = String> {
    let words = vec![
        "a", "b", "web", "y", "true", "1", "\"a\"", "\"1\"", "\"\"", "'a'", "|", ">-", "*x", "a b",
        "]", "\"", "a: b", "a:", "- b", "e1", "...", "",
    ];
    prop::sample::select(words).prop_map(str::to_owned)
}

fn joined(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_a_template_reads_is_what_the_reader_reads(
        lines in prop::collection::vec(line(), 1..7),
        changes in prop::collection::vec((any::<prop::sample::Index>(), word()), 1..4),
    ) {
        let template = joined(&lines);
        let mut others = lines.clone();
        for (at, word) in changes {
            let at = at.index(others.len());
            let end = others[at].rfind(' ').map_or(0, |blank| blank + 1);
            others[at].replace_range(end.., &word);
        }
        let text = joined(&others);
        if let Some(values) = by(&template, &text) {
            prop_assert_eq!(Some(values), read(&text));
        }
        if let Some(values) = by(&template, &template) {
            prop_assert_eq!(Some(values), read(&template));
        }
    }
}
