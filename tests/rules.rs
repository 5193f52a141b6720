//! Every rule's page is true: its bad example raises that rule and nothing else, its good one
//! raises nothing.

use std::sync::LazyLock;

use tenantry_core::{
    Options, Run, check,
    diag::{Family, Rule},
    load::Library,
    mend, par, rules, test,
    testing::Wanted,
    world::Memory,
};
use tenantry_tests::{
    estate::Files,
    page::{self, files, listing},
};

/// Rules that no text of one estate can raise, and why.
const WITHOUT_EXAMPLE: &[(&str, &str)] = &[
    (
        "address-changes",
        "it is about tenantry.lock, which is no part of the spec",
    ),
    (
        "bad-lock",
        "it is about tenantry.lock, which is no part of the spec",
    ),
    (
        "config-too-large",
        "an example would be as large as the limit",
    ),
    (
        "guest-left",
        "it is about tenantry.lock, which is no part of the spec",
    ),
    (
        "guest-moves",
        "it is about tenantry.lock, which is no part of the spec",
    ),
    ("limit-passed", "an example would be as large as the limit"),
    (
        "lock-outdated",
        "it is about tenantry.lock, which is no part of the spec",
    ),
    (
        "missing-estate",
        "its example would have an estate by being added to one",
    ),
    ("no-estate", "its example would be an empty folder"),
    (
        "not-formatted",
        "`tenantry fmt --check` finds it, and no check",
    ),
    (
        "number-changes",
        "it is about tenantry.lock, which is no part of the spec",
    ),
    ("output-collision", "it is a defect of ours when it shows"),
    (
        "package-changed",
        "it is about tenantry.lock, which is no part of the spec",
    ),
    (
        "placement-undecided",
        "its example would have to be one that the engine cannot decide",
    ),
    (
        "unknown-parameter",
        "it is about values given on the command line",
    ),
    ("unordered-output", "it is a defect of ours when it shows"),
    ("unproven-flow", "it would be a defect of the compiler"),
    ("unproven-output", "it is a defect of ours when it shows"),
    ("unreadable-file", "it is about the disk"),
];

/// What a page consists of.
struct Page {
    rule: &'static Rule,
    bad: Option<String>,
    good: Option<String>,
}

/// The sections of a page, in their order; the example may be left out.
const SECTIONS: &[&str] = &["## Why", "## Example", "## How to fix"];

impl Page {
    fn of(rule: &'static Rule) -> Result<Self, String> {
        let mut lines = rule.page.lines();
        let title = lines.next().unwrap_or_default();
        if title != format!("# {}", rule.name) {
            return Err(format!("begins with {title:?}, not with the rule's name"));
        }
        let headings: Vec<&str> = rule
            .page
            .lines()
            .filter(|line| line.starts_with("## "))
            .collect();
        let expected: Vec<&str> = SECTIONS
            .iter()
            .copied()
            .filter(|section| *section != "## Example" || headings.contains(section))
            .collect();
        if headings != expected {
            return Err(format!("has the sections {headings:?}, not {expected:?}"));
        }
        for (section, text) in sections(rule.page) {
            if text.trim().is_empty() {
                return Err(format!("says nothing under {section:?}"));
            }
        }
        let page = Self {
            rule,
            bad: listing(rule.page, page::BAD)?,
            good: listing(rule.page, page::GOOD)?,
        };
        match (&page.bad, &page.good, headings.contains(&"## Example")) {
            (Some(_), Some(_), true) | (None, None, false) => Ok(page),
            _ => Err("an example is one bad listing and one good one".to_owned()),
        }
    }
}

/// The headings, and what stands below each.
fn sections(page: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in page.lines() {
        if line.starts_with("# ") || line.starts_with("## ") {
            found.push((line, String::new()));
        } else if let Some((_, text)) = found.last_mut() {
            text.push_str(line);
        }
    }
    found
}

fn library() -> Library {
    Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    }
}

/// Checks a listing, its tests included.
fn run(listing: &str) -> Run {
    run_files(&files(listing))
}

fn run_files(files: &Files) -> Run {
    let library = library();
    let world = Memory::new(files.clone());
    let (targets, options) = (tenantry_targets::all(), Options::default());
    let mut run = check(&world, library, &targets, &options);
    let tests = test(&world, library, &targets, &options, &Wanted::default());
    let failures = tests.tests.into_iter().flat_map(|test| test.findings);
    run.findings.extend(failures);
    run
}

/// Findings as one reads them in a failure.
fn told(run: &Run) -> String {
    let lines: Vec<String> = run
        .findings
        .iter()
        .map(|finding| {
            let place = finding.span.and_then(|span| run.sources.position(span));
            let (line, column) = place.unwrap_or_default();
            format!(
                "    {line}:{column} {}: {}",
                finding.rule.name(),
                finding.message
            )
        })
        .collect();
    lines.join("\n")
}

fn pages() -> Vec<Page> {
    let pages: Vec<Result<Page, String>> = rules::all()
        .into_iter()
        .map(|rule| Page::of(rule).map_err(|wrong| format!("{}.md {wrong}", rule.name)))
        .collect();
    let wrong: Vec<&String> = pages
        .iter()
        .filter_map(|page| page.as_ref().err())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    pages.into_iter().flatten().collect()
}

/// What the bad example of each page raises; they are compiled once for all tests.
static RAISED: LazyLock<Vec<(Page, Run)>> = LazyLock::new(|| {
    let mut pages = pages();
    pages.retain(|page| page.bad.is_some());
    let runs = par::map(&pages, |page| run(page.bad.as_deref().unwrap_or_default()));
    pages.into_iter().zip(runs).collect()
});

#[test]
fn every_page_has_its_sections() {
    assert!(!pages().is_empty());
}

#[test]
fn every_rule_has_an_example_or_a_reason() {
    let pages = pages();
    let without: Vec<&str> = pages
        .iter()
        .filter(|page| page.bad.is_none())
        .map(|page| page.rule.name)
        .collect();
    let known: Vec<&str> = WITHOUT_EXAMPLE.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        without, known,
        "rules without an example, and those with a reason"
    );
}

#[test]
fn every_bad_example_raises_its_rule_and_nothing_else() {
    let mut wrong = Vec::new();
    for (page, run) in RAISED.iter() {
        let only = run.findings.iter().all(|finding| finding.rule == page.rule);
        if !only || run.findings.is_empty() {
            wrong.push(format!("{} raises\n{}", page.rule.name, told(run)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_good_example_raises_nothing() {
    let judged = par::map(&pages(), |page| {
        let run = run(page.good.as_deref()?);
        let clean = run.findings.is_empty();
        (!clean).then(|| format!("{} raises\n{}", page.rule.name, told(&run)))
    });
    let wrong: Vec<String> = judged.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_finding_of_an_example_says_how_to_go_on() {
    for (_, run) in RAISED.iter() {
        for finding in &run.findings {
            assert!(finding.span.is_some(), "{}: no place", finding.rule.name());
            // What is wrong with a text that is not KDL is often said by its place alone.
            let said = finding.label.is_some() || finding.rule.family() == Family::Syntax;
            assert!(said, "{}: no words at its place", finding.rule.name());
            assert!(finding.help.is_some(), "{}: no help", finding.rule.name());
            let stop = finding.message.ends_with('.');
            assert!(!stop, "{}: a message has no full stop", finding.rule.name());
        }
    }
}

#[test]
fn a_rule_is_fixable_exactly_if_its_example_is_mended() {
    let mended = |run: &Run| {
        let mut fixes = run.findings.iter().flat_map(|finding| &finding.fixes);
        fixes.any(|fix| fix.certain)
    };
    let wrong: Vec<&str> = RAISED
        .iter()
        .filter(|(page, run)| page.rule.fixable != mended(run))
        .map(|(page, _)| page.rule.name)
        .collect();
    assert!(
        wrong.is_empty(),
        "said to be fixable and not, or the other way round: {wrong:?}"
    );
}

/// The files after `check --fix`, and the findings that it mended.
fn mended(files: &Files) -> (Files, usize) {
    let world = Memory::new(files.clone());
    let (targets, options) = (tenantry_targets::all(), Options::default());
    let run = check(&world, library(), &targets, &options);
    let mended = mend(&world, library(), &targets, &options, run);
    assert!(mended.left.is_empty(), "{:?}", mended.left);
    let mut after = files.clone();
    for (path, text) in mended.texts {
        after.insert(path.to_string(), text.new.to_string());
    }
    (after, mended.count)
}

fn fixable() -> impl Iterator<Item = (&'static Rule, Files)> {
    let pages = pages().into_iter().filter(|page| page.rule.fixable);
    pages.filter_map(|page| Some((page.rule, files(page.bad.as_deref()?))))
}

#[test]
fn what_a_fixable_rule_finds_in_its_example_is_mended_at_once_and_for_good() {
    for (rule, files) in fixable() {
        let (after, count) = mended(&files);
        assert!(count > 0, "{}: nothing was mended", rule.name);
        let run = run_files(&after);
        assert!(
            run.findings.is_empty(),
            "{}, mended:\n{}",
            rule.name,
            told(&run)
        );
        assert_eq!(
            mended(&after),
            (after.clone(), 0),
            "{}: mended twice",
            rule.name
        );
    }
}

/// The text with a comment behind each line that can bear one, and one above each.
fn commented(text: &str) -> String {
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        out += &format!("// above {at}\n{line} // behind {at}\n");
    }
    out
}

#[test]
fn a_mend_keeps_every_comment() {
    for (rule, mut files) in fixable() {
        for text in files.values_mut() {
            *text = commented(text);
        }
        let (after, count) = mended(&files);
        assert!(
            count > 0,
            "{}: nothing was mended among comments",
            rule.name
        );
        for (path, text) in files {
            let comments = |text: &str| -> Vec<String> {
                let lines = text
                    .lines()
                    .filter_map(|line| Some(line.split_once("// ")?.1));
                lines.map(str::to_owned).collect()
            };
            assert_eq!(comments(&after[&path]), comments(&text), "{}", rule.name);
        }
    }
}

/// Every mend, the probable ones too, leaves a text that can be read.
#[test]
fn what_a_mend_makes_is_kdl() {
    for (page, run) in RAISED.iter() {
        for finding in &run.findings {
            for fix in &finding.fixes {
                for (span, text) in &fix.edits {
                    let Some(source) = run.sources.get(span.file) else {
                        panic!("{}: a mend of no file", page.rule.name)
                    };
                    let mut new = source.parse.text().to_owned();
                    new.replace_range(span.range(), text);
                    let parse = tenantry_syntax::parse(
                        span.file,
                        new.as_str().into(),
                        &tenantry_syntax::Limits::default(),
                    );
                    assert!(
                        parse.errors().len() <= source.parse.errors().len(),
                        "{}: {new}",
                        page.rule.name
                    );
                }
            }
        }
    }
}

#[test]
fn the_base_is_clean() {
    let run = run("");
    assert!(run.findings.is_empty(), "\n{}", told(&run));
}

/// A cluster with machines, of a KubeVirt and a Kubernetes of these versions.
fn of_versions(kubernetes: &str, kubevirt: &str, workload: &str) -> String {
    format!(
        r#"estate example {{
    tenantry ">=0.1"
}}

cluster main {{
    kubernetes "{kubernetes}" distribution=kubeadm
    cni cilium "1.19.5"
    platform auto
    facts {{
        dns {{
            ip "10.96.0.10"
            select k8s-app kube-dns
        }}
        kubevirt version="{kubevirt}"
        cdi version="1.66.0"
    }}
}}

pool general {{
    nodes 3
    cpu epyc-9354
    memory "256GiB"
    reserve cpu=4 memory="8GiB"
}}

storage fast access=rwx {{
    rook-ceph pool=ssd replicas=3
}}

tenant shop {{
    workload desk {{
        on general
        {workload}
    }}
}}
"#
    )
}

/// The message and the help of what the backend lacks.
fn lacking(listing: &str) -> Vec<(String, String)> {
    let findings = run(listing).findings.into_iter();
    let lacks = findings.filter(|finding| finding.rule.name() == "unsupported-feature");
    lacks
        .map(|finding| (finding.message, finding.help.unwrap_or_default()))
        .collect()
}

#[test]
fn what_a_version_lacks_names_the_version_that_has_it() {
    let machine = r#"vm image="registry.example.com/vm/desk:1.0"
        scale min=1 max=3 { cpu "70%"; }
        cpu cores=2
        memory "4GiB"
        disk root "20GiB""#;
    let told = lacking(&of_versions("1.33", "1.6.2", machine));
    let expected = (
        "workload `shop.desk` asks for machines that follow load, which kubevirt has from 1.7 on; cluster `main` runs 1.6.2",
        "run kubevirt 1.7 or later, or leave it out",
    );
    let told: Vec<_> = told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(told, [expected]);
    assert_eq!(lacking(&of_versions("1.34", "1.9.0", machine)), []);

    let container = r#"container image="registry.example.com/shop/desk:1.0" {
            sidecar proxy image="registry.example.com/shop/proxy:1.4" cpu="50m" memory="64MiB"
        }
        cpu 1
        memory "1GiB""#;
    let told = lacking(&of_versions("1.28", "1.2.0", container));
    assert!(
        told[0]
            .0
            .ends_with("which kubernetes has from 1.29 on; cluster `main` runs 1.28"),
        "{told:?}"
    );
    assert_eq!(lacking(&of_versions("1.30", "1.5.0", container)), []);
}
