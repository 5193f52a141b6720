//! What an editor offers to do about a finding does away with it, whatever the rule.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::{
    Options,
    compile::Depth,
    diag::{Diagnostic, Rule},
    load::Library,
    par, rules,
    world::Memory,
};
use tenantry_ide::{
    Edit, Host, Snapshot,
    actions::{Action, ActionSort, actions},
};
use tenantry_tests::{
    estate::Files,
    page::{self, files, listing},
};

/// So many actions are tried for each rule.
const MOST: usize = 6;

fn snapshot(files: &Files) -> Snapshot {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let mut host = Host::new(library, tenantry_targets::ALL, Options::default());
    host.analyse(&Memory::new(files.clone()), Depth::Plan);
    host.snapshot()
}

fn edited(files: &Files, edits: &BTreeMap<Arc<str>, Vec<Edit>>) -> Files {
    let mut files = files.clone();
    for (path, edits) in edits {
        let text = files.entry(path.to_string()).or_default();
        for edit in edits.iter().rev() {
            let range = edit.range.start as usize..edit.range.end as usize;
            text.replace_range(range, &edit.text);
        }
    }
    files
}

fn is(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.rule.name() == b.rule.name() && a.message == b.message
}

/// How often a finding is said.
fn count(snapshot: &Snapshot, finding: &Diagnostic) -> usize {
    let findings = snapshot.known().analysis.findings.iter();
    findings.filter(|other| is(other, finding)).count()
}

/// How many actions of a rule's bad example were tried, and what is wrong with them.
fn tried(rule: &'static Rule) -> (usize, Vec<String>) {
    let Ok(Some(bad)) = listing(rule.page, page::BAD) else {
        return (0, Vec::new());
    };
    let files = files(&bad);
    let before = snapshot(&files);
    let offered: Vec<Action> = files
        .keys()
        .flat_map(|path| actions(&before, path, &(0..u32::MAX)))
        .filter(|action| action.sort == ActionSort::Mend)
        .collect();
    let tried = offered.iter().take(MOST);
    let count_tried = tried.len();
    let wrong = tried
        .filter_map(|action| {
            let after = snapshot(&edited(&files, &action.edits));
            let known = &before.known().analysis.findings;
            let mended = action.findings.iter().filter_map(|at| known.get(*at));
            let stays = |finding: &&Diagnostic| count(&after, finding) >= count(&before, finding);
            let broken = after.known().analysis.findings.iter();
            let syntax = broken
                .filter(|finding| finding.rule.name() == "syntax")
                .count();
            let stays = mended.filter(stays).map(|finding| &finding.message).next();
            match (stays, syntax > 0 && rule.name != "syntax") {
                (Some(message), _) => Some(format!(
                    "{}: {:?} leaves: {message}",
                    rule.name, action.title
                )),
                (None, true) => Some(format!("{}: {:?} breaks the text", rule.name, action.title)),
                (None, false) => None,
            }
        })
        .collect();
    (count_tried, wrong)
}

#[test]
fn every_offered_action_does_away_with_its_finding() {
    let all = par::map(&rules::all(), |rule| tried(rule));
    let count: usize = all.iter().map(|(count, _)| count).sum();
    assert!(count > 200, "only {count} actions were tried");
    let wrong: Vec<String> = all.into_iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
