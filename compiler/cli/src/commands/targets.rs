//! `tenantry targets`

use std::collections::BTreeMap;

use tenantry_core::target::{Capability, Support, Target};

use super::Outcome;
use crate::{console::Console, exit::Exit, render::style::Look};

/// Show which target can do what: natively, another way, or not at all
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry targets                     the matrix
  tenantry targets gpu-passthrough     how each target does one thing, and since when")]
pub(crate) struct Args {
    /// A feature, for the whole story
    feature: Option<String>,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let targets = tenantry_targets::all();
    let features = features(&targets);
    let look = console.out.look;
    let text = match &args.feature {
        None => matrix(&features, &targets, look),
        Some(name) => match features.get(name.as_str()) {
            Some(doc) => story(name, doc, &targets, look),
            None => {
                let near = tenantry_core::diag::nearest::nearest(name, features.keys().copied());
                let help = near.map_or_else(
                    || "`tenantry targets` lists them".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(
                    crate::exit::Failure::new(format!("there is no feature `{name}`")).help(help),
                );
            }
        },
    };
    console.out.print(&text)?;
    Ok(Exit::Clean)
}

/// Every feature that some target knows, and what it is.
fn features<'a>(targets: &[&'a dyn Target]) -> BTreeMap<&'a str, &'a str> {
    let rows = targets
        .iter()
        .flat_map(|target| target.capabilities().rows.iter());
    rows.map(|(name, row)| (name.as_str(), row.doc.as_str()))
        .collect()
}

/// A row per feature, a column per target.
fn matrix(features: &BTreeMap<&str, &str>, targets: &[&dyn Target], look: Look) -> String {
    let width = features.keys().map(|name| name.len()).max().unwrap_or(0);
    let mut out = format!("{:width$}", "");
    for target in targets {
        out += &format!("  {}", look.strong(target.name()));
    }
    out.push('\n');
    for name in features.keys() {
        out += &look.code(&format!("{name:width$}"));
        for target in targets {
            let room = target.name().chars().count();
            out += &format!("  {}", cell(target.capabilities().get(name), room, look));
        }
        out.push('\n');
    }
    out + "\n● natively   ◐ another way   ○ not at all   blank: not its business\n"
}

fn cell(row: Option<&Capability>, room: usize, look: Look) -> String {
    let mark = match row.map(|row| &row.support) {
        Some(Support::Native) => look.good("●"),
        Some(Support::Emulated(_)) => look.level("◐", tenantry_core::diag::Level::Warn),
        Some(Support::None(_)) => look.faint("○"),
        None => " ".to_owned(),
    };
    format!("{mark}{}", " ".repeat(room.saturating_sub(1)))
}

/// How each target does one thing.
fn story(name: &str, doc: &str, targets: &[&dyn Target], look: Look) -> String {
    let mut out = format!("{}\n{}\n\n", look.strong(name), look.wrap(doc, "", ""));
    let width = targets
        .iter()
        .map(|target| target.name().len())
        .max()
        .unwrap_or(0);
    for target in targets {
        let Some(row) = target.capabilities().get(name) else {
            continue;
        };
        let first = format!("  {}  ", look.code(&format!("{:width$}", target.name())));
        out += &look.wrap(
            &how(row, &target.capabilities().backend),
            &first,
            &" ".repeat(width + 4),
        );
        out.push('\n');
    }
    out
}

fn how(row: &Capability, backend: &str) -> String {
    let mut text = match &row.support {
        Support::Native => "natively".to_owned(),
        Support::Emulated(how) => format!("another way: {how}"),
        Support::None(why) => format!("not at all: {why}"),
    };
    for bound in row.window(backend) {
        text += &format!("; {bound}");
    }
    if !row.components.is_empty() {
        text += &format!("; needs {} in the cluster", row.components.join(", "));
    }
    text
}
