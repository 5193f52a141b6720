//! An estate on the disk, opened for a command.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tenantry_core::{
    FileId,
    compile::{Options, Summary},
    diag::{Diagnostic, Level, RuleRef},
    emit,
    limits::Limits,
    load::{self, Library, ROOT_FILE, Sources},
    plan, prove,
    schema::{self, TypedEstate, words::Words},
    world::ReadError,
};

use crate::{
    disk::Disk,
    exit::{Exit, Failure},
    params,
    render::{Files, counted},
};

/// The rule of findings that end a run with [`Exit::Limit`].
pub(crate) const LIMIT_RULE: &str = "limit-passed";

/// Which estate, and which of its faces.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// The estate's folder, the one with `tenantry.kdl`
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Only this environment; all of them unless given
    #[arg(long, value_name = "ENV")]
    pub(crate) env: Option<String>,
    #[command(flatten)]
    pub(crate) given: Given,
}

/// What a run is given beside the estate.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Given {
    /// A parameter's value, before any default
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    sets: Vec<(String, String)>,
    /// A file of parameters' values, a node each: `gpu-nodes 8`; `--set` goes before it
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// Another bound for this run: `nodes=1000000`
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = assignment)]
    limits: Vec<(String, String)>,
}

/// `NAME=VALUE` of `--set`.
fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Args {
    /// The estate's folder; its root file may be named for it.
    pub(crate) fn root(&self) -> Result<&Path, Failure> {
        let path = self.path.as_path();
        if path.is_dir() {
            return Ok(path);
        }
        match path.parent() {
            Some(folder)
                if path.is_file() && path.file_name().is_some_and(|name| name == ROOT_FILE) =>
            {
                Ok(if folder.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    folder
                })
            }
            _ if path.is_file() => Err(Failure::new(format!(
                "{} is a file of an estate, not an estate",
                path.display()
            ))
            .help(format!("name the folder that holds {ROOT_FILE}"))),
            _ => Err(
                Failure::new(format!("there is no folder {}", path.display()))
                    .help("`tenantry init` writes a first estate"),
            ),
        }
    }

    /// The files below the root.
    pub(crate) fn world(&self) -> Result<Disk, Failure> {
        open(self.root()?, &self.bounds()?)
    }

    /// What a run is asked to do.
    pub(crate) fn options(&self) -> Result<Options, Failure> {
        let limits = self.bounds()?;
        // The file first: of two values of one parameter the later one holds.
        let mut sets = match &self.given.params {
            Some(path) => params::read(path, limits.file_bytes)?,
            None => Vec::new(),
        };
        sets.extend(self.given.sets.iter().cloned());
        Ok(Options {
            env: self.env.clone(),
            sets,
            limits,
            locked: false,
        })
    }

    /// The bounds of this run.
    pub(crate) fn bounds(&self) -> Result<Limits, Failure> {
        self.given.bounds()
    }
}

impl Given {
    /// The bounds of this run.
    pub(crate) fn bounds(&self) -> Result<Limits, Failure> {
        let mut limits = Limits::default();
        for (name, value) in &self.limits {
            limits.set(name, value).map_err(Failure::new)?;
        }
        Ok(limits)
    }
}

/// The files below a folder.
fn open(root: &Path, limits: &Limits) -> Result<Disk, Failure> {
    Disk::open(root, limits.file_bytes).map_err(|error| {
        let why = match error {
            ReadError::Missing => "it is not there".to_owned(),
            ReadError::Other(words) => words,
            ReadError::NotText(_) | ReadError::TooLarge(_) => "it is not a folder".to_owned(),
        };
        Failure::new(format!("cannot read {}: {why}", root.display()))
    })
}

/// The standard library.
pub(crate) fn library() -> Library {
    Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    }
}

/// What an estate or package declares; what is wrong elsewhere in it is `check`'s to say.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn words(path: &Path) -> Result<Arc<Words>, Failure> {
    Ok(typed(path)?.1.words)
}

/// The files of an estate or package and what they say, whatever is wrong with the rest of it.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn typed(path: &Path) -> Result<(Sources, TypedEstate), Failure> {
    let limits = Limits::default();
    let world = open(path, &limits)?;
    let sources = load::load(&world, library(), &limits).value;
    let read = sources.and_then(|sources| {
        let typed = schema::decode(&sources).value?;
        Some((sources, typed))
    });
    read.ok_or_else(|| Failure::new(format!("{} is no estate", path.display())))
}

/// How a run with these findings ends.
pub(crate) fn exit(findings: &[Diagnostic]) -> Exit {
    let has = |wanted: &dyn Fn(&Diagnostic) -> bool| findings.iter().any(wanted);
    if has(&|finding| is_defect(&finding.rule)) {
        Exit::Bug
    } else if has(&|finding| finding.rule.name() == LIMIT_RULE) {
        Exit::Limit
    } else if has(&|finding| finding.level >= Level::Error) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// What these find, an earlier phase should have: the estate is not to blame.
fn is_defect(rule: &RuleRef) -> bool {
    let flows = [&prove::flows::report::UNPROVEN_FLOW];
    let phases = [plan::RULES, emit::assemble::RULES, prove::RULES, &flows];
    phases.into_iter().flatten().any(|defect| rule == defect)
}

/// What an estate holds, in a line.
pub(crate) fn sizes(of: &Summary) -> String {
    if let Some(package) = &of.package {
        return format!("package {package}");
    }
    let sizes = [
        (of.clusters, "cluster"),
        (of.tenants, "tenant"),
        (of.workloads, "workload"),
        (of.environments.len(), "environment"),
    ];
    let sizes = sizes
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| counted(count, what));
    format!("{}: {}", of.estate, sizes.collect::<Vec<_>>().join(", "))
}

/// The sources with their paths as one would type them where the command runs.
pub(crate) struct Reachable<'a> {
    sources: &'a Sources,
    paths: Vec<String>,
    home: String,
}

impl<'a> Reachable<'a> {
    pub(crate) fn new(root: &Path, sources: &'a Sources) -> Self {
        let reach = |path: &str| match path.strip_prefix("std:/") {
            Some(_) => path.to_owned(),
            None => within(root, path).display().to_string(),
        };
        let paths = sources
            .files()
            .iter()
            .map(|source| reach(&source.path))
            .collect();
        Self {
            sources,
            paths,
            home: reach(ROOT_FILE),
        }
    }
}

/// A path below the root as one would type it: `out`, not `./out`.
pub(crate) fn within(root: &Path, path: &str) -> PathBuf {
    root.strip_prefix(".").unwrap_or(root).join(path)
}

impl Files for Reachable<'_> {
    fn path(&self, file: FileId) -> &str {
        self.paths.get(file.0 as usize).map_or("?", String::as_str)
    }

    fn text(&self, file: FileId) -> &str {
        self.sources
            .get(file)
            .map_or("", |source| source.parse.text())
    }

    fn home(&self) -> &str {
        &self.home
    }
}

#[cfg(test)]
mod tests {
    use super::is_defect;

    #[test]
    fn what_a_rule_calls_a_defect_of_ours_ends_like_one() {
        for rule in tenantry_core::rules::all() {
            let says_so = rule.summary.ends_with("a defect of the compiler");
            assert_eq!(is_defect(&rule.into()), says_so, "{}", rule.name);
        }
    }
}
