//! Whatever is edited in whatever order: what a host knows that kept things from before is what a
//! host knows that has just been opened on the same texts.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::{Options, compile::Depth, load::Library, world::Memory};
use tenantry_ide::{Host, Known};
use tenantry_tests::{
    edits::{Dice, Sort, edit},
    generate::{Shape, edited},
};

use crate::numbers::Numbers;

type Files = BTreeMap<String, String>;

fn host() -> Host {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    Host::new(library, tenantry_targets::ALL, Options::default())
}

/// What is compared: all that is found, what each file declares and uses, and what each
/// environment comes to, down to the reasons of its values.
fn told(known: &Known) -> Vec<String> {
    let analysis = &known.analysis;
    let findings = analysis.findings.iter();
    let mut told: Vec<String> = findings.map(|finding| format!("{finding:?}")).collect();
    told.push(format!("{:?}", analysis.summary));
    let outlines = known.outlines.iter();
    told.extend(outlines.map(|outline| format!("{outline:?}")));
    for environment in &analysis.environments {
        let kept = &environment.kept;
        let estate = &kept.estate;
        let mut numbers = Numbers::of(analysis, estate);
        told.push(format!("{:?}", environment.env));
        told.push(numbers.spelt(&format!("{:?}", kept.placement)));
        told.push(numbers.spelt(&format!("{:?}", kept.flows)));
        for workload in estate.workloads.values() {
            let span = estate.origins.span(workload.spec.name.origin);
            told.push(numbers.spelt(&format!("{} {span:?}", workload.path)));
            told.push(numbers.spelt(&format!("{workload:?}")));
        }
    }
    told
}

/// Edits files again and again, mostly one thing at a time: what is edited is put right before the
/// next edit, or stays.
fn session(what: &str, files: &Files, edits: usize, seed: u64) {
    let mut dice = Dice::new(seed);
    let mut now = files.clone();
    let mut world = Memory::new(now.clone());
    let mut old = host();
    old.analyse(&world, Depth::Lower);
    for number in 0..edits {
        let sort = Sort::ALL[dice.below(Sort::ALL.len())];
        let (path, text) = edit(&now, sort, &mut dice);
        let restored = (dice.below(3) == 0).then(|| {
            let other = now.keys().nth(dice.below(now.len())).unwrap().clone();
            (files[&other].clone(), other)
        });
        let mut write = |path: &str, text: String| {
            let shared: Arc<str> = text.as_str().into();
            world.set(path, shared.clone());
            old.change(path, shared);
            now.insert(path.to_owned(), text);
        };
        write(&path, text);
        if let Some((text, path)) = restored {
            write(&path, text);
        }
        old.analyse(&world, Depth::Lower);
        let edit = format!("{what}, seed {seed}, edit {number} ({sort:?} in {path})");
        known_alike(&old, &world, &edit);
    }
}

/// What a host knows that has seen more than one text is what one knows that has seen this one.
fn known_alike(old: &Host, world: &Memory, edit: &str) {
    let mut new = host();
    new.analyse(world, Depth::Lower);
    let (old, new) = (old.snapshot(), new.snapshot());
    let (old, new) = (told(old.known()), told(new.known()));
    let differing = old.iter().zip(&new).find(|(old, new)| old != new);
    assert!(old == new, "{edit}: kept and new differ: {differing:#?}");
}

fn examples() -> Vec<(String, Files)> {
    let examples = tenantry_tests::estate::examples().unwrap();
    assert!(!examples.is_empty(), "no examples");
    examples
}

#[test]
fn the_examples_are_known_alike_after_every_edit() {
    for (seed, (name, files)) in (1..).zip(examples()) {
        session(&name, &files, 12, seed);
    }
}

#[test]
fn a_generated_estate_is_known_alike_after_every_edit() {
    let shape = Shape {
        tenants: 5,
        workloads: 4,
    };
    for (seed, environments) in [(1, &[][..]), (2, &["dev", "prod"])] {
        let files = edited(shape, environments).into_iter().collect();
        session("generated", &files, 60, seed);
    }
}

#[test]
fn what_the_library_brings_may_change_with_every_letter() {
    let shape = Shape {
        tenants: 3,
        workloads: 4,
    };
    let looped = "table tiers { column cpu cpu; row small cpu=1; row large cpu=2; }\n\
        tenant looped { each t in=\"${tiers}\" { workload \"w-${t.key}\" { \
        container image=\"registry.example.com/app:1.0.0\"; on general; cpu \"${t.cpu}\"; \
        memory \"1GiB\"; } } }\n";
    let mut files: Files = edited(shape, &[]).into_iter().collect();
    files.insert("looped.kdl".to_owned(), looped.to_owned());
    let mut world = Memory::new(files.clone());
    let mut kept = host();
    kept.analyse(&world, Depth::Lower);
    let used = |text: &str| files["tenantry.kdl"].replace("epyc-9654", text);
    for cpu in [
        "epyc-965",
        "epyc-9654",
        "xeon-6430",
        "epyc-",
        "epyc-9354",
        "epyc-9654",
    ] {
        let text: Arc<str> = used(cpu).into();
        world.set("tenantry.kdl", text.clone());
        kept.change("tenantry.kdl", text);
        kept.analyse(&world, Depth::Lower);
        known_alike(&kept, &world, cpu);
    }
    let last = kept.snapshot();
    let findings = &last.known().analysis.findings;
    assert!(findings.is_empty(), "{findings:?}");
}
