//! `diff`: what differs by meaning, and nothing that only looks different.

use crate::harness::{Folder, GROUND};

/// An estate of two environments in which a parameter, an overlay and a workload differ.
const TENANT: &str = r#"
param many type=int default=2 { in prod 8 }
param domain type=string default="staging.example.com" { in prod "example.com" }
tenant acme data=internal {
    in prod data=confidential {
        secret vault from="vault:acme" { key token }
    }
    workload web {
        container image="registry.example.com/web:1.0"
        on box
        replicas $many
        cpu "250m"
        memory "256MiB"
        var LEVEL debug
        port http 8080
        expose http host="web.${domain}"
        in prod { var LEVEL info; omit var ONLY_HERE }
    }
}
"#;

fn two() -> Folder {
    let ground = GROUND.replace(
        "tenantry \">=0.1\"",
        "tenantry \">=0.1\"\n    env staging prod",
    );
    Folder::of([("tenantry.kdl", &ground), ("acme.kdl", TENANT)])
}

#[test]
fn two_environments_differ_where_they_were_told_to() {
    let run = two().run("diff --env staging prod").ends_with(1);
    assert_eq!(run.err, "");
    let expected = "\
staging → prod: 5 differences
  tenant acme
    ~ data internal → confidential  (acme.kdl:4 → acme.kdl:5)
    workload web
      ~ replicas 2 → 8  (acme.kdl:2)
      ~ var LEVEL debug → info  (acme.kdl:14 → acme.kdl:17)
      ~ expose http host web.staging.example.com → web.example.com  (acme.kdl:3)
    + secret vault from=\"vault:acme\" { … }  (acme.kdl:6)
";
    assert_eq!(run.out, expected);
}

#[test]
fn an_environment_is_no_different_from_itself() {
    let run = two().run("diff --env prod prod").ends_with(0);
    assert_eq!(run.out, "ok prod → prod: no difference\n");
}

#[test]
fn what_only_looks_different_is_no_difference() {
    let folder = Folder::of_example("ai-cloud");
    let expanded = Folder::of([]);
    let there = expanded.path("there");
    folder
        .run(&format!("expand --env prod --out {}", there.display()))
        .ends_with(0);
    let there = there.join("prod");
    // Profiles, parameters, overlays, files and the order of nodes are all gone from it.
    let run = folder.run(&format!("diff . {} --env prod", there.display()));
    let out = run.ends_with(0).out;
    assert!(out.ends_with(" in prod: no difference\n"), "{out}");
    folder
        .run(&format!("diff . {} --env prod --output", there.display()))
        .ends_with(0);
}

#[test]
fn an_estate_is_compared_with_the_output_that_lies_there() {
    let folder = Folder::of_example("first-estate");
    let run = folder.run("diff --against out").ends_with(2);
    assert!(run.err.contains("holds no output"), "{}", run.err);
    folder.run("build").ends_with(0);
    let run = folder.run("diff --against out").ends_with(0);
    assert_eq!(run.out, "ok out → .: no difference\n");

    let estate = folder.read("tenantry.kdl");
    let changed = estate.replacen("replicas 2", "replicas 3", 1);
    assert_ne!(changed, estate, "the example has two replicas of something");
    folder.write("tenantry.kdl", &changed);
    let run = folder.run("diff --against out").ends_with(1);
    assert!(run.out.contains("Deployment "), "{}", run.out);
    assert!(run.out.contains("replicas 2 → 3"), "{}", run.out);
}

#[test]
fn for_tools_each_difference_has_its_path_values_and_places() {
    let run = two()
        .run("diff --env staging prod --format json")
        .ends_with(1);
    let document = run.json();
    assert_eq!(document["version"], 1);
    let pair = &document["pairs"][0];
    assert_eq!(
        (&pair["old"], &pair["new"]),
        (&"staging".into(), &"prod".into())
    );
    let all = pair["differences"].as_array().expect("a list");
    let replicas = serde_json::json!(["tenant acme", "workload web", "replicas"]);
    let found = all.iter().find(|one| one["path"] == replicas);
    let found = found.expect("the replicas differ");
    assert_eq!(found["change"], "changed");
    assert_eq!((&found["old"], &found["new"]), (&2.into(), &8.into()));
    assert_eq!(found["new_place"]["path"], "acme.kdl");
    let secret = all.iter().find(|one| one["change"] == "added");
    assert_eq!(secret.expect("the secret")["path"][1], "secret vault");
}

#[test]
fn a_question_without_sense_says_what_could_be_asked() {
    let folder = two();
    for (question, word) in [
        ("diff", "--env staging prod"),
        ("diff --env prod", "--env staging prod"),
        ("diff --env staging prod --against out", "at most one"),
        ("diff . . --env staging prod", "one --env"),
        ("diff --env staging prud", "it has staging, prod"),
    ] {
        let run = folder.run(question).ends_with(2);
        assert_eq!(run.out, "");
        assert!(run.err.contains(word), "{question}: {}", run.err);
    }
}

#[test]
fn what_means_nothing_is_not_compared() {
    let folder = two();
    folder.write("beta.kdl", "tenant beta tier=gould\n");
    let run = folder
        .run("diff --env staging prod --format json")
        .ends_with(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("error[unknown-name]"), "{}", run.err);
}
