//! `explain`, `schema`, `targets`, `completions`: what the compiler knows about itself.

use crate::harness::Folder;

#[test]
fn every_rule_that_is_listed_has_a_page() {
    let folder = Folder::of([]);
    let listing = folder.run("explain").ends_with(0).out;
    let rules: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    assert!(rules.contains(&"wrong-value"), "{listing}");
    let names = listing
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()) {
        let page = folder.run(&format!("explain {name}")).ends_with(0).out;
        assert!(
            page.starts_with(name) && page.lines().count() > 2,
            "{name}:\n{page}"
        );
    }
}

#[test]
fn a_kind_is_found_by_its_name_and_by_its_place() {
    let folder = Folder::of([]);
    let both = folder.run("explain cpu").ends_with(0).out;
    assert!(
        both.contains("pool.cpu\n") && both.contains("tenant.workload.cpu\n"),
        "{both}"
    );
    let one = folder.run("schema pool.cpu").ends_with(0).out;
    assert!(
        one.starts_with("pool.cpu\n") && !one.contains("workload.cpu"),
        "{one}"
    );
}

#[test]
fn a_kind_that_an_estate_defines_is_shown_like_a_built_in_one() {
    let folder = Folder::of([(
        "tenantry.kdl",
        "estate north
define service doc=\"A plain web service.\" {
    arg name type=name
    param copies type=int default=2 min=1 max=5
    body { workload $name { replicas $copies } }
}
",
    )]);
    let one = folder.run("schema --estate . service").ends_with(0).out;
    assert!(one.starts_with("tenant.service"), "{one}");
    assert!(one.contains("A plain web service."), "{one}");
    assert!(
        one.contains("copies  int, default 2, one from 1 to 5"),
        "{one}"
    );
    let wrong = folder.run("schema --estate . servic").ends_with(2);
    assert!(
        wrong.err.contains("did you mean `service`?"),
        "{}",
        wrong.err
    );
}

#[test]
fn a_misspelt_name_meets_its_neighbour() {
    let folder = Folder::of([]);
    let run = folder.run("explain wrong-valu").ends_with(2);
    assert_eq!(run.out, "");
    assert!(
        run.err.contains("did you mean `wrong-value`?"),
        "{}",
        run.err
    );
    assert!(
        folder
            .run("schema wrkload")
            .ends_with(2)
            .err
            .contains("did you mean `workload`?")
    );
}

#[test]
fn the_vocabulary_is_closed() {
    let document = Folder::of([])
        .run("schema --format json")
        .ends_with(0)
        .json();
    let kinds = document["kinds"].as_array().expect("a list of kinds");
    let places: Vec<&str> = kinds
        .iter()
        .filter_map(|kind| kind["place"].as_str())
        .collect();
    for child in kinds
        .iter()
        .flat_map(|kind| kind["children"].as_array().expect("a list of children"))
    {
        let kind = child["kind"].as_str().expect("a child has a kind");
        assert!(places.contains(&kind), "{kind} is not listed");
    }
}

#[test]
fn completions_know_the_commands() {
    let folder = Folder::of([]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.run(&format!("completions {shell}")).ends_with(0).out;
        assert!(script.contains("explain"), "{shell}");
    }
}

#[test]
fn a_rule_of_an_estates_own_has_a_page_too() {
    let folder = Folder::of([(
        "tenantry.kdl",
        "estate north
rule too-big on=workload severity=warn enforce=cluster doc=\"A machine is cheaper.\" {
    when \"workload.memory.size > '32GiB'\"
    say \"${workload.name} takes ${workload.memory.size}\"
    fix \"take a machine\"
}
",
    )]);
    let page = folder.run("explain --estate . too-big").ends_with(0).out;
    let expected = "too-big
own: warning by default, enforced in the cluster, tenantry.kdl:2

A machine is cheaper.

  on    tenant.workload
  when  workload.memory.size > '32GiB'
  say   ${workload.name} takes ${workload.memory.size}
  fix   take a machine
";
    assert_eq!(page, expected);
    let listing = folder.run("explain --estate .").ends_with(0).out;
    assert!(listing.contains("A machine is cheaper."), "{listing}");
    let wrong = folder.run("explain --estate . too-bg").ends_with(2);
    assert!(wrong.err.contains("`too-big`"), "{}", wrong.err);
}
