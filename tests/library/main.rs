//! The standard library keeps what it promises: everything in it is documented, can be used, and
//! is what the facts of the field say; and the manual's pages about it are what it says.

mod definitions;
mod facts;
mod hardware;
mod pages;
mod uses;

use std::sync::Arc;

use tenantry_core::{
    Options, build,
    diag::Level,
    load::{Library, ROOT_FILE},
    world::Memory,
};

/// The estate that uses are added to.
const GROUND: &str = include_str!("ground.kdl");

/// What a text lacks: the findings from warnings on, a line each, or that nothing was written.
/// It is added to the ground, or stands alone where it declares its own estate.
fn complaints(text: &str) -> Vec<String> {
    let alone = text.lines().any(|line| line.starts_with("estate "));
    let files: Vec<(&str, Arc<str>)> = match alone {
        true => vec![(ROOT_FILE, text.into())],
        false => vec![(ROOT_FILE, GROUND.into()), ("use.kdl", text.into())],
    };
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let world = Memory::new(files);
    let built = build(
        &world,
        library,
        &tenantry_targets::all(),
        &Options::default(),
    );
    let mut told: Vec<String> = built
        .run
        .findings
        .iter()
        .filter(|finding| finding.level >= Level::Warn)
        .map(|finding| {
            let place = finding
                .span
                .map(|span| (built.run.sources.path(span.file), finding.span))
                .map(|(path, span)| (path, span.and_then(|at| built.run.sources.position(at))));
            format!("{place:?} {}: {}", finding.rule.name(), finding.message)
        })
        .collect();
    if told.is_empty() && built.outputs.iter().all(|out| out.artifacts.is_empty()) {
        told.push("nothing is written".to_owned());
    }
    told
}

#[test]
fn a_mistake_is_a_complaint() {
    let told = complaints("tenant team { workload app { like no-such-profile } }\n");
    assert!(
        told.iter().any(|told| told.contains("no-such-profile")),
        "{told:?}"
    );
}

#[test]
fn the_ground_is_clean() {
    assert_eq!(complaints("\n"), Vec::<String>::new());
}
