//! `tenantry check`

use serde::Serialize;
use tenantry_core::{compile, diag::Diagnostic};

use super::Outcome;
use crate::{
    console::Console,
    estate,
    render::{Format, human, json, short},
};

/// Find what is wrong with an estate; change nothing
///
/// Everything that a build decides is decided here too, for all environments at once, so that
/// what passes `check` builds.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry check                       the estate in this folder, all environments
  tenantry check --env prod            one environment
  tenantry check --format short        one line per finding, for editors and grep
  tenantry check --format json         one document, for tools")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: estate::Args,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Find it wrong if tenantry.lock would change
    #[arg(long)]
    locked: bool,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let world = args.estate.world()?;
    let options = compile::Options {
        locked: args.locked,
        ..args.estate.options()?
    };
    let mut run = compile::check(
        &world,
        estate::library(),
        &tenantry_targets::all(),
        &options,
    );
    if let Some(env) = &args.estate.env {
        run.findings.retain(|finding| concerns(finding, env));
    }
    let files = estate::Reachable::new(args.estate.root()?, &run.sources);
    let look = console.out.look;
    let text = match args.format {
        Format::Human if run.findings.is_empty() => {
            format!("{} {}\n", look.good("ok"), estate::sizes(&run.summary))
        }
        Format::Human => human::render(&run.findings, &files, look),
        Format::Short => short::render(&run.findings, &files),
        Format::Json => json::render(&run.findings, &files, Summary::of(&run)),
    };
    console.out.print(&text)?;
    Ok(estate::exit(&run.findings))
}

/// Whether a finding holds in this environment: what names none holds in all.
fn concerns(finding: &Diagnostic, env: &str) -> bool {
    finding.envs.is_empty() || finding.envs.iter().any(|found| **found == *env)
}

/// What the document's summary says of the estate.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    estate: &'a str,
    environments: Vec<&'a str>,
    clusters: usize,
    tenants: usize,
    workloads: usize,
}

impl<'a> Summary<'a> {
    pub(super) fn of(run: &'a compile::Run) -> Self {
        let summary = &run.summary;
        Self {
            estate: &summary.estate,
            environments: summary.environments.iter().map(AsRef::as_ref).collect(),
            clusters: summary.clusters,
            tenants: summary.tenants,
            workloads: summary.workloads,
        }
    }
}
