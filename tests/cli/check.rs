//! `check`: findings on standard output, nothing else there, and the exit code that CI reads.

use crate::harness::{Folder, GROUND};

const MISSPELT: &str =
    "tenant acme tier=gould\npool extra { nodes four; cpu edge-x86-8c; memory \"8GiB\" }\n";

#[test]
fn a_clean_estate_says_what_it_holds() {
    let folder = Folder::of([("tenantry.kdl", GROUND)]);
    let run = folder.run("check").ends_with(0);
    assert_eq!(run.out, "ok shop: 1 cluster\n");
    assert_eq!(run.err, "");
}

#[test]
fn findings_at_error_level_end_with_1() {
    let folder = Folder::of([("tenantry.kdl", GROUND), ("tenants/acme.kdl", MISSPELT)]);
    let run = folder.run("check").ends_with(1);
    assert!(
        run.out
            .contains("error[unknown-name]: no tier is called `gould`"),
        "{}",
        run.out
    );
    assert!(run.out.contains("╭─[tenants/acme.kdl:1:18]"), "{}", run.out);
    assert!(run.out.ends_with("2 errors in 1 file\n"), "{}", run.out);
    assert_eq!(run.err, "");
}

#[test]
fn a_path_is_printed_as_one_would_type_it() {
    let folder = Folder::of([
        ("estates/shop/tenantry.kdl", GROUND),
        ("estates/shop/acme.kdl", MISSPELT),
    ]);
    for name in [
        "estates/shop",
        "estates/shop/",
        "./estates/shop",
        "estates/shop/tenantry.kdl",
    ] {
        let run = folder
            .run(&format!("check {name} --format short"))
            .ends_with(1);
        let first = run.out.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("estates/shop/acme.kdl:1:18: error[unknown-name]: "),
            "{name}: {first}"
        );
    }
}

#[test]
fn a_misspelt_name_behind_its_scope_is_told_with_it() {
    let text = "tenant demo {\n    workload hello { container image=shop; port http 80; offer http to=beta; }\n}\n\
                tenant beta {\n    workload web { container image=shop; connect demo.helo port=http; connect platform.dnss; }\n}\n";
    let folder = Folder::of([("tenantry.kdl", GROUND), ("tenants.kdl", text)]);
    let run = folder.run("check").ends_with(1);
    for help in ["did you mean `demo.hello`?", "did you mean `platform.dns`?"] {
        assert!(
            run.out.contains(help) || run.err.contains(help),
            "{}",
            run.out
        );
    }
}

#[test]
fn a_missing_name_is_told_by_whose_it_is_to_be() {
    let text = "tenant acme { workload web { port http 80; offer http; connect port=http; }; }";
    let folder = Folder::of([("tenantry.kdl", GROUND), ("tenants.kdl", text)]);
    let run = folder.run("check").ends_with(1);
    for part in [
        "needs the name of a tenant or workload",
        "add `to=TENANT|WORKLOAD`",
        "write it behind `connect`: WORKLOAD|EXTERNAL",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let folder = Folder::of([("tenantry.kdl", GROUND), ("tenants/acme.kdl", MISSPELT)]);
    let run = folder.run("check --format json").ends_with(1);
    assert_eq!(run.err, "");
    let document = run.json();
    assert_eq!(document["version"], 1);
    assert_eq!(document["summary"]["errors"], 2);
    assert_eq!(document["summary"]["estate"], "shop");
    let finding = &document["findings"][0];
    assert_eq!(finding["rule"], "unknown-name");
    assert_eq!(finding["path"], "tenants/acme.kdl");
    assert_eq!(
        finding["span"]["start"],
        serde_json::json!({ "line": 1, "column": 18, "offset": 17 })
    );
}

#[test]
fn a_clean_estate_has_an_empty_list() {
    let folder = Folder::of([("tenantry.kdl", GROUND)]);
    let document = folder.run("check --format json").ends_with(0).json();
    assert_eq!(document["findings"], serde_json::json!([]));
    assert_eq!(folder.run("check --format short").ends_with(0).out, "");
}

#[test]
fn an_environment_can_be_looked_at_alone() {
    let estate = GROUND.replace(
        "tenantry \">=0.1\"",
        "tenantry \">=0.1\"\n    env staging prod",
    );
    let count = "param count type=int default=4 { in prod many }\n";
    let folder = Folder::of([("tenantry.kdl", &estate), ("count.kdl", count)]);
    let run = folder.run("check").ends_with(1);
    assert!(run.out.contains("only: in env prod"), "{}", run.out);
    folder.run("check --env prod").ends_with(1);
    folder.run("check --env staging").ends_with(0);
}

#[test]
fn a_folder_without_an_estate_is_a_finding() {
    let folder = Folder::of([("notes.txt", "nothing")]);
    let run = folder.run("check").ends_with(1);
    assert!(run.out.contains("error[no-estate]"), "{}", run.out);
}

#[test]
fn a_folder_that_is_not_there_is_wrong_usage() {
    let run = Folder::of([]).run("check nowhere").ends_with(2);
    assert_eq!(run.out, "");
    assert_eq!(
        run.err,
        "error: there is no folder nowhere\n help: `tenantry init` writes a first estate\n"
    );
}

#[test]
fn another_file_is_not_an_estate() {
    let run = Folder::of([("tenantry.kdl", GROUND), ("a.kdl", "")])
        .run("check a.kdl")
        .ends_with(2);
    assert!(
        run.err
            .contains("a.kdl is a file of an estate, not an estate"),
        "{}",
        run.err
    );
}

#[test]
fn a_limit_that_is_passed_ends_with_3() {
    let deep = format!("{}{}", "a {\n".repeat(100), "}\n".repeat(100));
    let folder = Folder::of([("tenantry.kdl", GROUND), ("deep.kdl", &deep)]);
    let run = folder.run("check --format short").ends_with(3);
    assert!(run.out.contains("error[limit-passed]"), "{}", run.out);
}

#[test]
fn what_an_unknown_profile_would_have_brought_is_not_missing_too() {
    let image = format!("registry.example.com/web@sha256:{}", "0".repeat(64));
    let ground = format!(
        "profile odd {{ label a b; }}\nprofile far {{ like nosuch; }}\n\
         define sized {{ arg size type=name; body {{ workload w {{ container image=\"{image}\"; like $size; }}; }}; }}\n"
    );
    let written = |like: &str| {
        format!("tenant t {{ workload w {{ container image=\"{image}\"; {like}; }}; }}\n")
    };
    let folder = |tenant: &str| {
        Folder::of([
            ("tenantry.kdl", GROUND),
            ("t.kdl", &format!("{ground}{tenant}")),
        ])
    };
    for tenant in [
        written("like nosuch"),
        written("like odd nosuch"),
        written("like odd far"),
        "tenant t { sized nosuch; }\n".to_owned(),
    ] {
        let run = folder(&tenant).run("check").ends_with(1);
        assert!(run.out.contains("error[unknown-profile]"), "{}", run.out);
        assert!(run.out.ends_with("\n1 error in 1 file\n"), "{}", run.out);
    }
    let run = folder(&written("like odd")).run("check").ends_with(1);
    assert!(run.out.contains("error[cpu-missing]"), "{}", run.out);
}

#[test]
fn a_port_that_a_system_outside_lacks_is_proposed_as_it_is_declared() {
    let image = format!("registry.example.com/web@sha256:{}", "0".repeat(64));
    for (called, words) in [
        (
            "port=9000 protocol=udp",
            "declare this one in `bank`: `port NAME 9000 protocol=udp`",
        ),
        ("port=\"9090-9200\"", "`port NAME \"9090-9200\"`"),
        ("port=123", "name its port, `ntp`, which is 123/UDP"),
        ("port=444", "declare this one in `bank`: `port NAME 444`"),
    ] {
        let spec = format!(
            "external bank {{ cidr \"203.0.113.0/24\"; port https 443; port ntp 123 protocol=udp; }}\n\
             tenant t {{ workload w {{ container image=\"{image}\"; cpu 1; memory \"1GiB\"; connect bank {called}; }}; }}\n"
        );
        let folder = Folder::of([("tenantry.kdl", GROUND), ("t.kdl", &spec)]);
        let run = folder.run("check").ends_with(1);
        let lines = run.out.replace('│', " ");
        let out = lines.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(words), "{called}: {}", run.out);
    }
}
