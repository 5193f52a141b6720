//! Manifests of strangers: `flows --manifests`.

use std::fs;

use super::harness::{Ended, Estate};

/// One file of manifests, asked for all that goes through.
#[track_caller]
fn read(name: &str, bytes: &[u8]) -> Ended {
    let folder = Estate::new(&[]);
    fs::create_dir(folder.path().join("m")).unwrap();
    fs::write(folder.path().join("m").join(name), bytes).unwrap();
    folder.run(&["flows", "--manifests", "m"])
}

#[test]
fn what_nests_without_end_is_refused() {
    for open in ["[", "{a: ", "- ", "? "] {
        read("a.yaml", open.repeat(50_000).as_bytes()).refused(&["a.yaml"]);
    }
    read("a.json", "[".repeat(100_000).as_bytes()).refused(&["a.json:1"]);
}

#[test]
fn aliases_that_explode_are_refused() {
    let wide = format!(
        "a: &a [{}]\nb: [{}]\n",
        "x,".repeat(2_000),
        "*a,".repeat(2_000)
    );
    read("a.yaml", wide.as_bytes()).refused(&["aliases"]);
    let mut deep = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..30 {
        let below = format!("*a{}", at - 1);
        deep += &format!("a{at}: &a{at} [{}]\n", [below.as_str(); 10].join(", "));
    }
    read("a.yaml", deep.as_bytes()).refused(&["aliases"]);
}

#[test]
fn what_is_no_text_or_too_much_of_it_is_refused() {
    read("a.yaml", b"kind: \xff\xfe").refused(&["not UTF-8"]);
    read("a.yaml", b"a: \0").refused(&["a.yaml"]);
    read("a.json", &vec![b' '; (16 << 20) + 1]).refused(&["--limit manifest-bytes"]);
}

#[test]
fn a_terminal_sees_no_commands() {
    let ended = read("a\u{1b}[2J.yaml", b"a: 1\na: 2\n");
    ended.refused(&["stands twice"]);
    assert!(!ended.says("\u{1b}"), "{}", ended.said);
}
