//! `tenantry fmt`

use std::path::{Path, PathBuf};

use similar::TextDiff;
use tenantry_core::{
    FileId, Span,
    diag::{self, Findings},
    load,
};
use tenantry_syntax::Limits;

use super::Outcome;
use crate::{
    console::{Console, Stream},
    exit::{Exit, Failure},
    files,
    render::{Files, Format, counted, style::Look, told::Told},
    report::{Channel, Formats, Plan, Sheet},
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
  tenantry fmt - < a.kdl               from standard input to standard output
  tenantry fmt --check --format github what is not formatted, marked in the change")]
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
    #[command(flatten)]
    formats: Formats,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.formats.plan(Channel::Err)?;
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            return Err(Failure::new(
                "standard input and files cannot be formatted in one run",
            ));
        }
        return format_input(args, &plan, console);
    }
    let mut report = Report::default();
    for path in files::specs(&args.paths)? {
        let text = files::read(&path)?;
        format_file(args, &path, text, &mut report, plan.aside(console))?;
    }
    report.finish(args, &plan, console)
}

/// Standard input to standard output; with `--check` or `--diff`, as for a file.
fn format_input(args: &Args, plan: &Plan<'_>, console: &mut Console) -> Outcome {
    let undone = args.check || args.diff;
    if let (Some(format), false) = (plan.document(), undone) {
        return Err(Failure::new(format!(
            "the formatted text and findings as {0} cannot both be on standard output",
            format.name()
        ))
        .help(format!(
            "give the findings a file: `--format {}=PATH`",
            format.name()
        )));
    }
    let text = Console::read_input()
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    let mut report = Report::default();
    let name = Path::new("<stdin>");
    if undone {
        format_file(args, name, text, &mut report, plan.aside(console))?;
    } else if let Some((_, formatted)) = report.formatted(name, text) {
        console.out.print(&formatted)?;
    }
    report.finish(args, plan, console)
}

fn format_file(
    args: &Args,
    path: &Path,
    text: String,
    report: &mut Report,
    told: &mut Stream,
) -> Result<(), Failure> {
    let Some((before, after)) = report.formatted(path, text) else {
        return Ok(());
    };
    if before == after {
        report.unchanged += 1;
        return Ok(());
    }
    report.changed += 1;
    if args.check || args.diff {
        report.differs(path, &before, &after);
    }
    if args.diff {
        let name = path.display().to_string();
        let diff = TextDiff::from_lines(&before, &after);
        told.print(
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
        told.line(&path.display().to_string())?;
    }
    Ok(())
}

/// What has been done so far, and what was found.
#[derive(Default)]
struct Report {
    changed: usize,
    unchanged: usize,
    broken: usize,
    /// Path and text of each file with a finding.
    files: Vec<(String, String)>,
    /// What is no KDL.
    findings: Findings,
    /// What is not formatted. People are told so in their own way: a list, or a diff.
    unformatted: Findings,
}

impl Report {
    /// A text before and after; `None` with a finding when it has syntax errors.
    fn formatted(&mut self, path: &Path, text: String) -> Option<(String, String)> {
        let parse = tenantry_syntax::parse(self.next(), text.as_str().into(), &Limits::default());
        let after = tenantry_syntax::format::format(&parse);
        if after.is_none() {
            self.findings
                .extend(parse.errors().iter().map(load::syntax_error));
            self.broken += 1;
            self.files.push((path.display().to_string(), text));
            return None;
        }
        Some((text, after?))
    }

    /// Notes that a file would be written otherwise, from which line on.
    fn differs(&mut self, path: &Path, before: &str, after: &str) {
        let lines = |text| str::split_inclusive(text, '\n');
        let same = lines(before)
            .zip(lines(after))
            .take_while(|(old, new)| old == new);
        let start: usize = same.map(|(old, _)| old.len()).sum();
        let line = lines(&before[start..]).next().unwrap_or_default();
        let end = start + line.trim_end().len();
        let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        let path = path.display().to_string();
        let span = Span::new(self.next(), at(start), at(end));
        self.unformatted.push(load::unformatted(span, &path));
        self.files.push((path, before.to_owned()));
    }

    /// The number of the next file that has a finding.
    fn next(&self) -> FileId {
        FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX))
    }

    fn finish(self, args: &Args, plan: &Plan<'_>, console: &mut Console) -> Outcome {
        plan.tell(&self, console)?;
        let undone = args.check || args.diff;
        if self.changed + self.unchanged + self.broken > 1 || undone {
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

impl Sheet for Report {
    fn render(&self, format: Format, look: Look) -> String {
        let mut findings = self.findings.clone();
        if format != Format::Human {
            findings.extend(self.unformatted.iter().cloned());
            diag::sort(&mut findings);
        }
        Told::loose(&findings, self).render(format, look)
    }
}

impl Files for Report {
    fn path(&self, file: FileId) -> &str {
        self.files
            .get(file.0 as usize)
            .map_or("?", |(path, _)| path)
    }

    fn text(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |(_, text)| text)
    }

    fn home(&self) -> &str {
        self.files.first().map_or(".", |(path, _)| path)
    }
}
