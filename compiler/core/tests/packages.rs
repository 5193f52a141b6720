//! Packages: which files belong to one, how it is found, what it may hold, and what of it counts.

use std::sync::Arc;

use tenantry_core::{
    Options, Run, check,
    load::{Library, PackageId, Scoped},
    world::Memory,
};
use tenantry_syntax::FileId;

const GROUND: &str = r#"
estate shop
cluster one {
    kubernetes "1.33"
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni cilium "1.17.2"; facts { dns { select k8s-app kube-dns; }; }
}
"#;

/// Checks an estate of these files; `tenantry.kdl` has the ground before it.
fn run(files: &[(&str, &str)]) -> Run {
    let text = |path: &str, text: &str| match path {
        "tenantry.kdl" => Arc::from(format!("{GROUND}{text}")),
        _ => Arc::from(text),
    };
    bare(
        &files
            .iter()
            .map(|(path, own)| (*path, text(path, own)))
            .collect::<Vec<_>>(),
    )
}

fn bare(files: &[(&str, Arc<str>)]) -> Run {
    let world = Memory::new(files.iter().cloned());
    check(&world, Library::default(), &[], &Options::default())
}

/// Each finding as `rule path:line label`, with its other labels behind.
fn told(run: &Run) -> Vec<String> {
    let place = |span| {
        let (line, _) = run.sources.position(span).unwrap_or_default();
        format!("{}:{line}", run.sources.path(span.file))
    };
    let findings = run.findings.iter().map(|finding| {
        let at = finding.span.map_or_else(String::new, place);
        let more: Vec<String> = finding
            .related
            .iter()
            .map(|label| place(label.span))
            .collect();
        format!("{} {at} {}", finding.rule.name(), more.join(" "))
            .trim_end()
            .to_owned()
    });
    findings.collect()
}

fn messages(run: &Run) -> Vec<&str> {
    run.findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect()
}

#[test]
fn a_package_is_read_where_a_use_says_and_nowhere_else() {
    let files = [
        ("tenantry.kdl", "use \"vendor/pg\""),
        ("vendor/pg/tenantry.kdl", "package pg version=\"1.2.0\""),
        ("vendor/pg/more/priorities.kdl", "priority databases 1000"),
        ("vendor/pg/vendor/other/tenantry.kdl", "nonsense"),
        ("vendor/pg/examples/demo/tenantry.kdl", "nonsense"),
        ("vendor/unused/tenantry.kdl", "nonsense"),
        ("nested/tenantry.kdl", "nonsense"),
        ("nested/more.kdl", "nonsense"),
    ];
    let run = run(&files);
    assert_eq!(told(&run), [""; 0], "{:?}", messages(&run));
    let paths: Vec<(&str, Option<PackageId>)> = run
        .sources
        .files()
        .iter()
        .map(|source| (&*source.path, source.package))
        .collect();
    let pg = Some(PackageId(0));
    assert_eq!(
        paths,
        [
            ("tenantry.kdl", None),
            ("vendor/pg/more/priorities.kdl", pg),
            ("vendor/pg/tenantry.kdl", pg),
        ]
    );
    let package = &run.sources.packages[0];
    assert_eq!((&*package.head.name, &*package.root), ("pg", "vendor/pg"));
    assert_eq!(package.head.version.as_deref(), Some("1.2.0"));
}

#[test]
fn what_packages_use_is_loaded_once_and_has_one_prefix() {
    let files = [
        ("tenantry.kdl", "use \"vendor/web\" as=w\nuse \"vendor/pg\""),
        (
            "vendor/web/tenantry.kdl",
            "package web\nuse \"../base\"\nuse \"../pg\" as=db",
        ),
        (
            "vendor/pg/tenantry.kdl",
            "package pg\nuse \"../base/\" as=b",
        ),
        (
            "vendor/base/tenantry.kdl",
            "package base\nuse \"vendor/pg\" as=old",
        ),
        (
            "vendor/base/vendor/pg/tenantry.kdl",
            "package pg version=\"0.1\"",
        ),
    ];
    let run = run(&files);
    assert_eq!(told(&run), [""; 0], "{:?}", messages(&run));
    let known: Vec<(&str, &str)> = run
        .sources
        .packages
        .iter()
        .map(|package| (&*package.root, &*package.prefix))
        .collect();
    assert_eq!(
        known,
        [
            ("vendor/pg", "pg."),
            ("vendor/web", "w."),
            ("vendor/base", "base."),
            ("vendor/base/vendor/pg", "vendor/base/vendor/pg."),
        ]
    );
    let file = |path: &str| {
        let at = run.sources.files().iter().position(|it| &*it.path == path);
        FileId(u32::try_from(at.unwrap()).unwrap())
    };
    let (root, web) = (file("tenantry.kdl"), file("vendor/web/tenantry.kdl"));
    let scoped = |file, name| run.sources.scoped(file, name);
    assert_eq!(
        scoped(root, "pg.cluster"),
        Scoped::Of(PackageId(0), "cluster")
    );
    assert_eq!(
        scoped(web, "db.cluster"),
        Scoped::Of(PackageId(0), "cluster")
    );
    assert_eq!(scoped(root, "db.cluster"), Scoped::Here("db.cluster"));
    assert_eq!(scoped(root, "cluster"), Scoped::Here("cluster"));
}

#[test]
fn the_order_of_nodes_and_files_does_not_show() {
    let order = |uses: &str| {
        let run = run(&[
            ("tenantry.kdl", uses),
            ("vendor/a/tenantry.kdl", "package a"),
            ("vendor/b/tenantry.kdl", "package b"),
        ]);
        let packages = run.sources.packages.iter();
        packages
            .map(|package| package.prefix.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        order("use \"vendor/a\"\nuse \"vendor/b\""),
        order("use \"vendor/b\"\nuse \"vendor/a\"")
    );
}

#[test]
fn a_path_to_no_package_says_what_is_there() {
    let cases = [
        ("vendor/pg", "", "", "there is no folder vendor/pg"),
        (
            "../pg",
            "",
            "",
            "`../pg` leads out of the folder that is compiled",
        ),
        (
            "a/../../pg",
            "",
            "",
            "`../pg` leads out of the folder that is compiled",
        ),
        (".", "", "", "a package is used, and not the estate itself"),
        (
            "plain",
            "plain/x.kdl",
            "let a 1",
            "plain is no package: it has no tenantry.kdl",
        ),
        (
            "other",
            "other/tenantry.kdl",
            "estate other",
            "a package is used, and not other, which is an estate",
        ),
        (
            "empty",
            "empty/tenantry.kdl",
            "priority databases 1",
            "empty/tenantry.kdl does not declare a package",
        ),
    ];
    for (path, file, text, expected) in cases {
        let uses = format!("use \"{path}\"");
        let mut files = vec![("tenantry.kdl", uses.as_str())];
        if !file.is_empty() && path != "plain" {
            files.push((file, text));
        }
        if path == "plain" {
            files.push(("plain/x.kdl", "priority p 1"));
        }
        let run = run(&files);
        assert_eq!(messages(&run), [expected], "{path}");
        assert_eq!(run.findings[0].rule.name(), "package-not-found");
        let span = run.findings[0].span.unwrap();
        assert_eq!(run.sources.text(span), format!("\"{path}\""));
    }
}

#[test]
fn a_use_that_cannot_be_followed_is_told_as_a_value_is() {
    for (uses, rule) in [
        ("use", "missing-value"),
        ("use 4", "wrong-value"),
        ("use \"\"", "wrong-value"),
        ("use \"/etc\"", "wrong-value"),
        ("use \"https://git.example/pg.git\"", "wrong-value"),
        ("use \"vendor/${env}\"", "wrong-value"),
        ("use $env", "wrong-value"),
        ("use \"vendor/pg\" as=Pg.1", "wrong-value"),
    ] {
        let run = run(&[
            ("tenantry.kdl", uses),
            ("vendor/pg/tenantry.kdl", "package pg"),
        ]);
        let rules: Vec<&str> = run.findings.iter().map(|found| found.rule.name()).collect();
        assert_eq!(rules, [rule], "{uses}: {:?}", messages(&run));
    }
}

#[test]
fn a_circle_is_told_once_with_each_of_its_uses() {
    let run = run(&[
        ("tenantry.kdl", "use \"vendor/a\"\nuse \"vendor/c\""),
        ("vendor/a/tenantry.kdl", "package a\nuse \"../b\""),
        ("vendor/b/tenantry.kdl", "package b\nuse \"../c\""),
        (
            "vendor/c/tenantry.kdl",
            "package c\nuse \"../a\"\nuse \"../c\" as=me",
        ),
    ]);
    assert_eq!(
        told(&run),
        [
            "package-circle vendor/a/tenantry.kdl:2 vendor/b/tenantry.kdl:2 vendor/c/tenantry.kdl:2",
            "package-circle vendor/c/tenantry.kdl:3",
        ]
    );
    assert_eq!(
        messages(&run),
        [
            "packages use each other in a circle: a → b → c → a",
            "the package c uses itself",
        ]
    );
    // What is left has an end.
    let mut id = run.sources.uses[0].package;
    let mut steps = 0;
    while let Some(package) = id.and_then(|id| run.sources.package(id)) {
        id = package.uses.iter().find_map(|used| used.package);
        steps += 1;
    }
    assert!(steps <= 3);
}

#[test]
fn one_scope_has_an_alias_and_a_package_once() {
    let run = run(&[
        (
            "tenantry.kdl",
            "use \"vendor/a\" as=x\nuse \"vendor/b\" as=x\nuse \"vendor/../vendor/a\"",
        ),
        ("vendor/a/tenantry.kdl", "package a"),
        ("vendor/b/tenantry.kdl", "package b"),
    ]);
    assert_eq!(
        told(&run),
        [
            "alias-clash tenantry.kdl:9 tenantry.kdl:8",
            "duplicate-node tenantry.kdl:10 tenantry.kdl:8",
        ]
    );
}

#[test]
fn the_estate_decides_between_packages() {
    let package = |name: &str, value: u32| format!("package {name}\npriority db {value}");
    let (a, b) = (package("a", 1), package("b", 2));
    let files = |own: &'static str| {
        [
            ("tenantry.kdl", own),
            ("vendor/a/tenantry.kdl", a.as_str()),
            ("vendor/b/tenantry.kdl", b.as_str()),
        ]
    };
    let clash = run(&files("use \"vendor/a\"\nuse \"vendor/b\""));
    assert_eq!(
        told(&clash),
        ["package-clash vendor/b/tenantry.kdl:2 vendor/a/tenantry.kdl:2"]
    );
    let decided = run(&files("use \"vendor/a\"\nuse \"vendor/b\"\npriority db 3"));
    assert_eq!(told(&decided), [""; 0]);
}

#[test]
fn a_caller_says_profiles_of_its_own_to_what_a_package_defines() {
    let package = "package hosting\n\
         define customer {\n    arg name type=name\n    slot\n    body { tenant $name { slot } }\n}\n\
         define sized {\n    arg name type=name\n    param size type=name default=small\n    body { tenant $name { like $size } }\n}\n\
         profile small for=tenant { label size small }\n";
    let files = |own: &'static str| {
        [
            ("tenantry.kdl", own),
            ("vendor/hosting/tenantry.kdl", package),
        ]
    };
    let own = run(&files(
        "use \"vendor/hosting\"\nprofile big for=tenant { label size big }\n\
         hosting.customer a { like big }\nhosting.customer b { like hosting.small }\n\
         hosting.sized c size=big\nhosting.sized d\nhosting.sized e size=small",
    ));
    assert_eq!(told(&own), [""; 0], "{:?}", messages(&own));
    // What the package calls its own is no name of the caller's text.
    let other = run(&files(
        "use \"vendor/hosting\"\nhosting.customer a { like small }",
    ));
    assert_eq!(told(&other), ["unknown-profile tenantry.kdl:9"]);
    // A package's profile is proposed as the caller writes it, and nothing that cannot be declared.
    let help = |name: &str| {
        let own = format!("use \"vendor/hosting\"\nhosting.customer a {{ like {name} }}");
        let run = run(&[
            ("tenantry.kdl", own.as_str()),
            ("vendor/hosting/tenantry.kdl", package),
        ]);
        run.findings[0].help.clone().unwrap_or_default()
    };
    assert_eq!(help("hosting.smal"), "did you mean `hosting.small`?");
    assert_eq!(
        help("hosting.gigantic"),
        "there is `hosting.small`, or declare it in the package: `profile gigantic for=tenant { … }`"
    );
}

#[test]
fn a_package_by_itself_is_checked_without_an_estate() {
    let good = bare(&[(
        "tenantry.kdl",
        "package pg version=\"1\" { tenantry \">=0.1\" }\npriority db 1".into(),
    )]);
    assert_eq!(told(&good), [""; 0]);
    assert_eq!(good.summary.package.as_deref(), Some("pg"));
    let bad = bare(&[
        (
            "tenantry.kdl",
            "package pg { tenantry \">=900\" }\nuse \"../base\"".into(),
        ),
        (
            "more.kdl",
            "tenant acme\npriority db many\npackage again".into(),
        ),
    ]);
    let rules: Vec<&str> = bad.findings.iter().map(|found| found.rule.name()).collect();
    assert_eq!(
        rules,
        [
            "unfit-for-package",
            "wrong-value",
            "misplaced-kind",
            "compiler-out-of-range",
            "package-not-found"
        ],
        "{:?}",
        messages(&bad)
    );
}

#[test]
fn a_broken_package_tells_of_its_own_mistakes_alone() {
    let run = run(&[
        ("tenantry.kdl", "use \"vendor/pg\""),
        (
            "vendor/pg/tenantry.kdl",
            "package pg version=\npriority db 1",
        ),
    ]);
    assert_eq!(
        told(&run),
        ["syntax vendor/pg/tenantry.kdl:1"],
        "{:?}",
        messages(&run)
    );
}

#[test]
fn a_folder_is_an_estate_or_a_package() {
    let run = run(&[("tenantry.kdl", "package shop")]);
    assert_eq!(told(&run), ["misplaced-kind tenantry.kdl:8"]);
}

#[test]
fn packages_are_bounded() {
    let uses: String = (0..5).map(|at| format!("use \"vendor/p{at}\"\n")).collect();
    let mut files: Vec<(String, Arc<str>)> =
        vec![("tenantry.kdl".into(), format!("{GROUND}{uses}").into())];
    files.extend((0..5).map(|at| {
        (
            format!("vendor/p{at}/tenantry.kdl"),
            format!("package p{at}").into(),
        )
    }));
    let mut options = Options::default();
    options.limits.packages = 3;
    let run = check(&Memory::new(files), Library::default(), &[], &options);
    let rules: Vec<&str> = run.findings.iter().map(|found| found.rule.name()).collect();
    assert!(
        rules.iter().all(|rule| *rule == "limit-passed"),
        "{rules:?}"
    );
    assert_eq!(run.sources.packages.len(), 3);
}
