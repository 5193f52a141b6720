//! Reports for people: what is wrong, the lines that are to blame, why, and what to write.

use std::{collections::BTreeSet, fmt};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters,
    ThemeStyles,
};
use owo_colors::Style;
use tenantry_core::diag::{Diagnostic, Level, RuleRef};

use super::{
    Counts, Files,
    line::TAB,
    place::Places,
    snippet::{CONTEXT, Snippets},
    style::{Look, level_style},
    visible,
};

/// Columns that the drawing needs beside the source.
const MARGIN: usize = 12;

/// All findings, one report each, and a line that counts them. Empty without findings.
pub(crate) fn render(findings: &[Diagnostic], files: &dyn Files, look: Look) -> String {
    let mut out = reports(findings, files, look);
    if let Some(sentence) = Counts::of(findings).sentence() {
        let worst = findings
            .iter()
            .map(|finding| finding.level)
            .max()
            .unwrap_or(Level::Note);
        out += &look.level(&sentence, worst);
        out.push('\n');
    }
    out
}

/// All findings, one report each; a rule's page is pointed at once.
pub(crate) fn reports(findings: &[Diagnostic], files: &dyn Files, look: Look) -> String {
    let places = Places::of(files);
    let mut out = String::new();
    let mut explained = BTreeSet::new();
    for finding in findings {
        out += &report(finding, &places, look);
        // A rule of the spec's own has no page: what it is for stands where it is declared.
        let has_page = matches!(finding.rule, RuleRef::BuiltIn(_));
        if has_page && explained.insert(finding.rule.name()) {
            let hint = format!("tenantry explain {}", finding.rule.name());
            out += &note("more", &look.faint(&hint), look);
        }
        out.push('\n');
    }
    out
}

fn report(finding: &Diagnostic, places: &Places<'_>, look: Look) -> String {
    let shown = Report {
        snippets: Snippets::of(finding, places, look.width.saturating_sub(MARGIN).max(20)),
        message: visible(&finding.message),
        severity: severity(finding.level),
    };
    let mut out = String::new();
    // Writing into a string cannot fail, and a source of ours is always readable.
    let _ = handler(finding, &shown.snippets, look).render_report(&mut out, &shown);
    out += &notes(finding, look);
    out
}

/// What stands beneath the source.
fn notes(finding: &Diagnostic, look: Look) -> String {
    let envs = (!finding.envs.is_empty()).then(|| format!("in env {}", finding.envs.join(", ")));
    let notes = [
        ("why", finding.why.as_deref()),
        ("help", finding.help.as_deref()),
        ("only", envs.as_deref()),
    ];
    notes
        .into_iter()
        .filter_map(|(title, text)| Some(note(title, &visible(text?), look)))
        .collect()
}

/// A note: its title ends in the same column as the others', its text is wrapped beside it.
fn note(title: &str, text: &str, look: Look) -> String {
    let indent = " ".repeat(7_usize.saturating_sub(title.len()));
    let title = look.strong(&format!("{title}:"));
    look.wrap(text, &format!("{indent}{title} "), "         ") + "\n"
}

/// The drawing: miette's, with the level and the rule where it has an icon, and one colour for
/// what is wrong and another for what belongs to it.
fn handler(finding: &Diagnostic, snippets: &Snippets, look: Look) -> GraphicalReportHandler {
    let mut theme = GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles: ThemeStyles::none(),
    };
    if look.colour {
        theme.styles = ThemeStyles::ansi();
        theme.styles.error = level_style(Level::Error);
        theme.styles.warning = level_style(Level::Warn);
        theme.styles.advice = level_style(Level::Note);
        let related = Style::new().cyan();
        theme.styles.highlights = snippets
            .primaries()
            .map(|own| {
                if own {
                    level_style(finding.level)
                } else {
                    related
                }
            })
            .collect();
    }
    if theme.styles.highlights.is_empty() {
        theme.styles.highlights.push(Style::new());
    }
    let title = format!("{}[{}]:", finding.level.name(), finding.rule.name());
    theme.characters.error.clone_from(&title);
    theme.characters.warning.clone_from(&title);
    theme.characters.advice = title;
    GraphicalReportHandler::new_themed(theme)
        .with_width(look.width)
        .with_context_lines(CONTEXT as usize)
        .tab_width(TAB)
        .with_links(false)
        .with_break_words(false)
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warn => Severity::Warning,
        Level::Note | Level::Off => Severity::Advice,
    }
}

/// A finding as miette takes it.
#[derive(Debug)]
struct Report {
    snippets: Snippets,
    message: String,
    severity: Severity,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.snippets.is_empty()).then_some(&self.snippets as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippets.labels()))
    }
}

#[cfg(test)]
mod tests {
    //! What people see, drawn: the source of each snapshot is in the test.

    use insta::assert_snapshot;
    use tenantry_core::{FileId, Span, diag::Diagnostic};

    use super::render;
    use crate::render::{
        style::Look,
        tests::{CAPACITY, Texts, UNPINNED},
    };

    const PLAIN: Look = Look {
        colour: false,
        width: 80,
    };

    fn shown(finding: Diagnostic, files: &Texts) -> String {
        render(&[finding], files, PLAIN)
    }

    #[test]
    fn a_finding_shows_its_place_and_what_belongs_to_it_in_another_file() {
        let files = Texts::of([
            (
                "ground.kdl",
                "pool gpu-train cluster=sz1 {\n    nodes 4\n    gpu nvidia-a100-80gb 8\n}\n",
            ),
            (
                "tenants/acme.kdl",
                "tenant acme {\n    workload trainer {\n        on gpu-train\n        replicas 4\n        gpu nvidia-a100-80gb 9\n    }\n}\n",
            ),
        ]);
        let finding = Diagnostic::new(&CAPACITY, files.find(1, "replicas 4"), "pool `gpu-train` has 32 GPUs, its workloads ask for 36")
            .label("4 replicas × 9 GPUs")
            .also(files.find(1, "gpu nvidia-a100-80gb 9"), "9 each")
            .also(files.find(0, "nodes 4"), "4 nodes × 8 GPUs")
            .why("A GPU is given to one workload at a time, whole; the scheduler would leave the fourth replica pending for ever.")
            .help("set `replicas 3`, or raise `nodes` to 5");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn only_some_environments_have_it() {
        let files = Texts::of([(
            "a.kdl",
            "image app { source \"registry.example.com/app\" }\n",
        )]);
        let mut finding = Diagnostic::new(
            &UNPINNED,
            files.find(0, "\"registry.example.com/app\""),
            "the image has no tag and no digest",
        );
        finding.envs = vec!["staging".into(), "prod".into()];
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn columns_count_characters_and_marks_stand_under_wide_ones() {
        let files = Texts::of([("店.kdl", "tenant 商店 org=\"株式会社\" tier=gould\n")]);
        let finding = Diagnostic::new(
            &CAPACITY,
            files.find(0, "gould"),
            "no tier is called `gould`",
        )
        .label("did you mean `gold`?");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn a_tab_is_four_columns() {
        let files = Texts::of([("a.kdl", "pool a {\n\tnodes\tfour\n}\n")]);
        let finding = Diagnostic::new(&CAPACITY, files.find(0, "four"), "expected a whole number")
            .label("a word");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn an_empty_span_is_an_arrow_at_its_place() {
        let files = Texts::of([("a.kdl", "pool a { nodes }\n")]);
        let at = files.find(0, " }").start;
        let finding = Diagnostic::new(
            &CAPACITY,
            Span::new(FileId(0), at, at),
            "`nodes` has no count",
        )
        .label("needs an int");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn the_end_of_a_file_can_be_shown() {
        let files = Texts::of([("a.kdl", "pool a {\n    nodes 1\n")]);
        let end = files.find(0, "1\n").end;
        let finding = Diagnostic::new(
            &CAPACITY,
            Span::new(FileId(0), end, end),
            "the block is not closed",
        )
        .label("expected `}`")
        .also(files.find(0, "{"), "opened here");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn an_empty_file_has_a_first_line() {
        let files = Texts::of([("tenantry.kdl", "")]);
        let finding = Diagnostic::new(
            &CAPACITY,
            Span::new(FileId(0), 0, 0),
            "the file says nothing",
        )
        .label("write an estate");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn a_long_line_is_cut_to_what_matters() {
        let text = format!(
            "config motd {{ file a \"{}\" mode=wrong; file b \"{}\" }}\n",
            "x".repeat(300),
            "y".repeat(300)
        );
        let files = Texts(vec![("a.kdl", text)]);
        let finding = Diagnostic::new(&CAPACITY, files.find(0, "wrong"), "not a mode")
            .label("an octal number");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn a_mark_over_many_lines_is_drawn_on_the_first() {
        let text = format!("tenant acme {{\n{}}}\n", "    label a b\n".repeat(40));
        let files = Texts(vec![("a.kdl", text.clone())]);
        let all = Span::new(FileId(0), 0, u32::try_from(text.len()).unwrap());
        let finding =
            Diagnostic::new(&CAPACITY, all, "the tenant runs nothing").label("no workload");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn a_mark_over_a_few_lines_is_drawn_whole() {
        let files = Texts::of([(
            "a.kdl",
            "tenant acme {\n    quota {\n        cpu 4\n    }\n}\n",
        )]);
        let finding = Diagnostic::new(
            &CAPACITY,
            files.find(0, "quota {\n        cpu 4\n    }"),
            "the quota is less than its workloads ask",
        )
        .label("4 CPUs");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn a_finding_without_a_place_is_a_sentence() {
        let files = Texts::of([]);
        let finding = Diagnostic::nowhere(
            &CAPACITY,
            "this folder holds no estate: there is no tenantry.kdl",
        )
        .help("`tenantry init` writes a first one");
        assert_snapshot!(shown(finding, &files));
    }

    #[test]
    fn a_spec_cannot_forge_output() {
        let files = Texts::of([("a.kdl", "pool \"a\u{1b}[2K\u{202e}\" bad\r\n")]);
        let finding = Diagnostic::new(&CAPACITY, files.find(0, "bad"), "`\u{1b}[31m` is no size")
            .label("\u{7}here");
        let text = shown(finding, &files);
        assert!(
            !text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']),
            "{text:?}"
        );
        assert_snapshot!(text);
    }

    #[test]
    fn colour_says_which_mark_is_the_wrong_one() {
        let files = Texts::of([("a.kdl", "a 1\nb 2\n")]);
        let finding = Diagnostic::new(&UNPINNED, files.find(0, "2"), "b differs")
            .label("two")
            .also(files.find(0, "1"), "one");
        let text = render(
            &[finding],
            &files,
            Look {
                colour: true,
                width: 80,
            },
        );
        assert_snapshot!(text.replace('\u{1b}', "␛"));
    }
}
