use std::collections::BTreeMap;

use super::{prepare, rename};
use crate::{
    definition::definition,
    fixture::{Fixture, ground},
    host::Location,
    outline::{Declared, LOCAL},
    references::references,
};

/// The files that a rename changes, or why there is none.
pub(super) fn renamed(text: &str, new: &str) -> String {
    let fixture = Fixture::new(text);
    match rename(&fixture.snapshot(), &fixture.path, fixture.at, new) {
        Err(words) => format!("no: {words}"),
        Ok(edits) => fixture.diff(&edits),
    }
}

const FLOW: &str = "tenant acme {\n    workload d$0b { container image=shop; port sql 5432; offer sql to=beta }\n    \
     workload web { container image=shop; connect db port=sql; needs db }\n}\n\
     //- beta.kdl\ntenant beta {\n    workload db { container image=shop }\n    workload api { container image=shop; connect acme.db port=sql; needs db }\n}\n";

#[test]
fn a_workload_is_renamed_where_it_is_meant() {
    insta::assert_snapshot!(renamed(&ground(FLOW), "store"));
}

#[test]
fn a_tenant_is_renamed_before_the_dot() {
    let text = FLOW
        .replace("d$0b", "db")
        .replace("tenant acme", "tenant ac$0me");
    insta::assert_snapshot!(renamed(&ground(&text), "2nd"));
}

#[test]
fn a_value_is_spelt_as_expressions_want_it() {
    let text = "let web-$0count 3\nlet twice \"${web_count * 2}\"\n\
         tenant acme {\n    workload web { container image=shop; replicas $web-count }\n}\n";
    insta::assert_snapshot!(renamed(&ground(text), "web-number"));
}

#[test]
fn arguments_of_a_definition_are_renamed_at_its_calls() {
    let text = "define app {\n    arg name type=name\n    param si$0ze type=int default=1\n    body {\n        workload $name { container image=shop; replicas $size }\n    }\n}\n\
         tenant acme {\n    app web size=2\n}\n";
    insta::assert_snapshot!(renamed(&ground(text), "count"));
}

#[test]
fn a_column_is_renamed_in_its_rows_and_where_a_row_is_looked_at() {
    let text = "table size-classes {\n    column web$0-pods int\n    column cores int default=1\n    row s web-pods=1\n    row m web-pods=3 cores=2\n}\n\
         table others {\n    column web-pods int\n    row one web-pods=1\n}\n\
         let most \"${size_classes.m.web_pods + others.one.web_pods}\"\nlet all \"${size_classes.all(it, it.web_pods > 0)}\"\n\
         define app {\n    arg name type=name\n    param size type=string default=s\n    body {\n        workload $name { container image=shop; replicas \"${size_classes[size].web_pods}\" }\n    }\n}\n\
         each class in=size-classes {\n    tenant $class.key {\n        workload web { container image=shop; replicas $class.web-pods; cpu \"${class.cores}\" }\n    }\n}\n";
    insta::assert_snapshot!(renamed(&ground(text), "front-pods"));
    let taken = renamed(&ground(text), "cores");
    assert!(taken.starts_with("no: "), "{taken}");
}

#[test]
fn a_column_is_renamed_behind_a_filter() {
    let text = "table t {\n    column co$0unt int\n    row x count=1\n    row y count=2\n}\n\
         tenant acme {\n    each m in=\"t.filter(m, m.count > 0).filter(n, n.count < 9)\" {\n        \
         workload \"w-${m.key}\" { container image=shop; replicas $m.count; var A \"${t.filter(k, k.count == 1)[0].count}\" }\n    }\n}\n";
    insta::assert_snapshot!(renamed(&ground(text), "number"));
}

/// What `has` asks about stands in its brackets.
#[test]
fn the_element_of_an_each_is_renamed_where_it_is_asked_for() {
    let text = "table t {\n    column city name default=ulm\n    row x\n}\ntenant acme {\n    each ro$0w in=t {\n        \
         workload $row.key if=\"has(row.city) && !has( (row).city )\" { container image=shop }\n    }\n}\n";
    let edited = renamed(&ground(text), "line");
    assert!(edited.contains("+    each line in=t {\n"), "{edited}");
    let says = "workload $line.key if=\"has(line.city) && !has( (line).city )\" {";
    assert!(edited.contains(says), "{edited}");
}

#[test]
fn a_package_is_renamed_by_its_use() {
    let text = "use \"packs/pg\"\ntenant acme {\n    workload db { like p$0g.small; container image=shop }\n}\n\
         //- packs/pg/tenantry.kdl\npackage pg version=\"1.0.0\"\nprofile small { memory \"1GiB\" }\n";
    insta::assert_snapshot!(renamed(&ground(text), "postgres"));
}

const LOCK: &str = "//- tenantry.lock\nversion 1\nallocations {\n    vmid \"acme.db\" \"120\"\n}\n";

#[test]
fn what_is_allocated_keeps_its_numbers() {
    let text = format!(
        "{}{LOCK}",
        ground("tenant acme {\n    workload d$0b { container image=shop }\n}\n")
    );
    insta::assert_snapshot!(renamed(&text, "store"));
    // Back at the name of the lock, nothing needs to be said of it.
    let back = format!(
        "{}{LOCK}",
        ground("tenant acme {\n    workload st$0ore was=db { container image=shop }\n}\n")
    );
    insta::assert_snapshot!(renamed(&back, "db"));
    // What the lock knows under the older name keeps that.
    let again = back.replace("st$0ore", "st$0ock");
    insta::assert_snapshot!(renamed(&again, "store"));
    let tenant = text
        .replace("d$0b", "db")
        .replace("tenant acme", "tenant a$0cme");
    insta::assert_snapshot!(renamed(&tenant, "acme2"));
}

#[test]
fn what_cannot_be_renamed_says_why() {
    let mut out = String::new();
    for (text, new) in [
        ("ten$0ant acme\n", "x"),
        (
            "tenant acme {\n    workload web { like web-ser$0vice; container image=shop }\n}\n",
            "x",
        ),
        ("tenant ac$0me\ntenant beta\n", "beta"),
        ("tenant ac$0me\n", "Acme"),
        ("tenant ac$0me\n", ""),
        ("let a$0 1\nparam b default=x\n", "b"),
        ("define a$0 { body { label x y } }\n", "workload"),
        (
            "tenant acme {\n    workload web { container image=shop; connect plat$0form.dns }\n}\n",
            "x",
        ),
        (
            "table t { column size int; row a size=1 }\neach r in=t {\n    tenant $r.key\n}\ntenant b {\n    workload w { container image=shop; connect a$0.w }\n}\n",
            "x",
        ),
        ("// not$0hing\n", "x"),
    ] {
        let fixture = Fixture::new(&ground(text));
        let prepared = prepare(&fixture.snapshot(), &fixture.path, fixture.at);
        let words = match prepared {
            Err(words) => format!("prepare: {words}"),
            Ok(_) => renamed(&ground(text), new),
        };
        out += &format!(
            "{} -> {new}\n    {words}\n",
            text.lines().find(|line| line.contains("$0")).unwrap()
        );
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_mistake_that_a_name_would_make_is_refused() {
    // The rule of the spec knows the tenant by the beginning of its name.
    let text = "rule only-acme on=tenant {\n    when \"!tenant.name.startsWith('ac')\"\n    say \"`${tenant.name}` is not acme\"\n}\ntenant ac$0me\n";
    insta::assert_snapshot!(renamed(&ground(text), "beta"));
}

/// The files of an example.
#[expect(
    clippy::disallowed_methods,
    reason = "the examples are folders, and nothing but a test reads them here"
)]
fn example(name: &str) -> String {
    let root = format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&root).unwrap() {
        let entry = entry.unwrap();
        let path = entry.file_name().into_string().unwrap();
        if path.ends_with(".kdl") || path.ends_with(".lock") {
            files.insert(path, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    let files = files.into_iter();
    files
        .map(|(path, text)| format!("//- {path}\n{text}"))
        .collect()
}

/// The places of all names that files of the estate declare.
fn declared(fixture: &Fixture) -> Vec<(Location, Declared)> {
    let snapshot = fixture.snapshot();
    let known = snapshot.known();
    let own = known.analysis.sources.library_from();
    let all = known.names.all();
    let all = all.filter(|(id, one)| id.file < own && one.sort != LOCAL);
    all.map(|(_, one)| (snapshot.place_of(one).unwrap(), one.clone()))
        .collect()
}

/// Every name of an example is renamed and renamed back: that leaves the text as it was. What is
/// refused is told by the snapshot.
#[test]
fn every_name_of_an_example_can_be_renamed_and_back() {
    let mut refused = String::new();
    for name in ["first-estate", "homelab"] {
        let fixture = Fixture::new(&example(name));
        for (place, one) in declared(&fixture) {
            let new = format!("{}-x", one.name);
            let edits = match rename(&fixture.snapshot(), &place.path, place.range.end, &new) {
                Ok(edits) => edits,
                Err(words) => {
                    refused += &format!("{name}: {} {}: {words}\n", one.sort, one.name);
                    continue;
                }
            };
            let files = fixture.edited(&edits).into_iter();
            let files: String = files
                .map(|(path, text)| format!("//- {path}\n{text}"))
                .collect();
            let there = Fixture::new(&files);
            let (place, _) = declared(&there)
                .into_iter()
                .find(|(_, other)| *other.name == *new)
                .unwrap();
            let back = rename(&there.snapshot(), &place.path, place.range.end, &one.name);
            assert_eq!(
                there.edited(&back.unwrap()),
                fixture.files,
                "{} of {name}",
                one.name
            );
        }
    }
    insta::assert_snapshot!(refused);
}

#[test]
fn an_environment_is_renamed_where_expressions_compare_it() {
    let text = "param p default=a {\n    in pro$0d b\n}\nlet big \"${env == 'prod' ? 3 : {'prod': 2, 'dev': 1}[env]}\"\n\
         tenant acme if=\"'prod' != env || env in ['prod', 'dev']\" {\n    workload web if=\"env == \\\"prod\\\"\" { container image=shop; replicas $big; var A prod }\n}\n\
         test t env=prod { expect \"env == 'prod'\" }\n";
    let ground = ground(text).replace("\">=0.1\"\n", "\">=0.1\"\n    env dev prod\n");
    insta::assert_snapshot!(renamed(&ground, "live"));
    // What is no environment keeps its word.
    let other = ground.replace(
        "env in ['prod', 'dev']",
        "(env == 'dev' ? 'prod' : p) == 'b'",
    );
    let other = renamed(&other, "live");
    assert!(other.contains("'prod' : p"), "{other}");
    let elsewhere = ground.replace("env in ['prod', 'dev']", "env == p");
    insta::assert_snapshot!(renamed(&elsewhere, "live"));
    let prefix = ground.replace("env in ['prod', 'dev']", "['prod'].exists(e, e == env)");
    insta::assert_snapshot!(renamed(&prefix, "live"));
}

/// The last word of a parameter's `in` is its value, be it spelt as an environment.
#[test]
fn a_value_of_a_parameter_is_no_environment() {
    let text = "param p type=name default=x {\n    in dev prod staging\n    in staging prod\n}\n";
    let ground = ground(text).replace("\">=0.1\"\n", "\">=0.1\"\n    env dev prod stag$0ing\n");
    let edited = renamed(&ground, "live");
    assert!(edited.contains("+    env dev prod live\n"), "{edited}");
    assert!(edited.contains("+    in live prod\n"), "{edited}");
    assert!(!edited.contains("in dev prod live"), "{edited}");
}

const ASKED: &str = "tenant acme {\n    workload web { container image=shop; replicas 2 }\n}\n\
     test two {\n    expect \"estate.tenant['acme'].workload['web'].replicas.count == 2\" \"estate.tenant.acme.workload.web.name == 'web'\" \"'web' in estate.tenant['acme'].workload\"\n    expect-error unknown-name at=acme.web\n    expect-error unknown-name at=general\n}\n\
     rule r on=workload severity=warn {\n    when \"workload.tenant.name == 'acme' && workload.pools.exists(p, p.name == 'general') && workload.labels['x'] != 'web'\"\n    say x\n}\n";

#[test]
fn what_tests_and_rules_ask_about_is_renamed_there() {
    for (from, to) in [
        ("tenant acme", "tenant ac$0me"),
        ("workload web", "workload we$0b"),
        ("at=general", "at=gen$0eral"),
    ] {
        insta::assert_snapshot!(renamed(&ground(&ASKED.replacen(from, to, 1)), "shop-2"));
    }
}

#[test]
fn what_an_expression_may_mean_beside_is_refused() {
    let two = "tenant acme { workload we$0b { container image=shop } }\ntenant beta { workload web { container image=shop } }\n\
         rule r on=workload severity=warn {\n    when \"workload.name == 'web'\"\n    say x\n}\n";
    insta::assert_snapshot!(renamed(&ground(two), "front"));
    // A text that is no name says nothing of it.
    let other = two.replace("workload.name", "workload.labels['x']");
    insta::assert_snapshot!(renamed(&ground(&other), "front"));
}

#[test]
fn a_reference_in_a_rule_is_one() {
    let text = "tenant acme { workload web { container image=shop; on general } }\n\
         rule r on=workload severity=warn {\n    when \"workload.volume.exists(v, v.storage == 'fast')\"\n    say x\n}\nprice storage.fa$0st \"1 EUR/GiB·day\"\n";
    insta::assert_snapshot!(renamed(&ground(text), "quick"));
}

#[test]
fn a_port_of_a_profile_keeps_its_name_to_itself() {
    let text = "profile p { port admin 9090 }\ntenant acme {\n    workload web { like p; container image=shop; port ht$0tp 8080; monitor port=http }\n}\n";
    insta::assert_snapshot!(renamed(&ground(text), "admin"));
    let text = text
        .replace("ht$0tp", "http")
        .replace("port admin", "port ad$0min");
    insta::assert_snapshot!(renamed(&ground(&text), "http"));
}

/// What is asked of a port that a definition, profile or loop gives to a workload.
const GIVEN: [&str; 6] = [
    "define svc { arg name type=name; body { workload $name { container image=shop; port o$0wn 81; monitor port=own } } }\n\
     define two { arg name type=name; body { workload $name { container image=shop; port own 81; monitor port=own } } }\n\
     tenant acme {\n    svc s\n    two t\n    workload z { container image=shop; connect s port=own; connect t port=own }\n}\n",
    "define svc { arg name type=name; body { workload $name { container image=shop; port own 81 }; workload \"${name}-db\" { container image=shop; port own 81 } } }\n\
     tenant acme {\n    svc s\n    workload z { container image=shop; connect s port=own; connect s-db port=o$0wn }\n}\n",
    "define svc { arg name type=name; slot; body { workload $name { container image=shop; slot } } }\n\
     tenant acme {\n    svc s { port own 81; monitor port=own }\n    svc t { port own 82; monitor port=own }\n    \
     workload z { container image=shop; connect s port=o$0wn; connect t port=own }\n}\n",
    "profile p { port own 90; monitor port=own }\nprofile q { port o$0wn 90; monitor port=own }\n\
     tenant acme {\n    workload w { like p; container image=shop }\n    workload v { like q; container image=shop }\n    \
     workload z { container image=shop; connect w port=own; connect v port=own }\n}\n",
    "table t { row x; row y }\ntenant acme {\n    each r in=t {\n        workload \"e-${r.key}\" { container image=shop; port o$0wn 99 }\n    }\n    \
     workload z { container image=shop; connect e-x port=own; connect e-y port=own }\n}\n",
    // What the call needs of the definition is left as it was.
    "define svc { arg name type=name; slot; body { workload $name { container image=shop; port o$0wn 81; slot } } }\n\
     tenant acme {\n    svc s { monitor port=own }\n}\n",
];

#[test]
fn a_port_is_renamed_where_it_is_given_to_a_workload() {
    let each = GIVEN.iter();
    let out: Vec<String> = each.map(|text| renamed(&ground(text), "main")).collect();
    insta::assert_snapshot!(out.join("\n"));
}

#[test]
fn a_port_that_is_given_is_said_and_declared_where_it_is_renamed() {
    for text in &GIVEN[..5] {
        let fixture = Fixture::new(&ground(text));
        let (snapshot, path, at) = (fixture.snapshot(), &fixture.path, fixture.at);
        let places = references(&snapshot, path, at, true);
        for place in &places {
            let (path, at) = (&place.path, place.range.end);
            assert_eq!(references(&snapshot, path, at, true), places, "{text}");
            assert_eq!(definition(&snapshot, path, at), places[..1], "{text}");
            assert_eq!(&*prepare(&snapshot, path, at).unwrap().name, "own");
        }
        let edits = rename(&snapshot, path, at, "main").unwrap();
        assert_eq!(edits.values().flatten().count(), places.len(), "{text}");
    }
}

/// What a call or a row makes a name of is changed by hand; to ask there or where it is said
/// gives the same answer.
#[test]
fn a_name_that_is_made_is_refused_alike_wherever_it_is_asked_for() {
    let text = "define svc { arg name type=name; arg p type=name; body { workload $name { container image=shop; port $p 81 }; workload \"${name}-db\" { container image=shop } } }\n\
         table t { row x; row y }\ntenant acme {\n    svc CALL\n    each r in=t {\n        workload \"e-${r.key}\" { container image=shop }\n    }\n    \
         workload z { container image=shop; SAID; needs s-db }\n}\n";
    let with = |call: &str, said: &str| ground(&text.replace("CALL", call).replace("SAID", said));
    let mut out = String::new();
    for (call, said) in [
        ("s$0 own", "connect s port=own"),
        ("s own", "connect s$0 port=own"),
        ("s ow$0n", "connect s port=own"),
        ("s own", "connect s port=ow$0n"),
        ("s own", "connect e-$0x"),
    ] {
        out += &format!(
            "{call}; {said}\n    {}\n",
            renamed(&with(call, said), "main")
        );
    }
    let row = with("s own", "connect e-x").replace("row x", "row x$0");
    out += &format!("row x$0\n    {}\n", renamed(&row, "main"));
    insta::assert_snapshot!(out);
}

/// A value of a row is asked about for itself: it is a part of a name only where one is made of it.
#[test]
fn a_plain_value_of_a_row_is_no_name() {
    let text = "table t {\n    column tier name default=ordinary\n    column city name default=ulm\n    row x tier=TIER city=CITY\n}\n\
         each r in=t {\n    tenant $r.key { label tier $r.tier; workload \"w-${r.city}\" { container image=shop } }\n}\n";
    let with = |tier: &str, city: &str| {
        let text = text.replace("TIER", tier).replace("CITY", city);
        renamed(&ground(&text), "main")
    };
    assert_eq!(
        with("gold$0", "bonn"),
        "no: no name stands here that the estate declares"
    );
    let made = with("gold", "bonn$0");
    assert!(
        made.starts_with("no: the workload `x.w-bonn` is made by"),
        "{made}"
    );
}
