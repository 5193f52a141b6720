//! Running tests: each in each of its environments, compiled as `check` would compile it.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Tested, Wanted,
    judge::{self, Attempt},
    own,
    path::{self, Places},
    rules,
};
use crate::{
    compile,
    diag::{self, Findings},
    instances::Instances,
    levels::{self, Allowance},
    limits::Limits,
    lock::{Allocations, Lock},
    model, par, resolve,
    schema::{
        TypedEstate,
        decode::{Expectation, TestCase},
    },
    target::Target,
};

/// What all tests of a run share.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'r> {
    /// The text.
    pub(crate) typed: &'r TypedEstate,
    /// The package's name, where it is one.
    pub(crate) package: Option<&'r Arc<str>>,
    /// The backends.
    pub(crate) targets: &'r [&'r dyn Target],
    /// Values of parameters given from outside.
    pub(crate) sets: &'r [(String, String)],
    /// What was allocated before.
    pub(crate) old: &'r Lock,
    /// The bounds of the run.
    pub(crate) limits: &'r Limits,
}

/// What a test came to, by environment.
type PerEnv = Vec<(Option<Arc<str>>, Findings)>;

/// Runs the tests that are wanted in these environments, in the order of the text.
///
/// # Errors
/// There are more than the bound allows.
pub(crate) fn run(
    ground: Ground<'_>,
    environments: &[Option<Arc<str>>],
    wanted: &Wanted,
) -> Result<Vec<Tested>, Box<diag::Diagnostic>> {
    let tests = own(ground.typed, wanted);
    let mut runs: Vec<(usize, Option<Arc<str>>)> = Vec::new();
    for (at, test) in tests.iter().enumerate() {
        runs.extend(envs_of(test, ground, environments).map(|env| (at, env)));
    }
    let limit = ground.typed.limits.tests;
    if runs.len() > limit {
        let first = tests.first().map(|test| test.span).unwrap_or_default();
        return Err(Box::new(rules::too_many(runs.len(), limit, first)));
    }
    let found = par::map(&runs, |(at, env)| one(ground, tests[*at], env.as_ref()));
    let mut per_test: BTreeMap<usize, PerEnv> = BTreeMap::new();
    for ((at, env), findings) in runs.into_iter().zip(found) {
        per_test.entry(at).or_default().push((env, findings));
    }
    Ok(per_test
        .into_iter()
        .map(|(at, found)| joined(tests[at], found))
        .collect())
}

/// The environments that a test runs in, of those that are asked for.
fn envs_of<'e>(
    test: &'e TestCase,
    ground: Ground<'_>,
    environments: &'e [Option<Arc<str>>],
) -> impl Iterator<Item = Option<Arc<str>>> + 'e {
    let own = test.env.as_ref().map(|(env, _)| env);
    // A package declares none, so any may be named.
    let undeclared = own.filter(|_| ground.package.is_some());
    let declared = environments
        .iter()
        .filter(move |env| undeclared.is_none() && own.is_none_or(|own| env.as_ref() == Some(own)));
    let undeclared = undeclared.cloned().map(Some);
    undeclared.into_iter().chain(declared.cloned())
}

/// What came of a test in all its environments.
fn joined(test: &TestCase, found: PerEnv) -> Tested {
    let envs = found.iter().filter_map(|(env, _)| env.clone()).collect();
    let per_env = found
        .into_iter()
        .map(|(env, findings)| (env.unwrap_or_default(), findings))
        .collect();
    let mut findings = diag::merge_envs(per_env);
    diag::sort(&mut findings);
    Tested {
        name: test.name.clone(),
        span: test.span,
        envs,
        findings,
    }
}

/// A test in one environment.
fn one(ground: Ground<'_>, test: &TestCase, env: Option<&Arc<str>>) -> Findings {
    let given = resolve::Given {
        body: test.given.as_ref(),
        unit: test.unit,
        package: ground.package,
    };
    let resolved = resolve::resolve_given(ground.typed, env, ground.sets, Some(given));
    let mut findings = resolved.findings;
    let Some(resolved) = resolved.value else {
        // What was left out could be anything, so nothing more can be said.
        return judge::unresolved(test, findings);
    };
    let vocabulary = &ground.typed.words.vocabulary;
    let asked = test
        .expectations
        .iter()
        .map(|expectation| match expectation {
            Expectation::Found(found) => {
                let (path, _) = found.at.as_ref()?;
                Some(path::places(vocabulary, &resolved.root, path))
            }
            _ => None,
        });
    let places: Vec<Option<Places>> = asked.collect();
    let known = path::known(vocabulary, &resolved.root);
    let instances = resolved.origins.instances.clone();
    let modelled = model::build(resolved, vocabulary);
    findings.extend(modelled.findings);
    if let Some(estate) = &modelled.value {
        let empty = Allocations::default();
        let old = ground.old.environments.get(env.map_or("", |env| env));
        let allowances = allowances(ground.typed, test);
        backend(
            estate,
            ground,
            old.unwrap_or(&empty),
            &allowances,
            &mut findings,
        );
    }
    let attempt = Attempt {
        findings,
        places,
        known,
        estate: modelled.value.as_ref(),
        instances: &instances,
    };
    judge::judge(test, attempt)
}

fn backend(
    estate: &model::Estate,
    ground: Ground<'_>,
    old: &Allocations,
    allowances: &[Allowance],
    findings: &mut Findings,
) {
    let mut level = |findings: &mut Findings| {
        levels::apply(estate, allowances, findings);
    };
    let (targets, limits) = (ground.targets, ground.limits);
    compile::backend(
        estate,
        compile::Asked {
            targets,
            old,
            limits,
            known: None,
            far: compile::Far::Plan,
            sound: true,
            stop: &|| false,
        },
        findings,
        &mut level,
        &mut |_| {},
    );
    level(findings);
}

/// The `allow`s of the text and of what is given; what is wrong with them was told.
fn allowances(typed: &TypedEstate, test: &TestCase) -> Vec<Allowance> {
    let (mut all, _) = levels::allowances(typed);
    all.extend(levels::allowances_in(typed, test.given.iter()).0);
    all
}

/// Leads findings back to the text, in its order.
pub(super) fn settle(instances: &Instances, findings: &mut Findings) {
    instances.settle(findings);
    diag::sort(findings);
}
