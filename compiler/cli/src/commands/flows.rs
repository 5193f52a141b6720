//! `tenantry flows`

mod ask;
mod declared;
mod document;
mod ends;
mod estate;
mod human;
mod inside;
mod lines;
mod manifests;
mod missing;
mod networks;
mod page;
mod port;
mod question;
mod several;
mod sheet;
mod strict;
mod whom;
mod words;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use manifests::{Manifests, Mistakes};
use networks::Judges;
use port::Port;
use question::Asked;
use sheet::Sheet;
use sheet::Sought;
use tenantry_core::{compile, diag::Level, limits::Limits, world::World};
use tenantry_reach::{End, Judge, Network, PortSet, Protocol, TooMuch};

use super::Outcome;
use crate::{
    console::Console,
    estate::{self as spec, Reachable},
    exit::{Exit, Failure},
    files,
    render::{json, told::Told, visible},
    report::Beside,
};

/// Show who may talk to whom
///
/// Of an estate: every flow that it declares and every one that follows, where the spec says so,
/// and the proof that what is emitted lets through these and nothing else. Of manifests: what
/// their policies let through, decided from them alone. What policies do not decide is listed, and
/// never counted as safe. Exit code 0: it was answered, whatever the answer; 1: the estate or the
/// manifests have mistakes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry flows                                         who may talk to whom, and what is proved
  tenantry flows --from acme.web --to acme.db --port 5432
  tenantry flows --html flows.html                       a graph and a matrix, to search in
  tenantry flows --manifests k8s/                        the same of anybody's manifests
  tenantry flows --manifests k8s/ --to shop/db           who reaches the database
  tenantry flows --manifests k8s/ --exposure             and what made-up pods would reach
  tenantry flows --manifests k8s/ --ask questions.json   a list of {from, to, port, protocol}
  kubectl get ns,po,netpol -A -o yaml | tenantry flows --manifests -")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: spec::Args,
    /// Only this cluster; all of them unless given
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<String>,
    /// Read these manifests instead of an estate: a folder with all below it, a file, or `-` for
    /// standard input
    #[arg(long, value_name = "PATH", conflicts_with_all = ["path", "env", "cluster", "sets", "params"])]
    manifests: Option<PathBuf>,
    /// Answer a JSON list of {from, to, port, protocol}; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "port", "protocol", "html"])]
    ask: Option<PathBuf>,
    /// Show also what pods would reach that do not exist, if somebody made them with the right labels
    #[arg(long, conflicts_with = "ask")]
    exposure: bool,
    /// Of a network beside the pod network, by its definition: namespace/name
    #[arg(long, value_name = "NETWORK", conflicts_with_all = ["ask", "exposure"])]
    network: Option<String>,
    /// Who calls: tenant.workload, internet, platform.dns, an address; of manifests namespace/name
    #[arg(long, value_name = "END")]
    from: Option<String>,
    /// Who is called
    #[arg(long, value_name = "END")]
    to: Option<String>,
    /// On which port: a number, or the name that the called end has for it
    #[arg(long, value_name = "PORT")]
    port: Option<Port>,
    /// Over which protocol: TCP, UDP or SCTP; TCP where a number is given
    #[arg(long, value_name = "PROTOCOL", value_parser = protocol)]
    protocol: Option<Protocol>,
    /// Write a page with a graph and a matrix, whole in one file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// How the answer is printed; a list of questions is always answered in JSON
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    findings: Beside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text, for reading
    Human,
    /// One JSON document, for tools
    Json,
}

fn protocol(text: &str) -> Result<Protocol, String> {
    Protocol::parse(&text.to_ascii_uppercase())
        .ok_or_else(|| "there are TCP, UDP and SCTP".to_owned())
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    match &args.manifests {
        Some(path) => args.manifests(path, console),
        None => {
            args.of_manifests()?;
            args.estate(console)
        }
    }
}

/// The page of an estate in any world.
///
/// # Errors
/// There is no cluster.
pub(crate) fn whole_page(world: &dyn World, options: &compile::Options) -> Result<String, Failure> {
    let run = compile::flows(world, spec::library(), &tenantry_targets::all(), options);
    let files = Reachable::new(Path::new("."), &run.run.sources);
    let grounds = estate::grounds(&run, None, &files)?;
    if grounds.is_empty() {
        return Err(Failure::new("there is no cluster to tell the flows of"));
    }
    let sheets: Vec<Sheet> = grounds.into_iter().map(|ground| ground.sheet).collect();
    Ok(page::render(&sheets))
}

impl Args {
    /// Fails where something is asked that manifests alone can answer. The parser of arguments would
    /// not say so beside an estate's folder, because the two exclude each other.
    fn of_manifests(&self) -> Result<(), Failure> {
        let asked = [
            (self.ask.is_some(), "--ask"),
            (self.exposure, "--exposure"),
            (self.network.is_some(), "--network"),
        ];
        match asked.into_iter().find(|(is_asked, _)| *is_asked) {
            None => Ok(()),
            Some((_, option)) => Err(Failure::new(format!(
                "{option} is about manifests, and none are given"
            ))
            .help("`--manifests PATH` reads them, in place of an estate")),
        }
    }

    /// The flows of an estate.
    fn estate(&self, console: &mut Console) -> Outcome {
        let plan = self.findings.plan()?;
        let run = compile::flows(
            &self.estate.world()?,
            spec::library(),
            &tenantry_targets::all(),
            &self.estate.options()?,
        );
        let files = Reachable::new(self.estate.root()?, &run.run.sources);
        plan.tell(&Told::of(&run.run, &files), console)?;
        let grounds = estate::grounds(&run, self.cluster.as_deref(), &files)?;
        let question = self.from.as_deref().zip(self.to.as_deref());
        if let Some((from, to)) = question {
            console
                .out
                .print(&self.declared(&grounds, from, to, console)?)?;
            if self.html.is_none() {
                return Ok(spec::exit(&run.run.findings));
            }
        }
        let ends = [(&self.from, "--from"), (&self.to, "--to")];
        for (text, option) in ends {
            known(&grounds, text.as_deref(), option)?;
        }
        let mut sheets = Vec::new();
        for ground in &grounds {
            let [from, to] = ends.map(|(text, _)| {
                let sought = text.as_deref().map(|text| whom::sought(ground, text));
                sought.transpose().map(Option::flatten)
            });
            let (from, to) = (from?, to?);
            let found = |text: &Option<String>, sought: &Option<whom::Sought>| {
                text.is_none() || sought.is_some()
            };
            if found(&self.from, &from) && found(&self.to, &to) {
                let ports = port::listed(self.protocol, self.port.as_ref(), to.as_ref(), |to| {
                    port::of_estate(ground, to, self.protocol, self.port.as_ref())
                });
                let ports = ports.map_err(|wrong| wrong.about("--port"))?;
                let mut sheet = ground.sheet.clone();
                let from = from.map(|from| from.callers(ground));
                let to = to.map(|to| to.places());
                sheet.only(from.as_deref(), to.as_deref(), ports.as_ref());
                sheets.push(sheet);
            }
        }
        match question {
            Some(_) => self.page(&sheets)?,
            None => self.show(&sheets, console)?,
        }
        Ok(spec::exit(&run.run.findings))
    }

    /// The answer to a question about an estate, of each cluster that knows both ends.
    fn declared(
        &self,
        grounds: &[estate::Ground<'_>],
        from: &str,
        to: &str,
        console: &Console,
    ) -> Result<String, Failure> {
        known(grounds, Some(from), "--from")?;
        known(grounds, Some(to), "--to")?;
        let (mut told, mut unnamed) = (Vec::new(), Vec::new());
        for ground in grounds {
            let ends = (whom::sought(ground, from)?, whom::sought(ground, to)?);
            if let (Some(from), Some(to)) = ends {
                match port::of_estate(ground, &to, self.protocol, self.port.as_ref()) {
                    Ok(meant) => told.push(declared::tell(ground, (from, to), meant)),
                    Err(wrong) => unnamed.push(wrong),
                }
            }
        }
        // A port may have its name in some of the environments alone.
        if told.is_empty()
            && let Some(wrong) = unnamed.into_iter().next()
        {
            return Err(wrong.about("--port"));
        }
        if told.is_empty() && !grounds.is_empty() {
            return Err(Failure::new(format!(
                "`{from}` and `{to}` are in no cluster together"
            )));
        }
        let look = console.out.look;
        Ok(match self.format {
            Format::Human => told
                .iter()
                .map(|told| declared::human(told, look))
                .collect(),
            Format::Json => json::pretty(&declared::Document::all(&told)),
        })
    }

    /// What anybody's manifests let through.
    fn manifests(&self, path: &Path, console: &mut Console) -> Outcome {
        let limits = self.estate.bounds()?;
        let input = |path: &Path| path.as_os_str() == "-";
        if input(path) && self.ask.as_deref().is_some_and(input) {
            let why = "standard input cannot be both the manifests and the questions";
            return Err(Failure::new(why));
        }
        let read = match manifests::read(path, &limits)? {
            Ok(read) => read,
            Err(mistakes) => return wrong(&mistakes, console),
        };
        for warning in &read.warnings {
            let level = console.err.look.level("warning:", Level::Warn);
            console.err.line(&format!("{level} {}", visible(warning)))?;
        }
        let networks = tenantry_reach::networks(&read.cluster);
        let judges = Judges::of(&read.cluster, &networks);
        match &self.ask {
            Some(ask) => answers(&judges, ask, &limits, console),
            None => {
                self.answer(&judges, &called(path), &read, console)?;
                Ok(Exit::Clean)
            }
        }
    }

    /// The answer to what is asked by itself of manifests, or everything.
    fn answer(
        &self,
        judges: &Judges<'_>,
        title: &str,
        read: &Manifests,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let named = self.network.as_deref().map(|name| judges.named(name));
        let named = named
            .transpose()
            .map_err(|wrong| wrong.about("--network"))?;
        let judge = named.map_or(judges.pod(), |(_, judge)| judge);
        let (from, to) = self.ends(judge)?;
        let question = from.as_deref().zip(to.as_deref());
        if let Some((from, to)) = question {
            let meant = port::of_manifests(judge, to, self.protocol, self.port.as_ref());
            let (protocol, port) = meant.map_err(|wrong| wrong.about("--port"))?;
            let asked = |(from, to)| Asked {
                from,
                to,
                protocol,
                port,
            };
            let open = |pair| question::tell(judge, asked(pair)).open();
            let pair = several::one(judge, (from, to), open);
            let pair = pair.map_err(|wrong| wrong.about("--from and --to"))?;
            let told = question::tell(judge, asked(pair));
            console.out.print(&match self.format {
                Format::Human => question::human(&told, console.out.look),
                Format::Json => json::pretty(&question::Document::of(&told, judge.cluster())),
            })?;
            if self.html.is_none() {
                return Ok(());
            }
        }
        let beside: Vec<(&Network, &Judge<'_>)> = match named {
            Some(one) => vec![one],
            None => judges.policed().collect(),
        };
        let ports = |judge, to: &Called| {
            let ports = port::listed(self.protocol, self.port.as_ref(), to.as_ref(), |to| {
                port::of_manifests(judge, to, self.protocol, self.port.as_ref())
            });
            ports.map_err(|wrong| wrong.about("--port"))
        };
        let mut sheets = Vec::new();
        if named.is_none() {
            let ports = ports(judge, &to)?;
            let mut sheet = inside::sheet(judge, title.to_owned(), read.files).map_err(most)?;
            if self.exposure {
                inside::expose(&mut sheet, judge.cluster()).map_err(most)?;
            }
            only(&mut sheet, (from.as_deref(), to.as_deref()), ports.as_ref());
            sheets.push(sheet);
        }
        for (network, judge) in beside {
            // Who is asked about need not be on every network.
            if let Ok((from, to)) = self.ends(judge) {
                let title = format!("{title}, network {}", network.name);
                let mut sheet = inside::sheet(judge, title, read.files).map_err(most)?;
                sheet.beyond.extend(networks::doubt(network));
                let ports = ports(judge, &to)?;
                only(&mut sheet, (from.as_deref(), to.as_deref()), ports.as_ref());
                sheets.push(sheet);
            }
        }
        match question {
            Some(_) => self.page(&sheets),
            None => self.show(&sheets, console),
        }
    }

    /// Whom the options call, on one network.
    fn ends(&self, judge: &Judge<'_>) -> Result<(Called, Called), Failure> {
        let ends = |text: &Option<String>, option: &str| -> Result<Called, Failure> {
            let ends = text.as_deref().map(|text| ends::ends(judge, text));
            ends.transpose().map_err(|wrong| wrong.about(option))
        };
        Ok((ends(&self.from, "--from")?, ends(&self.to, "--to")?))
    }

    /// Writes the page of sheets, where one is wanted.
    fn page(&self, sheets: &[Sheet]) -> Result<(), Failure> {
        match &self.html {
            Some(path) => files::put(path, &page::render(sheets)),
            None => Ok(()),
        }
    }

    /// Prints sheets, and writes their page where one is wanted.
    fn show(&self, sheets: &[Sheet], console: &mut Console) -> Result<(), Failure> {
        self.page(sheets)?;
        console.out.print(&match self.format {
            Format::Human => human::render(sheets, console.out.look),
            Format::Json => json::pretty(&document::Document::of(sheets)),
        })?;
        Ok(())
    }
}

/// Fails unless some cluster knows whom a text calls.
fn known(grounds: &[estate::Ground<'_>], text: Option<&str>, option: &str) -> Result<(), Failure> {
    let Some(text) = text.filter(|_| !grounds.is_empty()) else {
        return Ok(());
    };
    for ground in grounds {
        if whom::sought(ground, text)?.is_some() {
            return Ok(());
        }
    }
    Err(whom::unknown(grounds, option, text))
}

/// Whom an option calls, where it is given.
type Called = Option<Vec<End>>;

/// Leaves in a sheet of manifests what goes from some ends, to others, or on some ports.
fn only(sheet: &mut Sheet, (from, to): (Option<&[End]>, Option<&[End]>), on: Option<&PortSet>) {
    let places = |ends: Option<&[End]>| -> Option<Vec<Sought>> {
        ends.map(|ends| ends.iter().copied().map(sought).collect())
    };
    let (from, to) = (places(from), places(to));
    sheet.only(from.as_deref(), to.as_deref(), on);
}

/// Of an end, the place in a sheet of manifests.
fn sought(end: End) -> Sought {
    match end {
        End::Pod(pod) => Sought::Node(inside::place(pod)),
        End::Address(address) => Sought::Address(address),
    }
}

fn most(much: TooMuch) -> Failure {
    Failure::new(much.to_string()).help("ask with --from and --to, or with --ask")
}

/// Answers a list of questions.
fn answers(judges: &Judges<'_>, ask: &Path, limits: &Limits, console: &mut Console) -> Outcome {
    let text = files::read_within(ask, ("manifest-bytes", limits.manifest_bytes))?;
    let source = called(ask);
    match ask::answers(judges, &text, &source)? {
        Ok(answers) => {
            console.out.print(&json::pretty(&answers))?;
            Ok(Exit::Clean)
        }
        Err(bad) => {
            misasked(&bad, &source, console)?;
            Ok(Exit::Usage)
        }
    }
}

/// The most questions of which each is told what is wrong with it.
const MISASKED: usize = 50;

/// Tells what is wrong with questions. How one is written is said once.
fn misasked(bad: &[ask::Bad], source: &str, console: &mut Console) -> Result<(), Failure> {
    let look = console.err.look;
    let error = look.level("error:", Level::Error);
    let help = |text: &str| look.wrap(text, &format!(" {} ", look.strong("help:")), "       ");
    for ask::Bad { at, wrong } in bad.iter().take(MISASKED) {
        let line = format!("{source}: question {at}: {}", wrong.message);
        console.err.line(&format!("{error} {}", visible(&line)))?;
        if let Some(text) = &wrong.help {
            console.err.line(&help(&visible(text)))?;
        }
    }
    let more = bad.len().saturating_sub(MISASKED);
    if more > 0 {
        console.err.line(&format!("{error} and {more} more"))?;
    }
    if bad.iter().any(|bad| bad.wrong.help.is_none()) {
        console.err.line(&help(ask::FORM))?;
    }
    Ok(())
}

/// What a file is called in messages.
fn called(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "standard input".to_owned();
    }
    path.display().to_string()
}

/// Tells what is wrong with manifests. Of a cluster that is not understood nothing is answered.
fn wrong(mistakes: &Mistakes, console: &mut Console) -> Outcome {
    let look = console.err.look;
    for line in &mistakes.lines {
        let level = look.level("error:", Level::Error);
        console.err.line(&format!("{level} {}", visible(line)))?;
    }
    if let Some(help) = &mistakes.help {
        console
            .err
            .line(&format!(" {} {help}", look.strong("help:")))?;
    }
    Ok(Exit::Findings)
}
