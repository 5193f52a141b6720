//! `tenantry why`

mod answer;
mod human;
mod line;

use std::path::{Path, PathBuf};

use answer::{Answer, Document};
use tenantry_core::{
    Built, compile,
    diag::Level,
    load::{ROOT_FILE, Sources},
    why,
};

use super::{Format, Outcome};
use crate::{
    console::Console,
    estate,
    exit::{Exit, Failure},
    render::{json, told::Told},
    report::Beside,
};

/// Tell why a value, or a line of an emitted file, is as it is
///
/// Answers with the chain: the line of the spec, the profile and the `like` that brought it, the
/// parameter and where its value came from, the default of the kind. Environments that agree are
/// answered for together.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry why acme.trainer cpu.mode        a field of a workload
  tenantry why acme.trainer disk.data       a node: what it says, and what brought each of it
  tenantry why pool.general nodes           what stands at the top level goes by kind and name
  tenantry why param.trainers --env prod    in one environment only
  tenantry why out/prod/kubernetes/sz1/acme/trainer.yaml:42
  tenantry why acme.api replicas --format json | jq '.answers[].chain[0]'")]
pub(crate) struct Args {
    /// A path in the estate, or a line of an emitted file as FILE:LINE
    #[arg(value_name = "WHAT")]
    what: String,
    /// The field, where WHAT is a path: `cpu.mode`; it may as well be written behind the path
    field: Option<String>,
    /// The estate's folder [default: the one above FILE that holds tenantry.kdl, else this one]
    #[arg(long, value_name = "DIR")]
    estate: Option<PathBuf>,
    /// Only this environment; all of them unless given
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    #[command(flatten)]
    given: estate::Given,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    findings: Beside,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.findings.plan()?;
    let line = args.line()?;
    let estate = estate::Args {
        path: args.folder(line.as_ref()),
        env: args.env.clone(),
        given: args.given.clone(),
    };
    let root = estate.root()?.to_path_buf();
    let built = compile::trace(
        &estate.world()?,
        estate::library(),
        &tenantry_targets::all(),
        &estate.options()?,
    );
    let files = estate::Reachable::new(&root, &built.run.sources);
    let told = Told::of(&built.run, &files);
    let wrong = built.run.findings.iter().any(|f| f.level >= Level::Error);
    if wrong && (line.is_some() || built.scenes.is_empty()) {
        plan.tell(&told, console)?;
        console
            .err
            .line("nothing is emitted beside an error, so that no line has a reason")?;
        return Ok(estate::exit(&built.run.findings));
    }
    plan.file(&told)?;
    if wrong {
        console.err.line(
            "the estate has errors, which `tenantry check` tells: what is broken is left out here",
        )?;
    }
    let document = Document::of(match &line {
        Some(line) => line::answers(line, &built, &root)?,
        None => values(args, &built, &root)?,
    });
    console.out.print(&match args.format {
        Format::Human => human::render(&document, console.out.look),
        Format::Json => json::pretty(&document),
    })?;
    Ok(Exit::Clean)
}

/// Why a line of a file of a build is so, as a document.
///
/// # Errors
/// There is no such file or line.
pub(crate) fn of_line(built: &Built, file: &str, number: u32) -> Result<String, Failure> {
    let file = file.to_owned();
    let root = Path::new(".");
    let answers = line::answers(&Line { file, number }, built, root)?;
    Ok(json::pretty(&Document::of(answers)))
}

/// A line of a file, as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    file: String,
    number: u32,
}

impl Args {
    /// The line that is asked for, where it is one.
    fn line(&self) -> Result<Option<Line>, Failure> {
        if self.field.is_some() {
            return Ok(None);
        }
        let number = |digits: &str| digits.parse::<u32>().ok();
        match self.what.rsplit_once(':') {
            Some((file, digits)) if number(digits).is_some() => {
                Ok(number(digits).map(|number| Line {
                    file: file.replace('\\', "/"),
                    number,
                }))
            }
            _ if self.what.contains('/') && Path::new(&self.what).is_file() => Err(Failure::new(
                format!("which line of {}?", self.what),
            )
            .help(format!(
                "write it behind a colon: `tenantry why {}:1`",
                self.what
            ))),
            _ => Ok(None),
        }
    }

    /// The estate's folder: as given, else the nearest one above the file that has a root file.
    fn folder(&self, line: Option<&Line>) -> PathBuf {
        let above = || {
            let file = Path::new(&line?.file);
            let mut folders = file.ancestors().skip(1);
            let found = folders.find(|folder| folder.join(ROOT_FILE).is_file())?;
            Some(if found.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                found.to_path_buf()
            })
        };
        let given = self.estate.clone().or_else(above);
        given.unwrap_or_else(|| PathBuf::from("."))
    }
}

/// What a path leads to, in each environment. One that only some environments know is no
/// mistake.
fn values(args: &Args, built: &Built, root: &Path) -> Result<Vec<Answer>, Failure> {
    let question = match &args.field {
        Some(field) => format!("{} {field}", args.what),
        None => args.what.clone(),
    };
    let mut answers = Vec::new();
    let mut unknown = None;
    for scene in &built.scenes {
        match why::ask(scene.reasons(), &question) {
            Ok(found) => answers.push(Answer::of_value(&found, scene, &built.run.sources, root)),
            Err(error) => unknown = unknown.or(Some(error)),
        }
    }
    match unknown {
        Some(error) if answers.is_empty() => Err(Failure::new(error.words).help(error.help)),
        _ => Ok(answers),
    }
}

/// The path of a file of the spec as one would type it.
fn typed(root: &Path, place: &why::Place) -> String {
    if place.is_library() {
        place.file.clone()
    } else {
        estate::within(root, &place.file).display().to_string()
    }
}

/// The chain behind an origin, as it is printed.
fn chain(
    scene: &tenantry_core::Scene,
    sources: &Sources,
    root: &Path,
    origin: tenantry_core::origin::OriginId,
) -> Vec<answer::Step> {
    let links = why::chain(&scene.origins, sources, origin);
    links
        .iter()
        .map(|link| answer::Step::of(link, root))
        .collect()
}
