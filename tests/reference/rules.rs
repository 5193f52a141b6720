//! A page for each rule: what its declaration says, then its own words.

use std::collections::BTreeMap;

use tenantry_core::{
    diag::{Admission, Family, Rule},
    rules,
};

use crate::page::{Pages, cell, notice, table};

/// All rules, by name.
pub(crate) fn all() -> Vec<&'static Rule> {
    rules::all()
}

pub(crate) fn pages() -> Pages {
    let mut pages: Pages = all()
        .into_iter()
        .map(|rule| (format!("{}.md", rule.name), page(rule)))
        .collect();
    pages.insert("index.md".to_owned(), index());
    pages
}

fn page(rule: &Rule) -> String {
    let title = format!("# {}", rule.name);
    let body = rule.page.strip_prefix(&title).unwrap_or(rule.page).trim();
    let level = match rules::adjustable(rule) {
        true => format!("{} unless the estate sets another level", rule.level.name()),
        false => format!("always {}", article(rule.level.name())),
    };
    // The two listings of a page are marked for the test that runs them; here words say which
    // is which.
    let body = body
        .replace(
            "```kdl bad\n",
            &format!("Refused:\n\n```kdl,error={}\n", rule.name),
        )
        .replace("```kdl good\n", "Accepted:\n\n```kdl\n");
    let fixable = if rule.fixable {
        "; `check --fix` mends it"
    } else {
        ""
    };
    let refused = rule.refused_by.map_or_else(String::new, |who| {
        format!("; {} refuses it otherwise", who.name())
    });
    format!(
        "{}{title}\n\n*Family {}; {level}{fixable}{refused}.*\n\n{body}\n",
        notice("the rule's declaration and page"),
        rule.family.name()
    )
}

fn article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

fn index() -> String {
    let mut families: BTreeMap<Family, Vec<&Rule>> = BTreeMap::new();
    for rule in all() {
        families.entry(rule.family).or_default().push(rule);
    }
    let mut text = notice("the declarations of the rules");
    let rules = all();
    let fixable = rules.iter().filter(|rule| rule.fixable).count();
    let refused = rules
        .iter()
        .filter(|rule| rule.refused_by.is_some())
        .count();
    text += "# Rules\n\n";
    text += &format!(
        "{} rules: {fixable} of them mend what they find, {refused} say beforehand what an \
         admission would refuse. `tenantry rules` lists them in a terminal.\n\n",
        rules.len()
    );
    text += "Every finding names the rule that made it. `tenantry explain NAME` prints a rule's page in \
        a terminal. In the estate, `rules { set NAME LEVEL; }` sets a level (`error`, `warn`, \
        `note`, `off`), and `allow NAME because=\"…\"` on a node silences a rule there. Where a rule has a fix, \
        [`tenantry check --fix`](../../guide/mending.md) writes it. What is refused otherwise would have come to light when \
        the objects are applied, and is held against the admission code itself.\n\n\
        Rules about syntax, files, types, references, the language and the output have no level \
        to set: without what they ask for, the compiler cannot know what the spec means.\n\n";
    for (family, rules) in families {
        text += &format!("## {}\n\n", family.name());
        let rows = rules.iter().map(|rule| {
            vec![
                format!("[`{0}`]({0}.md)", rule.name),
                rule.level.name().to_owned(),
                if rule.fixable { "yes" } else { "" }.to_owned(),
                rule.refused_by.map_or("", Admission::name).to_owned(),
                cell(rule.summary),
            ]
        });
        text += &table(
            &[
                "rule",
                "level",
                "fix",
                "refused otherwise by",
                "what it finds",
            ],
            rows,
        );
    }
    text.trim_end().to_owned() + "\n"
}
