//! `tenantry build`

mod report;

use std::path::{Path, PathBuf};

use tenantry_core::{
    compile::{self, Built},
    emit::Output,
    lock::LOCK_FILE,
};

use report::Written;

use super::Outcome;
use crate::{
    console::{Console, Stream},
    estate,
    exit::{Exit, Failure},
    render::told::Told,
    report::{Channel, Formats},
    write::{self, Beside, Difference, Obstacle, What, WriteError},
};

/// Write everything that the estate's backends read
///
/// All or nothing: with a finding at error level nothing is written, and a build that is killed
/// leaves the old output or the new one. Files that the spec no longer yields are removed, files
/// that are not ours are never touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry build                       the estate in this folder, into ./out
  tenantry build shop --out deploy     another estate, another folder
  tenantry build --check --locked      change nothing, fail if anything would (for CI)
  tenantry build --format json         findings as one document on standard output")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: estate::Args,
    /// The folder to write into [default: PATH/out]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Change nothing; exit with 1 if what lies in the folder differs from what would be written
    #[arg(long)]
    check: bool,
    /// Take back files of ours that were edited by hand
    #[arg(long, conflicts_with = "check")]
    force: bool,
    /// Refuse to change tenantry.lock
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    formats: Formats,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.formats.plan(Channel::Err)?;
    let root = args.estate.root()?;
    let world = args.estate.world()?;
    let options = compile::Options {
        locked: args.locked,
        ..args.estate.options()?
    };
    let built = compile::build(
        &world,
        estate::library(),
        &tenantry_targets::all(),
        &options,
    );
    let files = estate::Reachable::new(root, &built.run.sources);
    plan.tell(&Told::of(&built.run, &files), console)?;
    let exit = estate::exit(&built.run.findings);
    if let (Some(package), Exit::Clean) = (&built.run.summary.package, exit) {
        return Err(Failure::new(format!(
            "{package} is a package, which yields nothing by itself"
        ))
        .help("`tenantry check` looks at it; an estate that uses it is built"));
    }
    if built.outputs.is_empty() {
        console.err.line("nothing was written")?;
        return Ok(exit);
    }
    let lock = estate::within(root, LOCK_FILE);
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| estate::within(root, "out"));
    if args.check {
        return compare(&built, &out, &lock, plan.aside(console));
    }
    let written = put(&built, &out, lock, args.force).map_err(|error| failure(&error))?;
    written.tell(&built.outputs, &out, plan.aside(console))?;
    Ok(exit)
}

/// An environment's folder: one of its own where the estate declares environments.
fn folder(out: &Path, output: &Output) -> PathBuf {
    output
        .env
        .as_ref()
        .map_or_else(|| out.to_path_buf(), |env| out.join(&**env))
}

/// Writes all environments, and before the first of them the lock.
fn put(built: &Built, out: &Path, lock: PathBuf, force: bool) -> Result<Written, WriteError> {
    let mut written = Written::default();
    admit(&built.outputs, out, force, &mut written)?;
    let lock = built.lock.iter().map(|text| Beside {
        path: lock.clone(),
        bytes: text.as_bytes().to_vec(),
    });
    let mut beside: Vec<Beside> = lock.collect();
    for output in &built.outputs {
        let source_map = Some(output.source_map.clone());
        let options = write::Options {
            force,
            source_map,
            beside: std::mem::take(&mut beside),
        };
        written.add(&write::write(
            &folder(out, output),
            &output.artifacts,
            &options,
        )?);
    }
    Ok(written)
}

/// Finds what stands in the way in any environment before the first is written, so that they
/// change together or not at all.
fn admit(
    outputs: &[Output],
    out: &Path,
    force: bool,
    written: &mut Written,
) -> Result<(), WriteError> {
    let mut obstacles = Vec::new();
    for output in outputs {
        let folder = folder(out, output);
        written.finished(write::recover(&folder, force)?);
        for (path, difference) in write::check(&folder, &output.artifacts)?.differences {
            let what = match difference {
                Difference::Edited if !force => What::Edited,
                Difference::InTheWay => What::File,
                _ => continue,
            };
            obstacles.push(Obstacle {
                path: folder.join(path).display().to_string(),
                what,
            });
        }
    }
    if obstacles.is_empty() {
        Ok(())
    } else {
        Err(WriteError::Obstructed(obstacles))
    }
}

fn failure(error: &WriteError) -> Failure {
    Failure::new(error.to_string()).help(error.help())
}

/// How what lies there differs from what would be written.
fn compare(built: &Built, out: &Path, lock: &Path, told: &mut Stream) -> Outcome {
    let mut clean = built.lock.is_none();
    if !clean {
        told.line(&format!("{}: outdated", lock.display()))?;
    }
    for output in &built.outputs {
        let folder = folder(out, output);
        let verdict = write::check(&folder, &output.artifacts).map_err(|error| failure(&error))?;
        clean &= verdict.is_clean();
        if verdict.half_written {
            told.line(&format!(
                "{}: half written; the next build finishes it",
                folder.display()
            ))?;
        }
        for (path, difference) in &verdict.differences {
            told.line(&format!(
                "{}: {}",
                folder.join(path).display(),
                words(*difference)
            ))?;
        }
    }
    if clean {
        let look = told.look;
        told.line(&format!(
            "{} {} is what the spec says",
            look.good("ok"),
            out.display()
        ))?;
    }
    Ok(if clean { Exit::Clean } else { Exit::Findings })
}

fn words(difference: Difference) -> &'static str {
    match difference {
        Difference::Missing => "missing",
        Difference::Outdated => "outdated",
        Difference::Edited => "edited by hand",
        Difference::InTheWay => "in the way: not built from this spec",
        Difference::Stale => "no longer in the spec",
    }
}
