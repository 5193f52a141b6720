//! `tenantry check`

use tenantry_core::{compile, diag::Diagnostic, mend};

use super::{Outcome, fix};
use crate::{
    console::Console,
    estate,
    exit::Exit,
    render::told::Told,
    report::{Channel, Formats},
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
  tenantry check --format json         one document, for tools
  tenantry check --format human --format sarif=check.sarif
                                       for people, and in a file for code scanning
  tenantry check --fix                 mend what is certain, report the rest
  tenantry check --diff                change nothing, show what --fix would change")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: estate::Args,
    #[command(flatten)]
    formats: Formats,
    /// Find it wrong if tenantry.lock would change
    #[arg(long)]
    locked: bool,
    /// Mend every finding whose mend is certain, then report the others
    #[arg(long)]
    fix: bool,
    /// Change nothing; show what `--fix` would change and exit with 1 if anything would
    #[arg(long)]
    diff: bool,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.formats.plan(Channel::Out)?;
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
    if args.fix || args.diff {
        let targets = tenantry_targets::all();
        let mended = mend(&world, estate::library(), &targets, &options, run);
        let root = args.estate.root()?;
        if args.diff {
            console.out.print(&fix::diff(root, &mended))?;
            fix::tell(root, &mended, false, console)?;
            return Ok(match mended.count {
                0 => estate::exit(&mended.run.findings),
                _ => Exit::Findings,
            });
        }
        fix::write(&world, root, &mended)?;
        fix::tell(root, &mended, true, console)?;
        run = mended.run;
    }
    if let Some(env) = &args.estate.env {
        run.findings.retain(|finding| concerns(finding, env));
    }
    let files = estate::Reachable::new(args.estate.root()?, &run.sources);
    plan.tell(&Told::of(&run, &files).or_ok(), console)?;
    Ok(estate::exit(&run.findings))
}

/// Whether a finding holds in this environment: what names none holds in all.
fn concerns(finding: &Diagnostic, env: &str) -> bool {
    finding.envs.is_empty() || finding.envs.iter().any(|found| **found == *env)
}
