//! `tenantry build`

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use tenantry_core::{
    compile::{self, Built},
    emit::Output,
    lock::LOCK_FILE,
};

use super::Outcome;
use crate::{
    console::{Console, Stream},
    estate,
    exit::{Exit, Failure},
    render::{counted, human, style::Look},
    write::{self, Beside, Difference, Report, WriteError},
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
  tenantry build --check --locked      change nothing, fail if anything would (for CI)")]
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
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let root = args.estate.root()?;
    let world = args.estate.world()?;
    let built = compile::build(
        &world,
        estate::library(),
        &tenantry_targets::all(),
        &args.estate.options(),
    );
    let files = estate::Reachable::new(root, &built.run.sources);
    console.err.print(&human::render(
        &built.run.findings,
        &files,
        console.err.look,
    ))?;
    let exit = estate::exit(&built.run.findings);
    if built.outputs.is_empty() {
        console.err.line("nothing was written")?;
        return Ok(exit);
    }
    let lock = estate::within(root, LOCK_FILE);
    if args.locked && built.lock.is_some() {
        console.err.line(&format!(
            "{} would change, which --locked forbids",
            lock.display()
        ))?;
        return Ok(Exit::Findings);
    }
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| estate::within(root, "out"));
    if args.check {
        return compare(&built, &out, &lock, console);
    }
    let mut report = Written::default();
    let mut beside: Vec<Beside> = built
        .lock
        .iter()
        .map(|text| Beside {
            path: lock.clone(),
            bytes: text.as_bytes().to_vec(),
        })
        .collect();
    for output in &built.outputs {
        let options = write::Options {
            force: args.force,
            source_map: Some(output.source_map.clone()),
            beside: std::mem::take(&mut beside),
        };
        let done = write::write(&folder(&out, output), &output.artifacts, &options)
            .map_err(|error| failure(&error))?;
        report.add(&done);
    }
    report.tell(&built.outputs, &out, &mut console.out)?;
    Ok(exit)
}

/// An environment's folder: one of its own where the estate declares environments.
fn folder(out: &Path, output: &Output) -> PathBuf {
    output
        .env
        .as_ref()
        .map_or_else(|| out.to_path_buf(), |env| out.join(&**env))
}

fn failure(error: &WriteError) -> Failure {
    Failure::new(error.to_string()).help(error.help())
}

/// What was done, over all environments.
#[derive(Default)]
struct Written {
    written: usize,
    unchanged: usize,
    removed: usize,
    recovered: usize,
}

impl Written {
    fn add(&mut self, report: &Report) {
        self.written += report.written;
        self.unchanged += report.unchanged;
        self.removed += report.removed;
        self.recovered += usize::from(report.recovered.is_some());
    }

    fn tell(&self, outputs: &[Output], out: &Path, to: &mut Stream) -> io::Result<()> {
        let look = to.look;
        if self.recovered > 0 {
            to.line("an earlier build had been cut short; it was finished first")?;
        }
        if self.written + self.unchanged + self.removed == 0 {
            return to.line(&format!(
                "{} no backend has anything to write",
                look.good("ok")
            ));
        }
        if self.written + self.removed == 0 {
            let files = counted(self.unchanged, "file");
            return to.line(&format!(
                "{} nothing changed: {files} in {}",
                look.good("ok"),
                out.display()
            ));
        }
        to.print(&table(outputs, out, look))?;
        let parts = [
            (self.written, "written"),
            (self.unchanged, "unchanged"),
            (self.removed, "removed"),
        ];
        let said = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"));
        let total = counted(self.written + self.unchanged, "file");
        to.line(&format!(
            "{} {total} in {}: {}",
            look.good("ok"),
            out.display(),
            said.collect::<Vec<_>>().join(", ")
        ))
    }
}

/// A row per folder and target: how many files and objects are there.
fn table(outputs: &[Output], out: &Path, look: Look) -> String {
    let mut rows: BTreeMap<(String, &str), (usize, usize)> = BTreeMap::new();
    for output in outputs {
        let root = folder(out, output);
        for artifact in output.artifacts.iter() {
            let path = artifact
                .path
                .folders()
                .take(2)
                .fold(root.clone(), |path, folder| path.join(folder));
            let (files, objects) = rows
                .entry((path.display().to_string(), artifact.target))
                .or_default();
            *files += 1;
            *objects += artifact.objects.len();
        }
    }
    let folders = rows
        .keys()
        .map(|(folder, _)| folder.chars().count())
        .max()
        .unwrap_or(0);
    let targets = rows
        .keys()
        .map(|(_, target)| target.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for ((folder, target), (files, objects)) in &rows {
        let target = look.code(&format!("{target:targets$}"));
        let objects = if *objects > 0 {
            format!(", {}", counted(*objects, "object"))
        } else {
            String::new()
        };
        text += &format!(
            "  {folder:folders$}  {target}  {}{objects}\n",
            counted(*files, "file")
        );
    }
    text
}

/// How what lies there differs from what would be written.
fn compare(built: &Built, out: &Path, lock: &Path, console: &mut Console) -> Outcome {
    let mut clean = built.lock.is_none();
    if !clean {
        console.out.line(&format!("{}: outdated", lock.display()))?;
    }
    for output in &built.outputs {
        let folder = folder(out, output);
        let verdict = write::check(&folder, &output.artifacts).map_err(|error| failure(&error))?;
        clean &= verdict.is_clean();
        if verdict.half_written {
            console.out.line(&format!(
                "{}: half written; the next build finishes it",
                folder.display()
            ))?;
        }
        for (path, difference) in &verdict.differences {
            console.out.line(&format!(
                "{}: {}",
                folder.join(path).display(),
                words(*difference)
            ))?;
        }
    }
    if clean {
        console.out.line(&format!(
            "{} {} is what the spec says",
            console.out.look.good("ok"),
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
