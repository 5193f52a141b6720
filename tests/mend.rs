//! Mending where it is difficult: text that serves several, values that stand elsewhere, files
//! with other line ends, mends that meet, mends that would do harm.

use std::sync::Arc;

use tenantry_core::{
    Options, Run, check,
    diag::Diagnostic,
    load::Library,
    mend,
    mend::{Mended, Why},
    world::Memory,
};

const BASE: &str = include_str!("rules/base.kdl");

/// The base with this text as one more file, mended.
fn mended(text: &str) -> Mended {
    of(&[("tenantry.kdl", BASE), ("example.kdl", text)])
}

fn of(files: &[(&str, &str)]) -> Mended {
    let world = Memory::new(files.iter().copied());
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let (targets, options) = (tenantry_targets::all(), Options::default());
    let run = check(&world, library, &targets, &options);
    mend(&world, library, &targets, &options, run)
}

/// The new text of the one file that changed.
#[track_caller]
fn text(mended: &Mended) -> &str {
    let changed: Vec<&Arc<str>> = mended.texts.keys().collect();
    assert_eq!(
        changed.len(),
        1,
        "{changed:?} changed, left {:?}",
        mended.left
    );
    mended.texts.values().next().map_or("", |text| &text.new)
}

/// What still stands, as `rule: message`.
fn told(run: &Run) -> Vec<String> {
    let tell = |finding: &Diagnostic| format!("{}: {}", finding.rule.name(), finding.message);
    run.findings.iter().map(tell).collect()
}

/// The findings that certain mends of `rule` were left out for.
fn left<'m>(mended: &'m Mended, rule: &str) -> Vec<&'m Why> {
    let of_rule = mended.left.iter().filter(|left| left.rule == rule);
    of_rule.map(|left| &left.why).collect()
}

/// A machine with this of CPU and memory, and more.
fn machine(cpu: &str, memory: &str, more: &str) -> String {
    format!(
        "tenant shop {{\n    workload db {{\n        vm image=\"registry.example.com/vm/debian:13\"\n        on general\n        {cpu}\n        {memory}\n        disk root \"20GiB\"\n{more}    }}\n}}\n"
    )
}

#[test]
fn mends_of_many_places_are_one_pass() {
    let text_of = |cpu: &str, memory: &str| machine(cpu, memory, "");
    let bad = text_of(
        "cpu \"1500m\" dedicated=true",
        "memory \"9500MiB\" hugepages=1GiB",
    );
    let mended = mended(&bad);
    // `true` and `1GiB` are meant as they read, so all four show at once.
    assert_eq!(
        text(&mended),
        text_of(
            "cpu 2 dedicated=#true",
            "memory \"10GiB\" hugepages=\"1GiB\""
        )
    );
    assert_eq!(mended.count, 4);
    assert_eq!(told(&mended.run), [""; 0]);
}

#[test]
fn line_ends_marks_tabs_and_letters_stay() {
    let unix = "\u{feff}tenant shop doc=\"Käufe 商店\" {\n\tworkload web {\n\t\tcontainer image=\"registry.example.com/shop/web:1.4.0\"\n\t\ton general\n\t\tcpu 1 limit=1 limit=1 // Größe\n\t\tmemory 1GiB\n\t\treplicas 3 { // drei\n\t\t}\n\t\tscale min=2 max=4 {\n\t\t\tcpu \"70%\"\n\t\t}\n\t}\n}\n";
    let dos = unix.replace('\n', "\r\n");
    let expected = unix
        .replace("limit=1 limit=1", "limit=1")
        .replace("memory 1GiB", "memory \"1GiB\"")
        .replace("\t\treplicas 3 { // drei\n\t\t}\n", "\t\t// drei\n");
    for (before, after) in [
        (unix.to_owned(), expected.clone()),
        (dos, expected.replace('\n', "\r\n")),
    ] {
        let mended = mended(&before);
        assert_eq!(text(&mended), after, "{:?}", told(&mended.run));
        assert_eq!(told(&mended.run), [""; 0]);
    }
}

#[test]
fn a_value_that_stands_elsewhere_is_not_mended() {
    let memory = "memory \"8GiB\"";
    for (what, text) in [
        (
            "a parameter",
            format!(
                "param cores type=cpu default=\"1500m\"\n{}",
                machine("cpu $cores dedicated=#true", memory, "")
            ),
        ),
        (
            "a let",
            format!(
                "let cores \"1500m\"\n{}",
                machine("cpu $cores dedicated=#true", memory, "")
            ),
        ),
        (
            "a profile",
            format!(
                "profile pinned {{\n    cpu \"1500m\" dedicated=#true\n}}\n{}",
                machine("like pinned", memory, "")
            ),
        ),
        (
            "an expression",
            format!(
                "param half type=cpu default=\"500m\"\n{}",
                machine("cpu \"${half * 3}\" dedicated=#true", memory, "")
            ),
        ),
    ] {
        let mended = mended(&text);
        assert!(mended.texts.is_empty(), "{what}: {:?}", mended.texts);
        let told = told(&mended.run);
        assert_eq!(told.len(), 1, "{what}: {told:?}");
        assert!(
            told[0].starts_with("dedicated-cpu-not-whole: "),
            "{what}: {told:?}"
        );
    }
}

#[test]
fn a_definition_is_not_mended_for_one_of_its_callers() {
    let body = machine("cpu \"1500m\" dedicated=$pinned", "memory \"8GiB\"", "")
        .replace("tenant shop", "tenant $key");
    let text = format!(
        "define shop {{\n    arg key type=name\n    param pinned type=bool\n    body {{\n{body}    }}\n}}\nshop one pinned=#true\nshop two pinned=#false\n"
    );
    let mended = mended(&text);
    assert!(mended.texts.is_empty(), "{:?}", mended.texts);
    let told = told(&mended.run);
    assert!(
        told.iter()
            .any(|said| said.starts_with("dedicated-cpu-not-whole: ")),
        "{told:?}"
    );
}

#[test]
fn what_stands_once_in_the_text_of_a_definition_is_mended_once() {
    let body = machine("cpu 2 limit=2 limit=2", "memory \"8GiB\"", "")
        .replace("tenant shop", "tenant $key");
    let text_of = |body: &str| {
        format!(
            "define shop {{\n    arg key type=name\n    body {{\n{body}    }}\n}}\nshop one\nshop two\n"
        )
    };
    let mended = mended(&text_of(&body));
    assert_eq!(
        text(&mended),
        text_of(&body.replace("limit=2 limit=2", "limit=2"))
    );
    assert_eq!(mended.count, 1);
}

/// The base with two environments.
fn with_environments() -> String {
    BASE.replace(
        "    tenantry \">=0.1\"\n",
        "    tenantry \">=0.1\"\n    env staging prod\n",
    )
}

#[test]
fn what_all_environments_have_is_mended_once() {
    let bad = machine("cpu \"1500m\" dedicated=#true", "memory \"8GiB\"", "");
    let base = with_environments();
    let mended = of(&[("tenantry.kdl", &base), ("example.kdl", &bad)]);
    assert_eq!(text(&mended), bad.replace("\"1500m\"", "2"));
    assert_eq!(mended.count, 1);
}

#[test]
fn text_that_holds_in_other_environments_is_not_mended_for_one() {
    let base = with_environments();
    let bad = machine(
        "cpu \"1500m\"",
        "memory \"8GiB\"",
        "        in prod {\n            cpu dedicated=#true\n        }\n        in staging {\n            cpu 2\n        }\n",
    );
    let mended = of(&[("tenantry.kdl", &base), ("example.kdl", &bad)]);
    assert!(mended.texts.is_empty(), "{:?}", mended.texts);
    let why = left(&mended, "dedicated-cpu-not-whole");
    assert_eq!(why, [&Why::OtherEnvironments(vec!["prod".into()])]);
}

#[test]
fn what_is_written_for_an_environment_is_mended_there() {
    let base = with_environments();
    let bad = machine(
        "cpu 2",
        "memory \"8GiB\"",
        "        in prod {\n            cpu \"2500m\" dedicated=#true\n        }\n",
    );
    let mended = of(&[("tenantry.kdl", &base), ("example.kdl", &bad)]);
    assert_eq!(text(&mended), bad.replace("\"2500m\"", "3"));
    assert_eq!(told(&mended.run), [""; 0]);
}

#[test]
fn of_two_mends_of_one_place_the_first_is_made_and_the_other_waits() {
    // Takes no annotation and is no size: without one first, then read again.
    let bad = machine("cpu 1", "memory (size)8gib", "");
    let once = mended(&bad);
    assert_eq!(text(&once), machine("cpu 1", "memory 8gib", ""));
    assert_eq!(left(&once, "wrong-value"), [&Why::Overlaps]);
    let twice = mended(text(&once));
    assert_eq!(text(&twice), machine("cpu 1", "memory \"8GiB\"", ""));
}

#[test]
fn a_wrong_value_without_its_quotes_is_one_mistake() {
    let bad = machine("cpu 1", "memory 8gib", "");
    let mended = mended(&bad);
    assert_eq!(text(&mended), machine("cpu 1", "memory \"8GiB\"", ""));
    assert_eq!(told(&mended.run), [""; 0]);
    let worse = crate::mended(&machine("cpu 1", "memory 8gob", "        disk 20GiB\n"));
    let told = told(&worse.run);
    let [memory, disk] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(memory.starts_with("wrong-value: `size`"), "{memory}");
    assert_eq!(disk, "wrong-value: `disk` has a size and no name");
}

#[test]
fn arguments_that_have_changed_places_are_one_mistake() {
    let port = |port: &str| machine("cpu 1", "memory \"8GiB\"", &format!("        {port}\n"));
    let swapped = mended(&port("port 22 ssh protocol=tcp // the door"));
    assert_eq!(text(&swapped), port("port ssh 22 protocol=tcp // the door"));
    assert_eq!(told(&swapped.run), [""; 0]);
    // What the name was to be nobody knows.
    let nameless = mended(&port("port 22"));
    assert!(nameless.texts.is_empty(), "{:?}", nameless.texts);
    assert_eq!(
        told(&nameless.run),
        ["wrong-value: `port` has a number and no name"]
    );
}

#[test]
fn a_mend_that_would_make_another_error_is_left_and_the_others_are_made() {
    // Two whole CPUs are not what one core has.
    let odd = machine(
        "cpu \"1500m\" cores=1 dedicated=#true",
        "memory \"8GiB\"",
        "",
    );
    let plain = machine("cpu \"1500m\"", "memory 8GiB", "").replace("tenant shop", "tenant other");
    let mended = mended(&format!("{odd}{plain}"));
    let good = plain.replace("\"1500m\"", "2").replace("8GiB", "\"8GiB\"");
    assert_eq!(text(&mended), format!("{odd}{good}"));
    assert_eq!(mended.count, 2);
    let why = left(&mended, "dedicated-cpu-not-whole");
    assert!(
        matches!(why.as_slice(), [Why::Harms(message)] if message.contains("2")),
        "{why:?}"
    );
    assert_eq!(told(&mended.run).len(), 1);
}

#[test]
fn a_package_is_not_mended() {
    let base = format!("use \"vendor/pg\" as=pg\n{BASE}");
    let package = "package pg version=\"1.0.0\" {\n    tenantry \">=0.1\"\n}\nprofile small {\n    memory \"1GiB\" limit=(size)\"1GiB\"\n}\n";
    let files = [
        ("tenantry.kdl", &*base),
        ("vendor/pg/tenantry.kdl", package),
    ];
    let mended = of(&files);
    assert!(mended.texts.is_empty(), "{:?}", mended.texts);
    assert_eq!(
        left(&mended, "type-annotation"),
        [&Why::NotOurs],
        "{:?}",
        told(&mended.run)
    );
}

#[test]
fn a_thousand_mends_of_one_file_are_quick() {
    let mut bad = String::from("tenant shop {\n");
    for at in 0..1000 {
        bad += &format!(
            "    workload w{at} {{\n        container image=\"registry.example.com/shop/web:1.4.0\"\n        on general\n        cpu \"10m\" limit=\"10m\" limit=\"10m\"\n        memory \"16MiB\"\n    }}\n"
        );
    }
    bad += "}\n";
    let mended = mended(&bad);
    assert_eq!(mended.count, 1000);
    assert!(!text(&mended).contains("limit=\"10m\" limit=\"10m\""));
}
