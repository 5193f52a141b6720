use std::{
    io::Write,
    process::{Command, Stdio},
};

use proptest::{prelude::*, strategy::ValueTree};
use serde_json::{Value, json};

use super::{ansible, document};
use crate::{
    emit::{Text, json, tree::Tree},
    origin::OriginId,
};

fn tree(value: &Value) -> Tree {
    Tree::from_serialize_with_nulls(value).unwrap()
}

fn stream<'t>(trees: impl IntoIterator<Item = &'t Tree>) -> Text {
    super::stream(trees.into_iter().map(|tree| (tree, OriginId::NONE)))
}

fn written(value: &Value) -> String {
    document(&tree(value)).as_str().to_owned()
}

#[test]
fn an_object_reads_as_a_person_would_write_it() {
    let value = json!({
        "spec": {
            "containers": [
                { "args": ["--port", "80", "-c", "yes"], "image": "nginx:1.27", "name": "web" },
            ],
            "emptyDir": {}, "none": [], "nested": [[1, 2], [], [[{ "b": 1, "a": null }]]],
        },
        "kind": "Pod",
        "metadata": { "name": "web", "annotations": { "on": "2026-01-01", "note": "a\n\n  b\n" } },
        "apiVersion": "v1",
    });
    assert_eq!(
        written(&value),
        r#"apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    "on": "2026-01-01"
    note: |
      a

        b
spec:
  containers:
    - name: web
      args:
        - --port
        - "80"
        - -c
        - "yes"
      image: nginx:1.27
  emptyDir: {}
  none: []
  nested:
    - - 1
      - 2
    - []
    - - - b: 1
          a: null
"#
    );
}

#[test]
fn a_document_may_be_anything() {
    assert_eq!(written(&json!({})), "{}\n");
    assert_eq!(written(&json!("a\nb")), "|-\n  a\n  b\n");
    assert_eq!(written(&json!([1])), "- 1\n");
    let (one, two) = (tree(&json!({ "a": 1 })), tree(&json!({ "b": "x\n\n" })));
    assert_eq!(
        stream([&one, &two, &one]).as_str(),
        "a: 1\n---\nb: |+\n  x\n\n---\na: 1\n"
    );
}

#[test]
fn each_line_knows_where_it_came_from() {
    let mut object = tree(&json!({
        "spec": { "script": "a\nb\n", "ports": [{ "port": 80, "name": "http" }] },
        "kind": "Pod",
    }));
    object.mark("", OriginId(1));
    object.mark("/spec/script", OriginId(2));
    object.mark("/spec/ports/0", OriginId(3));
    object.mark("/spec/ports/0/port", OriginId(4));
    let text = stream([&object, &object]);
    let told: Vec<_> = (1..)
        .zip(text.as_str().lines())
        .map(|(n, line)| format!("{} {line}", text.lines().at(n).0))
        .collect();
    let once = [
        "1 kind: Pod",
        "1 spec:",
        "2   script: |",
        "2     a",
        "2     b",
        "1   ports:",
        "3     - name: http",
        "4       port: 80",
    ];
    assert_eq!(told[..8], once);
    assert_eq!(
        told[8], "1 ---",
        "the line that opens a document belongs to it"
    );
    let plain = tree(&json!({ "a": 1 }));
    let text = super::stream([(&object, OriginId(7)), (&plain, OriginId(7))]);
    let origins = [1, 9, 10].map(|line| text.lines().at(line).0);
    assert_eq!(origins, [1, 7, 7], "what has no mark has the reason given");
    assert_eq!(told[9..], once);
}

#[test]
fn ansible_is_told_what_is_no_template() {
    let value = json!({
        "motd": "{{ lookup('pipe', 'id') }}", "plain": "a", "script": "#!/bin/sh\necho {% x %}\n",
    });
    assert_eq!(
        ansible(&tree(&value)).as_str(),
        r##"motd: !unsafe "{{ lookup('pipe', 'id') }}"
plain: a
script: !unsafe |
  #!/bin/sh
  echo {% x %}
"##
    );
    assert!(
        !written(&value).contains("!unsafe"),
        "nobody else knows the tag"
    );
}

/// Texts that some reader of YAML takes for something else, or that break a careless writer.
const NASTY: &[&str] = &[
    "",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b\n",
    "a\n \n",
    "a\n\tb",
    "\ta\nb",
    "a\r\nb",
    "a\rb",
    "a\n  ",
    "\n\n a",
    "no",
    "on",
    "y",
    "Y",
    "N",
    "Yes",
    "OFF",
    "~",
    "null",
    "NULL",
    "True",
    "=",
    "<<",
    "1",
    "-1",
    "+1",
    "01",
    "1_000",
    "_1",
    "0o7",
    "0777",
    "08",
    "0x1F",
    "0b1",
    "1e3",
    "1E3",
    "1.5",
    ".5",
    "5.",
    "._1",
    "1:30",
    "12:30:45",
    "190:20:30.15",
    "52:54:00:12:34:56",
    "2026-01-01",
    "2026-1-1 1:2:3",
    "2026-01-01T00:00:00Z",
    ".inf",
    "-.inf",
    "+.INF",
    ".nan",
    ".NaN",
    "-",
    "--",
    "---",
    "--- a",
    "...",
    "... a",
    "- a",
    "-a",
    "? a",
    "?a",
    ": a",
    ":a",
    "a: b",
    "a:b",
    "a:",
    "a #b",
    "a#b",
    "#a",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "|",
    "|-",
    ">",
    "%TAG",
    "@a",
    "`a",
    "{{ x }}",
    "{a: b}",
    "[a]",
    "\"a\"",
    "'a'",
    "it's",
    "a\\b",
    "\\n",
    "a,b",
    ",",
    "a\u{85}b",
    "a\u{a0}b",
    "a\u{2028}b",
    "\u{feff}a",
    "\u{0}",
    "\u{7f}",
    "\u{9f}",
    "\u{fffe}",
    "\u{10ffff}",
    "😀",
    "é",
    "e\u{301}",
    "\u{202e}abc",
    "---\na",
    "a\n---\nb",
    "a\n...\nb",
    "#!/bin/sh\nset -eu\n\techo \"$1\" # x\n",
    "%YAML 1.1\n---\n",
    "0.",
    "1.e+3",
    "1__0",
    "685,230",
    "0x",
    "0o",
    "1d",
    "1_",
];

fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(NASTY).prop_map(str::to_owned),
        "[-+.~0-9_:eExXoObB,TtZz nyNY]{0,12}",
        "[ \ta\n#:|>'\"\\-]{0,16}",
        any::<String>(),
        "a{990,1100}",
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 16.0)),
        nasty().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((nasty(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn serde_yaml_reads_back_what_went_in(value in any_value()) {
        let text = written(&value);
        let read: Value = serde_yaml::from_str(&text).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert_eq!(read, value, "{}", text);
    }

    #[test]
    fn json_reads_back_what_went_in(value in any_value()) {
        let text = json::document(&tree(&value));
        prop_assert_eq!(serde_json::from_str::<Value>(text.as_str()).unwrap(), value);
    }
}

/// Reads documents, one file's worth per line of input as a JSON string, with YAML 1.1's rules.
const PYTHON: &str = "
import json, sys, yaml
for line in sys.stdin:
    print(json.dumps(yaml.safe_load(json.loads(line))))
";

/// What PyYAML, which is what Ansible reads with, makes of these texts; none where it is not
/// installed.
fn read_with_python(texts: &[String]) -> Option<Vec<Value>> {
    let probe = Command::new("python3")
        .args(["-c", "import yaml"])
        .stderr(Stdio::null())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut python = Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = texts
        .iter()
        .map(|text| json!(text).to_string() + "\n")
        .collect();
    let mut stdin = python.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "PyYAML refuses what we write");
    let answers = String::from_utf8(output.stdout).unwrap();
    Some(
        answers
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

#[test]
fn pyyaml_reads_back_what_went_in() {
    let mut values: Vec<Value> = NASTY
        .iter()
        .map(|text| json!({ *text: [text, { "k": text }], "deep": { "text": text } }))
        .collect();
    values.extend(NASTY.iter().map(|text| json!(text)));
    values.push(json!([
        1e21,
        1e-7,
        0.1,
        3.0,
        i64::MIN,
        u64::MAX,
        null,
        true,
        {},
        []
    ]));
    let mut random = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..800 {
        values.push(any_value().new_tree(&mut random).unwrap().current());
    }
    let texts: Vec<String> = values.iter().map(written).collect();
    let Some(read) = read_with_python(&texts) else {
        println!("skipped: python3 with the yaml module is not installed");
        return;
    };
    assert_eq!(read.len(), values.len());
    for ((read, value), text) in read.iter().zip(&values).zip(&texts) {
        assert_eq!(read, value, "{text}");
    }
}
