//! Whether what came out is what a test expects.

use std::collections::BTreeSet;

use tenantry_syntax::Span;

use super::{
    path::Places,
    rules::{self, Instead},
    run::settle,
    unexpected,
};
use crate::{
    cel::{self, Budget, Expr, ExprKind, Value, Vars},
    diag::{Diagnostic, Findings, Level},
    instances::Instances,
    model::Estate,
    query::{Names, View},
    schema::{
        decode::{Expectation, Found, TestCase},
        node::Formula,
    },
};

/// What came out of compiling an estate for a test.
pub(super) struct Attempt<'a> {
    /// What was found, not yet led back to the text.
    pub(super) findings: Findings,
    /// For each expectation that says what it is about, where that is.
    pub(super) places: Vec<Option<Places>>,
    /// Paths that could have been said.
    pub(super) known: Vec<String>,
    /// The model, where the errors leave one.
    pub(super) estate: Option<&'a Estate>,
    /// How to lead places back.
    pub(super) instances: &'a Instances,
}

/// What is not as expected, in the text's own places.
pub(super) fn judge(test: &TestCase, attempt: Attempt<'_>) -> Findings {
    let Attempt {
        findings,
        places,
        known,
        estate,
        instances,
    } = attempt;
    let mut expected: BTreeSet<usize> = BTreeSet::new();
    for (expectation, places) in test.expectations.iter().zip(&places) {
        if let Expectation::Found(found) = expectation {
            expected.extend(hits(found, places.as_ref(), &findings));
        }
    }
    let errors: Vec<usize> = unexpected(&findings, &expected, Level::Error).collect();
    let view = estate.map(|estate| (estate, View::of(estate)));
    let mut failed = Findings::new();
    for (expectation, places) in test.expectations.iter().zip(&places) {
        match expectation {
            Expectation::Found(found) => {
                failed.extend(missing(found, places.as_ref(), &known, &findings));
            }
            Expectation::Clean(span) => {
                let warnings = unexpected(&findings, &expected, Level::Warn);
                let warnings: Vec<&Diagnostic> = warnings.map(|at| &findings[at]).collect();
                failed.extend(rules::not_clean(*span, &warnings));
            }
            // Beside an error that nobody expects, what holds says nothing.
            Expectation::Holds(_) if !errors.is_empty() => {}
            Expectation::Holds(formula) => failed.extend(match &view {
                Some((estate, view)) => {
                    let names = Names::of_estate(estate, view, test.unit);
                    holds(formula, &names, view)
                }
                None => Some(rules::nothing_to_ask(formula.at.span)),
            }),
        }
    }
    failed.extend(errors.iter().map(|at| in_test(&findings[*at], test)));
    settle(instances, &mut failed);
    failed
}

/// What is said of a test whose estate could not be resolved, because a bound was passed.
pub(super) fn unresolved(test: &TestCase, findings: Findings) -> Findings {
    let all: BTreeSet<usize> = BTreeSet::new();
    unexpected(&findings, &all, Level::Error)
        .map(|at| in_test(&findings[at], test))
        .collect()
}

/// An error, with the test that came upon it.
fn in_test(finding: &Diagnostic, test: &TestCase) -> Diagnostic {
    finding.clone().also(test.span, "in this test")
}

/// The findings that an expectation speaks of.
fn hits<'f>(
    found: &'f Found,
    places: Option<&'f Places>,
    findings: &'f Findings,
) -> impl Iterator<Item = usize> + 'f {
    let speaks_of = move |finding: &Diagnostic| {
        *finding.rule.name() == *found.rule.0
            && finding.level == found.level
            && places.is_none_or(|places| is_about(finding, places))
    };
    (0..findings.len()).filter(move |at| speaks_of(&findings[*at]))
}

/// Whether a finding is about what stands at these places: as for `allow`, its own place or
/// another that it labels.
fn is_about(finding: &Diagnostic, places: &Places) -> bool {
    let own = finding.span.into_iter();
    let others = finding.related.iter().map(|label| label.span);
    own.chain(others).any(|span| places.cover(span))
}

/// What to say of a finding that was expected and is not there.
fn missing(
    found: &Found,
    places: Option<&Places>,
    known: &[String],
    findings: &Findings,
) -> Option<Diagnostic> {
    if let (Some((path, span)), Some(places)) = (&found.at, places)
        && places.is_empty()
    {
        return Some(rules::nothing_there(path, *span, known));
    }
    if hits(found, places, findings).next().is_some() {
        return None;
    }
    let same: Vec<&Diagnostic> = findings
        .iter()
        .filter(|finding| *finding.rule.name() == *found.rule.0)
        .collect();
    let instead = match same.iter().find(|finding| finding.level == found.level) {
        Some(elsewhere) => Instead::Elsewhere(elsewhere),
        None => match same.first() {
            Some(other) => Instead::AtLevel(other),
            None => Instead::Others(
                findings
                    .iter()
                    .filter(|finding| finding.level >= Level::Warn)
                    .collect(),
            ),
        },
    };
    Some(rules::not_found(found, &instead))
}

/// What to say of an expression that is not true.
fn holds(formula: &Formula, values: &dyn Vars, view: &View) -> Option<Diagnostic> {
    let budget = &mut Budget::default();
    let value = cel::evaluate(&formula.program, values, budget);
    match value {
        _ if view.was_unsure() => Some(rules::nothing_to_ask(formula.at.span)),
        Ok(Value::Bool(true)) => None,
        Ok(_) => {
            let part = culprit(formula, formula.program.tree(), values, budget);
            let text = text_of(formula, part);
            let span = formula.at.place(&part.range);
            let parts = parts(formula, part, values, budget);
            Some(rules::not_true(text, span, &parts))
        }
        Err(problem) => {
            let span = formula.at.place(&problem.range);
            Some(rules::not_worked_out(&problem, span))
        }
    }
}

/// The part that makes it false: of what is joined by `&&`, the first that is.
fn culprit<'e>(
    formula: &'e Formula,
    expr: &'e Expr,
    values: &dyn Vars,
    budget: &mut Budget,
) -> &'e Expr {
    let mut expr = expr;
    while let ExprKind::And(parts) = &expr.kind {
        let is_false = |part: &&Expr| {
            let value = cel::evaluate_part(&formula.program, part, values, budget);
            matches!(value, Ok(Value::Bool(false)))
        };
        match parts.iter().find(is_false) {
            Some(part) => expr = part,
            None => break,
        }
    }
    expr
}

/// What a part is made of, with its values: the sides of a comparison, each side of `||`.
fn parts<'e>(
    formula: &'e Formula,
    expr: &'e Expr,
    values: &dyn Vars,
    budget: &mut Budget,
) -> Vec<(&'e str, Span, String)> {
    let of: Vec<&Expr> = match &expr.kind {
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::Or(sides) => sides.iter().flat_map(sides_of).collect(),
        ExprKind::Not(operand) => sides_of(operand),
        ExprKind::Each { over, .. } => vec![over],
        _ => Vec::new(),
    };
    let mut shown: Vec<(&str, Span, String)> = Vec::new();
    for part in of.into_iter().filter(|part| !is_literal(part)) {
        let text = text_of(formula, part);
        if shown.iter().any(|(known, ..)| *known == text) {
            continue;
        }
        if let Ok(value) = cel::evaluate_part(&formula.program, part, values, budget) {
            shown.push((text, formula.at.place(&part.range), shown_as(&value)));
        }
    }
    shown
}

fn sides_of(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Binary { left, right, .. } => vec![left, right],
        _ => vec![expr],
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Str(_)
            | ExprKind::Quantity(_)
            | ExprKind::Pattern(_)
    )
}

/// A value in a message.
fn shown_as(value: &Value) -> String {
    /// Characters beyond which a list tells no more.
    const LONG: usize = 60;
    let text = match value {
        Value::Null => "not set".to_owned(),
        Value::Str(text) => format!("\"{text}\""),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn text_of<'e>(formula: &'e Formula, part: &Expr) -> &'e str {
    let text = formula.program.text();
    text.get(part.range.clone()).unwrap_or(text)
}
