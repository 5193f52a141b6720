//! `--format` and `--findings`: each reader gets its format, in its place, and nothing else.

use serde_json::{Value, json};

use crate::harness::{Folder, GROUND, Run};

/// Hard to point into: a byte order mark, ends of lines as Windows has them, tabs, letters of
/// several characters (é as two, a family as five) and of several columns (商店).
const HARD: &str = "\u{feff}tenant acme tier=gould\r\n\
    tenant beta {\r\n\
    \t/* e\u{301} 👩\u{200d}👩\u{200d}👧 商店 */ lable x\r\n\
    }\r\n";

fn hard() -> Folder {
    Folder::of([("tenantry.kdl", GROUND), ("größe/a b.kdl", HARD)])
}

fn clean() -> Folder {
    Folder::of([("tenantry.kdl", GROUND)])
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).expect("one JSON document")
}

#[test]
fn every_format_counts_as_its_reader_does() {
    let folder = hard();
    let short = folder.run("check --format short").ends_with(1);
    let places: Vec<&str> = short
        .out
        .lines()
        .filter_map(|line| line.split(": ").next())
        .collect();
    // `gould` stands behind 17 characters, of which the mark is none; `lable` behind 19, a tab
    // and a comment, which are 37 bytes.
    assert_eq!(places, ["größe/a b.kdl:1:18", "größe/a b.kdl:3:20"]);

    let json = folder.run("check --format json").ends_with(1).json();
    let span = |at: usize| json["findings"][at]["span"].clone();
    assert_eq!(
        span(0),
        json!({
            "start": { "line": 1, "column": 18, "offset": 20 },
            "end": { "line": 1, "column": 23, "offset": 25 },
        })
    );
    assert_eq!(span(1)["start"]["offset"], HARD.find("lable").expect("it"));

    let sarif = document(&folder.run("check --format sarif").ends_with(1).out);
    let place =
        |at: usize| sarif["runs"][0]["results"][at]["locations"][0]["physicalLocation"].clone();
    assert_eq!(sarif["runs"][0]["columnKind"], "unicodeCodePoints");
    assert_eq!(
        place(0)["artifactLocation"],
        json!({ "uri": "gr%C3%B6%C3%9Fe/a%20b.kdl", "uriBaseId": "%SRCROOT%", "index": 0 })
    );
    let region = |line, from, to| json!({ "startLine": line, "startColumn": from, "endLine": line, "endColumn": to });
    assert_eq!(place(0)["region"], region(1, 18, 23));
    assert_eq!(place(1)["region"], region(3, 20, 25));

    let github = folder.run("check --format github").ends_with(1).out;
    let commands: Vec<&str> = github
        .lines()
        .filter_map(|line| line.split(",title=").next())
        .collect();
    assert_eq!(
        commands,
        [
            "::error file=größe/a b.kdl,line=1,endLine=1,col=18,endColumn=22",
            "::error file=größe/a b.kdl,line=3,endLine=3,col=20,endColumn=24",
        ]
    );

    let gitlab = document(&folder.run("check --format gitlab").ends_with(1).out);
    assert_eq!(
        gitlab[1]["location"],
        json!({ "path": "größe/a b.kdl", "lines": { "begin": 3, "end": 3 } })
    );

    let junit = folder.run("check --format junit").ends_with(1).out;
    assert_eq!(
        junit.matches("file=\"größe/a b.kdl\" line=\"3\"").count(),
        1
    );
}

#[test]
fn several_readers_are_told_at_once() {
    let folder = hard();
    let command = "check --format human --format sarif=a.sarif --format junit=a.xml \
                   --format gitlab=a.json --format github=a.txt --format short=a.short";
    let run = folder.run(command).ends_with(1);
    assert!(run.out.ends_with("2 errors in 1 file\n"), "{}", run.out);
    assert_eq!(run.err, "");
    for (file, format) in [
        ("a.sarif", "sarif"),
        ("a.xml", "junit"),
        ("a.json", "gitlab"),
        ("a.txt", "github"),
        ("a.short", "short"),
    ] {
        let alone = folder.run(&format!("check --format {format}")).ends_with(1);
        assert_eq!(folder.read(file), alone.out, "{format}");
        assert_eq!(alone.err, "", "{format}");
    }
    let quiet = folder.run("check --format sarif=b.sarif").ends_with(1);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    let files = std::fs::read_dir(folder.path("")).expect("the folder");
    let left = files.filter(|file| {
        let name = file.as_ref().expect("an entry").file_name();
        name.to_string_lossy().starts_with('.')
    });
    assert_eq!(left.count(), 0, "no drafts are left");
}

#[test]
fn a_clean_estate_writes_its_reports_too() {
    let folder = clean();
    folder.write("a.sarif", "of a run with findings");
    let command = "check --format sarif=a.sarif --format junit=a.xml --format gitlab=a.json \
                   --format github=a.txt";
    folder.run(command).ends_with(0);
    let sarif = document(&folder.read("a.sarif"));
    assert_eq!(sarif["runs"][0]["results"], json!([]));
    assert_eq!(document(&folder.read("a.json")), json!([]));
    assert_eq!(folder.read("a.txt"), "");
    let junit = folder.read("a.xml");
    assert!(junit.contains("tests=\"1\" failures=\"0\""), "{junit}");
}

#[test]
fn what_cannot_be_is_said_before_anything_is_done() {
    let wrong = |command: &str, words: &str| {
        let run = hard().run(command).ends_with(2);
        assert_eq!(run.out, "", "{command}");
        assert!(run.err.contains(words), "{command}: {}", run.err);
    };
    wrong(
        "check --format json --format sarif",
        "findings cannot be printed as json and as sarif: one stream has one format",
    );
    wrong(
        "check --format json=a --format sarif=a",
        "a cannot hold both json and sarif",
    );
    wrong(
        "check --format sarif=",
        "the file is missing behind `sarif=`",
    );
    wrong(
        "check --format sariff=a",
        "possible values: human, short, json",
    );
    wrong("fmt - --format sarif", "cannot both be on standard output");
}

#[test]
fn a_file_that_cannot_be_written_is_told_beside_the_findings() {
    let folder = hard();
    let wrong = |to: &str, words: &str| {
        let run = folder
            .run(&format!("check --format short --format sarif={to}"))
            .ends_with(2);
        assert_eq!(run.out.lines().count(), 2, "{}", run.out);
        assert_eq!(run.err, format!("error: cannot write {to}: {words}\n"));
    };
    wrong("no/a.sarif", "there is no folder no");
    wrong("größe", "it is a folder");
}

#[test]
#[cfg(unix)]
fn a_link_stays_one_and_a_device_is_written_to() {
    let folder = hard();
    std::os::unix::fs::symlink("real.sarif", folder.path("link.sarif")).expect("a link");
    folder.write("real.sarif", "");
    folder.run("check --format sarif=link.sarif").ends_with(1);
    assert!(folder.path("link.sarif").is_symlink());
    assert!(folder.read("real.sarif").starts_with('{'));
    let run = folder.run("check --format sarif=/dev/stderr").ends_with(1);
    document(&run.err);
    folder.run("check --format sarif=/dev/null").ends_with(1);
}

#[test]
fn a_report_names_files_from_where_the_command_ran() {
    let folder = Folder::of([
        ("estates/shop/tenantry.kdl", GROUND),
        ("estates/shop/acme.kdl", "tenant acme tier=gould\n"),
    ]);
    let whole = folder.path("estates/shop");
    let whole = whole.to_str().expect("a path of letters");
    for estate in ["estates/shop", "./estates/../estates/shop", whole] {
        let run = folder
            .run(&format!(
                "check {estate} --format gitlab --format sarif=a.sarif"
            ))
            .ends_with(1);
        let path = &document(&run.out)[0]["location"]["path"];
        assert_eq!(path, "estates/shop/acme.kdl", "{estate}");
        let sarif = document(&folder.read("a.sarif"));
        let uri = &sarif["runs"][0]["artifacts"][0]["location"]["uri"];
        assert_eq!(uri, "estates/shop/acme.kdl", "{estate}");
    }
}

/// Whether the graph is on one stream and what was found on the other.
fn tells(run: &Run) -> bool {
    run.out.starts_with("digraph") && run.err.contains("\"rule\": \"unknown-kind\"")
}

#[test]
fn a_result_is_not_mixed_with_findings() {
    let folder = Folder::of([("tenantry.kdl", GROUND), ("b.kdl", "nonsense\n")]);
    let build = folder.run("build --format sarif").ends_with(1);
    document(&build.out);
    assert_eq!(build.err, "nothing was written\n");
    let graph = folder.run("graph --findings json").ends_with(1);
    assert!(tells(&graph), "{}", graph.err);
    let graph = folder
        .run("graph --findings sarif=graph.sarif")
        .ends_with(1);
    assert!(graph.out.starts_with("digraph"), "{}", graph.out);
    assert_eq!(graph.err, "");
    document(&folder.read("graph.sarif"));

    let folder = clean();
    let expand = folder.run("expand --findings json=a.json").ends_with(0);
    assert!(expand.out.starts_with("estate shop"), "{}", expand.out);
    assert_eq!(document(&folder.read("a.json"))["findings"], json!([]));
    let why = folder
        .run("why pool.box nodes --findings json=b.json")
        .ends_with(0);
    assert!(!why.out.is_empty());
    assert_eq!(document(&folder.read("b.json"))["findings"], json!([]));
}

#[test]
fn what_is_not_formatted_is_a_finding_for_tools() {
    let folder = Folder::of([
        ("a.kdl", "pool box {\n    nodes 1\n\n\n}\n"),
        ("b.kdl", "pool {"),
        ("c.kdl", "pool box\n"),
    ]);
    let run = folder.run("fmt --check --format short").ends_with(1);
    let heads: Vec<&str> = run
        .out
        .lines()
        .filter_map(|it| it.split(": ").next())
        .collect();
    assert_eq!(heads, ["a.kdl:3:1", "b.kdl:1:6"]);
    assert!(run.out.contains("error[not-formatted]"), "{}", run.out);
    assert!(
        run.err.starts_with("a.kdl\n"),
        "the list is for people: {}",
        run.err
    );
    let human = folder
        .run("fmt --check --format human --format json=a.json")
        .ends_with(1);
    assert_eq!(human.out, "a.kdl\n");
    assert!(!human.err.contains("not-formatted"), "{}", human.err);
    assert_eq!(document(&folder.read("a.json"))["summary"]["errors"], 2);
    let done = folder.run("fmt --format json").ends_with(1).json();
    assert_eq!(
        done["summary"],
        json!({ "errors": 1, "warnings": 0, "notes": 0 })
    );
    assert_eq!(folder.read("a.kdl"), "pool box {\n    nodes 1\n}\n");
    let stream = folder
        .run_with("fmt - --check --format short", "pool   box")
        .ends_with(1);
    assert!(stream.out.starts_with("<stdin>:1:1: "), "{}", stream.out);
}

#[test]
fn tests_are_told_in_every_format() {
    let tests = "test \"two boxes\" { expect \"estate.pool.size() == 2\" }\n";
    let folder = Folder::of([("tenantry.kdl", GROUND), ("tests.kdl", tests)]);
    let sarif = document(&folder.run("test --format sarif").ends_with(1).out);
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "expectation-failed");
    let text = result["message"]["text"].as_str().expect("a text");
    assert!(text.starts_with("in test `two boxes`: "), "{text}");
    let github = folder.run("test --format github").ends_with(1).out;
    assert!(
        github.starts_with("::error file=tests.kdl,line=1,"),
        "{github}"
    );
    let gitlab = document(&folder.run("test --format gitlab").ends_with(1).out);
    assert_eq!(gitlab.as_array().map(Vec::len), Some(1));
}

#[test]
fn the_schema_of_findings_can_be_printed() {
    let schema = Folder::of([]).run("schema --findings").ends_with(0).json();
    assert_eq!(schema["properties"]["version"]["const"], 1);
    Folder::of([]).run("schema --findings pool").ends_with(2);
}

#[test]
fn a_rule_of_the_estate_is_a_rule_of_the_report() {
    let own = "rule no-small-box on=pool doc=\"Boxes are large.\" severity=warn {\n    \
               when \"pool.nodes.count < 2\"\n    say \"a pool of `${pool.nodes.count}`\"\n}\n";
    let folder = Folder::of([("tenantry.kdl", GROUND), ("own.kdl", own)]);
    let sarif = document(&folder.run("check --format sarif").ends_with(0).out);
    let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "no-small-box");
    assert_eq!(rule["shortDescription"]["text"], "Boxes are large.");
    assert_eq!(rule["defaultConfiguration"]["level"], "warning");
    let junit = folder.run("check --format junit").ends_with(0).out;
    assert!(
        junit.contains("failures=\"0\" errors=\"0\" skipped=\"1\""),
        "{junit}"
    );
}
