//! `tenantry flows`

mod ask;
mod document;
mod ends;
mod human;
mod inside;
mod manifests;
mod question;
mod sheet;
mod strict;
mod words;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use ends::Unknown;
use manifests::{Manifests, Mistakes};
use question::Asked;
use sheet::Sought;
use tenantry_core::diag::Level;
use tenantry_reach::{End, Judge, Protocol};

use super::Outcome;
use crate::{
    console::Console,
    estate,
    exit::{Exit, Failure},
    files,
    render::{json, visible},
};

/// Show who may talk to whom
///
/// What goes through is decided from the manifests alone: pods, workloads, namespaces and
/// NetworkPolicies. An answer says on what it rests; what policies do not decide is listed, and
/// never counted as safe. Exit code 0: it was answered, whatever the answer; 1: the manifests have
/// mistakes, and nothing is answered.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry flows --manifests k8s/                        everything that goes through
  tenantry flows --manifests k8s/ --to shop/db           who reaches the database
  tenantry flows --manifests k8s/ --from shop/web --to shop/db --port 5432
  tenantry flows --manifests k8s/ --ask questions.json   a list of {from, to, port, protocol}
  kubectl get ns,po,netpol -A -o yaml | tenantry flows --manifests -")]
pub(crate) struct Args {
    #[command(flatten)]
    given: estate::Given,
    /// Read these manifests: a folder with all below it, a file, or `-` for standard input
    #[arg(long, value_name = "PATH", required = true)]
    manifests: PathBuf,
    /// Answer a JSON list of {from, to, port, protocol}; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "port", "protocol"])]
    ask: Option<PathBuf>,
    /// Who calls: namespace/name of a pod or workload, or an address
    #[arg(long, value_name = "END")]
    from: Option<String>,
    /// Who is called
    #[arg(long, value_name = "END")]
    to: Option<String>,
    /// On which port
    #[arg(long, value_name = "PORT", requires_all = ["from", "to"], value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Over which protocol: TCP, UDP or SCTP; TCP where a port is given
    #[arg(long, value_name = "PROTOCOL", requires_all = ["from", "to"], value_parser = protocol)]
    protocol: Option<Protocol>,
    /// How the answer is printed; a list of questions is always answered in JSON
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
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
    let path = &args.manifests;
    let limits = args.given.bounds()?;
    if let (Some(ask), "-") = (&args.ask, path.to_string_lossy().as_ref())
        && ask.as_os_str() == "-"
    {
        return Err(Failure::new(
            "standard input cannot be both the manifests and the questions",
        ));
    }
    let read = match manifests::read(path, &limits)? {
        Ok(read) => read,
        Err(mistakes) => return wrong(&mistakes, console),
    };
    for warning in &read.warnings {
        let level = console.err.look.level("warning:", Level::Warn);
        console.err.line(&format!("{level} {}", visible(warning)))?;
    }
    let judge = Judge::new(&read.cluster);
    if let Some(ask) = &args.ask {
        let text = files::read_within(ask, ("manifest-bytes", limits.manifest_bytes))?;
        let answers = ask::answers(&judge, &text, &called(ask))?;
        console.out.print(&json::pretty(&answers))?;
        return Ok(Exit::Clean);
    }
    let text = args.answer(&judge, &read, console)?;
    console.out.print(&text)?;
    Ok(Exit::Clean)
}

impl Args {
    /// The answer to what is asked by itself, or everything.
    fn answer(
        &self,
        judge: &Judge<'_>,
        read: &Manifests,
        console: &Console,
    ) -> Result<String, Failure> {
        let end = |text: &Option<String>, option: &str| -> Result<Option<End>, Failure> {
            let end = text.as_deref().map(|text| ends::end(judge, text));
            end.transpose().map_err(|Unknown { message, help }| {
                let failure = Failure::new(format!("{option}: {message}"));
                match help {
                    Some(help) => failure.help(help),
                    None => failure,
                }
            })
        };
        let (from, to) = (end(&self.from, "--from")?, end(&self.to, "--to")?);
        let look = console.out.look;
        if let (Some(from), Some(to)) = (from, to) {
            let asked = Asked {
                from,
                to,
                protocol: self.protocol,
                port: self.port,
            };
            let told = question::tell(judge, asked);
            return Ok(match self.format {
                Format::Human => question::human(&told, look),
                Format::Json => json::pretty(&question::Document::of(&told, judge)),
            });
        }
        let title = called(&self.manifests);
        let mut sheet = inside::sheet(judge, title, read.files).map_err(|much| {
            Failure::new(much.to_string()).help("ask with --from and --to, or with --ask")
        })?;
        let sought = |end| match end {
            End::Pod(pod) => Sought::Node(inside::place(pod)),
            End::Address(address) => Sought::Address(address),
        };
        sheet.only(from.map(sought), to.map(sought));
        let sheets = [sheet];
        Ok(match self.format {
            Format::Human => human::render(&sheets, look),
            Format::Json => json::pretty(&document::Document::of(&sheets)),
        })
    }
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
