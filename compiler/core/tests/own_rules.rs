//! Rules that a spec declares, from outside: text in, findings out.

use std::sync::Arc;

use tenantry_core::{Options, Run, check, load::Library, world::Memory};

/// A ground that the compiler has nothing to say about, and two tenants.
const GROUND: &str = r#"
estate shop { env staging prod }
cluster c {
    kubernetes "1.34"
    network-plan pods="10.244.0.0/16" services="10.96.0.0/12" nodes="10.10.0.0/22"
    cni cilium "1.17.2"
}
cpu-model small cores=16
pool control role=control-plane { nodes 3; cpu small; memory "64GiB" }
pool general { nodes 3; cpu small; memory "64GiB" }
pool cheap { label lifecycle spot; nodes 3; cpu small; memory "64GiB" }
param largest type=bytes default="4GiB"
profile checked {
    rule unmonitored { when "!has(workload.monitor)"; say "nobody looks after ${workload.name}" }
}
tenant t {
    workload web {
        container image="registry.example.com/shop/web:1.0.0"
        on general
        cpu 1
        memory "2GiB"
    }
    workload batch {
        container image="registry.example.com/shop/batch:1.0.0"
        on cheap
        cpu 1
        memory "8GiB"
    }
}
"#;

fn run(text: &str) -> Run {
    run_with(GROUND, text)
}

fn run_with(ground: &str, text: &str) -> Run {
    let files = [("tenantry.kdl", ground), ("rules.kdl", text)];
    let world = Memory::new(files.map(|(path, text)| (path, Arc::<str>::from(text))));
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    check(&world, library, &[], &Options::default())
}

/// What the rules of the text find: `level name: message at "text"`, and in which environments.
fn told(text: &str) -> Vec<String> {
    let run = run(text);
    let own = run.findings.iter().filter(|finding| {
        // No target is at hand, so what asks for one is no news.
        !matches!(
            finding.rule.family().name(),
            "platform" | "network" | "availability"
        )
    });
    own.map(|finding| {
        let at = finding.span.map_or("", |span| run.sources.text(span));
        let envs = match finding.envs.as_slice() {
            [] => String::new(),
            envs => format!(" in {}", envs.join(", ")),
        };
        let level = finding.level.name();
        format!(
            "{level} {}: {} at {at:?}{envs}",
            finding.rule.name(),
            finding.message
        )
    })
    .collect()
}

#[test]
fn what_a_rule_describes_is_a_finding_at_the_node() {
    assert_eq!(
        told(
            r#"
            rule spot-in-prod on=workload {
                when "env == 'prod' && workload.pool.labels['lifecycle'] == 'spot'"
                say "${workload.name} runs on spot machines in production"
            }"#
        ),
        [
            r#"error spot-in-prod: batch runs on spot machines in production at "workload batch" in prod"#
        ]
    );
}

#[test]
fn what_is_around_a_node_has_a_name_too() {
    assert_eq!(
        told(
            r#"
            rule greedy on=workload.memory severity=warn {
                when "memory.size > largest"
                say "${tenant.name}.${workload.name} takes ${memory.size} of ${cluster.name}"
                fix "take at most ${largest}"
            }"#
        ),
        [r#"warning greedy: t.batch takes 8GiB of c at "memory \"8GiB\"""#]
    );
}

#[test]
fn a_rule_in_a_profile_holds_for_what_is_like_it() {
    let text = r#"
        profile twice { like checked }
        tenant u {
            workload a { like twice; container image="registry.example.com/shop/a:1.0.0"; on general; cpu 1; memory "1GiB" }
            workload b { container image="registry.example.com/shop/b:1.0.0"; on general; cpu 1; memory "1GiB" }
        }"#;
    let found = told(text);
    let own: Vec<&String> = found.iter().filter(|f| f.contains("unmonitored")).collect();
    assert_eq!(
        own,
        [r#"error unmonitored: nobody looks after a at "workload a""#]
    );
}

const HEAVY: &str = r#"
    rule heavy on=workload {
        when "workload.memory.size > '4GiB'"
        say "${workload.name} is heavy"
    }"#;

#[test]
fn it_is_silenced_and_set_like_a_built_in_one() {
    let text = format!(
        r#"{HEAVY}
        tenant u {{
            workload a {{
                allow heavy because="it holds the index in memory"
                container image="registry.example.com/shop/a:1.0.0"
                on general
                cpu 1
                memory "8GiB"
            }}
        }}"#
    );
    assert_eq!(
        told(&text),
        [r#"error heavy: batch is heavy at "workload batch""#]
    );
    let run = run_with(
        &GROUND.replace("staging prod }", "staging prod; rules { set heavy note } }"),
        HEAVY,
    );
    let heavy = run.findings.iter().find(|f| f.rule.name() == "heavy");
    assert_eq!(heavy.map(|f| f.level.name()), Some("note"));
}

#[test]
fn a_misspelt_rule_is_suggested() {
    let text = r#"
        rule heavy on=workload { when "workload.memory.size > '40GiB'"; say "heavy" }
        tenant u {
            workload a {
                allow heavi because="it is small"
                container image="registry.example.com/shop/a:1.0.0"
                on general
                cpu 1
                memory "1GiB"
            }
        }"#;
    let misspelt = run(text);
    let unknown = misspelt
        .findings
        .iter()
        .find(|f| f.rule.name() == "unknown-rule");
    assert_eq!(
        unknown.and_then(|f| f.help.as_deref()),
        Some("did you mean `heavy`?")
    );
}

#[test]
fn an_expression_is_checked_where_the_rule_stands() {
    for (rule, problem) in [
        (
            r#"rule r on=workload { when "workload.memry.size > '1GiB'"; say "x" }"#,
            r#"error wrong-expression: `workload` has no field `memry` at "memry""#,
        ),
        (
            r#"rule r on=workload { when "true"; say "on ${workload.pol.name}" }"#,
            r#"error wrong-expression: `workload` has no field `pol` at "pol""#,
        ),
        (
            r#"rule r on=workload { say "x" }"#,
            r#"error missing-node: the rule has no `when` at "rule r on=workload""#,
        ),
        (
            r#"rule r { when "true"; say "x" }"#,
            r#"error missing-value: rule `r` does not say what it looks at at "r""#,
        ),
        (
            r#"rule r on=worklod { when "true"; say "x" }"#,
            r#"error wrong-value: there is no kind `worklod` at "worklod""#,
        ),
        (
            r#"rule image-not-pinned on=workload { when "false"; say "x" }"#,
            r#"error duplicate-node: `image-not-pinned` is the name of a rule of the compiler at "image-not-pinned""#,
        ),
    ] {
        assert_eq!(told(rule), [problem], "{rule}");
    }
}

#[test]
fn what_has_no_value_is_told_once_with_the_node_that_lacks_it() {
    let text = r#"rule r on=workload { when "workload.memory.limit > '1GiB'"; say "x" }"#;
    let run = run(text);
    let failed: Vec<_> = run
        .findings
        .iter()
        .filter(|f| f.rule.name() == "wrong-expression")
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(run.sources.text(failed[0].related[0].span), "workload web");
}

#[test]
fn what_leans_on_something_broken_is_not_judged() {
    let text = r#"
        rule homeless on=workload { when "!has(workload.pool)"; say "${workload.name} has no pool" }
        tenant u {
            workload a {
                container image="registry.example.com/shop/a:1.0.0"
                on generol
                cpu 1
                memory "1GiB"
            }
        }"#;
    assert_eq!(
        told(text),
        [r#"error unknown-name: no pool is called `generol` at "generol""#]
    );
}
