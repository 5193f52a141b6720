//! Running an estate's own tests.

use std::sync::Arc;

use super::{Options, Run, Summary, environments, finish, read, read_lock};
use crate::{
    diag::{Findings, Level},
    load::Library,
    outcome::Clean,
    target::Target,
    testing::{self, Tested, Wanted},
    world::World,
};

/// What came of an estate's tests.
#[derive(Debug)]
pub struct Tests {
    /// What was found before any test could run.
    pub run: Run,
    /// The tests, in the order of the text; none beside an error.
    pub tests: Vec<Tested>,
}

/// Runs the tests of an estate, or of a package by itself. What is wrong with the text itself is
/// told first, and then no test is run.
pub fn test(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
    wanted: &Wanted,
) -> Tests {
    let mut findings = Findings::new();
    let (sources, typed) = read(world, library, options, &mut findings);
    let old = read_lock(world, &mut findings);
    let mut tests = Vec::new();
    if let Some(typed) = &typed {
        let mut environments = environments(typed, options, &mut findings);
        let asked = |env: &Option<Arc<str>>| {
            let wanted = |wanted: &String| env.as_deref() == Some(wanted);
            options.env.as_ref().is_none_or(wanted)
        };
        environments.retain(asked);
        findings.retain(|finding| finding.level >= Level::Error);
        if Clean::of(&findings).is_some() {
            let ground = testing::Ground {
                typed,
                package: sources.alone.as_ref().map(|head| &head.name),
                targets,
                sets: &options.sets,
                old: &old,
                limits: &options.limits,
            };
            match testing::run(ground, &environments, wanted) {
                Ok(tested) => tests = tested,
                Err(finding) => findings.push(*finding),
            }
        }
    }
    Tests {
        run: finish(sources, findings, Summary::default()),
        tests,
    }
}
