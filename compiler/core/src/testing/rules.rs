//! What can be said of a test that fails.

use tenantry_syntax::Span;

use crate::{
    cel::Problem,
    diag::{Diagnostic, Level, nearest::nearest, rule_set, words},
    load::rules::LIMIT_PASSED,
    schema::decode::Found,
};

rule_set! {
    /// The rules about tests.
    pub RULES;
    EXPECTATION_FAILED = "expectation-failed", Language, Error, "a test of the spec whose expectation does not hold", include_str!("pages/expectation-failed.md");
}

/// What was found where something else was expected.
pub(super) enum Instead<'f> {
    /// The same, about something else.
    Elsewhere(&'f Diagnostic),
    /// The same, at another level.
    AtLevel(&'f Diagnostic),
    /// Other things, or nothing.
    Others(Vec<&'f Diagnostic>),
}

/// How many findings a message names.
const NAMED: usize = 3;

/// A finding that was expected and is not there.
pub(super) fn not_found(found: &Found, instead: &Instead<'_>) -> Diagnostic {
    let rule = &found.rule.0;
    let about = match &found.at {
        Some((path, _)) => format!(" about `{path}`"),
        None => String::new(),
    };
    let what = noun(found.level);
    let finding = Diagnostic::new(
        &EXPECTATION_FAILED,
        found.span,
        format!("the {what} `{rule}`{about} was expected and is not there"),
    )
    .label("expected here");
    match instead {
        Instead::Elsewhere(other) => point(finding, other, "it is found here")
            .help("name in `at` what it is about, or leave `at` away"),
        Instead::AtLevel(other) => {
            let level = noun(other.level);
            point(
                finding,
                other,
                &format!("here it is found, as {}", a(level)),
            )
            .help("expect it at the level that it has in this estate")
        }
        Instead::Others(others) => {
            let why = match others.as_slice() {
                [] => "nothing was found".to_owned(),
                others => format!("what was found is {}", listed(others)),
            };
            let finding = others.iter().take(NAMED).fold(finding, |finding, other| {
                point(finding, other, &format!("`{}`", other.rule.name()))
            });
            finding
                .why(why)
                .help("mend what is given, or expect what is right")
        }
    }
}

/// Nothing is called as `at` says.
pub(super) fn nothing_there(path: &str, span: Span, known: &[String]) -> Diagnostic {
    let finding = Diagnostic::new(
        &EXPECTATION_FAILED,
        span,
        format!("there is no `{path}` in this test"),
    )
    .label("nothing is called so");
    match nearest(path, known.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding
            .help("write a workload with its tenant, `acme.trainer`, or a name of the top level"),
    }
}

/// Warnings where none were expected.
pub(super) fn not_clean(span: Span, warnings: &[&Diagnostic]) -> Option<Diagnostic> {
    if warnings.is_empty() {
        return None;
    }
    let count = u64::try_from(warnings.len()).unwrap_or(u64::MAX);
    let finding = Diagnostic::new(
        &EXPECTATION_FAILED,
        span,
        format!("this is not clean: {}", words::count(count, "warning")),
    )
    .label("expected none")
    .help("mend it, or say `expect-warning` of what shall be there");
    let finding = warnings.iter().take(NAMED).fold(finding, |finding, other| {
        let text = format!("`{}`: {}", other.rule.name(), other.message);
        point(finding, other, &text)
    });
    Some(finding.why(format!("what was found is {}", listed(warnings))))
}

/// An expression that is false, with the values of its parts.
pub(super) fn not_true(text: &str, span: Span, parts: &[(&str, Span, String)]) -> Diagnostic {
    let values: Vec<String> = parts
        .iter()
        .map(|(part, _, value)| format!("`{part}` is {value}"))
        .collect();
    let message = match values.is_empty() {
        true => format!("`{text}` is not true"),
        false => format!("`{text}` is not true: {}", words::and(&values)),
    };
    let finding = Diagnostic::new(&EXPECTATION_FAILED, span, message)
        .label("expected to be true")
        .help("mend the spec, or expect what is right");
    parts.iter().fold(finding, |finding, (_, span, value)| {
        finding.also(*span, value.clone())
    })
}

/// An expression that has no value.
pub(super) fn not_worked_out(problem: &Problem, span: Span) -> Diagnostic {
    Diagnostic::new(&EXPECTATION_FAILED, span, problem.message.clone())
        .label("cannot be worked out")
        .help(
            problem
                .help
                .clone()
                .unwrap_or_else(|| "ask with `has(…)` whether it is set".to_owned()),
        )
}

/// What an expression asks for is not there, because of errors that the test expects.
pub(super) fn nothing_to_ask(span: Span) -> Diagnostic {
    Diagnostic::new(
        &EXPECTATION_FAILED,
        span,
        "this leans on what the errors that the test expects leave unknown",
    )
    .label("cannot be worked out")
    .help("expect it in a test of its own, where nothing is broken")
}

/// More tests than a run may make.
pub(super) fn too_many(count: usize, limit: usize, first: Span) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        first,
        format!("{count} tests are to be run, environments counted; at most {limit} are"),
    )
    .label("the first of them")
    .help("run a part of them with `--filter` or `--env`, or allow more: `--limit tests=NUMBER`")
}

fn point(finding: Diagnostic, other: &Diagnostic, text: &str) -> Diagnostic {
    match other.span {
        Some(span) => finding.also(span, text),
        None => finding,
    }
}

/// Rules by name, a few of them.
fn listed(findings: &[&Diagnostic]) -> String {
    let mut names: Vec<&str> = findings.iter().map(|finding| finding.rule.name()).collect();
    names.sort_unstable();
    names.dedup();
    let rest = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match rest {
        0 => words::and(&quoted),
        rest => format!("{} and {rest} more", quoted.join(", ")),
    }
}

fn noun(level: Level) -> &'static str {
    level.name()
}

fn a(noun: &str) -> String {
    match noun {
        "error" => "an error".to_owned(),
        other => format!("a {other}"),
    }
}
