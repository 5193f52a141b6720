//! Much of one thing.

use std::fmt::Write as _;

use super::harness::{Estate, GROUND};

const MIB: usize = 1 << 20;

#[test]
fn ten_megabytes_of_a_string() {
    let long = "x".repeat(10 * MIB);
    for text in [
        format!("tenant t {{ label l \"{long}\" }}"),
        format!("tenant \"{long}\""),
        format!("{long} t"),
        format!("tenant t {long}=1"),
        format!("tenant t {{ workload w {{ on {long} }} }}"),
        format!("let a \"${{{long}}}\""),
        format!("let a \"${{'{long}'}}\""),
        format!("tenant t if=\"{long}\""),
        format!("tenant t {{ config c {{ file f \"{long}\" }} }}"),
        format!("// {long}"),
        format!("let a {}", "9".repeat(10 * MIB)),
        format!("tenant t doc=\"{}\"", "\\u{1F600}".repeat(MIB)),
    ] {
        Estate::on_ground(&text).check();
    }
}

#[test]
fn ten_megabytes_of_one_letter() {
    for letter in [
        "{", "}", "\"", "(", ";", "\\", "=", "-", "#", "/", "\n", "\u{feff}", "\0", "${",
    ] {
        Estate::on_ground(&letter.repeat(10 * MIB / letter.len())).check();
    }
}

#[test]
fn a_body_of_megabytes_is_written_as_it_is() {
    let body = "a line of text: yes\n".repeat(3 * MIB / 20);
    let text = format!("tenant t {{ quota cpu=1; config c {{ file f \"\"\"\n{body}\"\"\" }} }}");
    Estate::on_ground(&text).run(&["build", "--format", "short"]);
}

#[test]
fn a_file_that_is_larger_than_files_may_be() {
    Estate::on_ground(&"// x\n".repeat(4 * MIB))
        .check()
        .refused(&["more than"]);
}

#[test]
fn as_many_nodes_as_a_file_holds() {
    let flat = |line: &str| line.repeat((3 << 20) / line.len());
    for text in [
        flat("a\n"),
        flat("tenant t\n"),
        flat("site a; "),
        format!("tenant t {{ {} }}", flat("label a b;")),
    ] {
        Estate::on_ground(&text).check().refused(&["limit-passed"]);
    }
}

#[test]
fn a_million_values_of_one_node() {
    Estate::on_ground(&format!("site a {}", "b ".repeat(1_000_000)))
        .check()
        .refused(&[]);
    let mut properties = String::from("site a");
    for at in 0..500_000 {
        let _infallible = write!(properties, " p{at}=1");
    }
    Estate::on_ground(&properties).check().refused(&[]);
    Estate::on_ground(&format!("estate e {{ env {} }}", "b ".repeat(1_000_000)))
        .check()
        .refused(&[]);
}

#[test]
fn ten_thousand_environments() {
    let names: Vec<String> = (0..10_000).map(|at| format!("e{at}")).collect();
    let ground = GROUND.replace(
        "estate target",
        &format!("estate target {{ env {} }}", names.join(" ")),
    );
    Estate::new(&[("tenantry.kdl", &ground)])
        .check()
        .refused(&[]);
}

#[test]
fn tables() {
    let mut rows = String::from("table t {\ncolumn a int\n");
    for at in 0..100_000 {
        let _infallible = writeln!(rows, "row r{at} a={at}");
    }
    let text = format!("{rows}}}\neach r in=t {{ tenant $r.key }}");
    Estate::on_ground(&text).check();

    let mut columns = String::from("table t {\n");
    for at in 0..10_000 {
        let _infallible = writeln!(columns, "column c{at} int default={at}");
    }
    let text = format!("{columns}row a\nrow b c7=1\n}}\neach r in=t {{ tenant \"${{r.key}}\" }}");
    Estate::on_ground(&text).check();

    let mut both = columns.replace("10000", "");
    for at in 0..1_000 {
        let _infallible = writeln!(both, "row r{at}");
    }
    Estate::on_ground(&format!("{both}}}\neach r in=t {{ tenant $r.key }}")).check();
}

#[test]
fn a_million_parameters() {
    let mut text = String::new();
    for at in 0..1_000_000 {
        let _infallible = writeln!(text, "p{at} {at}");
    }
    let estate = Estate::on_ground("");
    estate.write("values.params", &text);
    estate
        .run(&["check", "--format", "short", "--params", "values.params"])
        .refused(&[]);

    let sets: Vec<String> = (0..10_000).map(|at| format!("p{at}={at}")).collect();
    let mut args = vec!["check", "--format", "short"];
    args.extend(sets.iter().flat_map(|set| ["--set", set]));
    Estate::on_ground("")
        .run(&args)
        .refused(&["unknown-parameter"]);
}

#[test]
fn many_files() {
    let estate = Estate::on_ground("");
    for at in 0..10_100 {
        estate.write(&format!("f{at}.kdl"), "");
    }
    estate.check().refused(&["limit-passed"]);
}
