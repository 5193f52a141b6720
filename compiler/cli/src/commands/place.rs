//! `tenantry place`

mod ask;
mod case;
mod document;
mod estate;
mod human;
mod page;
mod words;

use std::path::PathBuf;

use ask::{Adding, Limits, Scaling};
use case::{Case, Names, Rooms, Wanted};
use tenantry_core::{compile, world::World};
use tenantry_placement::{
    Options, Verdict,
    whatif::{self, Change, Part},
};

use super::{Format, Outcome};
use crate::{
    console::Console,
    estate::Reachable,
    exit::{Exit, Failure},
    files,
    render::{json, told::Told},
    report::Beside,
};

/// Show where everything stands, or the smallest reason why it does not fit
///
/// Every replica is placed, with everything that it takes and every rule about where it may stand,
/// and with what `spare` promises to bear. Exit code 0: it fits; 1: it does not; 4: undecided
/// within the budget of steps.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry place                                 how full each pool is, and what more fits
  tenantry place --env prod --all                who stands on which node
  tenantry place --html placement.html           a heat map of pools, nodes and NUMA cells
  tenantry place --without gpu-train-0           what if that node is lost?
  tenantry place --add 2xgpu-train --scale acme.trainer=12
  tenantry place --export --cluster sz1 > p.json the problem itself, for other tools
  tenantry place --problem p.json --format json  decides a problem from a file, `-` for standard input")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: crate::estate::Args,
    /// Only this cluster; all of them unless given
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<String>,
    /// Decide this problem instead of an estate's, written as `placement/1`; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["path", "env", "cluster"])]
    problem: Option<PathBuf>,
    /// Print the problem instead of deciding it
    #[arg(long, conflicts_with_all = ["all", "html", "headroom"])]
    export: bool,
    /// What if these nodes were lost: NODE, zone=ZONE, rack=RACK or pool=POOL. May be given several times
    #[arg(long, value_name = "WHAT")]
    without: Vec<Part>,
    /// What if there were more nodes: 2xPOOL, or 2xPOOL@ZONE. May be given several times
    #[arg(long, value_name = "NxPOOL")]
    add: Vec<Adding>,
    /// What if a workload had so many replicas. May be given several times
    #[arg(long, value_name = "WORKLOAD=N")]
    scale: Vec<Scaling>,
    /// Look for how many more of each workload fit, however many workloads there are
    #[arg(long)]
    headroom: bool,
    /// Show who stands on which node
    #[arg(long)]
    all: bool,
    /// Write a page with a heat map, whole in one file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    findings: Beside,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    match &args.problem {
        Some(path) => problem(args, path, console),
        None => clusters(args, console),
    }
}

/// The page of an estate in any world.
///
/// # Errors
/// No cluster could be placed.
pub(crate) fn whole_page(world: &dyn World, options: &compile::Options) -> Result<String, Failure> {
    let run = compile::placed(
        world,
        crate::estate::library(),
        &tenantry_targets::all(),
        options,
    );
    let grounds = estate::grounds(&run, None)?;
    let wanted = Wanted {
        drawing: true,
        headroom: Rooms::Few,
    };
    let cases = estate::cases(&grounds, &[], &Options::default(), false, wanted)?;
    if cases.is_empty() {
        return Err(Failure::new("there is no cluster that could be placed"));
    }
    Ok(page::render(&cases))
}

/// Places an estate.
fn clusters(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.findings.plan()?;
    let run = estate::compile(args)?;
    let files = Reachable::new(args.estate.root()?, &run.run.sources);
    plan.tell(&Told::of(&run.run, &files), console)?;
    let grounds = estate::grounds(&run, args.cluster.as_deref())?;
    let changes = args.changes();
    let found = crate::estate::exit(&run.run.findings);
    if args.export {
        let problem = estate::only(&grounds, &changes)?;
        console.out.print(&json::pretty(&problem))?;
        return Ok(Exit::Clean);
    }
    let guarded = args.limits.time_limit.is_some();
    let cases = args
        .limits
        .with(|options| estate::cases(&grounds, &changes, options, guarded, args.wanted()))?;
    args.page(&cases)?;
    console.out.print(&match args.format {
        Format::Human => human::render(&cases, args.all, console.out.look),
        Format::Json => json::pretty(&document::Document::of(&cases)),
    })?;
    Ok(match (found, exit(&cases)) {
        // What was changed is asked about; what was found is of the estate as it is.
        (Exit::Findings, asked) if !changes.is_empty() && !cases.is_empty() => asked,
        (Exit::Clean, asked) => asked,
        (found, _) => found,
    })
}

/// Decides a problem from a file.
fn problem(args: &Args, path: &std::path::Path, console: &mut Console) -> Outcome {
    let text = if path.as_os_str() == "-" {
        Console::read_input()
            .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?
    } else {
        files::read(path)?
    };
    let reading = tenantry_placement::read(&text).map_err(|error| {
        let name = match path.to_string_lossy() {
            name if name == "-" => "standard input".into(),
            name => name,
        };
        Failure::new(format!("{name} is no problem: {error}"))
            .help("`tenantry place --export` writes one; the manual has its format")
    })?;
    for field in &reading.ignored {
        let line = format!("warning: `{field}` means nothing in a problem, and is passed over");
        console.err.line(&crate::render::visible(&line))?;
    }
    let changes = args.changes();
    let changed = whatif::change(&reading.problem, &changes).map_err(ask::unknown)?;
    if args.export {
        console.out.print(&json::pretty(&changed.problem))?;
        return Ok(Exit::Clean);
    }
    let case = args.limits.with(|options| {
        Case::of(
            changed,
            changes,
            Names::default(),
            None,
            options,
            args.wanted(),
        )
    });
    let mut cases = [case];
    if let Some(name) = path.file_name() {
        cases[0].name = name.to_string_lossy().into_owned();
    }
    args.page(&cases)?;
    console.out.print(&match args.format {
        Format::Human => human::render(&cases, args.all, console.out.look),
        Format::Json => json::pretty(&document::answer(&cases[0], args.headroom)),
    })?;
    Ok(exit(&cases))
}

impl Args {
    /// What is asked, in the order: what is lost, what is bought, who is scaled.
    fn changes(&self) -> Vec<Change> {
        let lost = self.without.iter().cloned().map(Change::Without);
        let bought = self.add.iter().map(|adding| adding.0.clone());
        let scaled = self.scale.iter().map(|scaling| scaling.0.clone());
        lost.chain(bought).chain(scaled).collect()
    }

    /// What is looked at beside the answer.
    fn wanted(&self) -> Wanted {
        let alone = self.format == Format::Json && self.problem.is_some() && self.html.is_none();
        Wanted {
            drawing: !alone,
            headroom: match (self.headroom, alone) {
                (true, _) => Rooms::All,
                (false, true) => Rooms::None,
                (false, false) => Rooms::Few,
            },
        }
    }

    /// Writes the page, where one is wanted.
    fn page(&self, cases: &[Case]) -> Result<(), Failure> {
        match &self.html {
            Some(path) => files::put(path, &page::render(cases)),
            None => Ok(()),
        }
    }
}

/// The worst of all verdicts: what does not fit before what is undecided.
fn exit(cases: &[Case]) -> Exit {
    let any = |verdict| cases.iter().any(|case| case.answer.verdict == verdict);
    if any(Verdict::Infeasible) {
        Exit::Findings
    } else if any(Verdict::Undecided) {
        Exit::Undecided
    } else {
        Exit::Clean
    }
}
