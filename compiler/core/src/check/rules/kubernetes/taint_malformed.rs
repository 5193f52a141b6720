//! A taint, or a label that a workload looks for, which no node can bear.

use crate::{
    check::{
        Subject,
        rules::platform::label_malformed::{VALUE, is_name, key_fault},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::Estate,
    origin::{OriginId, V},
};
use std::sync::Arc;

declare_rule! { pub RULE = "taint-malformed", Platform, Error, "a taint, `tolerate` or `where` that no node can bear", include_str!("taint_malformed.md"); fixable; refused_by = ApiServer }

/// Taints that Kubernetes itself puts on nodes and takes away again.
const OWN: &str = "node.kubernetes.io/";

/// Reports each on pools and workloads of Kubernetes clusters.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values().filter(|pool| estate.clusters[pool.cluster].is_kubernetes()) {
        for taint in &pool.spec.taint {
            let whose = format!("a taint of pool `{}`", pool.name.value);
            if taint.key.value.starts_with(OWN) {
                findings.push(foreign(estate, &whose, &taint.key));
            } else {
                parts(estate, &whose, &taint.key, Some(&taint.value), findings);
            }
        }
    }
    for (_, workload) in subject.whole_workloads() {
        let Some(on) = workload.spec.on.as_ref().filter(|_| estate.clusters[workload.cluster].is_kubernetes()) else {
            continue;
        };
        for bears in &on.tolerate {
            parts(estate, &format!("what `{}` tolerates", workload.path), &bears.key, bears.value.as_ref(), findings);
        }
        for label in &on.r#where {
            let whose = format!("a label that `{}` looks for", workload.path);
            parts(estate, &whose, &label.key, None, findings);
            for value in label.values.iter().filter(|value| !is_name(&value.value, true)) {
                findings.push(malformed(estate, &whose, &value.value, value.origin, VALUE));
            }
        }
    }
}

fn parts(estate: &Estate, whose: &str, key: &V<Arc<str>>, value: Option<&V<Arc<str>>>, findings: &mut Findings) {
    // Our own keys are written by nobody else, and may be looked for.
    let ours = key.value.starts_with("tenantry.dev/");
    if let Some(fault) = key_fault(&key.value).filter(|_| !ours) {
        let finding = malformed(estate, whose, &key.value, key.origin, fault);
        findings.push(match two_words(&key.value).filter(|_| value.is_none()) {
            Some((name, value)) => {
                let instead = format!("{name} {value}");
                finding
                    .help(format!("key and value are two words: write `{instead}`"))
                    .fix(format!("write `{instead}`"), vec![(estate.span(key.origin), instead)])
            }
            None => finding,
        });
    } else if let Some(value) = value.filter(|value| !is_name(&value.value, true)) {
        findings.push(malformed(estate, whose, &value.value, value.origin, VALUE));
    }
}

/// `KEY=VALUE`, as `kubectl taint` takes it, where both parts can be written bare.
fn two_words(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once('=')?;
    let bare = |word: &str| word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
    (bare(key) && bare(value) && key_fault(key).is_none() && is_name(value, false)).then_some((key, value))
}

fn malformed(estate: &Estate, whose: &str, text: &str, origin: OriginId, fault: &str) -> Diagnostic {
    Diagnostic::new(&RULE, estate.span(origin), format!("{whose} cannot be `{text}`: {fault}"))
        .label("refused by Kubernetes")
        .why("taints follow the syntax of labels, and a pod that looks for another one is refused with its workload")
        .help("write letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; a key may have a DNS name and `/` in front")
}

fn foreign(estate: &Estate, whose: &str, key: &V<Arc<str>>) -> Diagnostic {
    Diagnostic::new(&RULE, estate.span(key.origin), format!("{whose} is `{}`, which is Kubernetes' own", key.value))
        .label("taken away again")
        .why("the node controller puts taints of this prefix on nodes by their state, and takes away what does not fit it")
        .help("choose a key of your own, such as `dedicated`")
}
