//! Tests of a spec, from outside: text in, what each test came to out.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::{
    Options,
    compile::{self, Tests},
    load::Library,
    testing::Wanted,
    world::Memory,
};

/// An estate that the tests of tests are about; no backend emits anything for it.
const SHOP: &str = r#"
estate shop { env staging prod }
cluster c { hosts }
cluster d { hosts }
cpu-model small cores=8
pool general cluster=c { nodes 3 prefix=g-; cpu small; memory "64GiB" }
pool other cluster=c { nodes 1 prefix=o-; cpu small; memory "64GiB" }
pool twin cluster=c { nodes 1 prefix=tc-; cpu small; memory "64GiB" }
pool twin cluster=d { nodes 1 prefix=td-; cpu small; memory "64GiB" }
param nodes type=int default=1 { in prod 3 }
"#;

fn run_in(options: &Options, wanted: &Wanted, files: &[(&str, &str)]) -> Tests {
    let files = files
        .iter()
        .map(|(path, text)| (*path, Arc::<str>::from(*text)));
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    compile::test(&Memory::new(files), library, &[], options, wanted)
}

/// Runs tests that are added to the shop.
fn run(tests: &str) -> Tests {
    let files = [("tenantry.kdl", SHOP), ("tests.kdl", tests)];
    run_in(&Options::default(), &Wanted::default(), &files)
}

/// Each finding as `rule at "the text it points at": message`, by test.
fn told(tests: &Tests) -> BTreeMap<String, Vec<String>> {
    assert!(tests.run.findings.is_empty(), "{:?}", before(tests));
    let text = |finding: &tenantry_core::diag::Diagnostic| {
        let place = finding.span.map_or("", |span| tests.run.sources.text(span));
        format!("{} at {place:?}: {}", finding.rule.name(), finding.message)
    };
    tests
        .tests
        .iter()
        .map(|test| {
            (
                test.name.to_string(),
                test.findings.iter().map(text).collect(),
            )
        })
        .collect()
}

/// What was found before any test could run.
fn before(tests: &Tests) -> Vec<String> {
    let findings = tests.run.findings.iter();
    findings
        .map(|finding| {
            let place = finding.span.map_or("", |span| tests.run.sources.text(span));
            format!("{} at {place:?}", finding.rule.name())
        })
        .collect()
}

/// What the only test came to.
fn only(tests: &str) -> Vec<String> {
    let told = told(&run(tests));
    assert_eq!(told.len(), 1);
    told.into_values().next().expect("one test")
}

#[test]
fn a_test_passes_where_all_is_as_expected() {
    let nothing: [String; 0] = [];
    assert_eq!(only("test plain"), nothing);
    assert_eq!(
        only(
            r#"test t { expect "estate.cluster['c'].pools['general'].nodes.count == 3" "env != ''" }"#
        ),
        nothing
    );
}

#[test]
fn a_false_expectation_shows_what_its_sides_are() {
    let tests = r#"test t env=staging { expect "env == 'staging' && nodes >= 3" }"#;
    assert_eq!(
        only(tests),
        [r#"expectation-failed at "nodes >= 3": `nodes >= 3` is not true: `nodes` is 1"#]
    );
}

#[test]
fn a_test_runs_in_every_environment_or_in_its_own() {
    let all = run(r#"test t { expect "nodes == 3" }"#);
    assert_eq!(all.tests[0].envs, ["staging".into(), "prod".into()]);
    assert_eq!(all.tests[0].findings.len(), 1);
    assert_eq!(all.tests[0].findings[0].envs, ["staging".into()]);
    let own = run(r#"test t env=prod { expect "nodes == 3" }"#);
    assert_eq!(own.tests[0].envs, ["prod".into()]);
    assert!(own.tests[0].passed());
}

#[test]
fn one_environment_can_be_asked_for_and_tests_of_others_are_left_out() {
    let options = Options {
        env: Some("prod".into()),
        ..Options::default()
    };
    let files = [
        ("tenantry.kdl", SHOP),
        ("tests.kdl", "test a env=staging; test b env=prod; test c"),
    ];
    let tests = run_in(&options, &Wanted::default(), &files);
    assert_eq!(told(&tests).into_keys().collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(tests.tests[1].envs, ["prod".into()]);
}

#[test]
fn only_tests_of_a_name_can_be_asked_for() {
    let wanted = Wanted {
        filter: Some("hugepages".into()),
    };
    let files = [
        ("tenantry.kdl", SHOP),
        ("tests.kdl", "test \"needs hugepages\"; test other"),
    ];
    let tests = run_in(&Options::default(), &wanted, &files);
    assert_eq!(
        told(&tests).into_keys().collect::<Vec<_>>(),
        ["needs hugepages"]
    );
}

mod given {
    use super::{only, run};

    const NONE: [String; 0] = [];

    #[test]
    fn what_is_given_is_laid_over_the_estate_and_found_without_its_cluster() {
        let test = r#"test t {
            given { pool general { memory "32GiB" } }
            expect "estate.pool.size() == 4" "estate.cluster['c'].pools['general'].memory.size == '32GiB'"
            expect "estate.cluster['c'].pools['general'].cpu.model == 'small'"
        }"#;
        assert_eq!(only(test), NONE);
    }

    #[test]
    fn what_there_is_twice_is_told_apart_by_its_cluster() {
        let test = r#"test t {
            given { pool twin cluster=d { memory "32GiB" } }
            expect "estate.pool.filter(p, p.memory.size == '32GiB').map(p, p.cluster.name) == ['d']"
        }"#;
        assert_eq!(only(test), NONE);
    }

    #[test]
    fn it_can_take_something_away() {
        let test = r#"test t {
            given { omit pool "c other" }
            expect "estate.pool.size() == 3"
        }"#;
        assert_eq!(only(test), NONE);
    }

    #[test]
    fn it_is_of_its_test_alone() {
        let tests = run(r#"
            test a { given { pool other { memory "1GiB" } } }
            test b { expect "estate.cluster['c'].pools['other'].memory.size == '64GiB'" }
        "#);
        assert!(tests.tests[1].passed());
    }

    #[test]
    fn it_is_nearer_than_what_an_environment_says() {
        let test = r#"
            pool more cluster=d { nodes 1 prefix=m-; cpu small; memory "8GiB"; in prod { memory "16GiB" } }
            test t env=prod {
                given { pool more { memory "32GiB" } }
                expect "estate.cluster['d'].pools['more'].memory.size == '32GiB'"
            }"#;
        assert_eq!(only(test), NONE);
    }

    #[test]
    fn a_definition_can_be_called_in_it() {
        let test = r#"
            define box { arg name type=name; body { pool $name cluster=d { nodes 1 prefix=b-; cpu small; memory "8GiB" } } }
            test t { given { box extra }; expect "estate.cluster['d'].pools['extra'].memory.size == '8GiB'" }"#;
        assert_eq!(only(test), NONE);
    }
}

mod findings {
    use super::only;

    const NONE: [String; 0] = [];
    /// A pool of a processor that nobody declares.
    const BROKEN: &str = r#"given { pool general { cpu unheard-of } }"#;

    #[test]
    fn an_expected_error_is_no_failure() {
        for at in ["", "at=general", "at=c.general", "at=general.cpu"] {
            let test = format!("test t {{ {BROKEN}; expect-error unknown-name {at} }}");
            assert_eq!(only(&test), NONE, "{at}");
        }
    }

    #[test]
    fn an_error_that_is_not_expected_is_told_as_check_tells_it() {
        let test = format!("test t {{ {BROKEN}; expect \"nodes == 99\" }}");
        let told = only(&test);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with(r#"unknown-name at "unheard-of""#),
            "{told:?}"
        );
    }

    #[test]
    fn an_error_about_something_else_is_none_that_was_expected() {
        let test = format!("test t {{ {BROKEN}; expect-error unknown-name at=other }}");
        let told = only(&test);
        assert_eq!(told.len(), 2, "{told:?}");
        let missing = r#"expectation-failed at "expect-error unknown-name at=other": the error `unknown-name` about `other` was expected and is not there"#;
        assert!(told.iter().any(|told| told == missing), "{told:?}");
    }

    #[test]
    fn an_error_that_does_not_come_fails() {
        let told = only("test t { expect-error unknown-name }");
        assert!(told[0].starts_with("expectation-failed at"), "{told:?}");
    }

    #[test]
    fn a_path_that_means_nothing_is_told_at_itself() {
        let told = only("test t { expect-error unknown-name at=c.genral }");
        assert_eq!(
            told,
            [r#"expectation-failed at "c.genral": there is no `c.genral` in this test"#]
        );
    }
}

mod declarations {
    use super::{before, run};

    #[test]
    fn what_is_wrong_with_a_test_is_found_before_it_runs() {
        for (test, found) in [
            ("test", r#"missing-value at "test""#),
            ("test t env=prd", r#"unknown-environment at "prd""#),
            (
                "test t if=\"env == ''\"",
                r#"unknown-property at "\"env == ''\"""#,
            ),
            (
                "test t { expect \"nodez == 1\" }",
                r#"wrong-expression at "nodez""#,
            ),
            (
                "test t { expect \"nodes\" }",
                r#"wrong-expression at "nodes""#,
            ),
            (
                "test t { expect \"estate.pools == 1\" }",
                r#"wrong-expression at "pools""#,
            ),
            ("test t { expect }", r#"missing-value at "expect""#),
            (
                "test t { expect-error no-such-rule }",
                r#"unknown-rule at "no-such-rule""#,
            ),
            (
                "test t { expect-error }",
                r#"missing-value at "expect-error""#,
            ),
            (
                "test t { expect-clean; expect-clean }",
                r#"duplicate-node at "expect-clean""#,
            ),
            (
                "test t { given {}; given {} }",
                r#"duplicate-node at "given""#,
            ),
            (
                "test t { given { param x } }",
                r#"misplaced-kind at "param""#,
            ),
            (
                "test t { given { pool p { memory 3 } } }",
                r#"wrong-value at "3""#,
            ),
            ("test t { expectt }", r#"unknown-kind at "expectt""#),
            ("test t; test t", r#"duplicate-node at "t""#),
        ] {
            let tests = run(test);
            assert_eq!(before(&tests), [found], "{test}");
            assert!(tests.tests.is_empty(), "{test}");
        }
    }

    #[test]
    fn a_bound_on_their_number_is_kept() {
        let mut options = tenantry_core::Options::default();
        options
            .limits
            .set("tests", "3")
            .expect("there is such a bound");
        let files = [
            ("tenantry.kdl", super::SHOP),
            ("tests.kdl", "test a; test b"),
        ];
        let tests = super::run_in(&options, &super::Wanted::default(), &files);
        assert_eq!(before(&tests), [r#"limit-passed at "a""#]);
    }
}

mod packages {
    use super::{Options, Wanted, before, run_in, told};

    const PACKAGE: &str = r#"
    package pg version="1.0.0"
    define box {
        arg name type=name
        param size type=bytes default="8GiB"
        body { pool $name { nodes 1; cpu small; memory $size } }
    }
    test "a box has eight gigabytes" {
        given { cluster c { hosts }; cpu-model small cores=4; box one }
        expect "estate.name == 'pg'" "estate.pool['one'].memory.size == '8GiB'"
    }
    test "of an environment" env=prod {
        given { cluster c { hosts } }
        expect "env == 'prod'"
    }
    "#;

    #[test]
    fn a_package_brings_what_its_tests_stand_on() {
        let files = [("tenantry.kdl", PACKAGE)];
        let tests = run_in(&Options::default(), &Wanted::default(), &files);
        let told = told(&tests);
        assert_eq!(told.len(), 2);
        assert!(told.values().all(Vec::is_empty), "{told:?}");
    }

    #[test]
    fn its_tests_are_not_run_with_those_of_the_estate_that_uses_it() {
        let estate = format!("{}\nuse \"vendor/pg\"\ntest own", super::SHOP);
        let files = [
            ("tenantry.kdl", &*estate),
            ("vendor/pg/tenantry.kdl", PACKAGE),
        ];
        let tests = run_in(&Options::default(), &Wanted::default(), &files);
        assert_eq!(before(&tests), [""; 0]);
        assert_eq!(told(&tests).into_keys().collect::<Vec<_>>(), ["own"]);
    }
}
