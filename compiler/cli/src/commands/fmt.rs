//! `tenantry fmt`

use std::path::{Path, PathBuf};

use similar::TextDiff;
use tenantry_core::{FileId, diag::Findings, load};
use tenantry_syntax::{Limits, Parse};

use super::Outcome;
use crate::{
    console::Console,
    exit::{Exit, Failure},
    files,
    render::{Files, counted, human},
};

/// Format spec files: one way to write everything, every comment kept
///
/// A file with a syntax error is reported and left as it is; the others are formatted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry fmt                         every .kdl file below this folder
  tenantry fmt --check                 change nothing, list what is not formatted (for CI)
  tenantry fmt --diff tenants/         change nothing, show what would change
  tenantry fmt - < a.kdl               from standard input to standard output")]
pub(crate) struct Args {
    /// Files and folders; `-` is standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; list the files that are not formatted and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change and exit with 1 if anything would
    #[arg(long)]
    diff: bool,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            return Err(Failure::new(
                "standard input and files cannot be formatted in one run",
            ));
        }
        return format_input(args, console);
    }
    let mut report = Report::default();
    for path in files::specs(&args.paths)? {
        let text = files::read(&path)?;
        format_file(args, &path, text, &mut report, console)?;
    }
    report.finish(args, console)
}

/// Standard input to standard output; with `--check` or `--diff`, as for a file.
fn format_input(args: &Args, console: &mut Console) -> Outcome {
    let text = Console::read_input()
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    let mut report = Report::default();
    let name = Path::new("<stdin>");
    if args.check || args.diff {
        format_file(args, name, text, &mut report, console)?;
    } else if let Some((_, formatted)) = report.formatted(name, text) {
        console.out.print(&formatted)?;
    }
    report.finish(args, console)
}

fn format_file(
    args: &Args,
    path: &Path,
    text: String,
    report: &mut Report,
    console: &mut Console,
) -> Result<(), Failure> {
    let Some((before, after)) = report.formatted(path, text) else {
        return Ok(());
    };
    if before == after {
        report.unchanged += 1;
        return Ok(());
    }
    report.changed += 1;
    if args.diff {
        let name = path.display().to_string();
        let diff = TextDiff::from_lines(&before, &after);
        console.out.print(
            &diff
                .unified_diff()
                .context_radius(3)
                .header(&name, &name)
                .to_string(),
        )?;
    } else {
        if !args.check {
            files::replace(path, &after)?;
        }
        console.out.line(&path.display().to_string())?;
    }
    Ok(())
}

/// What has been done so far, and the files that could not be.
#[derive(Default)]
struct Report {
    changed: usize,
    unchanged: usize,
    broken: Vec<(String, Parse)>,
    findings: Findings,
}

impl Report {
    /// A text before and after; `None` with a finding when it has syntax errors.
    fn formatted(&mut self, path: &Path, text: String) -> Option<(String, String)> {
        let id = FileId(u32::try_from(self.broken.len()).unwrap_or(u32::MAX));
        let parse = tenantry_syntax::parse(id, text.as_str().into(), &Limits::default());
        let after = tenantry_syntax::format::format(&parse);
        if after.is_none() {
            self.findings
                .extend(parse.errors().iter().map(load::syntax_error));
            self.broken.push((path.display().to_string(), parse));
        }
        Some((text, after?))
    }

    fn finish(self, args: &Args, console: &mut Console) -> Outcome {
        console
            .err
            .print(&human::render(&self.findings, &self, console.err.look))?;
        let undone = args.check || args.diff;
        if self.changed + self.unchanged + self.broken.len() > 1 || undone {
            let verb = if undone { "to format" } else { "formatted" };
            let said = format!(
                "{} {verb}, {} as they should be",
                counted(self.changed, "file"),
                self.unchanged
            );
            console.err.line(&console.err.look.faint(&said))?;
        }
        let limit = self
            .findings
            .iter()
            .any(|finding| finding.rule.name() == crate::estate::LIMIT_RULE);
        Ok(
            match (
                limit,
                self.findings.is_empty() && !(undone && self.changed > 0),
            ) {
                (true, _) => Exit::Limit,
                (false, true) => Exit::Clean,
                (false, false) => Exit::Findings,
            },
        )
    }
}

impl Files for Report {
    fn path(&self, file: FileId) -> &str {
        self.broken
            .get(file.0 as usize)
            .map_or("?", |(path, _)| path)
    }

    fn text(&self, file: FileId) -> &str {
        self.broken
            .get(file.0 as usize)
            .map_or("", |(_, parse)| parse.text())
    }
}
