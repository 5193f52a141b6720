//! A policy must come to the same verdict as the compiler. The referee that evaluates it is the
//! `cel` crate, which knows nothing of ours.

use std::sync::Arc;

use cel::{Context, Program, Value as Cel, extractors::This};
use serde_yaml::Value;

use crate::testing::{Made, compile_tenant};

/// A workload that no rule of these tests is about.
const HARMLESS: &str = r#"
tenant quiet {
    workload quiet {
        container image="registry.example.com/quiet:1.0.0"
        on general
        cpu "100m"
        memory "128MiB"
        replicas 2
        label team nobody
    }
}
"#;

fn container(inner: &str) -> String {
    format!("tenant shop {{ workload web {{ on general; {inner}; }} }}")
}

/// The value of an expression of a policy for an object.
fn evaluate(policy: &Value, object: &Value, expression: &str) -> Cel {
    let mut context = Context::default();
    context.add_variable("object", object).unwrap();
    let labels =
        serde_yaml::from_str::<Value>("{ metadata: { labels: { tenantry.dev/tenant: shop } } }");
    context
        .add_variable("namespaceObject", labels.unwrap())
        .unwrap();
    context
        .add_function("quantity", |text: Arc<String>| thousandths(&text))
        .unwrap();
    context
        .add_function("compareTo", |This(one): This<i64>, other: i64| -> i64 {
            one.cmp(&other) as i64
        })
        .unwrap();
    let mut variables = std::collections::HashMap::new();
    for variable in policy["spec"]["variables"]
        .as_sequence()
        .into_iter()
        .flatten()
    {
        let name = variable["name"].as_str().unwrap();
        let text = variable["expression"].as_str().unwrap();
        let value = run(&context, text);
        variables.insert(name.to_owned(), value);
        context.add_variable_from_value("variables", variables.clone());
    }
    run(&context, expression)
}

fn run(context: &Context<'_, '_>, text: &str) -> Cel {
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    program
        .execute(context)
        .unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// An amount of the cluster in thousandths of one.
fn thousandths(text: &str) -> i64 {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let worth = match &text[digits.len()..] {
        "m" => 1,
        "" => 1000,
        "Ki" => 1000 << 10,
        "Mi" => 1000 << 20,
        "Gi" => 1000 << 30,
        other => panic!("what is {other}?"),
    };
    digits.parse::<i64>().unwrap() * worth
}

/// Whether the policy admits an object.
fn admits(policy: &Value, object: &Value) -> bool {
    let expression = &policy["spec"]["validations"][0]["expression"];
    match evaluate(policy, object, expression.as_str().unwrap()) {
        Cel::Bool(truth) => truth,
        other => panic!("a verdict is true or false, not {other:?}"),
    }
}

fn rule(when: &str) -> String {
    format!(
        r#"rule asked on=workload enforce=cluster {{ when "{when}"; say "${{workload.name}} is wrong" }}"#
    )
}

/// The policy of a rule, whatever it finds in the workload that is there.
fn policy_of(rule: &str) -> Value {
    let excused = "label team nobody\n        allow asked because=\"not what is tested\"";
    let tenant = HARMLESS.replace("label team nobody", excused);
    compile_tenant(&format!("{rule}\n{tenant}")).object("ValidatingAdmissionPolicy", "asked.apps")
}

fn finds(made: &Made) -> bool {
    let found = made.findings();
    found.iter().any(|finding| finding.starts_with("asked: "))
}

/// The compiler's verdict and the cluster's of a workload called `web`.
fn verdicts(when: &str, workload: &str) -> (bool, bool) {
    let rule = rule(when);
    let tenant = container(workload);
    let by_us = !finds(&compile_tenant(&format!("{rule}\n{tenant}")));
    let object = compile_tenant(&tenant).object("Deployment", "web");
    (by_us, admits(&policy_of(&rule), &object))
}

const BODY: &str = r#"container image="registry.example.com/web:1.0.0"; cpu 1; memory "1GiB""#;

#[test]
fn compiler_and_cluster_agree() {
    let elsewhere = BODY.replace("registry.example.com", "docker.io");
    let large = BODY.replace("1GiB", "64GiB");
    let labelled = format!("{BODY}; label team shop");
    let two = format!("{BODY}; replicas 2");
    let other = BODY.replace(":1.0.0\"", ":1.0.0\" uid=4242");
    let cases: [(&str, &str, &str); 12] = [
        (
            "!workload.container.image.startsWith('registry.example.com/')",
            BODY,
            &elsewhere,
        ),
        (
            "['docker.io/', 'quay.io/'].exists(p, workload.container.image.startsWith(p))",
            BODY,
            &elsewhere,
        ),
        ("workload.memory.size > '32GiB'", BODY, &large),
        (
            "has(workload.container) && workload.memory.size >= '64GiB'",
            BODY,
            &large,
        ),
        (
            "workload.cpu.request == '1'",
            &BODY.replace("cpu 1", "cpu 2"),
            BODY,
        ),
        ("workload.labels['team'] != 'shop'", &labelled, BODY),
        ("!has(workload.labels.team)", &labelled, BODY),
        ("!('team' in workload.labels)", &labelled, BODY),
        (
            "workload.replicas.count < 2",
            &two,
            &format!("{BODY}; replicas 1"),
        ),
        ("workload.container.uid == 4242", BODY, &other),
        (
            "size(workload.name) == 3 && workload.container.uid == 4242 ? true : false",
            BODY,
            &other,
        ),
        (
            "workload.memory.size > '32GiB' || workload.container.image.contains('docker')",
            BODY,
            &elsewhere,
        ),
    ];
    for (when, good, bad) in cases {
        assert_eq!(verdicts(when, good), (true, true), "good: {when}");
        assert_eq!(verdicts(when, bad), (false, false), "bad: {when}");
    }
}

#[test]
fn a_policy_is_as_an_operator_would_write_it() {
    let policy = policy_of(
        r#"param house default="registry.example.com/"
        rule asked on=workload enforce=cluster {
            when "has(workload.container) && !workload.container.image.startsWith(house)"
            say "${tenant.name}.${workload.name} takes ${workload.container.image}"
            fix "mirror it to ${house}"
        }"#,
    );
    insta::assert_snapshot!(serde_yaml::to_string(&policy["spec"]).unwrap());
}

#[test]
fn the_message_is_the_rules_own() {
    let policy = policy_of(
        r#"rule asked on=workload enforce=cluster {
            when "workload.memory.size > '32GiB'"
            say "${tenant.name}.${workload.name} takes ${workload.memory.size}"
        }"#,
    );
    let large = compile_tenant(&container(&BODY.replace("1GiB", "64GiB")));
    let expression = &policy["spec"]["validations"][0]["messageExpression"];
    let said = evaluate(
        &policy,
        &large.object("Deployment", "web"),
        expression.as_str().unwrap(),
    );
    assert_eq!(said, Cel::String(Arc::new("shop.web takes 64Gi".into())));
}

#[test]
fn a_second_container_is_no_way_around() {
    let policy = policy_of(&rule(
        "!workload.container.image.startsWith('registry.example.com/')",
    ));
    let mut object = compile_tenant(&container(BODY)).object("Deployment", "web");
    assert!(admits(&policy, &object));
    let containers = &mut object["spec"]["template"]["spec"]["containers"];
    let mut second = containers[0].clone();
    second["name"] = "other".into();
    second["image"] = "docker.io/miner:1".into();
    containers.as_sequence_mut().unwrap().push(second);
    assert!(!admits(&policy, &object));
}

#[test]
fn what_an_object_lacks_is_no_mistake_of_evaluation() {
    let bare =
        "{ metadata: { name: web }, spec: { template: { spec: { containers: [{ name: a }] } } } }";
    let bare: Value = serde_yaml::from_str(bare).unwrap();
    for (when, admitted) in [
        ("workload.memory.size > '32GiB'", true),
        ("workload.labels['team'] != 'shop'", false),
        ("workload.container.uid == 0", true),
        ("workload.replicas.count < 2", true),
        ("!workload.container.read_only_root", false),
    ] {
        assert_eq!(admits(&policy_of(&rule(when)), &bare), admitted, "{when}");
    }
}

#[test]
fn each_sort_of_objects_is_asked_for_what_it_has() {
    let made = compile_tenant(&format!(
        "{}\n{HARMLESS}",
        rule("!workload.container.image.startsWith('registry.example.com/')")
    ));
    assert!(made.has("ValidatingAdmissionPolicyBinding", "asked.apps"));
    assert!(!made.has("ValidatingAdmissionPolicy", "asked.jobs"));
    let made = compile_tenant(&format!(
        "{}\n{HARMLESS}",
        rule("has(workload.job) && workload.job.uid == 0")
    ));
    assert!(!made.has("ValidatingAdmissionPolicy", "asked.apps"));
    let policy = made.object("ValidatingAdmissionPolicy", "asked.cronjobs");
    assert_eq!(
        policy["spec"]["variables"][0]["expression"],
        "object.spec.jobTemplate.spec.template.spec"
    );
}

#[test]
fn what_the_estate_allows_the_cluster_admits() {
    let tenant = container(&format!(
        "{BODY}; allow asked because=\"until the mirror is there\""
    ));
    let made = compile_tenant(&format!(
        "{}\n{tenant}",
        rule("workload.memory.size < '2GiB'")
    ));
    let policy = made.object("ValidatingAdmissionPolicy", "asked.apps");
    let condition = policy["spec"]["matchConditions"][0]["expression"].as_str();
    let mut object = made.object("Deployment", "web");
    assert_eq!(
        evaluate(&policy, &object, condition.unwrap()),
        Cel::Bool(false),
        "it is not asked"
    );
    object["metadata"]["name"] = "another".into();
    assert_eq!(
        evaluate(&policy, &object, condition.unwrap()),
        Cel::Bool(true)
    );
}

#[test]
fn how_grave_a_rule_is_decides_what_the_cluster_does() {
    let made = compile_tenant(&format!(
        "{}\n{HARMLESS}",
        rule("workload.container.uid == 0").replace("enforce", "severity=warn enforce")
    ));
    let binding = made.object("ValidatingAdmissionPolicyBinding", "asked.apps");
    let actions = serde_yaml::to_string(&binding["spec"]["validationActions"]).unwrap();
    assert_eq!(actions, "- Warn\n- Audit\n");
}

#[test]
fn what_no_object_says_is_refused() {
    let told = |rule: &str| compile_tenant(&format!("{rule}\n{HARMLESS}")).findings();
    assert_eq!(
        told(&rule("workload.pool.labels['lifecycle'] == 'spot'")),
        [
            "not-enforceable: `asked` cannot be enforced in the cluster: \
             `workload.pool.labels['lifecycle']`, which is not in the object"
        ]
    );
    assert_eq!(
        told(&rule("min(size(workload.name), 3) == 0")),
        [
            "not-enforceable: `asked` cannot be enforced in the cluster: \
             `min(size(workload.name), 3)`, a function that the cluster's expressions do not have"
        ]
    );
    assert_eq!(
        told(&rule("false").replace("workload", "pool")),
        [
            "not-enforceable: `asked` cannot be enforced in the cluster: \
             `on=pool`: no object of the cluster is one"
        ]
    );
}

#[test]
fn an_old_cluster_knows_no_policies() {
    let old = crate::testing::KUBERNETES.replace("1.33", "1.29");
    let rule = rule("workload.container.uid == 0");
    let made = crate::testing::compile(&format!("{old}{rule}{HARMLESS}"), &crate::all());
    let found = made.findings();
    let told = "not-enforceable: `asked` cannot be enforced in the cluster `one`: \
                it runs Kubernetes 1.29";
    assert!(found.iter().any(|finding| finding == told), "{found:#?}");
}
