//! What each target can do: its capability table.

use std::collections::BTreeMap;

use tenantry_core::target::{Capability, Support, Target};

use crate::page::{cell, notice, table};

pub(crate) fn page() -> String {
    let targets = tenantry_targets::all();
    let mut text = notice("the targets' capability tables");
    text += "# What each target can do\n\n\
        A workload asks for features. Asking for one that the cluster's target lacks is the error \
        [`unsupported-feature`](../rules/unsupported-feature.md), at the line that asks. \
        `tenantry targets` prints this table, `tenantry targets FEATURE` one row with its reasons.\n\n\
        ● natively, ◐ another way, ○ not at all; a blank means that the feature is not the \
        target's business.\n\n";
    let mut head = vec!["feature", "what it is"];
    head.extend(targets.iter().map(|target| target.name()));
    let features = features(&targets);
    let rows = features.iter().map(|(name, doc)| {
        let mut row = vec![format!("`{name}`"), cell(doc)];
        row.extend(
            targets
                .iter()
                .map(|target| mark(target.capabilities().get(name))),
        );
        row
    });
    text += &table(&head, rows);
    text += "## How, since when, and why not\n\n";
    let notes = features.keys().flat_map(|name| {
        targets.iter().filter_map(move |target| {
            let capabilities = target.capabilities();
            let how = how(capabilities.get(name)?, &capabilities.backend)?;
            Some(vec![
                format!("`{name}`"),
                target.name().to_owned(),
                cell(&how),
            ])
        })
    });
    text += &table(&["feature", "target", "how"], notes);
    text.trim_end().to_owned() + "\n"
}

/// Every feature that some target knows, and what it is.
fn features<'a>(targets: &[&'a dyn Target]) -> BTreeMap<&'a str, &'a str> {
    let rows = targets
        .iter()
        .flat_map(|target| target.capabilities().rows.iter());
    rows.map(|(name, row)| (name.as_str(), row.doc.as_str()))
        .collect()
}

fn mark(row: Option<&Capability>) -> String {
    let mark = match row.map(|row| &row.support) {
        Some(Support::Native) => "●",
        Some(Support::Emulated(_)) => "◐",
        Some(Support::None(_)) => "○",
        None => "",
    };
    mark.to_owned()
}

/// What the mark alone does not say.
fn how(row: &Capability, backend: &str) -> Option<String> {
    let mut parts = Vec::new();
    match &row.support {
        Support::Native => {}
        Support::Emulated(how) => parts.push(format!("another way: {how}")),
        Support::None(why) => parts.push(format!("not at all: {why}")),
    }
    parts.extend(row.window(backend));
    if !row.components.is_empty() {
        parts.push(format!(
            "needs {} in the cluster",
            row.components.join(", ")
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
