//! The phases up to what is meant to be emitted.

use tenantry_core::{
    check, close,
    emit::{self, Objects, assemble::Output},
    flows,
    limits::Limits,
    load::{self, Library},
    lock::Allocations,
    lower, model,
    outcome::Clean,
    place, plan,
    prove::{self, flows::Ground},
    resolve, schema,
    world::Memory,
};
use tenantry_reach::Node;
use tenantry_tests::estate::Files;

/// What is meant to be emitted.
pub(crate) struct Made<'a> {
    pub(crate) ground: Ground<'a>,
    pub(crate) meant: Vec<Option<Node<'a>>>,
    /// The files of it.
    pub(crate) files: &'a dyn Fn() -> Output,
}

pub(crate) fn library() -> Library {
    Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    }
}

/// Does something with what is made of an estate; nothing where the estate is unsound, and false.
pub(crate) fn with(files: &Files, mut act: impl FnMut(&Made<'_>)) -> bool {
    let world = Memory::new(files.clone());
    let targets = tenantry_targets::all();
    let limits = Limits::default();
    let sources = load::load(&world, library(), &limits).value.unwrap();
    let typed = schema::decode(&sources);
    let mut findings = typed.findings;
    let typed = typed.value.unwrap();
    let built = resolve::resolve(&typed, None, &[])
        .then(|resolved| model::build(resolved, &typed.words.vocabulary));
    findings.extend(built.findings);
    let Some(estate) = built.value else {
        return false;
    };
    let platform = close::close(&estate, &targets);
    let checked = check::run(&estate, &platform, &targets);
    findings.extend(checked.findings);
    let Some(checked) = checked.value else {
        return false;
    };
    let old = Allocations::default();
    let placed = place::place(&checked, &targets, &old, &limits, &findings);
    findings.extend(placed.findings);
    let set = flows::collect(&checked, &targets);
    findings.extend(set.findings);
    let (Some(placed), Some(set)) = (placed.value, set.value) else {
        return false;
    };
    let allocated = lower::allocate(&checked, &placed);
    findings.extend(allocated.findings);
    let Some(allocated) = allocated.value else {
        return false;
    };
    let lowered = lower::lower(&checked, &placed, &set, allocated);
    let Some(clean) = Clean::of(&findings) else {
        return false;
    };
    let mut objects = Objects::default();
    for target in &targets {
        findings.extend(target.objects(&lowered, &mut objects));
    }
    let names: Vec<&'static str> = targets.iter().map(|target| target.name()).collect();
    let ground = Ground {
        estate: &estate,
        platform: &platform,
        flows: &set,
        allocations: &lowered.allocations,
        objects: &objects,
        targets: &names,
    };
    let files = || {
        let plan = plan::plan(&objects, &platform, &estate.origins);
        let plan = plan.value.unwrap();
        emit::assemble::assemble(&objects, &plan, &estate, &sources, &clean).unwrap()
    };
    act(&Made {
        ground,
        meant: prove::meant(&objects),
        files: &files,
    });
    true
}
