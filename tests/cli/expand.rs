//! `expand`: one environment on standard output, or all of them in folders.

use crate::harness::{Folder, GROUND};

/// The ground with two environments.
fn two() -> String {
    GROUND.replace(
        "tenantry \">=0.1\"",
        "tenantry \">=0.1\"\n    env staging prod",
    )
}

#[test]
fn what_is_printed_is_an_estate_that_is_formatted_and_sound() {
    let folder = Folder::of_example("ai-cloud");
    let run = folder.run("expand --env prod").ends_with(0);
    assert_eq!(run.err, "");
    for gone in ["like ", "param ", "in prod", "$train-host"] {
        assert!(!run.out.contains(gone), "{gone} in {}", run.out);
    }
    assert!(
        run.out.contains("host=\"train.acme.example.com\""),
        "{}",
        run.out
    );
    let alone = Folder::of([("tenantry.kdl", &run.out)]);
    alone.run("fmt --check").ends_with(0);
    alone.run("check").ends_with(0);
    assert_eq!(alone.run("expand").ends_with(0).out, run.out);
}

#[test]
fn of_several_environments_one_is_to_be_chosen() {
    let folder = Folder::of([("tenantry.kdl", &two())]);
    let run = folder.run("expand").ends_with(2);
    assert_eq!(run.out, "");
    assert!(run.err.contains("staging, prod"), "{}", run.err);
    assert!(run.err.contains("--env"), "{}", run.err);
    let run = folder.run("expand --env prod").ends_with(0);
    assert!(run.out.contains("    env prod\n"), "{}", run.out);
    folder.run("expand --env prud").ends_with(1);
}

#[test]
fn a_parameter_is_replaced_by_its_value() {
    let estate = GROUND.replace("nodes 1", "nodes $many") + "param many type=int default=3\n";
    let folder = Folder::of([("tenantry.kdl", &estate)]);
    let out = folder.run("expand").ends_with(0).out;
    assert!(out.contains("nodes 3"), "{out}");
    let out = folder.run("expand --set many=5").ends_with(0).out;
    assert!(out.contains("nodes 5"), "{out}");
}

#[test]
fn what_means_nothing_is_not_printed_and_what_does_not_fit_is() {
    let folder = Folder::of([
        ("tenantry.kdl", GROUND),
        ("acme.kdl", "tenant acme tier=gould\n"),
    ]);
    let run = folder.run("expand").ends_with(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("error[unknown-name]"), "{}", run.err);
    let large = "tenant acme {\n    workload all {\n        vm image=\"registry.example.com/vm/debian:12.5\"\n        on box\n        cpu cores=999\n        memory \"1GiB\"\n        disk root \"10GiB\"\n    }\n}\n";
    folder.write("acme.kdl", large);
    folder.run("check").ends_with(1);
    folder.run("expand").ends_with(0);
}

#[test]
fn every_environment_is_an_estate_in_a_folder_of_its_own() {
    let folder = Folder::of([("estate/tenantry.kdl", &two())]);
    let run = folder.run("expand estate --out expanded").ends_with(0);
    assert_eq!(
        run.out,
        "expanded/staging/tenantry.kdl\nexpanded/prod/tenantry.kdl\n"
    );
    folder.run("check expanded/prod").ends_with(0);
    folder.run("expand estate --out expanded").ends_with(0);

    folder.write("expanded/prod/tenantry.kdl", "// mine\n");
    let run = folder.run("expand estate --out expanded").ends_with(2);
    assert!(
        run.err.contains("expanded/prod/tenantry.kdl"),
        "{}",
        run.err
    );
    assert_eq!(folder.read("expanded/prod/tenantry.kdl"), "// mine\n");
}

#[test]
fn the_lock_goes_along() {
    let folder = Folder::of_example("homelab");
    let lock = folder.read("tenantry.lock");
    let elsewhere = Folder::of([]);
    let out = elsewhere.path("here");
    folder
        .run(&format!("expand --out {}", out.display()))
        .ends_with(0);
    assert_eq!(elsewhere.read("here/tenantry.lock"), lock);
    elsewhere.run("build here --locked").ends_with(0);
}

#[test]
fn nothing_is_written_where_it_would_belong_to_the_estate() {
    let folder = Folder::of([("estate/tenantry.kdl", &two())]);
    for within in ["estate/expanded", "estate", "./estate/a/b"] {
        let run = folder
            .run(&format!("expand estate --out {within}"))
            .ends_with(2);
        assert!(run.err.contains("own folder"), "{}", run.err);
    }
    assert!(!folder.path("estate/expanded").exists());
}
