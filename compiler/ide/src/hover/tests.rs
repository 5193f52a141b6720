use super::hover;
use crate::{
    fixture::{Fixture, ground},
    host::Location,
};

/// What is said at the cursor, below the line that it is said of.
fn said(text: &str) -> String {
    let fixture = Fixture::new(text);
    shown(&fixture)
}

fn shown(fixture: &Fixture) -> String {
    let Some(found) = hover(&fixture.snapshot(), &fixture.path, fixture.at) else {
        return "nothing".to_owned();
    };
    let place = Location {
        path: fixture.path.clone(),
        range: found.range,
    };
    format!("{}\n{}\n", fixture.underlined(&[place]), found.text)
}

/// A spec with two environments, a profile, a parameter and a table.
const SPEC: &str = "estate shop { env staging prod }\n\
     param size type=int default=2 { in prod 8 }\nlet twice \"${size * 2}\"\n\
     profile careful { cpu \"500m\"; memory \"1GiB\" }\n\
     table customers { column size int; row hansen size=1; row vega size=3 }\n\
     // What we sell.\ntenant acme {\n    workload web { like careful; container image=shop; replicas $size; port http 8080; in prod { memory \"2GiB\" } }\n    \
     workload db { container image=shop; replicas \"${max(twice, 3)}\"; cpu \"250m\" limit=\"1\"; memory \"1GiB\"; on general; allow lone-replica because=\"a test\" }\n}\n\
     each c in=customers {\n    tenant $c.key { workload app { container image=shop; replicas $c.size; cpu \"100m\"; memory \"64MiB\" } }\n}\n";

fn at(mark: &str) -> String {
    let bare = mark.replace("$0", "");
    assert_eq!(SPEC.matches(&bare).count(), 1, "{bare}");
    let ground = ground(&SPEC.replace(&bare, mark));
    // The ground's own estate node gives way to that of the text.
    said(&ground.replacen(
        "estate shop time-zone=\"Europe/Berlin\" {\n    tenantry \">=0.1\"\n}\n",
        "",
        1,
    ))
}

#[test]
fn a_value_tells_what_it_comes_to_in_each_environment() {
    insta::assert_snapshot!(at("repl$0icas $size"));
    insta::assert_snapshot!(at("replicas $si$0ze"));
}

#[test]
fn an_expression_tells_its_names_and_functions() {
    insta::assert_snapshot!(at("max(tw$0ice, 3)"));
    insta::assert_snapshot!(at("ma$0x(twice, 3)"));
}

#[test]
fn what_an_environment_changes_is_told_where_it_is_not_written() {
    insta::assert_snapshot!(at("profile careful { cpu \"500m\"; mem$0ory \"1GiB\" }"));
}

#[test]
fn a_node_tells_what_a_profile_brought() {
    insta::assert_snapshot!(at("work$0load web"));
}

#[test]
fn a_pool_tells_what_it_has_left() {
    insta::assert_snapshot!(at("on gen$0eral"));
}

#[test]
fn a_workload_tells_what_it_takes() {
    insta::assert_snapshot!(at("workload d$0b"));
}

#[test]
fn a_property_tells_what_it_is_for() {
    insta::assert_snapshot!(at("cpu \"250m\" li$0mit=\"1\""));
    insta::assert_snapshot!(at("cpu \"25$00m\" limit"));
}

#[test]
fn a_rule_tells_what_it_is_about() {
    insta::assert_snapshot!(at("allow lone-rep$0lica"));
}

#[test]
fn rows_of_a_table_tell_the_values_of_all() {
    insta::assert_snapshot!(at("replicas $c.si$0ze"));
    insta::assert_snapshot!(at("repl$0icas $c.size"));
}

#[test]
fn a_table_tells_how_many_rows_it_has() {
    assert!(at("in=cust$0omers").ends_with("- 2 rows\n"));
}

#[test]
fn a_local_name_tells_what_it_stands_for() {
    insta::assert_snapshot!(at("tenant $$0c.key"));
    let defined = ground(
        "let sizes 1 2 4\ndefine web {\n    arg name type=name\n    param port type=int default=80 doc=\"Where it listens.\"\n    \
         body { workload $name { container image=shop; port http $port; cpu \"100m\"; memory \"64MiB\" } }\n}\n\
         tenant acme {\n    web front\n    web api port=8080\n    web admin port=8080\n    web cart\n    web mail\n}\n\
         each n in=sizes { tenant \"t${n}\" { web app } }\n",
    );
    let of = |mark: &str| {
        let bare = mark.replace("$0", "");
        assert_eq!(defined.matches(&bare).count(), 1, "{bare}");
        said(&defined.replace(&bare, mark))
    };
    insta::assert_snapshot!(of("workload $na$0me"));
    insta::assert_snapshot!(of("http $po$0rt"));
    insta::assert_snapshot!(of("\"t${$0n}\""));
}

#[test]
fn half_typed_text_is_told_of_without_its_values() {
    let fixture = Fixture::typing(
        &ground("tenant acme {\n    workload web { container image=shop; $0 }\n}\n"),
        "replicas ",
    );
    let mut fixture = fixture;
    fixture.at -= 4;
    insta::assert_snapshot!(shown(&fixture));
}

#[test]
fn every_offset_has_an_answer_or_none() {
    let text = ground(SPEC);
    let fixture = Fixture::new(&text);
    let length = fixture.text("tenantry.kdl").len();
    let mut answered = 0;
    for at in 0..=length + 1 {
        let found = hover(
            &fixture.snapshot(),
            "tenantry.kdl",
            u32::try_from(at).unwrap(),
        );
        answered += usize::from(found.is_some());
    }
    assert!(answered > length / 4, "{answered} of {length}");
}

#[test]
fn what_a_test_has_given_tells_no_figures() {
    let text = |name: &str| {
        let fixture = Fixture::new(&ground(&format!(
            "tenant acme {{ workload web {{ container image=shop }} }}\n\
             test t {{\n    given {{ tenant acme {{ workload {name} {{ replicas 2 }} }} }}\n}}\n"
        )));
        let found = hover(&fixture.snapshot(), &fixture.path, fixture.at);
        found.map_or_else(String::new, |found| found.text)
    };
    assert!(
        !text("w$0eb").contains("in cluster `one`"),
        "{}",
        text("w$0eb")
    );
}
