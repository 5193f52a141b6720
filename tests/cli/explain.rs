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
fn the_list_of_rules_can_be_cut() {
    let folder = Folder::of([]);
    let all = folder.run("rules").ends_with(0).out;
    assert_eq!(folder.run("explain").ends_with(0).out, all, "one list");
    let network = folder.run("rules --family network").ends_with(0).out;
    assert!(network.starts_with("network\n  "), "{network}");
    assert!(
        network.contains("  exposed-twice ") && !network.contains("wrong-value"),
        "{network}"
    );
    let fixable = folder.run("rules --fixable").ends_with(0).out;
    assert!(
        fixable.contains("  unused-allow ") && !fixable.contains("exposed-twice"),
        "{fixable}"
    );
    let run = folder.run("rules --family netwrk").ends_with(2);
    assert!(run.err.contains("did you mean `network`?"), "{}", run.err);
}

#[test]
fn the_list_of_rules_is_a_document() {
    let folder = Folder::of([]);
    let document = folder.run("rules --format json").ends_with(0).json();
    assert_eq!(document["version"], 1);
    let rules = document["rules"].as_array().expect("a list");
    let find = |name: &str| {
        rules
            .iter()
            .find(|rule| rule["name"] == name)
            .expect("listed")
    };
    let annotation = find("type-annotation");
    assert_eq!(annotation["family"], "types");
    assert_eq!(annotation["level"], "error");
    assert_eq!(annotation["fixable"], true);
    assert_eq!(annotation["adjustable"], false);
    assert_eq!(find("threads-beyond-host")["refused_by"], "KubeVirt");
    assert_eq!(find("exposed-twice")["fixable"], false);
}

#[test]
fn an_estates_own_rules_are_listed_first() {
    let folder = Folder::of([(
        "tenantry.kdl",
        "estate north\nrule too-big on=workload severity=warn doc=\"Too big.\" {\n    when \"workload.memory.size > '32GiB'\"\n    say \"big\"\n}\n",
    )]);
    let list = folder.run("rules --estate .").ends_with(0).out;
    assert!(list.starts_with("own\n  too-big "), "{list}");
    let document = folder
        .run("rules --estate . --family own --format json")
        .ends_with(0)
        .json();
    assert_eq!(document["rules"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["rules"][0]["summary"], "Too big.");
    assert_eq!(document["rules"][0]["level"], "warning");
    assert_eq!(document["rules"][0]["declared"], "tenantry.kdl:2");
    let page = folder.run("explain type-annotation").ends_with(0).out;
    assert!(
        page.contains("always an error; `check --fix` mends it"),
        "{page}"
    );
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
