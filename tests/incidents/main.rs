//! What led to outages and break-ins that became known is refused or warned at, with the danger
//! named.
//!
//! Each incident is a spec that would have led there, `NAME.kdl`, and a table, `NAME.txt`, with a
//! line `CAUSE | RULE | WORDS; WORDS` for each of its causes: the rule finds something in the spec,
//! and of what it says one finding holds all of the words. `NAME-mended.kdl` is the same spec as
//! an operator would write it today, without a finding. A spec without an `estate` stands on the
//! ground of the rules' pages.

use tenantry_core::{
    Options, Run, check, diag::Diagnostic, load::Library, load::ROOT_FILE, world::Memory,
};

/// The ground that specs without an estate of their own stand on.
const BASE: &str = include_str!("../rules/base.kdl");

/// An incident: its spec, the table of its causes, and the mended spec.
struct Incident {
    name: &'static str,
    spec: &'static str,
    causes: &'static str,
    mended: &'static str,
}

macro_rules! incidents {
    ($($name:literal),* $(,)?) => {
        &[$(Incident {
            name: $name,
            spec: include_str!(concat!($name, ".kdl")),
            causes: include_str!(concat!($name, ".txt")),
            mended: include_str!(concat!($name, "-mended.kdl")),
        }),*]
    };
}

const INCIDENTS: &[Incident] = incidents!(
    "ceph-split-brain",
    "container-escape",
    "etcd-bloat",
    "iptables-jitter",
    "oom-storm",
);

fn run(spec: &str) -> Run {
    let mut files = vec![("incident.kdl", spec.to_owned())];
    match spec.lines().any(|line| line.starts_with("estate ")) {
        true => files[0].0 = ROOT_FILE,
        false => files.push((ROOT_FILE, BASE.to_owned())),
    }
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let targets = tenantry_targets::all();
    check(&Memory::new(files), library, &targets, &Options::default())
}

/// All that a finding says.
fn said(finding: &Diagnostic) -> String {
    let parts = [
        Some(&finding.message),
        finding.label.as_ref(),
        finding.why.as_ref(),
        finding.help.as_ref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join("\n")
}

/// Why a line of the table does not hold.
fn fault(findings: &[Diagnostic], line: &str) -> Option<String> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [_cause, rule, words] = parts[..] else {
        return Some("not `CAUSE | RULE | WORDS`".to_owned());
    };
    let words: Vec<&str> = words.split(';').map(str::trim).collect();
    let of_rule: Vec<String> = findings
        .iter()
        .filter(|finding| finding.rule.name() == rule)
        .map(said)
        .collect();
    let holds = |text: &String| words.iter().all(|word| text.contains(word));
    match of_rule.iter().any(holds) {
        true => None,
        false if of_rule.is_empty() => Some(format!("{rule} finds nothing")),
        false => Some(format!("{rule} says\n{}", of_rule.join("\n"))),
    }
}

#[test]
fn each_cause_is_found_and_its_danger_named() {
    let mut wrong = Vec::new();
    for incident in INCIDENTS {
        let findings = run(incident.spec).findings;
        let lines = incident.causes.lines();
        let faults = lines.filter_map(|line| Some((line, fault(&findings, line)?)));
        wrong.extend(faults.map(|(line, why)| format!("{}: {line}\n{why}", incident.name)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

#[test]
fn nothing_else_is_wrong_with_the_spec() {
    let mut wrong = Vec::new();
    for incident in INCIDENTS {
        let listed = |finding: &Diagnostic| {
            let mut rules = incident
                .causes
                .lines()
                .filter_map(|line| line.split('|').nth(1));
            rules.any(|rule| rule.trim() == finding.rule.name())
        };
        let findings = run(incident.spec).findings;
        let others = findings.iter().filter(|finding| !listed(finding));
        wrong.extend(others.map(|finding| {
            format!(
                "{}: {}: {}",
                incident.name,
                finding.rule.name(),
                finding.message
            )
        }));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_mended_spec_is_without_a_finding() {
    let mut wrong = Vec::new();
    for incident in INCIDENTS {
        let findings = run(incident.mended).findings;
        wrong.extend(findings.iter().map(|finding| {
            format!(
                "{}: {}: {}",
                incident.name,
                finding.rule.name(),
                finding.message
            )
        }));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
