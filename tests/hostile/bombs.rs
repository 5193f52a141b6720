//! Little text that stands for much.

use super::harness::Estate;

const PLAIN: &str =
    "workload \"w${n}\" { container image=\"r.example/a/b:1\"; cpu \"1m\"; memory \"1MiB\" }";

#[test]
fn definitions_that_double() {
    let mut text = String::from("define d0 { arg n; body { tenant \"t${n}\" } }\n");
    for at in 1..30 {
        let below = at - 1;
        text += &format!(
            "define d{at} {{ arg n; body {{ d{below} \"${{n}}a\"; d{below} \"${{n}}b\" }} }}\n"
        );
    }
    Estate::on_ground(&(text + "d29 x"))
        .check()
        .refused(&["limit-passed"]);
}

#[test]
fn slots_that_double() {
    let mut text = String::from("define d0 { slot; body { slot; slot } }\n");
    for at in 1..30 {
        text += &format!(
            "define d{at} {{ slot; body {{ d{0} {{ slot }}; d{0} {{ slot }} }} }}\n",
            at - 1
        );
    }
    Estate::on_ground(&(text + "d29 { tenant t }"))
        .check()
        .refused(&[]);
}

#[test]
fn loops_over_loops_over_loops() {
    let text = "each a in=\"range(0, 9999)\" { each b in=\"range(0, 9999)\" { each n in=\"range(0, 9999)\" { tenant \"t${n}\" } } }";
    Estate::on_ground(text).check().refused(&["limit-passed"]);
}

/// Nothing is made, so no bound of nodes is ever passed: the steps are what must end.
#[test]
fn loops_that_make_nothing() {
    for inner in [
        "",
        "tenant t if=\"n > 99999\"",
        "each x in=\"range(0, 0)\" { tenant t }",
    ] {
        let text = format!(
            "each a in=\"range(0, 9999)\" {{ each b in=\"range(0, 9999)\" {{ each n in=\"range(0, 9999)\" {{ {inner} }} }} }}"
        );
        Estate::on_ground(&text).check().refused(&["limit-passed"]);
    }
}

#[test]
fn definitions_that_double_and_make_nothing() {
    let mut text = String::from("define d0 { body { } }\n");
    for at in 1..31 {
        text += &format!("define d{at} {{ body {{ d{0}; d{0} }} }}\n", at - 1);
    }
    Estate::on_ground(&(text + "d30"))
        .check()
        .refused(&["limit-passed"]);
}

#[test]
fn many_real_nodes() {
    let text = format!(
        "tenant t {{ each n in=\"range(0, 9999)\" {{ {PLAIN} }} }}\ntenant u {{ each n in=\"range(0, 9999)\" {{ {PLAIN} }} }}"
    );
    Estate::on_ground(&text).check();
}

#[test]
fn comprehensions_in_comprehensions() {
    let text = "range(0, 9999).map(a, range(0, 9999).map(b, range(0, 9999).map(c, a + b + c).sum()).sum()).sum()";
    Estate::on_ground(&format!(
        "let a \"${{{text}}}\"\ntenant t {{ label n \"${{a}}\" }}"
    ))
    .check()
    .refused(&["step"]);
}

/// One evaluation is cheap enough; a thousand names repeat it.
#[test]
fn dear_expressions_by_the_thousand() {
    let mut text = String::from("tenant t {\n");
    for at in 0..2_000 {
        text +=
            &format!("label l{at} \"${{range(0, 9000).map(a, a * 2).filter(a, a > 3).sum()}}\"\n");
    }
    Estate::on_ground(&(text + "}")).check();
}

#[test]
fn strings_that_double() {
    let mut text = String::from("let s0 \"0123456789\"\n");
    for at in 1..60 {
        let below = at - 1;
        text += &format!("let s{at} \"${{s{below}}}${{s{below}}}\"\n");
    }
    Estate::on_ground(&(text + "tenant t { label l $s59 }"))
        .check()
        .refused(&[]);
}

#[test]
fn lists_that_double() {
    let mut text = String::from("let s0 1 2 3\n");
    for at in 1..60 {
        text += &format!("let s{at} \"${{s{0} + s{0}}}\"\n", at - 1);
    }
    Estate::on_ground(&(text + "tenant t { label l \"${size(s59)}\" }"))
        .check()
        .refused(&[]);
}

/// A list of a list of a list: each holds the one below twice, none is long.
#[test]
fn lists_of_lists_that_double() {
    let mut text = String::from("let s0 1 2 3\n");
    for at in 1..60 {
        text += &format!("let s{at} \"${{[s{0}, s{0}]}}\"\n", at - 1);
    }
    Estate::on_ground(&(text + "tenant t { label l \"${size(s59)}\" }")).check();
}

/// 64 KiB of text, ten thousand times.
#[test]
fn long_strings_in_many_places() {
    let mut text = String::from("let s0 \"0123456789abcdef\"\n");
    for at in 1..13 {
        let below = at - 1;
        text += &format!("let s{at} \"${{s{below}}}${{s{below}}}\"\n");
    }
    text +=
        "tenant t { each n in=\"range(0, 9999)\" { config \"c${n}\" { entry A \"${s12}${n}\" } } }";
    Estate::on_ground(&text).check().refused(&[]);
}

#[test]
fn regular_expressions() {
    for pattern in [
        "(a{1000}){1000}",
        "((a{100}){100}){100}",
        "\\\\\\\\pL{1000}{1000}",
        "(x+x+)+y",
    ] {
        let text = format!(
            "let a \"${{'{}'.matches('{pattern}')}}\"\ntenant t if=\"a\"",
            "x".repeat(3_000)
        );
        Estate::on_ground(&text).check();
        Estate::on_ground(&format!("param p default=x pattern=#\"{pattern}\"#")).check();
    }
}

#[test]
fn a_regular_expression_for_each_of_many() {
    let text = "tenant t { each n in=\"range(0, 9999)\" { label \"l${n}\" x if=\"string(n).matches('([a-z]{90}){90}')\" } }";
    Estate::on_ground(text).check();
}
