//! `tenantry test`

use serde_json::json;
use tenantry_core::{
    compile::{self, Tests},
    diag::{Diagnostic, Level},
    testing::{Tested, Wanted},
};

use super::Outcome;
use crate::{
    console::Console,
    estate,
    render::{
        Files, Format, counted, human, json, junit, place::Places, short, style::Look, told::Told,
        visible,
    },
    report::{Channel, Formats, Sheet},
};

/// Run the tests of an estate or a package
///
/// Each `test` is compiled by itself, with what it is given laid over the estate, in each
/// environment or in its own. It fails where something that it expects is not so, and where there
/// is an error that it does not expect. The tests of a package that is used are run in its folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry test                        all tests of the estate in this folder
  tenantry test --filter hugepages     those whose names say `hugepages`
  tenantry test --env prod             in one environment
  tenantry test vendor/pg              the tests of a package
  tenantry test --format human --format junit=tests.xml
                                       for people, and in a file for CI")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: estate::Args,
    /// Only tests whose names hold this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    #[command(flatten)]
    formats: Formats,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.formats.plan(Channel::Out)?;
    let wanted = Wanted {
        filter: args.filter.clone(),
    };
    let tests = compile::test(
        &args.estate.world()?,
        estate::library(),
        &tenantry_targets::all(),
        &args.estate.options()?,
        &wanted,
    );
    let files = estate::Reachable::new(args.estate.root()?, &tests.run.sources);
    let findings = findings(&tests);
    let results = Results {
        tests: &tests,
        files: &files,
        findings: &findings,
    };
    plan.tell(&results, console)?;
    Ok(estate::exit(&findings))
}

/// All that was found, before the tests and in each of them, for formats that know no tests.
fn findings(tests: &Tests) -> Vec<Diagnostic> {
    let of_test = |test: &Tested| {
        let name = test.name.clone();
        let found = test.findings.clone().into_iter();
        found.map(move |finding| Diagnostic {
            // An error that a test came upon is its failure, whatever it would be in a build.
            level: Level::Error,
            message: format!("in test `{name}`: {}", finding.message),
            ..finding
        })
    };
    let of_tests = tests.tests.iter().flat_map(of_test);
    tests.run.findings.iter().cloned().chain(of_tests).collect()
}

/// The tests and how they went.
struct Results<'a> {
    tests: &'a Tests,
    files: &'a dyn Files,
    findings: &'a [Diagnostic],
}

impl Sheet for Results<'_> {
    fn render(&self, format: Format, look: Look) -> String {
        let (tests, files) = (self.tests, self.files);
        match format {
            Format::Human => human(tests, files, look),
            Format::Short => short(tests, files),
            Format::Json => json(tests, files),
            Format::Junit => junit::tests(tests, files),
            Format::Sarif | Format::Github | Format::Gitlab => {
                Told::loose(self.findings, files).render(format, look)
            }
        }
    }
}

fn human(tests: &Tests, files: &dyn Files, look: Look) -> String {
    let before = &tests.run.findings;
    if !before.is_empty() {
        let text = human::render(before, files, look);
        return text + "no test was run: the spec itself is wrong\n";
    }
    let mut out = String::new();
    for test in &tests.tests {
        let word = match test.passed() {
            true => look.good("ok"),
            false => look.level("FAILED", Level::Error),
        };
        // Both words end in the same column.
        let gap = if test.passed() { "     " } else { " " };
        out += &format!("{word}{gap}{}\n", visible(&test.name));
        if !test.passed() {
            out += &human::reports(&test.findings, files, look);
        }
    }
    let sum = summary(tests);
    match failed(tests) {
        0 => out + &sum + "\n",
        _ => out + &look.level(&sum, Level::Error) + "\n",
    }
}

fn failed(tests: &Tests) -> usize {
    tests.tests.iter().filter(|test| !test.passed()).count()
}

fn summary(tests: &Tests) -> String {
    let all = tests.tests.len();
    match (all, failed(tests)) {
        (0, _) => "no tests".to_owned(),
        (_, 0) => format!("{} ok", counted(all, "test")),
        (_, failed) => format!("{failed} of {} failed", counted(all, "test")),
    }
}

fn short(tests: &Tests, files: &dyn Files) -> String {
    let places = Places::of(files);
    let mut out = short::lines(&tests.run.findings, &places);
    for test in &tests.tests {
        let at = places.at(test.span.file, test.span.start);
        let path = files.path(test.span.file);
        let word = if test.passed() { "ok" } else { "FAILED" };
        let name = visible(&test.name).replace('\n', " ");
        out += &format!("{path}:{}:{}: {word}: {name}\n", at.line, at.column);
        out += &short::lines(&test.findings, &places);
    }
    out
}

/// The document's shape is a promise: a change that a reader could notice raises the version.
fn json(tests: &Tests, files: &dyn Files) -> String {
    let places = Places::of(files);
    let test = |test: &Tested| {
        let at = places.at(test.span.file, test.span.start);
        json!({
            "name": &*test.name,
            "path": files.path(test.span.file),
            "line": at.line,
            "column": at.column,
            "passed": test.passed(),
            "envs": test.envs.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
            "findings": json::values(&test.findings, &places),
        })
    };
    json::pretty(&json!({
        "version": 1,
        "tests": tests.tests.iter().map(test).collect::<Vec<_>>(),
        "findings": json::values(&tests.run.findings, &places),
        "summary": { "tests": tests.tests.len(), "failed": failed(tests) },
    }))
}
