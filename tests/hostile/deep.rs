//! Nesting without end.

use super::harness::Estate;

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    open.repeat(times) + inner + &close.repeat(times)
}

#[test]
fn blocks() {
    for times in [65, 1_000, 100_000] {
        Estate::on_ground(&nested("a {", "", "}", times))
            .check()
            .refused(&["nest"]);
    }
}

#[test]
fn blocks_that_never_close() {
    Estate::on_ground(&"a {".repeat(100_000))
        .check()
        .refused(&[]);
}

#[test]
fn blocks_of_free_values() {
    let values = nested("a {", "b 1", "}", 100_000);
    Estate::on_ground(&format!(
        "tenant t {{ workload w {{ chart \"a/b\" \"1.0.0\" {{ values {{ {values} }} }} }} }}"
    ))
    .check()
    .refused(&["nest"]);
}

#[test]
fn comments_in_comments() {
    Estate::on_ground(&nested("/*", "", "*/", 1_000_000)).check();
    Estate::on_ground(&"/*".repeat(1_000_000))
        .check()
        .refused(&[]);
}

#[test]
fn nodes_commented_out_in_each_other() {
    Estate::on_ground(&nested("/- a {", "", "}", 10_000))
        .check()
        .refused(&[]);
    Estate::on_ground(&("/-".repeat(100_000) + " a")).check();
}

#[test]
fn loops_in_loops() {
    for times in [30, 60] {
        let loops = nested("each a in=\"range(0, 1)\" {", "tenant t", "}", times);
        Estate::on_ground(&loops).check();
    }
}

#[test]
fn parentheses_and_signs_of_an_expression() {
    for text in [
        nested("(", "1", ")", 1_000),
        nested("[", "1", "]", 1_000),
        "!".repeat(2_000) + "true",
        "-".repeat(2_000) + "1",
        "true ? ".repeat(400) + "1" + &" : 2".repeat(400),
        "a".to_owned() + &".a".repeat(1_900),
        "a".to_owned() + &"[0]".repeat(1_300),
        nested("[1].map(x, ", "x", ")", 300),
    ] {
        Estate::on_ground(&format!("let a \"${{{text}}}\""))
            .check()
            .refused(&["wrong-expression"]);
    }
}

#[test]
fn interpolation_in_interpolation() {
    let text = nested("${'", "1", "'}", 500);
    Estate::on_ground(&format!("let a \"{text}\"")).check();
}

#[test]
fn folders() {
    let estate = Estate::on_ground("");
    estate.write(&("d/".repeat(200) + "deep.kdl"), "tenant t");
    estate.check().refused(&["nested too deep"]);
}
