//! Every rule's finding in every format: what the rules' own examples raise is rendered, and each
//! format is held to what its reader wants.
//!
//! With `TENANTRY_REPORTS=DIR` the reports are left in that folder, for readers that are programs
//! of their own.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "leaves reports for other programs where it is told to"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::{Value, json};
use tenantry_core::{
    Options,
    compile::{self, Run},
    diag::RuleRef,
    rules,
    testing::Wanted,
    world::Memory,
};
use tenantry_tests::page;

use super::{Format, style::Look, told::Told};
use crate::{commands::schema::FINDINGS, estate, report::Sheet as _};

/// What is rendered: a name, and the files of an estate.
struct Example {
    name: String,
    files: Vec<(String, String)>,
}

impl Example {
    /// A listing of a rule's page.
    fn of_listing(name: &str, listing: &str) -> Self {
        Self {
            name: name.to_owned(),
            files: page::files(listing).into_iter().collect(),
        }
    }

    /// The findings of a check, and those of its tests.
    fn run(&self) -> Run {
        let world = Memory::new(self.files.clone());
        let (targets, options) = (tenantry_targets::all(), Options::default());
        let mut run = compile::check(&world, estate::library(), &targets, &options);
        let wanted = Wanted::default();
        let tests = compile::test(&world, estate::library(), &targets, &options, &wanted);
        let failures = tests.tests.into_iter().flat_map(|test| test.findings);
        run.findings.extend(failures);
        run
    }
}

/// A byte order mark, ends of lines as Windows has them, tabs, letters of several characters and
/// of several bytes; and what each format has to encode.
const HARD: &str = "\u{feff}tenant größe tier=gould\r\n\
    tenant acme {\r\n\
    \tlabel \"e\u{301} 👩‍👩‍👧 商店 {0} %0A [a](1) <b> &amp; ]]>\" 1; lable x y\r\n\
    \tworkload \"a:b,c\" { runs\tconteiner\r\n\t}\r\n}\r\n";

/// The bad example of every rule that has one, an estate without findings, and a text that is
/// hard to point into.
fn examples() -> Vec<Example> {
    let bad = rules::all().into_iter().filter_map(|rule| {
        let listing = page::listing(rule.page, page::BAD).unwrap()?;
        Some(Example::of_listing(rule.name, &listing))
    });
    let mut examples: Vec<Example> = bad.collect();
    examples.push(Example::of_listing("clean", ""));
    let mut hard = Example::of_listing("hard", "");
    hard.files
        .push(("größe/a b%.kdl".to_owned(), HARD.to_owned()));
    examples.push(hard);
    examples
}

static RUNS: LazyLock<Vec<(String, Run)>> = LazyLock::new(|| {
    let run = |example: Example| (example.name.clone(), example.run());
    examples().into_iter().map(run).collect()
});

/// All examples in a format. Left in the folder that `TENANTRY_REPORTS` names, as `NAME.ENDING`.
fn rendered(format: Format, ending: &str) -> Vec<(&'static str, &'static Run, String)> {
    let folder = std::env::var_os("TENANTRY_REPORTS").map(PathBuf::from);
    if let Some(folder) = &folder {
        fs::create_dir_all(folder).unwrap();
    }
    let rendered = RUNS.iter().map(|(name, run)| {
        let files = estate::Reachable::new(Path::new("."), &run.sources);
        let text = Told::of(run, &files).or_ok().render(format, Look::PLAIN);
        if let Some(folder) = &folder {
            fs::write(folder.join(format!("{name}.{ending}")), &text).unwrap();
        }
        (name.as_str(), run, text)
    });
    rendered.collect()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The published schema, and with it that nothing is said that it does not describe.
fn schema() -> Value {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(of) => {
                of.values_mut().for_each(close);
                if of.contains_key("properties") && of.contains_key("type") {
                    of.insert("additionalProperties".to_owned(), false.into());
                }
            }
            Value::Array(of) => of.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = parsed(FINDINGS);
    close(&mut schema);
    schema
}

#[test]
fn the_json_of_every_rule_is_as_its_schema_says() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    for (name, run, text) in rendered(Format::Json, "json") {
        let document = parsed(&text);
        if let Err(error) = schema.validate(&document) {
            panic!("{name}: {error} at {}", error.instance_path());
        }
        let told = document["findings"].as_array().unwrap().len();
        assert_eq!(told, run.findings.len(), "{name}");
        for finding in document["findings"].as_array().unwrap() {
            let Some(path) = finding["path"].as_str() else {
                continue;
            };
            let text = text_of(run, path);
            let at = |end: &str, what: &str| finding["span"][end][what].as_u64().unwrap() as usize;
            let byte = |end| byte_at(text, at(end, "line"), at(end, "column"));
            assert_eq!(byte("start"), at("start", "offset"), "{name}: {finding}");
            assert_eq!(byte("end"), at("end", "offset"), "{name}: {finding}");
        }
    }
}

#[test]
fn the_schema_refuses_what_is_broken() {
    let published = jsonschema::validator_for(&parsed(FINDINGS)).unwrap();
    let texts = rendered(Format::Json, "json");
    let (.., text) = texts.iter().find(|(name, ..)| *name == "hard").unwrap();
    let whole = parsed(text);
    assert!(published.is_valid(&whole));
    let newer = |document: &mut Value| document["findings"][0]["since"] = json!("a later version");
    let broken: &[fn(&mut Value)] = &[
        |it| it["version"] = json!(2),
        |it| it["findings"] = json!({}),
        |it| it["summary"] = json!({ "errors": 1 }),
        |it| it["tests"] = json!([]),
        |it| it["findings"][0]["level"] = json!("grave"),
        |it| it["findings"][0]["path"] = json!(null),
        |it| it["findings"][0]["span"]["start"]["line"] = json!(0),
        |it| it["findings"][0]["span"]["end"] = json!(null),
        |it| it["findings"][0]["fixes"] = json!([{ "title": "x", "edits": [] }]),
        |it| drop(it["findings"][0].as_object_mut().unwrap().remove("help")),
    ];
    for (at, damage) in broken.iter().enumerate() {
        let mut document = whole.clone();
        damage(&mut document);
        assert!(!published.is_valid(&document), "damage {at} is not seen");
    }
    let mut document = whole;
    newer(&mut document);
    assert!(published.is_valid(&document), "a field may be added");
}

/// The text of a file of an example.
fn text_of<'a>(run: &'a Run, path: &str) -> &'a str {
    let file = run.sources.files().iter().find(|file| *file.path == *path);
    file.map(|file| file.parse.text()).unwrap()
}

/// The byte of a line and a column, found by walking the text: what a reader does who has nothing
/// but the report and the file.
fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let (mut at_line, mut at_column) = (1, 1);
    let mut letters = text.char_indices().peekable();
    letters.next_if(|(_, first)| *first == '\u{feff}');
    while let Some((byte, letter)) = letters.next() {
        if (at_line, at_column) == (line, column) {
            return byte;
        }
        let crlf = letter == '\r' && letters.next_if(|(_, next)| *next == '\n').is_some();
        if crlf || matches!(letter, '\r' | '\n') {
            (at_line, at_column) = (at_line + 1, 1);
        } else {
            at_column += 1;
        }
    }
    assert_eq!((at_line, at_column), (line, column), "beyond the end");
    text.len()
}

/// The piece of a file that a region of SARIF is.
fn piece(text: &str, region: &Value) -> std::ops::Range<usize> {
    let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
    byte_at(text, number("startLine"), number("startColumn"))
        ..byte_at(text, number("endLine"), number("endColumn"))
}

/// The path behind an artifact's URI.
fn path_of(location: &Value) -> String {
    let uri = location["uri"].as_str().unwrap();
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_sarif_of_every_rule_leads_to_what_is_wrong() {
    for (name, run, text) in rendered(Format::Sarif, "sarif") {
        let log = parsed(&text);
        let ran = &log["runs"][0];
        let results = ran["results"].as_array().unwrap();
        assert_eq!(results.len(), run.findings.len(), "{name}");
        let mut fingerprints = BTreeSet::new();
        for (result, finding) in results.iter().zip(&run.findings) {
            let rule =
                &ran["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"], "{name}");
            assert_eq!(rule["id"], finding.rule.name(), "{name}");
            if let RuleRef::BuiltIn(rule_of) = &finding.rule {
                assert_eq!(rule["help"]["markdown"], rule_of.page, "{name}");
            }
            let physical = &result["locations"][0]["physicalLocation"];
            let artifact = &physical["artifactLocation"];
            let listed = &ran["artifacts"][artifact["index"].as_u64().unwrap() as usize];
            assert_eq!(listed["location"]["uri"], artifact["uri"], "{name}");
            if let Some(span) = finding.span {
                let text = text_of(run, &path_of(artifact));
                let shown = piece(text, &physical["region"]);
                assert_eq!(shown, span.start as usize..span.end as usize, "{name}");
            }
            for (fix, of) in result["fixes"]
                .as_array()
                .into_iter()
                .flatten()
                .zip(&finding.fixes)
            {
                assert_eq!(fix["properties"]["certain"], of.certain);
                let changes = fix["artifactChanges"].as_array().unwrap().iter();
                let edits: usize = changes
                    .map(|change| change["replacements"].as_array().unwrap().len())
                    .sum();
                assert_eq!(edits, of.edits.len(), "{name}");
            }
            let known = result["partialFingerprints"]["primaryLocationLineHash"].clone();
            assert!(fingerprints.insert(known.to_string()), "{name}: {known}");
        }
    }
}

/// What GitLab requires of an issue, by its own schema of this report and its documentation.
fn codequality() -> Value {
    json!({ "type": "array", "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": { "type": "string", "minLength": 1 },
            "check_name": { "type": "string", "minLength": 1 },
            "fingerprint": { "type": "string", "minLength": 1 },
            "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": { "type": "string", "pattern": "^[^./]" },
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": { "begin": { "type": "integer", "minimum": 1 } },
                    },
                },
            },
        },
    }})
}

#[test]
fn the_report_of_every_rule_is_one_that_gitlab_takes() {
    let schema = jsonschema::validator_for(&codequality()).unwrap();
    for (name, run, text) in rendered(Format::Gitlab, "codequality.json") {
        let report = parsed(&text);
        if let Err(error) = schema.validate(&report) {
            panic!("{name}: {error} at {}", error.instance_path());
        }
        let issues = report.as_array().unwrap();
        let known = issues.iter().map(|issue| issue["fingerprint"].to_string());
        let known: BTreeSet<String> = known.collect();
        assert_eq!(known.len(), run.findings.len(), "{name}");
    }
}

/// A workflow command as the runner reads it: name, properties, message.
fn command(line: &str) -> (String, Vec<(String, String)>, String) {
    let decoded = |text: &str, more: &[(&str, &str)]| {
        let mut text = text.to_owned();
        for (code, letter) in more
            .iter()
            .chain(&[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")])
        {
            text = text.replace(code, letter);
        }
        text
    };
    let (head, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let properties = properties.split(',').map(|property| {
        let (name, value) = property.split_once('=').unwrap();
        let value = decoded(value, &[("%3A", ":"), ("%2C", ",")]);
        (name.to_owned(), value)
    });
    (name.to_owned(), properties.collect(), decoded(data, &[]))
}

#[test]
fn the_commands_of_every_rule_are_read_as_they_were_meant() {
    for (name, run, text) in rendered(Format::Github, "github") {
        assert_eq!(text.lines().count(), run.findings.len(), "{name}");
        for (line, finding) in text.lines().zip(&run.findings) {
            let (level, properties, message) = command(line);
            let property = |name: &str| {
                let mut of_name = properties.iter().filter(|(it, _)| it == name);
                of_name.next().map(|(_, value)| value.as_str())
            };
            assert!(["error", "warning", "notice"].contains(&level.as_str()));
            assert_eq!(property("title"), Some(finding.rule.name()), "{name}");
            assert!(message.starts_with(&super::headline(finding)), "{name}");
            if let Some(span) = finding.span {
                let text = text_of(run, property("file").unwrap());
                let number = |name| property(name).unwrap().parse::<usize>().unwrap();
                assert!(number("line") <= number("endLine"), "{name}");
                if property("col").is_some() {
                    let start = byte_at(text, number("line"), number("col"));
                    assert_eq!(start, span.start as usize, "{name}");
                    assert!(number("col") <= number("endColumn"), "{name}");
                }
            }
        }
    }
}

#[test]
fn the_junit_of_every_rule_counts_its_cases() {
    for (name, run, text) in rendered(Format::Junit, "xml") {
        let cases = text.matches("<testcase ").count();
        assert!(text.contains(&format!("tests=\"{cases}\"")), "{name}");
        let failed = text.matches("</failure>").count();
        let errors = run.findings.iter().filter(|it| it.level.name() == "error");
        assert_eq!(failed, errors.count(), "{name}");
        assert!(text.contains(&format!("failures=\"{failed}\"")), "{name}");
        assert_eq!(failed == 0, text.contains("name=\"no errors\""), "{name}");
    }
}
