//! `tenantry test`

use clap::ValueEnum;
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
    render::{Files, counted, human, json, junit, place::Places, short, style::Look, visible},
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
  tenantry test --format junit         a report for CI")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: estate::Args,
    /// Only tests whose names hold this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each test, and reports with the source of those that fail
    Human,
    /// A line for each test and one for each finding: `path:line:column: …`
    Short,
    /// One JSON document, for tools
    Json,
    /// One XML document as JUnit writes it, for CI
    Junit,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
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
    let look = console.out.look;
    let text = match args.format {
        Format::Human => human(&tests, &files, look),
        Format::Short => short(&tests, &files),
        Format::Json => json(&tests, &files),
        Format::Junit => junit::render(&tests, &files),
    };
    console.out.print(&text)?;
    let found = |test: &Tested| test.findings.clone();
    let mut findings: Vec<Diagnostic> = tests.tests.iter().flat_map(found).collect();
    // An error that a test came upon is its failure, whatever it would be in a build.
    for finding in &mut findings {
        finding.level = Level::Error;
    }
    findings.extend(tests.run.findings);
    Ok(estate::exit(&findings))
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
    let mut out = short::render(&tests.run.findings, files);
    for test in &tests.tests {
        let at = places.at(test.span.file, test.span.start);
        let path = files.path(test.span.file);
        let word = if test.passed() { "ok" } else { "FAILED" };
        let name = visible(&test.name).replace('\n', " ");
        out += &format!("{path}:{}:{}: {word}: {name}\n", at.line, at.column);
        out += &short::render(&test.findings, files);
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
            "findings": json::values(&test.findings, files),
        })
    };
    json::pretty(&json!({
        "version": 1,
        "tests": tests.tests.iter().map(test).collect::<Vec<_>>(),
        "findings": json::values(&tests.run.findings, files),
        "summary": { "tests": tests.tests.len(), "failed": failed(tests) },
    }))
}
