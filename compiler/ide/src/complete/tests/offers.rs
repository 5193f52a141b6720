//! Completions drawn under the text that they are for.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::complete::{Item, Sort, Trigger, complete};
use crate::fixture::Fixture;

/// An estate with what the fixtures speak of.
const ESTATE: &str = r#"//- ground.kdl
/// comment
param gpu-nodes type=int default=2 doc="How many nodes have GPUs."
param registry default="registry.example.com"
let zones a b c
table teams {
    column seats int
    column region string default=eu
    row forge seats=3
    row river seats=5 region=us
}
site home
cluster main site=home {
    kubernetes "1.34"
    cni cilium "1.19.5"
    facts {
        dns namespace=kube-system {
            select k8s-app kube-dns
        }
    }
}
// Whatever needs no GPU.
pool general cluster=main {
    nodes 3
    cpu epyc-9354
    memory "128GiB"
}
pool gpu-train cluster=main {
    nodes 2
    cpu epyc-9354
    memory "512GiB"
    gpu nvidia-a100-80gb 4 mode=passthrough
}
storage fast cluster=main {
    rook-ceph
    capacity "10TiB"
}
external office {
    cidr "203.0.113.0/24"
}
image debian os=linux {
    source "registry.example.com/debian:13@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
}
define service {
    arg name type=name
    param listens type=int default=8080
    slot
    body {
        workload $name {
            port http $listens
            slot
        }
    }
}
profile small {
    cpu "500m"
    memory "512MiB"
}
tenant beta {
    workload api {
        container image="registry.example.com/api:1"
        cpu "500m"
        memory "512MiB"
        port http 80
        port metrics 9090
    }
}
"#;

fn estate(text: &str) -> Fixture {
    let head = "//- tenantry.kdl\nestate shop {\n    env dev prod\n}\n";
    Fixture::new(&format!("{head}{ESTATE}//- acme.kdl\n{text}"))
}

/// The line of the cursor, what is replaced, and what is offered: `shown` of it.
fn offered(text: &str, shown: usize) -> String {
    let fixture = estate(text);
    let snapshot = fixture.snapshot();
    let list = complete(&snapshot, &fixture.path, fixture.at, Trigger::Word);
    let file = snapshot.file(&fixture.path).unwrap();
    let mut out = line(file.parse.text(), fixture.at, list.items.first());
    for item in list.items.iter().take(shown) {
        let words = [&*item.detail, &*item.summary];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        writeln!(out, "{:<18} {}", item.label, words.join(" · ")).unwrap();
    }
    if list.items.len() > shown {
        writeln!(out, "… {} more", list.items.len() - shown).unwrap();
    }
    out.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

fn line(text: &str, at: u32, item: Option<&Item<'_>>) -> String {
    let at = at as usize;
    let range = item.map_or(at..at, |item| {
        item.range.start as usize..item.range.end as usize
    });
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    assert!(
        start <= range.start && range.end <= end,
        "on one line: {range:?}"
    );
    let blank = " ".repeat(text[start..range.start].chars().count());
    let marks = match text[range.clone()].chars().count() {
        0 => "|".to_owned(),
        n => "^".repeat(n),
    };
    format!("{}\n{blank}{marks}\n", &text[start..end])
}

/// The line after a completion is taken, with its places to fill in.
fn taken(text: &str, label: &str) -> String {
    let fixture = estate(text);
    let snapshot = fixture.snapshot();
    let list = complete(&snapshot, &fixture.path, fixture.at, Trigger::Word);
    let item = list.items.into_iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("{label} is offered"));
    let mut text = fixture.text(&fixture.path).to_owned();
    let range = item.range.start as usize..item.range.end as usize;
    text.replace_range(range, item.snippet.as_ref().unwrap_or(&item.text));
    text
}

fn labels(text: &str) -> Vec<String> {
    let fixture = estate(text);
    let snapshot = fixture.snapshot();
    let list = complete(&snapshot, &fixture.path, fixture.at, Trigger::Word);
    list.items.into_iter().map(|item| item.label).collect()
}

#[test]
fn the_estate_of_the_fixtures_is_sound() {
    let fixture = estate("");
    let snapshot = fixture.snapshot();
    let findings = snapshot.known().analysis.findings.iter();
    let told: Vec<&str> = findings.map(|finding| &*finding.message).collect();
    assert_eq!(told, Vec::<&str>::new());
}

#[test]
fn a_block_is_offered_what_it_lacks_first() {
    assert_snapshot!(offered(
        "tenant acme {\n    workload web {\n        $0\n    }\n}\n",
        16
    ));
}

#[test]
fn what_stands_once_is_not_offered_twice() {
    let names = labels(
        "tenant acme {\n    workload web {\n        vm\n        cpu 2\n        disk a\n        $0\n    }\n}\n",
    );
    for (name, stands) in [
        ("cpu", false),
        ("container", false),
        ("disk", true),
        ("memory", true),
    ] {
        assert_eq!(names.iter().any(|one| one == name), stands, "{name}");
    }
}

#[test]
fn the_top_level_knows_its_kinds_and_calls() {
    let names = labels("$0\n");
    for name in ["tenant", "pool", "define", "each"] {
        assert!(names.iter().any(|one| one == name), "{name}");
    }
    // The estate stands in its own file.
    assert!(!names.iter().any(|one| one == "estate"));
    let names = labels("tenant acme {\n    $0\n}\n");
    assert!(names.iter().any(|one| one == "service"), "{names:?}");
}

#[test]
fn a_node_comes_with_what_it_needs() {
    assert_snapshot!(taken("po$0\n", "pool"));
    assert_snapshot!(taken("tenant acme {\n    ser$0\n}\n", "service"));
}

#[test]
fn a_name_before_arguments_is_only_renamed() {
    assert_eq!(
        taken("po$0 x cluster=main {\n}\n", "pool"),
        "pool x cluster=main {\n}\n"
    );
}

#[test]
fn properties_are_those_that_do_not_stand_yet() {
    assert_snapshot!(offered(
        "tenant acme {\n    workload web {\n        disk root \"20GiB\" storage=fast $0\n    }\n}\n",
        20
    ));
    assert_snapshot!(taken(
        "tenant acme {\n    workload web {\n        port http 80 proto$0\n    }\n}\n",
        "protocol"
    ));
}

#[test]
fn a_choice_offers_its_words() {
    assert_snapshot!(offered(
        "tenant acme {\n    workload web {\n        expose http via=$0\n    }\n}\n",
        20
    ));
}

#[test]
fn names_come_by_type_and_the_nearest_first() {
    assert_snapshot!(offered(
        "tenant acme {\n    workload db {\n        port sql 5432\n    }\n    workload web {\n        connect $0\n    }\n}\n",
        20
    ));
    assert_snapshot!(offered(
        "tenant acme {\n    workload web {\n        on gpu$0\n    }\n}\n",
        20
    ));
    assert_snapshot!(offered(
        "tenant acme {\n    workload web {\n        connect beta.api port=$0\n    }\n}\n",
        20
    ));
}

#[test]
fn the_shelf_of_the_library_is_offered_too() {
    assert_snapshot!(offered(
        "pool more cluster=main {\n    gpu nvidia-a$0\n}\n",
        4
    ));
    let profiles = labels("tenant acme {\n    workload web {\n        like $0\n    }\n}\n");
    assert!(profiles.iter().any(|one| one == "small"), "{profiles:?}");
    assert!(profiles.iter().any(|one| one == "database"), "{profiles:?}");
    assert!(
        !profiles.iter().any(|one| one == "kubernetes"),
        "{profiles:?}"
    );
}

#[test]
fn a_number_gets_its_unit_by_the_type() {
    for (text, units) in [
        (
            "memory 20$0",
            "20GiB 20MiB 20TiB 20KiB 20PiB 20GB 20TB 20MB 20kB 20PB",
        ),
        ("cpu 500$0", "500m"),
        ("availability max-unavailable=25$0", "25%"),
    ] {
        let text = format!("tenant acme {{\n    workload web {{\n        {text}\n    }}\n}}\n");
        let fixture = estate(&text);
        let snapshot = fixture.snapshot();
        let list = complete(&snapshot, &fixture.path, fixture.at, Trigger::Word);
        let of_unit = list.items.iter().filter(|item| item.sort == Sort::Unit);
        let offered: Vec<&str> = of_unit.map(|item| &*item.label).collect();
        assert_eq!(offered.join(" "), units, "{text}");
    }
    assert_snapshot!(taken(
        "tenant acme {\n    workload web {\n        memory 20$0\n    }\n}\n",
        "20GiB"
    ));
}

#[test]
fn quotes_that_stand_are_kept() {
    let head = "tenant acme {\n    workload web {\n        ";
    for (text, becomes) in [
        ("memory \"20$0\"", "memory \"20GiB\""),
        ("memory \"20$0", "memory \"20GiB\""),
        ("memory #\"20$0\"#", "memory #\"20GiB\"#"),
    ] {
        let after = taken(&format!("{head}{text}\n    }}\n}}\n"), "20GiB");
        let line = after.lines().nth(2).unwrap().trim().to_owned();
        assert_eq!(line, becomes, "{text}");
    }
}

#[test]
fn parameters_are_offered_by_type() {
    let names = labels("pool more cluster=main {\n    nodes $0\n}\n");
    assert!(names.contains(&"$gpu-nodes".to_owned()), "{names:?}");
    assert!(!names.contains(&"$registry".to_owned()), "{names:?}");
    let names =
        labels("tenant acme {\n    workload web {\n        container image=$reg$0\n    }\n}\n");
    assert!(names.contains(&"$registry".to_owned()), "{names:?}");
}

#[test]
fn an_expression_knows_names_fields_and_functions() {
    assert_snapshot!(offered(
        "tenant acme {\n    workload web {\n        container image=\"${reg$0}/web:1\"\n    }\n}\n",
        8
    ));
    assert_snapshot!(offered(
        "each team in=teams {\n    tenant $team.key {\n        quota pods=\"${team.$0}\"\n    }\n}\n",
        8
    ));
    assert_snapshot!(offered(
        "rule r on=workload {\n    when \"workload.memory.$0\"\n    say \"x\"\n}\n",
        8
    ));
    assert_snapshot!(offered(
        "test t {\n    expect \"estate.tenant.all(t, t.workload.exists(w, w.na$0\"\n}\n",
        4
    ));
    assert_snapshot!(offered(
        "test t {\n    expect \"estate.storage['fast'].access == '$0'\"\n}\n",
        8
    ));
    assert_snapshot!(offered("test t {\n    expect \"estate.pool['$0\"\n}\n", 8));
}

#[test]
fn a_name_that_an_expression_goes_on_behind_comes_in_quotes() {
    assert_eq!(
        taken("tenant acme if=$0\n", "gpu_nodes"),
        "tenant acme if=\"gpu_nodes$0\"\n"
    );
    let names = labels("each team in=$0 {\n}\n");
    assert!(names.contains(&"teams".to_owned()), "{names:?}");
    assert!(names.contains(&"zones".to_owned()), "{names:?}");
    assert!(!names.contains(&"registry".to_owned()), "{names:?}");
}

#[test]
fn an_unfinished_line_still_completes() {
    for (text, offers) in [
        (
            "tenant acme {\n    workload web {\n        on $0",
            "general",
        ),
        (
            "tenant acme {\n    workload web {\n        on \"gen$0\n        cpu 2\n    }\n}\n",
            "general",
        ),
        (
            "tenant acme {\n    workload web {\n        connect be$0\n",
            "beta.api",
        ),
        (
            "tenant acme {\n    workload web {\n        container image=\"${gpu_$0\n    }\n}\n",
            "gpu_nodes",
        ),
        (
            "tenant acme {\n    workload web {\n        expose http via=$0\ntenant next {\n}\n",
            "gateway",
        ),
        (
            "tenant acme {\n    workload web {\n        $0\ntenant next {\n}\n",
            "container",
        ),
        ("tenant acme { workload web { me$0 } }\n", "memory"),
        (
            "tenant acme {\n    workload web {\n        disk root stor$0\n",
            "storage",
        ),
        (
            "tenant acme {\n    workload web if=\"gpu_nodes > 0 && $0\n    }\n}\n",
            "gpu_nodes",
        ),
        ("in $0", "prod"),
        ("tenant acme {\n    allow $0\n}\n", "backup-beside-data"),
    ] {
        let names = labels(text);
        assert!(
            names.iter().any(|one| one == offers),
            "{offers} at {text:?}: {names:?}"
        );
    }
}

#[test]
fn nothing_is_offered_to_who_ends_a_line() {
    for (text, sign, any) in [
        ("tenant acme { $0", ' ', false),
        ("tenant acme {$0", '{', false),
        (
            "tenant acme {\n    workload web {\n        cpu 2 $0",
            ' ',
            false,
        ),
        (
            "tenant acme {\n    workload web {\n        on $0",
            ' ',
            true,
        ),
        (
            "tenant acme {\n    workload web {\n        container image=\"${$0\n",
            '{',
            true,
        ),
    ] {
        let fixture = estate(text);
        let snapshot = fixture.snapshot();
        let trigger = Trigger::Sign(sign);
        let list = complete(&snapshot, &fixture.path, fixture.at, trigger);
        assert_eq!(!list.items.is_empty(), any, "{text:?}");
    }
}

#[test]
fn what_is_one_of_a_list_is_offered_though_its_type_is_a_name() {
    let platform = "cluster edge site=home {\n    platform {\n        component cilium\n        component k$0\n    }\n}\n";
    assert_snapshot!(offered(platform, 6));
    let priced = "price cpu \"1 EUR/h\"\nprice $0\n";
    assert_snapshot!(offered(priced, 5));
    let used = "use $0\n//- vendor/pg/tenantry.kdl\npackage pg version=\"1.2.0\"\nuse \"../base\"\n//- vendor/base/tenantry.kdl\npackage base\n";
    assert_snapshot!(offered(&format!("use \"vendor/pg\"\n{used}"), 5));
    let within = "use \"vendor/pg\"\nuse \"vendor/log\"\n//- vendor/log/tenantry.kdl\npackage log\n//- vendor/base/tenantry.kdl\npackage base\n//- vendor/pg/tenantry.kdl\npackage pg\nuse \"../base\"\nuse $0\n";
    assert_snapshot!(offered(within, 5));
}

#[test]
fn ports_are_offered_whoever_gives_them() {
    let estate = |line: &str| {
        labels(&format!(
            "profile served {{ port admin 9091 }}\nexternal mail {{\n    host \"m.example.com\"\n    port smtp 25\n}}\n\
             tenant acme {{\n    workload own {{ like served; container image=\"registry.example.com/a:1\"; cpu 1; memory \"1GiB\"; port http 80 }}\n    \
             workload web {{ like served; container image=\"registry.example.com/a:1\"; cpu 1; memory \"1GiB\"\n        {line}\n    }}\n}}\n"
        ))
    };
    assert_eq!(estate("connect own port=$0"), ["http", "admin"]);
    assert_eq!(estate("connect mail port=$0"), ["smtp"]);
    assert_eq!(estate("omit port $0"), ["admin"]);
}

#[test]
fn the_environment_is_compared_with_those_there_are() {
    assert_eq!(labels("let a \"${env == '$0'}\"\n"), ["dev", "prod"]);
    let names = labels("let a \"${env == $0}\"\n");
    assert_eq!(
        names.get(..2),
        Some(&["'dev'".to_owned(), "'prod'".to_owned()][..])
    );
}
