//! What `expand` writes is an estate of its own: it builds into the same bytes as the one it was
//! made from, and there is nothing left in it to expand.

use std::collections::BTreeMap;

use tenantry_core::{load::ROOT_FILE, rules};
use tenantry_syntax::{FileId, Limits, format, parse};
use tenantry_tests::{
    estate::{self, Files},
    generate::{self, Shape},
    golden,
    validate::shared,
};

/// What an estate writes for one environment, by path.
fn of_env(output: &estate::Output, env: Option<&str>) -> BTreeMap<String, Vec<u8>> {
    let folder = env.map(|env| format!("{env}/")).unwrap_or_default();
    let files = output.files.iter();
    files
        .filter(|(path, _)| path.starts_with(&folder))
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect()
}

/// Expands every environment of an estate and looks at what has come of it.
fn holds(name: &str, files: &Files) -> Result<(), String> {
    let original = estate::output(files).map_err(|why| format!("{name} does not build:\n{why}"))?;
    for (env, text) in estate::expanded(files)? {
        let env = env.as_deref();
        let name = format!("{name} in {}", env.unwrap_or("its only environment"));
        let mut alone = files.clone();
        alone.retain(|path, _| !path.ends_with(".kdl"));
        alone.insert(ROOT_FILE.to_owned(), text.clone());
        let built = estate::output(&alone)
            .map_err(|why| format!("{name}: its expansion does not build:\n{why}\n{text}"))?;
        if let Some(path) = differing(&of_env(&original, env), &built.files) {
            return Err(format!("{name}: its expansion has another {path}\n{text}"));
        }
        let parsed = parse(FileId(0), text.as_str().into(), &Limits::default());
        if format::format(&parsed).as_deref() != Some(&text) {
            return Err(format!("{name}: its expansion is not formatted\n{text}"));
        }
        let again = estate::expanded(&alone)?;
        if again != [(env.map(str::to_owned), text.clone())] {
            return Err(format!("{name}: its expansion expands\n{text}\n{again:?}"));
        }
    }
    Ok(())
}

/// The first path under which two sets of files do not hold the same.
fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let mut paths = one.keys().chain(other.keys());
    paths
        .find(|path| one.get(*path) != other.get(*path))
        .cloned()
}

#[test]
fn an_example_expands_into_an_estate_of_the_same_output() {
    let folder = shared::repository().join("examples");
    let all = golden::read_dir(&folder).unwrap();
    let mut names: Vec<&str> = all
        .keys()
        .filter_map(|path| Some(path.split_once('/')?.0))
        .collect();
    names.dedup();
    assert!(!names.is_empty(), "no examples");
    for name in names {
        let files = estate::read(&folder.join(name)).unwrap();
        holds(name, &files).unwrap_or_else(|why| panic!("{why}"));
    }
}

#[test]
fn a_generated_estate_expands_into_one_of_the_same_output() {
    for (tenants, workloads) in [(1, 1), (3, 8)] {
        let files: Files = generate::estate(Shape { tenants, workloads })
            .into_iter()
            .collect();
        holds("a generated estate", &files).unwrap_or_else(|why| panic!("{why}"));
    }
}

/// Between them, the good examples of all rules use most of the language.
#[test]
fn the_good_example_of_every_rule_expands_into_an_estate_of_the_same_output() {
    let base = include_str!("rules/base.kdl");
    let mut looked_at = 0;
    let mut failed = Vec::new();
    for rule in rules::all() {
        let listing = rule.page.split("```kdl good\n").nth(1);
        let Some(listing) = listing.and_then(|rest| rest.split("\n```").next()) else {
            continue;
        };
        // Of several files, which a package of its own has to be.
        if listing.lines().any(|line| line.starts_with("package ")) {
            continue;
        }
        let alone = listing.lines().any(|line| line.starts_with("estate "));
        let mut files = Files::from([(ROOT_FILE.to_owned(), base.to_owned())]);
        let path = if alone { ROOT_FILE } else { "example.kdl" };
        files.insert(path.to_owned(), format!("{listing}\n"));
        looked_at += 1;
        failed.extend(holds(rule.name, &files).err());
    }
    assert!(looked_at > 50, "{looked_at} examples");
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

/// Free data for somebody else's schema, of every shape.
const PLATFORM: &str = r#"    platform auto {
        component metallb {
            values {
                number 4
                text "$$HOME $${x} $$$$ ${size}"
                nothing #null
                "with space" { inner #true; "4" four }
                list { - 1; - "two"; - { deep { - #null } } }
                empty {}
            }
        }
    }
"#;

#[test]
fn every_sort_of_value_comes_back_as_it_was() {
    let ground = include_str!("rules/base.kdl").replace("    platform auto\n", PLATFORM);
    let tenant = r#####"
profile odd {
    label from profile
    annotation "example.com/price" "5 $$ a ${size}"
    allow image-not-pinned because="the \"other\" team pins it"
    memory "512MiB"
    var KEPT one
    var GONE two
}
param size type=int default=4
tenant odd doc="what is \"odd\"\nhere" {
    workload one was=uno {
        like odd
        container image="registry.example.com/odd/one:1.0"
        on general
        omit var GONE
        cpu "250m"
        label number "8"
        label word "true"
        annotation dollars "$$$$ and $$x"
        var PRICE "$$${size}"
        var EMPTY ""
        var SPACED " a  b "
        var PATH "C:\\temp"
        mount "/etc/odd" config=odd
    }
    config odd {
        file "odd.sh" """
            if [ "$x" ]; then
                echo ${y} $$

            fi

            """
        file "odd.txt" "a\r\nb\n \nc"
    }
}
"#####;
    let files = Files::from([
        (ROOT_FILE.to_owned(), ground),
        ("odd.kdl".to_owned(), tenant.to_owned()),
    ]);
    holds("an odd estate", &files).unwrap_or_else(|why| panic!("{why}"));
}

/// What a package shares becomes the estate's own, what it offers has been taken up.
#[test]
fn a_package_is_gone_and_what_it_shares_is_there() {
    let ground = include_str!("rules/base.kdl");
    let files = [
        (ROOT_FILE, format!("{ground}\nuse \"lib/house\" as=h\n")),
        ("lib/house/tenantry.kdl", HOUSE.to_owned()),
        ("acme.kdl", ACME.to_owned()),
    ];
    let files: Files = files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text))
        .collect();
    holds("an estate with a package", &files).unwrap_or_else(|why| panic!("{why}"));
    let (_, text) = estate::expanded(&files).unwrap_or_default().remove(0);
    assert!(text.contains("external mirror"), "{text}");
    assert!(!text.contains("use "), "{text}");
}

const HOUSE: &str = r#"
package house version="1.0"
external mirror {
    host "mirror.example.com"
    port https 443
}
profile web {
    replicas 2
    memory "256MiB"
}
"#;

const ACME: &str = r#"
tenant acme {
    workload web {
        like h.web
        container image="registry.example.com/acme/web:1.0"
        on general
        cpu "250m"
        connect mirror port=https
    }
}
"#;
