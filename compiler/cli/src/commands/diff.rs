//! `tenantry diff`

mod human;
mod json;
mod side;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use tenantry_core::compare::{Difference, differences};

use side::{Estate, Side};

use super::{Format, Outcome};
use crate::{
    console::Console,
    estate,
    exit::{Exit, Failure},
    render::human as findings,
};

/// Show what differs between two environments, two estates, or an estate and its output
///
/// Things are compared with what they are on the other side, wherever and however it is written:
/// moving a node, splitting a file or making a profile of what two workloads share is no
/// difference. Exit code 0: the same; 1: different, or one of them cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry diff --env staging prod           what prod has that staging has not
  tenantry diff --env staging prod --output  the same in what is emitted
  tenantry diff ../main .                    two estates, environment by environment
  tenantry diff --against out                what a build would change in what lies there
  tenantry diff --env staging prod --format json | jq '.pairs[].differences[].path'")]
pub(crate) struct Args {
    /// The estate's folder [default: .]; or two, the old one and the new one
    #[arg(num_args = 0..=2, value_names = ["OLD", "NEW"])]
    paths: Vec<PathBuf>,
    /// Two environments of one estate; or one, for two estates or with --against
    #[arg(long, num_args = 1..=2, value_name = "ENV")]
    env: Vec<String>,
    /// Compare with what lies in this folder of output
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Compare what would be emitted, object by object, not what is said
    #[arg(long)]
    output: bool,
    #[command(flatten)]
    given: estate::Given,
    /// How differences are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// What is to be compared.
enum Request<'a> {
    Environments {
        path: &'a Path,
        old: &'a str,
        new: &'a str,
    },
    Estates {
        old: &'a Path,
        new: &'a Path,
    },
    Output {
        path: &'a Path,
        folder: &'a Path,
    },
}

/// Two sides and what differs between them.
struct Pair<'a> {
    /// The environment that both are, where they are not two of them.
    env: Option<String>,
    old: Side<'a>,
    new: Side<'a>,
    differences: Vec<Difference>,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    match request(args)? {
        Request::Environments { path, old, new } => {
            let Some(estate) = args.open(path, args.output, None, console)? else {
                return Ok(Exit::Findings);
            };
            let (old, new) = (estate.environment(old)?, estate.environment(new)?);
            tell(args, vec![Pair::of(None, old, new)], console)
        }
        Request::Estates { old, new } => {
            let env = args.env.first().map(String::as_str);
            let before = args.open(old, args.output, env, console)?;
            let after = args.open(new, args.output, env, console)?;
            let (Some(before), Some(after)) = (before, after) else {
                return Ok(Exit::Findings);
            };
            tell(args, pairs(&before, &after), console)
        }
        Request::Output { path, folder } => {
            let env = args.env.first().map(String::as_str);
            let Some(estate) = args.open(path, true, env, console)? else {
                return Ok(Exit::Findings);
            };
            let pairs = estate.environments().into_iter().map(|env| {
                let there = Side::of_folder(folder, env)?;
                let new = estate.side(env);
                Ok(Pair::of(env.map(str::to_owned), there, new))
            });
            let pairs: Vec<Pair<'_>> = pairs.collect::<Result<_, Failure>>()?;
            tell(args, pairs, console)
        }
    }
}

fn request(args: &Args) -> Result<Request<'_>, Failure> {
    let here = Path::new(".");
    let first = args.paths.first().map_or(here, PathBuf::as_path);
    match (args.paths.as_slice(), args.env.as_slice(), &args.against) {
        ([] | [_], [] | [_], Some(folder)) => Ok(Request::Output {
            path: first,
            folder,
        }),
        ([] | [_], [old, new], None) => Ok(Request::Environments {
            path: first,
            old,
            new,
        }),
        ([old, new], [] | [_], None) => Ok(Request::Estates { old, new }),
        (_, _, Some(_)) => Err(Failure::new("--against compares one estate with its output")
            .help("name at most one folder and one environment beside it")),
        ([_, _], _, None) => Err(Failure::new(
            "two estates are compared in one environment, or in each of theirs",
        )
        .help("give one --env, or none")),
        _ => Err(Failure::new("there is nothing to compare with").help(
            "name two environments (`--env staging prod`), two folders, or an output (`--against out`)",
        )),
    }
}

impl Args {
    /// Opens an estate; none, with its findings told, if it has no meaning, or cannot be built
    /// where its output is wanted.
    fn open(
        &self,
        path: &Path,
        output: bool,
        env: Option<&str>,
        console: &mut Console,
    ) -> Result<Option<Estate>, Failure> {
        let args = estate::Args {
            path: path.to_path_buf(),
            env: env.map(str::to_owned),
            given: self.given.clone(),
        };
        let estate = Estate::open(&args, output)?;
        if estate.is_sound() {
            return Ok(Some(estate));
        }
        let files = estate::Reachable::new(args.root()?, estate.sources());
        let text = findings::render(estate.findings(), &files, console.err.look);
        console.err.print(&text)?;
        Ok(None)
    }
}

/// Two estates, environment by environment: one that only one of them has differs as a whole.
fn pairs<'a>(old: &'a Estate, new: &'a Estate) -> Vec<Pair<'a>> {
    let (before, after) = (old.environments(), new.environments());
    let known: BTreeSet<Option<&str>> = after.iter().copied().collect();
    let gone = before.iter().copied().filter(|env| !known.contains(env));
    let all = after.iter().copied().chain(gone);
    all.map(|env| Pair::of(env.map(str::to_owned), old.side(env), new.side(env)))
        .collect()
}

impl<'a> Pair<'a> {
    fn of(env: Option<String>, old: Side<'a>, new: Side<'a>) -> Self {
        let differences = differences(&old.items, &new.items);
        Self {
            env,
            old,
            new,
            differences,
        }
    }
}

fn tell(args: &Args, pairs: Vec<Pair<'_>>, console: &mut Console) -> Outcome {
    let text = match args.format {
        Format::Human => human::render(&pairs, console.out.look),
        Format::Json => json::render(&pairs),
    };
    console.out.print(&text)?;
    let same = pairs.iter().all(|pair| pair.differences.is_empty());
    Ok(if same { Exit::Clean } else { Exit::Findings })
}
