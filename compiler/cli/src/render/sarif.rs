//! Findings as SARIF 2.1.0 (OASIS), which code scanning and editors read.
//!
//! Two readers are kept in mind beside the standard: the validator of Microsoft's Multitool, and
//! GitHub, which shows a rule's `help` and wants every result in a file below the repository's
//! root.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tenantry_core::{
    Span,
    diag::{Diagnostic, Fix, Level, RuleRef},
};

use super::{
    Files, fingerprint::Fingerprints, headline, json::pretty, locate, markdown, notes,
    place::Places, style::Look, visible,
};
use crate::{estate, exit::Exit};

/// Where the schema is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What paths are relative to: the folder in which the command ran.
const ROOT: &str = "%SRCROOT%";
/// The name under which GitHub looks for a fingerprint; without one it makes its own, from the
/// text of the line.
const FINGERPRINT: &str = "primaryLocationLineHash";

/// The log: one run.
pub(super) fn render(findings: &[Diagnostic], files: &dyn Files) -> String {
    let places = Places::of(files);
    let mut run = Run {
        places: &places,
        rules: Listed::default(),
        artifacts: Listed::default(),
    };
    let mut known = Fingerprints::of(&places);
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| run.result(finding, known.next(finding)))
        .collect();
    let whole = !matches!(estate::exit(findings), Exit::Limit | Exit::Bug);
    pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tenantry",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": run.rules.items,
            }},
            "invocations": [{ "executionSuccessful": whole }],
            "originalUriBaseIds": { ROOT: {
                "description": { "text": "The folder in which tenantry ran." }
            }},
            "artifacts": run.artifacts.items,
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "results": results,
        }],
    }))
}

/// Objects that results refer to by their number.
#[derive(Default)]
struct Listed {
    items: Vec<Value>,
    numbers: BTreeMap<String, usize>,
}

impl Listed {
    /// The number of the object of that name, which is made if it is the first time.
    fn number(&mut self, name: &str, make: impl FnOnce() -> Value) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.items.len();
        self.numbers.insert(name.to_owned(), number);
        self.items.push(make());
        number
    }
}

/// A run while it is written.
struct Run<'a> {
    places: &'a Places<'a>,
    rules: Listed,
    artifacts: Listed,
}

impl Run<'_> {
    fn result(&mut self, finding: &Diagnostic, fingerprint: String) -> Value {
        let name = finding.rule.name();
        let mut result = json!({
            "ruleId": name,
            "ruleIndex": self.rules.number(name, || rule(&finding.rule)),
            "level": level(finding.level),
            "message": { "text": text(finding) },
            "locations": [self.location(finding.span, finding.label.as_deref())],
            "partialFingerprints": { FINGERPRINT: fingerprint },
        });
        let related = finding.related.iter();
        let related = related.map(|label| self.location(Some(label.span), Some(&label.text)));
        let related: Vec<Value> = related.collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        let fixes: Vec<Value> = finding.fixes.iter().map(|fix| self.fix(fix)).collect();
        if !fixes.is_empty() {
            result["fixes"] = fixes.into();
        }
        if !finding.envs.is_empty() {
            let envs: Vec<&str> = finding.envs.iter().map(AsRef::as_ref).collect();
            result["properties"] = json!({ "environments": envs });
        }
        result
    }

    /// A place; for the estate as a whole its first file, since a result without a file is shown
    /// nowhere.
    fn location(&mut self, span: Option<Span>, words: Option<&str>) -> Value {
        let path = match span {
            Some(span) => self.places.files().path(span.file),
            None => self.places.files().home(),
        };
        let mut physical = json!({ "artifactLocation": self.artifact(path) });
        if let Some(span) = span {
            physical["region"] = region(span, self.places);
        }
        let mut location = json!({ "physicalLocation": physical });
        if let Some(words) = words {
            location["message"] = json!({ "text": sentence(words) });
        }
        location
    }

    /// A file by its address and its number among the artifacts.
    fn artifact(&mut self, path: &str) -> Value {
        let (uri, relative) = locate::place(path).uri();
        let mut location = json!({ "uri": uri });
        if relative {
            location["uriBaseId"] = ROOT.into();
        }
        let listed = || json!({ "location": location, "sourceLanguage": "kdl" });
        let number = self.artifacts.number(&uri, listed);
        location["index"] = number.into();
        location
    }

    /// A mend, its replacements gathered by file.
    fn fix(&mut self, fix: &Fix) -> Value {
        let mut files: BTreeMap<_, Vec<Value>> = BTreeMap::new();
        for (span, text) in &fix.edits {
            let mut edit = json!({ "deletedRegion": region(*span, self.places) });
            if !text.is_empty() {
                edit["insertedContent"] = json!({ "text": text });
            }
            files.entry(span.file).or_default().push(edit);
        }
        let changes = files.into_iter().map(|(file, replacements)| {
            let path = self.places.files().path(file);
            json!({ "artifactLocation": self.artifact(path), "replacements": replacements })
        });
        json!({
            "description": { "text": sentence(&fix.title) },
            "artifactChanges": changes.collect::<Vec<Value>>(),
            "properties": { "certain": fix.certain },
        })
    }
}

/// Lines and columns from one; the end is behind the last character.
fn region(span: Span, places: &Places<'_>) -> Value {
    let (start, end) = (
        places.at(span.file, span.start),
        places.at(span.file, span.end),
    );
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn rule(rule: &RuleRef) -> Value {
    let mut descriptor = Map::new();
    let mut say = |name: &str, value: Value| drop(descriptor.insert(name.to_owned(), value));
    say("id", rule.name().into());
    match rule {
        RuleRef::BuiltIn(rule) => {
            // A readable name that is the identifier itself would say nothing more.
            let name = pascal(rule.name);
            if !name.eq_ignore_ascii_case(rule.name) {
                say("name", name.into());
            }
            say("shortDescription", message(&sentence(rule.summary)));
            say("fullDescription", message(&introduction(rule.page)));
            let plain = markdown::render(rule.page, Look::PLAIN);
            say("help", json!({ "text": plain, "markdown": rule.page }));
        }
        RuleRef::Own(own) => {
            let doc = own.doc.as_deref().map(visible);
            let doc = doc.unwrap_or_else(|| format!("`{}`, a rule of the estate itself", own.name));
            say("shortDescription", message(&sentence(&doc)));
            say("fullDescription", message(&sentence(&doc)));
            let help = format!("The estate declares this rule itself: {}", sentence(&doc));
            say("help", json!({ "text": help, "markdown": help }));
        }
    }
    let level = level(rule.level());
    say("defaultConfiguration", json!({ "level": level }));
    let family = rule.family().name();
    // By these two GitHub sorts what has nothing to do with security.
    let severity = match level {
        "note" => "recommendation",
        other => other,
    };
    say(
        "properties",
        json!({ "tags": [family], "problem.severity": severity }),
    );
    Value::Object(descriptor)
}

fn message(text: &str) -> Value {
    json!({ "text": text })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "none",
        other => other.name(),
    }
}

/// The message as a sentence, for a list, and beneath it what else there is to say.
fn text(finding: &Diagnostic) -> String {
    let mut lines = vec![sentence(&headline(finding))];
    lines.extend(notes(finding).iter().map(|note| sentence(note)));
    lines.join("\n")
}

/// With a full stop: SARIF's messages are sentences, and GitHub shows the first.
fn sentence(words: &str) -> String {
    let words = visible(words);
    let words = words.trim_end();
    if words.ends_with(['.', '!', '?']) {
        words.to_owned()
    } else {
        format!("{words}.")
    }
}

/// A page's first paragraph, in one line.
fn introduction(page: &str) -> String {
    let lines = page.lines().skip(1).skip_while(|line| line.is_empty());
    let lines = lines.take_while(|line| !line.is_empty());
    sentence(&lines.collect::<Vec<_>>().join(" "))
}

/// `unknown-name` as `UnknownName`, the form of a rule's readable name.
fn pascal(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}
