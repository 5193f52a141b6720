use super::super::{prepare, rename, tests::renamed};
use crate::{
    definition::definition,
    fixture::{Fixture, ground},
    references::references,
};

/// Two environments, and what is said with them.
fn with_env(text: &str) -> String {
    let text = format!(
        "tenant acme {{\n    workload web {{ container image=shop; replicas 1 }}\n}}\n{text}"
    );
    ground(&text).replace("\">=0.1\"\n", "\">=0.1\"\n    env dev pr$0od\n")
}

/// What a rename of the environment comes to, with each of some lines in the estate.
fn each(lines: &[&str], mut answer: impl FnMut(&str) -> String) -> String {
    let lines = lines.iter();
    lines
        .map(|line| {
            format!(
                "{line}\n    {}\n",
                answer(line).trim_end().replace('\n', "\n    ")
            )
        })
        .collect()
}

#[test]
fn what_is_worked_out_of_an_environment_keeps_its_name() {
    let lines = [
        "let n \"${env == 'prod' ? 3 : 1}\"",
        "tenant b { label stage $env }",
        "tenant b { label stage \"${env == 'prod' ? 'prod' : env}\" }",
        "backup-store nas { s3 bucket=\"b-${env}\" endpoint=\"https://s3.example.com\" secret=\"vault:x\" }",
        "tenant b { label stage $env; label name \"x-${env}\" }\ntenant c { annotation \"example.com/env\" $env }",
        "tenant b if=\"env.startsWith('pr')\"",
        "tenant b if=\"env + '-x' == 'prod-x'\"",
        "tenant b if=\"env + '-x' == 'live-x'\"",
        "tenant b if=\"env in ['prod'].map(x, x + '')\"",
        "tenant b if=\"[env].exists(e, e == 'prod')\"",
        "tenant b if=\"env == (1 == 1 ? 'prod' : 'dev')\"",
        "tenant b { workload \"w-${env}\" { container image=shop } }",
        "tenant b { workload w { container image=shop; replicas \"${env.startsWith('pr') ? 3 : 1}\" } }",
        "tenant b { workload w { container image=shop; replicas \"${{'prod': 3, 'dev': 1}[env]}\" } }",
    ];
    insta::assert_snapshot!(each(&lines, |line| renamed(&with_env(line), "live")));
}

/// A rule that looks at names by each of some expressions.
fn asked(on: &str, when: &str) -> String {
    let text = "tenant ac$0me {\n    workload db { container image=shop; port sql 5432; offer sql to=beta.api }\n}\n\
         tenant beta {\n    workload api { container image=shop; connect acme.db port=sql }\n}\n";
    let text = if on == "tenant" {
        text.to_owned()
    } else {
        text.replace("$0", "")
    };
    let text = match on {
        "port" => text.replacen("port sql", "port s$0ql", 1),
        "beta" => text.replacen("tenant beta", "tenant be$0ta", 1),
        _ => text,
    };
    ground(&format!(
        "{text}rule r on=workload severity=warn {{\n    when \"{when}\"\n    say x\n}}\n"
    ))
}

#[test]
fn a_port_is_renamed_where_a_rule_compares_it() {
    let lines = [
        "workload.connect.exists(c, c.port == 'sql')",
        "workload.connect.exists(c, c.port in ['sql', 'http'])",
        "'sql' in workload.connect.map(c, c.port)",
        "workload.connect.map(c, c.port).exists(p, p == 'sql')",
        "workload.port.exists(p, p.name == 'sql')",
        "workload.offer.filter(o, o.port != 'x')[0].port == 'sql'",
        "{'sql': 1, 'x': 2}[workload.offer[0].port] == 1",
        "workload.offer[0].port in {'sql': 1}",
        "workload.connect.exists(c, c.port.startsWith('sq'))",
        "workload.connect.exists(c, c.port + '-x' == 'sql-x')",
        "workload.connect.exists(c, c.port == 's' + 'ql')",
        "workload.connect.map(c, c.port).join(',') == 'sql,http'",
    ];
    insta::assert_snapshot!(each(&lines, |when| renamed(&asked("port", when), "db")));
}

#[test]
fn a_tenant_is_renamed_where_a_rule_compares_it() {
    let lines = [
        "workload.offer.exists(o, o.to == 'beta.api')",
        "workload.offer.exists(o, o.to.startsWith('be'))",
        "workload.offer.exists(o, o.to.startsWith('beta.'))",
        "workload.tenant.name.startsWith('be')",
        "workload.tenant.name.startsWith('be') && workload.replicas.count == 1",
        "workload.tenant.name.matches('^(acme|beta)$') && workload.replicas.count == 1",
        "workload.tenant.name.startsWith('s') && workload.replicas.count == 1",
        "workload.tenant.name + '.' + workload.name == 'beta.api'",
        "workload.container.image == 'beta.example/x'",
    ];
    insta::assert_snapshot!(each(&lines, |when| renamed(&asked("beta", when), "bravo")));
}

/// No connection of today is told from others by them, but one of tomorrow would be.
#[test]
fn a_part_of_a_reference_that_a_rule_says_is_refused() {
    let lines = [
        "workload.connect.exists(c, c.target.startsWith('beta.'))",
        "workload.connect.exists(c, c.target.matches('^(gamma|beta)\\\\\\\\.'))",
        "workload.connect.exists(c, c.target == 'beta.' + 'web')",
        "workload.connect.exists(c, c.target in ['gamma.web', 'beta' + '.web'])",
        "workload.connect.exists(c, 'x.y beta.web'.contains(c.target))",
        "workload.connect.exists(c, c.target.startsWith('alphabeta.'))",
        "workload.connect.exists(c, c.target == 'beta-2.' + 'web')",
        "workload.connect.exists(c, c.target == 'beta.web')",
    ];
    let renamed = |when: &str| {
        let fixture = Fixture::new(&asked("beta", when));
        match rename(&fixture.snapshot(), &fixture.path, fixture.at, "bravo") {
            Err(words) => words,
            Ok(edits) => format!("{} edits", edits.values().flatten().count()),
        }
    };
    insta::assert_snapshot!(each(&lines, renamed));
}

#[test]
fn a_test_that_a_name_would_fail_keeps_it() {
    let text = "tenant ac$0me {\n    workload web { container image=shop; cpu \"100m\"; memory \"128MiB\" }\n}\n\
         test t {\n    expect \"estate.tenant.exists(t, t.name + '!' == 'ac' + 'me!')\"\n}\n";
    // The head of an estate is in its own file, or no test is run.
    let whole = ground(text)
        .replace("//- tenantry", "//- acme")
        .replace("//- ground", "//- tenantry");
    insta::assert_snapshot!(renamed(&whole, "beta"));
}

#[test]
fn a_name_in_a_rule_is_said_there() {
    let text = asked(
        "",
        "workload.connect.map(c, c.port).exists(p, p == 's$0ql')",
    );
    let fixture = Fixture::new(&text);
    let (snapshot, path, at) = (fixture.snapshot(), &fixture.path, fixture.at);
    assert_eq!(&*prepare(&snapshot, path, at).unwrap().name, "sql");
    let found = references(&snapshot, path, at, true);
    insta::assert_snapshot!(fixture.underlined(&found));
    assert_eq!(definition(&snapshot, path, at), found[..1]);
    let edits = rename(&snapshot, path, at, "db").unwrap();
    assert_eq!(edits.values().flatten().count(), found.len());
}
