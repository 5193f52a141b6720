//! `tenantry expand`

use std::path::{Path, PathBuf};

use tenantry_core::{
    compile::{self, Trees},
    expand,
    load::ROOT_FILE,
    lock::LOCK_FILE,
    resolve::Resolved,
};

use super::Outcome;
use crate::{
    console::Console,
    estate,
    exit::{Exit, Failure},
    files,
    render::told::Told,
    report::Beside,
};

/// Show an estate with everything written out
///
/// What profiles bring, what an environment changes, the values of parameters: all of it stands
/// where it takes effect, in one file that is an estate of its own and builds into the same
/// output. Nothing is checked beyond what the text means; `tenantry check` does that.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry expand                      an estate without environments
  tenantry expand --env prod           what prod is, in one file
  tenantry expand --env prod | grep -A20 'workload trainer'
  tenantry expand --out /tmp/expanded  every environment, each an estate in a folder of its own")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: estate::Args,
    /// Write an estate for each environment: DIR/ENV/tenantry.kdl, and the lock beside it
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    findings: Beside,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.findings.plan()?;
    let root = args.estate.root()?;
    let trees = compile::trees(
        &args.estate.world()?,
        estate::library(),
        &args.estate.options()?,
    );
    let files = estate::Reachable::new(root, &trees.run.sources);
    let told = Told::loose(&trees.run.findings, &files);
    if trees.environments.is_empty() {
        plan.tell(&told, console)?;
        return Ok(estate::exit(&trees.run.findings));
    }
    plan.file(&told)?;
    match &args.out {
        Some(out) => write(&trees, root, out, console),
        None => print(&trees, console),
    }
}

/// The text of an environment.
fn text(trees: &Trees, resolved: &Resolved) -> String {
    let expanded = |typed| expand::expand(typed, &trees.run.sources, resolved);
    trees.typed.as_ref().map(expanded).unwrap_or_default()
}

fn print(trees: &Trees, console: &mut Console) -> Outcome {
    let [only] = trees.environments.as_slice() else {
        let names = trees.environments.iter().flat_map(|one| one.env.as_deref());
        let names: Vec<&str> = names.collect();
        return Err(Failure::new(format!(
            "this estate has {} environments, and each expands into an estate of its own: {}",
            names.len(),
            names.join(", ")
        ))
        .help(format!(
            "choose one, `--env {}`, or write all of them with `--out DIR`",
            names.last().unwrap_or(&"ENV")
        )));
    };
    console.out.print(&text(trees, only))?;
    Ok(Exit::Clean)
}

/// Writes each environment into a folder of its own, with the lock, which keeps the numbers and
/// addresses that were given out. What is there already and says something else is left alone.
fn write(trees: &Trees, root: &Path, out: &Path, console: &mut Console) -> Outcome {
    if files::lies_within(out, root)? {
        return Err(Failure::new(format!(
            "{} lies in the estate's own folder, and every *.kdl there belongs to the estate",
            out.display()
        ))
        .help("choose a folder outside of it"));
    }
    let lock = files::read_if_there(&estate::within(root, LOCK_FILE))?;
    let mut wanted = Vec::new();
    for resolved in &trees.environments {
        let folder = match &resolved.env {
            Some(env) => out.join(&**env),
            None => out.to_path_buf(),
        };
        wanted.push((folder.join(ROOT_FILE), text(trees, resolved)));
        wanted.extend(lock.clone().map(|lock| (folder.join(LOCK_FILE), lock)));
    }
    let mut missing = Vec::new();
    for (path, text) in &wanted {
        match files::read_if_there(path)? {
            None => missing.push((path, text)),
            Some(there) if there == *text => {}
            Some(_) => {
                return Err(Failure::new(format!(
                    "{} is there already and says something else; nothing was written",
                    path.display()
                ))
                .help("remove it, or choose another folder"));
            }
        }
    }
    for (path, text) in missing {
        files::create(path, text)?;
    }
    for (path, _) in &wanted {
        console.out.line(&path.display().to_string())?;
    }
    Ok(Exit::Clean)
}
