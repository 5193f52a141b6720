//! The table of contents: written by hand, but for what stands below the indexes of generated
//! folders.

use crate::{kinds::Kinds, rules};

/// The page below which a list is filled in, and that list.
fn filled_below(line: &str) -> Option<String> {
    let target = line.split_once("](")?.1.trim_end_matches(')');
    match target {
        "reference/kinds/index.md" => Some(kinds()),
        "reference/rules/index.md" => {
            let entry = |name| format!("    - [{name}](reference/rules/{name}.md)\n");
            Some(rules::all().iter().map(|rule| entry(rule.name)).collect())
        }
        _ => None,
    }
}

fn kinds() -> String {
    let kinds = Kinds::all();
    let mut order = kinds.order();
    // A workload is a kind of the tenant, and its own kinds hang below it.
    order.sort_by_key(|page| page.starts_with("workload"));
    let entry = |page: &String| {
        let indent = if page.contains('/') {
            "        "
        } else {
            "    "
        };
        format!(
            "{indent}- [{}](reference/kinds/{page})\n",
            kinds.title(page)
        )
    };
    order.iter().map(entry).collect()
}

/// The table of contents with the generated lists as they should be.
pub(crate) fn filled(written: &str) -> String {
    let mut text = String::new();
    let mut skipping = false;
    for line in written.lines() {
        skipping &= line.starts_with("    ");
        if skipping {
            continue;
        }
        text.push_str(line);
        text.push('\n');
        if let Some(list) = filled_below(line) {
            text.push_str(&list);
            skipping = true;
        }
    }
    text
}
