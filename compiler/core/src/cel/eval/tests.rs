//! What expressions come to in a small world.

use proptest::prelude::*;

use crate::cel::{
    Budget, Type, Unit, compile, evaluate, limits,
    sample::{Kinds, compiled, evaluated, quantity, scope, told, world},
};

fn value(text: &str) -> String {
    evaluated(text)
        .unwrap_or_else(|problem| panic!("{}", told(text, &problem)))
        .to_string()
}

fn problem(text: &str) -> String {
    match evaluated(text) {
        Ok(value) => panic!("{text} is {value}"),
        Err(problem) => told(text, &problem),
    }
}

#[test]
fn expressions_have_exact_values() {
    for (text, expected) in [
        ("1 + 2 * 3 - 10 / 3 % 2", "6"),
        ("-7 / 2", "-3"),
        ("gpu_nodes * 2", "6"),
        ("workload.memory.size / 2", "64GiB"),
        ("workload.memory.size - '1GiB'", "127GiB"),
        ("workload.memory.size / workload.memory.hugepages", "65536"),
        ("every * 4", "1h"),
        ("every + '90s'", "990s"),
        ("workload.cpu / 16", "500m"),
        ("workload.cpu + gpu_nodes", "11"),
        ("workload.cpu >= gpu_nodes", "true"),
        ("port + 1", "8081"),
        ("port == 8080 && port < 9000", "true"),
        ("workload.memory.size >= '64GiB'", "true"),
        ("workload.disks['data'].size", "2TiB"),
        ("workload.disks[1].name", "data"),
        ("workload.disks['swap'].size == null", "true"),
        (
            "'root' in workload.disks && !('swap' in workload.disks)",
            "true",
        ),
        ("workload.disks.map(d, d.size).sum()", "2088GiB"),
        (
            "workload.disks.filter(d, d.size > '1PiB').map(d, d.size).sum()",
            "0B",
        ),
        ("workload.disks.exists_one(d, d.size > '1TiB')", "true"),
        ("workload.disks.map(d, d.size > '1TiB', d.name)", "[data]"),
        ("max(workload.disks.map(d, d.size))", "2TiB"),
        ("min(3, gpu_nodes, 2)", "2"),
        ("workload.labels.tier + workload.labels['tier']", "goldgold"),
        ("workload.labels.none == null", "true"),
        ("workload.labels.all(k, k.matches('^[a-z]+$'))", "true"),
        ("subnet(net, 24, 3)", "10.20.3.0/24"),
        ("address(subnet(net, 24, 3), 10)", "10.20.3.10"),
        ("address(net, 0) + 256", "10.20.1.0"),
        ("net.contains('10.21.0.0')", "false"),
        (
            "range(0, gpu_nodes).map(i, 'n' + string(i)).join('-')",
            "n0-n1-n2",
        ),
        ("'a,b,c'.split(',').size()", "3"),
        ("'Größe'.size() == size('Größe') ? 'Größe'.size() : 0", "5"),
        ("'abc'.upperAscii().replace('B', '').lowerAscii()", "ac"),
        ("int('42') + 1", "43"),
        ("[1, 2] + [3] == [1, 2, 3]", "true"),
        ("{'a': 1}['a']", "1"),
        ("any == workload.memory.size || any == 4", "false"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_set_is_null_until_it_is_computed_with() {
    assert_eq!(value("has(workload.memory.limit)"), "false");
    assert_eq!(value("has(workload.tenant.name)"), "false");
    assert_eq!(value("workload.tenant.name == 'acme'"), "false");
    assert_eq!(value("workload.tenant.name != 'acme'"), "true");
    assert_eq!(value("workload.tenant.name == null"), "true");
    assert_eq!(
        value("!has(workload.memory.limit) || workload.memory.limit > '1GiB'"),
        "true"
    );
    assert_eq!(
        problem("workload.memory.limit > '1GiB'"),
        "[workload.memory.limit] `workload.memory.limit` is not set; ask first: `has(workload.memory.limit) && …`"
    );
    // The part that is not set is named, not all that hangs on it.
    assert_eq!(
        problem("workload.tenant.name + '-x'"),
        "[workload.tenant] `workload.tenant` is not set; ask first: `has(workload.tenant) && …`"
    );
    assert_eq!(
        problem("!workload.secure"),
        "[workload.secure] `workload.secure` is not set; ask first: `has(workload.secure) && …`"
    );
}

#[test]
fn one_side_that_decides_is_enough() {
    assert_eq!(value("workload.secure && false"), "false");
    assert_eq!(value("workload.secure || true"), "true");
    assert_eq!(value("[1, 0].exists(x, 4 / x == 4)"), "true");
    assert_eq!(
        problem("[2, 0].exists(x, 4 / x == 4)"),
        "[x] 4 / 0 has no result"
    );
}

#[test]
fn what_has_no_value_says_why() {
    for (text, said) in [
        (
            "9223372036854775807 + 1",
            "[9223372036854775807 + 1] this whole number does not fit: they go from -9223372036854775808 to 9223372036854775807",
        ),
        (
            "-(-9223372036854775808)",
            "[-9223372036854775808] this whole number does not fit: they go from -9223372036854775808 to 9223372036854775807",
        ),
        ("1 / (gpu_nodes - 3)", "[gpu_nodes - 3] 1 / 0 has no result"),
        (
            "workload.disks[2]",
            "[2] `workload.disks` has 2 elements, at the places 0 to 1; there is none at 2",
        ),
        ("[][0]", "[0] `[]` is empty"),
        (
            "'1GiB' == any ? 1 : [1][-1]",
            "[-1] `[1]` has 1 element, at place 0; there is none at -1",
        ),
        (
            "workload.memory.hugepages - workload.memory.size",
            "[workload.memory.hugepages - workload.memory.size] 2MiB - 128GiB is less than nothing, which a size cannot be",
        ),
        (
            "workload.memory.size / 3",
            "[workload.memory.size / 3] 128GiB cannot be divided by 3 without a rest",
        ),
        (
            "workload.memory.size * 999999999",
            "[workload.memory.size * 999999999] 128GiB * 999999999 is more than a size can be",
        ),
        (
            "subnet(net, 24, 256)",
            "[256] 10.20.0.0/16 has 256 networks of prefix length 24, numbered from 0: there is no 256",
        ),
        (
            "subnet(net, 8, 0)",
            "[8] 10.20.0.0/16 has no networks of prefix length 8; the length may be 16 to 32",
        ),
        (
            "address(net, 65536)",
            "[65536] 10.20.0.0/16 has 65536 addresses, numbered from 0: there is no 65536",
        ),
        ("int('4a')", "['4a'] \"4a\" is not a whole number"),
        (
            "any > 3",
            "[any > 3] 4GiB and 3 cannot be compared: none is less than the other",
        ),
        (
            "range(0, 10001).size()",
            "[range(0, 10001)] this list gets 10001 elements; an expression may make 10000",
        ),
    ] {
        assert_eq!(problem(text), said);
    }
}

#[test]
fn evaluation_ends_where_its_steps_do() {
    let many = "range(0, 5000)";
    let nested = format!("{many}.all(a, {many}.all(b, {many}.all(c, a + b + c >= 0)))");
    assert!(problem(&nested).contains("more than 100000 steps"));
    let long = "range(0, 9000).map(x, 'aaaaaaaaaaaaaaaa').join('aaaaaaaaaaaaaaaa')";
    assert!(problem(long).contains("longer than 65536 bytes"));
    let mut budget = Budget::new(3);
    let program = compiled("1 + 1").unwrap();
    assert!(evaluate(&program, &world(), &mut budget).is_ok());
    assert_eq!(budget.left(), 0);
}

#[test]
fn hostile_text_is_refused_in_no_time() {
    let deep = |open: &str, close: &str, n| open.repeat(n) + "1" + &close.repeat(n);
    for text in [
        "x".repeat(10 << 20),
        "(".repeat(100_000),
        deep("(", ")", 2000),
        deep("[", "]", 2000),
        deep("{'a':", "}", 600),
        "!".repeat(4000) + "true",
        "-".repeat(4000) + "1",
        "true ? 1 : ".repeat(350) + "2",
        "1 + ".repeat(1000) + "1",
        "workload".to_owned() + &".tenant".repeat(500),
        "[1]".to_owned() + &".map(x, x)".repeat(390),
        "[1].all(x, ".repeat(300) + "true" + &")".repeat(300),
        "1 in ".repeat(700) + "[1]",
        "workload.disks".to_owned() + &"[0]".repeat(1000),
    ] {
        let problems = compiled(&text).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].help.as_deref() == Some("name its parts with `let`")
                || problems[0].message.contains("never closed"),
            "{problems:?}"
        );
    }
    // A long chain of one logical operator is one level.
    let wide = "true && ".repeat(500) + "true";
    assert!(wide.len() < limits::TEXT_BYTES);
    assert_eq!(value(&wide), "true");
}

#[test]
fn a_value_goes_to_the_text_and_back() {
    let size = Type::Unit(Unit::Bytes);
    let lit = quantity(Unit::Bytes, "1024MiB").to_lit().unwrap();
    assert_eq!(lit.to_string(), "1GiB");
    let program = compile("x", &scope().with("x", size.clone()), &Kinds, Some(&size)).unwrap();
    let vars = [("x".into(), crate::cel::Value::from_lit(&size, &lit))];
    let value = evaluate(
        &program,
        &vars
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>(),
        &mut Budget::default(),
    );
    assert_eq!(value.unwrap().to_lit().unwrap(), lit);
}

/// Expressions that often are ones.
fn plausible() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("workload".to_owned()),
        Just("workload.memory.size".to_owned()),
        Just("workload.disks".to_owned()),
        Just("any".to_owned()),
        Just("env".to_owned()),
        Just("net".to_owned()),
        Just("null".to_owned()),
        Just("'64GiB'".to_owned()),
        Just("x".to_owned()),
        (-3_i64..70).prop_map(|n| n.to_string()),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let binary = proptest::sample::select(vec![
            "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "in", "&&", "||",
        ]);
        let each = proptest::sample::select(vec!["all", "exists", "exists_one", "map", "filter"]);
        let call = proptest::sample::select(vec!["size", "string", "int", "max", "-", "!"]);
        prop_oneof![
            (inner.clone(), binary, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), each, inner.clone()).prop_map(|(a, m, b)| format!("{a}.{m}(x, {b})")),
            (call, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("range({a}, {b})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("[{a}, {b}].sum()")),
        ]
    })
}

fn nothing_breaks(text: &str) {
    let Ok(program) = compiled(text) else { return };
    let mut budget = Budget::new(10_000);
    match evaluate(&program, &world(), &mut budget) {
        Ok(_) => {}
        Err(problem) => assert!(text.get(problem.range).is_some()),
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_compiler(text in "\\PC{0,60}") {
        if let Err(problems) = compiled(&text) {
            for problem in problems {
                prop_assert!(text.get(problem.range.clone()).is_some(), "{problem:?}");
            }
        }
    }

    #[test]
    fn no_soup_of_words_breaks_it(text in "([a-z0-9'\"\\[\\](){}.,?:+*/!<>=& -]|env|workload|all\\(x,){0,40}") {
        nothing_breaks(&text);
    }

    #[test]
    fn every_evaluation_ends(text in plausible()) {
        nothing_breaks(&text);
    }
}
