//! `tenantry explain`

use std::collections::BTreeMap;

use tenantry_core::diag::{Family, Rule};

use super::{Outcome, schema};
use crate::{
    console::Console,
    exit::{Exit, Failure},
    render::{markdown, style::Look},
    vocabulary,
};

/// Explain a rule or a kind: what it means, why, and how to put it right
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry explain                     all rules, one line each
  tenantry explain wrong-value         the page of a rule, with an example
  tenantry explain workload            a kind of the language")]
pub(crate) struct Args {
    /// A rule's name, as findings show it in brackets, or a kind's
    name: Option<String>,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let look = console.out.look;
    let rules = tenantry_core::rules::all();
    let text = match &args.name {
        None => listing(&rules, look),
        Some(name) => match rules.iter().find(|rule| rule.name == name) {
            Some(rule) => page(rule, look),
            None => kind_pages(name, &rules, console)?,
        },
    };
    console.out.print(&text)?;
    Ok(Exit::Clean)
}

/// A rule's page: what its declaration says, then its own words.
fn page(rule: &Rule, look: Look) -> String {
    let head = format!(
        "{}: {}, {} by default\n\n",
        rule.family.name(),
        rule.summary,
        rule.level.name()
    );
    let title = format!("# {}", rule.name);
    let body = rule
        .page
        .trim_start()
        .strip_prefix(&title)
        .unwrap_or(rule.page);
    format!(
        "{}\n{}{}",
        look.strong(rule.name),
        look.faint(&head),
        markdown::render(body.trim_start(), look)
    )
}

/// One line each, by family.
fn listing(rules: &[&'static Rule], look: Look) -> String {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut families: BTreeMap<Family, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        families.entry(rule.family).or_default().push(rule);
    }
    let mut out = String::new();
    for (family, rules) in families {
        out += &format!("{}\n", look.strong(family.name()));
        for rule in rules {
            let first = format!(
                "  {}  ",
                look.level(&format!("{:width$}", rule.name), rule.level)
            );
            out += &look.wrap(rule.summary, &first, &" ".repeat(width + 4));
            out.push('\n');
        }
        out.push('\n');
    }
    out + "`tenantry explain NAME` prints a rule's page, `tenantry schema` lists the kinds.\n"
}

fn kind_pages(name: &str, rules: &[&'static Rule], console: &Console) -> Result<String, Failure> {
    let kinds = vocabulary::named(name);
    if !kinds.is_empty() {
        return Ok(schema::pages(&kinds, console));
    }
    let all = vocabulary::kinds();
    let names = rules
        .iter()
        .map(|rule| rule.name)
        .chain(all.iter().map(|placed| placed.kind.name.as_str()));
    let near = tenantry_core::diag::nearest::nearest(name, names);
    Err(
        Failure::new(format!("there is no rule and no kind `{name}`")).help(near.map_or_else(
            || "`tenantry explain` lists the rules, `tenantry schema` the kinds".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )),
    )
}
