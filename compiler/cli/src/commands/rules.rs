//! `tenantry rules`

use std::{borrow::Cow, collections::BTreeSet, path::PathBuf};

use serde::Serialize;
use tenantry_core::{
    diag::{Admission, Family, Level, Rule, nearest::nearest},
    load::Sources,
    rules,
    schema::decode::UserRule,
};

use super::{Format, Outcome, explain};
use crate::{
    console::Console,
    estate,
    exit::{Exit, Failure},
    render::{counted, json::pretty, style::Look},
};

/// List the rules: what each finds, how grave it is, whether it is mended
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry rules                       all rules, by family
  tenantry rules --family network      one family
  tenantry rules --fixable             what `check --fix` mends
  tenantry rules --estate .            the estate's own rules as well
  tenantry rules --format json         one document, for tools")]
pub(crate) struct Args {
    /// Only the rules of this family; `own` are the estate's
    #[arg(long, value_name = "FAMILY")]
    family: Option<String>,
    /// Only the rules whose findings `check --fix` mends
    #[arg(long)]
    fixable: bool,
    /// An estate or package, whose own rules are listed as well
    #[arg(long, value_name = "DIR")]
    estate: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let read = match &args.estate {
        Some(path) => Some(estate::typed(path)?),
        None => None,
    };
    let own: &[UserRule] = read.as_ref().map_or(&[], |(_, typed)| &typed.rules);
    let mut entries = entries(own);
    if let Some((sources, _)) = &read {
        entries
            .iter_mut()
            .for_each(|entry| entry.find_place(sources, own));
    }
    if let Some(name) = &args.family {
        check_family(name, &entries, args.estate.is_some())?;
        entries.retain(|entry| entry.family == *name);
    }
    entries.retain(|entry| entry.fixable || !args.fixable);
    let text = match args.format {
        Format::Human => listing(&entries, console.out.look),
        Format::Json => pretty(&Document {
            version: 1,
            rules: &entries,
        }),
    };
    console.out.print(&text)?;
    Ok(Exit::Clean)
}

/// What the document holds.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    rules: &'a [Entry<'a>],
}

/// What the list says of a rule.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    name: &'a str,
    family: &'static str,
    level: &'static str,
    /// Whether `rules { set … }` and `allow` reach it.
    adjustable: bool,
    fixable: bool,
    refused_by: Option<&'static str>,
    summary: Cow<'a, str>,
    /// Where one of the estate's own is declared: `path:line`.
    declared: Option<String>,
    #[serde(skip)]
    order: (bool, Family),
    #[serde(skip)]
    gravity: Level,
}

impl<'a> Entry<'a> {
    fn of(rule: &'static Rule) -> Self {
        Self {
            name: rule.name,
            family: rule.family.name(),
            level: rule.level.name(),
            adjustable: rules::adjustable(rule),
            fixable: rule.fixable,
            refused_by: rule.refused_by.map(Admission::name),
            summary: rule.summary.into(),
            declared: None,
            order: (true, rule.family),
            gravity: rule.level,
        }
    }

    fn of_own(rule: &'a UserRule) -> Self {
        let said = || {
            rule.judgement
                .as_ref()
                .map(|asked| explain::written(&asked.say))
        };
        let summary = match &rule.head.doc {
            Some(doc) => Cow::Borrowed(&**doc),
            None => Cow::Owned(said().unwrap_or_default()),
        };
        Self {
            name: &rule.head.name,
            family: Family::Own.name(),
            level: rule.head.level.name(),
            adjustable: true,
            fixable: false,
            refused_by: None,
            summary,
            declared: None,
            order: (false, Family::Own),
            gravity: rule.head.level,
        }
    }

    fn find_place(&mut self, sources: &Sources, own: &[UserRule]) {
        let rule = own.iter().find(|rule| *rule.head.name == *self.name);
        self.declared = rule.map(|rule| explain::place(rule, sources));
    }
}

/// All rules: the estate's own, then ours by family.
pub(super) fn entries(own: &[UserRule]) -> Vec<Entry<'_>> {
    let ours = rules::all().into_iter().map(Entry::of);
    let mut entries: Vec<Entry<'_>> = own.iter().map(Entry::of_own).chain(ours).collect();
    // Within a family they are by name already.
    entries.sort_by_key(|entry| entry.order);
    entries
}

/// The entries for people, a line each.
pub(super) fn listing(entries: &[Entry<'_>], look: Look) -> String {
    let width = entries
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or(0);
    let widest = entries
        .iter()
        .map(|entry| entry.level.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    let mut family = None;
    for entry in entries {
        if family.replace(entry.family) != Some(entry.family) {
            let gap = if out.is_empty() { "" } else { "\n" };
            out += &format!("{gap}{}\n", look.strong(entry.family));
        }
        let level = look.level(&format!("{:widest$}", entry.level), entry.gravity);
        let first = format!(
            "  {}  {level}  ",
            look.code(&format!("{:width$}", entry.name))
        );
        let rest = " ".repeat(width + widest + 6);
        let mended = if entry.fixable { " (mended)" } else { "" };
        let refused = entry
            .refused_by
            .map_or(String::new(), |who| format!(" (else {who} refuses it)"));
        out += &look.wrap(
            &format!("{}{mended}{refused}", entry.summary),
            &first,
            &rest,
        );
        out.push('\n');
    }
    let fixable = entries.iter().filter(|entry| entry.fixable).count();
    out + &format!(
        "\n{}, {fixable} of them mended by `check --fix`. `tenantry explain NAME` prints a rule's page.\n",
        counted(entries.len(), "rule")
    )
}

/// That there are rules of a family.
fn check_family(name: &str, entries: &[Entry<'_>], with_own: bool) -> Result<(), Failure> {
    let mut families: BTreeSet<&str> = entries.iter().map(|entry| entry.family).collect();
    if with_own {
        families.insert(Family::Own.name());
    }
    if families.contains(name) {
        return Ok(());
    }
    let help = match nearest(name, families.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if name == Family::Own.name() => "say whose: `--estate DIR`".to_owned(),
        None => format!(
            "there are {}",
            families.into_iter().collect::<Vec<_>>().join(", ")
        ),
    };
    Err(Failure::new(format!("there are no rules about `{name}`")).help(help))
}
