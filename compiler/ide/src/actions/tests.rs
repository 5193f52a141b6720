use tenantry_core::compile::Depth;

use super::*;
use crate::fixture::{Fixture, world};

/// What a small estate stands on.
pub(super) const GROUND: &str = r#"
//- tenantry.kdl
estate demo
cluster main {
    kubernetes "1.34" distribution=kubeadm
    zone a
    network-plan pods="10.244.0.0/16" services="10.96.0.0/12" nodes="10.10.0.0/22"
    cni cilium "1.19.5"
    platform auto
    facts {
        dns namespace=kube-system {
            ip "10.96.0.10"
            select k8s-app kube-dns
        }
    }
}
pool control role=control-plane {
    nodes 3 prefix=cp- first-ip="10.10.0.11"
    cpu xeon-silver-4410y
    memory "64GiB"
    reserve cpu=2 memory="4GiB"
}
pool general {
    nodes 3 prefix=gen- first-ip="10.10.0.21"
    cpu epyc-9354
    memory "256GiB"
    reserve cpu=4 memory="8GiB"
}
"#;

fn fixture(rest: &str) -> Fixture {
    Fixture::new(&format!("{GROUND}//- tenants.kdl\n{}", rest.trim_start()))
}

/// The actions at the cursor, or of what stands between two of them: their titles, and what each
/// changes.
fn told(rest: &str) -> String {
    let (fixture, range) = selected(rest);
    let snapshot = fixture.snapshot();
    let mut out = String::new();
    for action in actions(&snapshot, &fixture.path, &range) {
        let mark = if action.is_certain { " (certain)" } else { "" };
        out += &format!("## {}{mark}\n{}", action.title, fixture.diff(&action.edits));
        out += &after(&fixture, &action);
    }
    out
}

/// A fixture, and what is selected between two `$0`.
fn selected(rest: &str) -> (Fixture, Range<u32>) {
    match rest.trim_start().split_once("$0") {
        Some((before, behind)) if behind.contains("$0") => {
            let fixture = fixture(&format!("{before}{behind}"));
            let at = |text: &str| u32::try_from(text.len()).unwrap();
            let middle = behind.split("$0").next().unwrap();
            let range = at(before)..at(before) + at(middle);
            (fixture, range)
        }
        _ => {
            let fixture = fixture(rest);
            let range = fixture.at..fixture.at;
            (fixture, range)
        }
    }
}

/// What is found that was not found before, and whether the finding is still there.
fn after(fixture: &Fixture, action: &Action) -> String {
    let before = fixture.snapshot();
    let before = &before.known().analysis.findings;
    let files = fixture.edited(&action.edits);
    let mut host = crate::Host::new(
        fixture.snapshot().library(),
        fixture.snapshot().targets(),
        Default::default(),
    );
    host.analyse(&world(&files), Depth::Plan);
    let snapshot = host.snapshot();
    let after = &snapshot.known().analysis.findings;
    let name = |finding: &Diagnostic| (finding.rule.name().to_owned(), finding.message.clone());
    let mut out = String::new();
    for at in &action.findings {
        let gone = !after.iter().any(|new| name(new) == name(&before[*at]));
        assert!(
            gone,
            "{:?} mends nothing: {}",
            action.title, before[*at].message
        );
    }
    for new in after {
        if !before.iter().any(|old| name(old) == name(new)) {
            out += &format!("! {}\n", new.message);
        }
    }
    out
}

#[test]
fn a_misspelt_word_is_mended() {
    insta::assert_snapshot!(told(
        r#"
tenant acme {
    quota cpu=8 memory="16GiB"
    workload web {
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memroy$0 "1GiB"
    }
}
"#
    ));
}

#[test]
fn the_other_half_of_a_flow_is_written_in_the_other_tenant() {
    insta::assert_snapshot!(told(
        r#"
tenant acme {
    workload web {
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        connect beta.db port=sql$0
    }
}
//- beta.kdl
tenant beta {
    workload db {
        container image="registry.example.com/db:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        port sql 5432
    }
}
"#
    ));
}

#[test]
fn of_an_offer_to_a_tenant_each_of_its_workloads_may_be_the_caller() {
    insta::assert_snapshot!(told(
        r#"
tenant acme {
    workload web {
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
    }
}
tenant beta {
    workload db {
        container image="registry.example.com/db:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        port sql 5432
        offer sql to=acme$0
    }
}
"#
    ));
}

#[test]
fn what_a_name_leads_to_is_declared_where_it_belongs() {
    let with = |line: &str| {
        told(&format!(
            r#"
tenant acme {{
    workload web {{
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        {line}
    }}
    workload api {{
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
    }}
}}
"#
        ))
    };
    let lines = [
        "disk data \"10GiB\" storage=fa$0st",
        "mount \"/run/x\" secret=toke$0n",
        "connect api port=ht$0tps",
        "like comm$0on",
        "in stagi$0ng { cpu 2 }",
        "connect paym$0ents port=443",
        "label size \"${siz$0e}\"",
    ];
    insta::assert_snapshot!(lines.map(with).join("\n"));
}

/// A name that nobody has typed yet is not declared.
#[test]
fn what_is_no_name_is_not_declared() {
    let found = |line: &str| {
        let (fixture, range) = selected(&format!(
            "tenant acme {{\n    workload web {{\n        container image=\"registry.example.com/web:1\"\n        {line}\n    }}\n}}\ntenant beta\n"
        ));
        let found = actions(&fixture.snapshot(), &fixture.path, &range).into_iter();
        let titles = found.map(|action| action.title);
        titles
            .filter(|title| title.starts_with("declare "))
            .collect::<Vec<String>>()
    };
    assert_eq!(found("connect beta.db$0"), ["declare workload `db`"]);
    for line in [
        "connect beta.$0",
        "connect platform.$0",
        "connect platform.dms$0",
        "port http 80; offer http to=beta.$0",
        "like \"$0\"",
        "like \"A b$0\"",
    ] {
        assert_eq!(found(line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn a_finding_that_is_meant_is_allowed_in_the_workload() {
    insta::assert_snapshot!(told(
        r#"
tenant acme {
    workload web {
        container image="registry.example.com/web:lat$0est"
        cpu 1
        memory "1GiB"
    }
}
"#
    ));
}

#[test]
fn what_is_selected_becomes_a_profile() {
    insta::assert_snapshot!(told(
        r#"
// Who buys.
tenant acme {
    workload web {
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        $0cpu 1
        // Measured in May.
        memory "1GiB"$0
        port http 8080
    }
}
"#
    ));
}

#[test]
fn what_says_something_of_this_node_alone_is_no_profile() {
    let (fixture, range) =
        selected("tenant acme { workload web { $0in prod { cpu 2 }$0; cpu 1 } }");
    let found = actions(&fixture.snapshot(), &fixture.path, &range);
    let extracts = |action: &Action| action.sort == ActionSort::Extract;
    assert!(!found.iter().any(extracts), "{found:?}");
}

#[test]
fn what_another_profile_says_too_is_no_profile() {
    let text = |said: &str| {
        format!(
            "profile base {{ like deep }}\nprofile deep {{ in prod {{ {said} }} }}\n\
             tenant acme {{ workload web {{ like base; $0replicas 2$0; cpu 1 }} }}"
        )
    };
    let extracts = |text: String| {
        let (fixture, range) = selected(&text);
        let found = actions(&fixture.snapshot(), &fixture.path, &range);
        let mut found = found.iter();
        found.any(|action| action.sort == ActionSort::Extract)
    };
    assert!(!extracts(text("replicas 3")));
    assert!(extracts(text("memory \"1GiB\"")));
}

#[test]
fn a_port_is_declared_with_a_number_that_is_free() {
    insta::assert_snapshot!(told(
        r#"
tenant acme {
    workload web {
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        connect api port=ht$0tp
    }
    workload api {
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        port a 8080
        port b 8081
    }
}
"#
    ));
}

#[test]
fn all_that_is_certain_is_mended_at_once() {
    let fixture = fixture(
        r#"
tenant acme {
    workload web {
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu true
        memory 1GiB
    }
}
"#,
    );
    let snapshot = fixture.snapshot();
    let count = count_certain(&snapshot, "tenants.kdl");
    let edits = mend_all(
        &snapshot,
        &world(&fixture.files),
        Scope::File("tenants.kdl"),
    );
    insta::assert_snapshot!(format!("{count} certain\n{}", fixture.diff(&edits)));
    let other = mend_all(
        &snapshot,
        &world(&fixture.files),
        Scope::File("tenantry.kdl"),
    );
    assert_eq!(other, FileEdits::new());
}
