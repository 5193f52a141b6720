//! Tests of a spec: each is the estate, or what a package defines, compiled with something
//! different, and what is then expected of it. Nothing of a test reaches the output.

mod judge;
mod path;
pub mod rules;
mod run;

use std::{collections::BTreeSet, sync::Arc};

pub(crate) use run::{Ground, run};
use tenantry_syntax::Span;

use crate::{
    diag::{Findings, Level},
    levels, resolve,
    schema::{
        TypedEstate,
        decode::{Expectation, TestCase},
        words::UnitId,
    },
};

/// What came of a test.
#[derive(Debug, Clone)]
pub struct Tested {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// The environments that it ran in; none where none is declared.
    pub envs: Vec<Arc<str>>,
    /// Why it failed: what it expects and was not so, and errors that it does not expect.
    pub findings: Findings,
}

impl Tested {
    /// Whether all was as expected.
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Which tests to run, and how.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only tests whose names hold this text.
    pub filter: Option<String>,
}

/// What is wrong with the tests themselves, before any is run: rules and environments that there
/// are not.
pub(crate) fn declared(typed: &TypedEstate, package: bool) -> Findings {
    let environments = resolve::environments(typed);
    let environments: Vec<Arc<str>> = environments.into_iter().map(|(name, _)| name).collect();
    let mut findings = Findings::new();
    for test in &typed.tests {
        // A package is for any estate, with any environments.
        if let (Some((env, span)), false, UnitId::ESTATE) = (&test.env, package, test.unit)
            && !environments.contains(env)
            && resolve::environments_are_known(typed)
        {
            findings.push(resolve::rules::unknown_environment(
                env,
                *span,
                &environments,
            ));
        }
        for expectation in &test.expectations {
            if let Expectation::Found(found) = expectation {
                let (name, span) = &found.rule;
                findings.extend(levels::unknown_rule(typed, test.unit, name, *span));
            }
        }
        findings.extend(levels::allowances_in(typed, test.given.iter()).1);
    }
    findings
}

/// The tests of the estate, or of the package that is compiled by itself, in the order of the
/// text; those of packages that are used are theirs to run.
fn own<'t>(typed: &'t TypedEstate, wanted: &Wanted) -> Vec<&'t TestCase> {
    let named = |test: &&TestCase| {
        let filter = wanted.filter.as_deref();
        filter.is_none_or(|text| test.name.contains(text))
    };
    let own = typed
        .tests
        .iter()
        .map(|test| &**test)
        .filter(|t| t.unit == UnitId::ESTATE);
    let mut tests: Vec<&TestCase> = own.filter(named).collect();
    tests.sort_by_key(|test| test.span);
    tests
}

/// The errors among findings that no expectation took, by place in the list.
fn unexpected(
    findings: &Findings,
    expected: &BTreeSet<usize>,
    level: Level,
) -> impl Iterator<Item = usize> {
    (0..findings.len()).filter(move |at| findings[*at].level == level && !expected.contains(at))
}
