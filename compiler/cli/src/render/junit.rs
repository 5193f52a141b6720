//! JUnit's XML, which CI systems read: the results of tests, or findings as if each were one.

use std::collections::BTreeMap;

use tenantry_core::{
    compile::Tests,
    diag::{Diagnostic, Level},
    testing::Tested,
};

use super::{Files, headline, notes, place::Places, short, visible};

/// How a case went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Passed,
    Skipped,
    Failed,
    /// It could not even be tried.
    Error,
}

/// A case: a line in what a reader of such reports shows.
struct Case<'a> {
    /// What it belongs to: the path of a file.
    class: &'a str,
    name: String,
    /// Its line in that file.
    line: Option<u32>,
    end: End,
    /// Of what did not pass: what is shown in a list, and all there is to read.
    kind: &'a str,
    message: String,
    text: String,
}

impl<'a> Case<'a> {
    fn passed(class: &'a str, name: impl Into<String>) -> Self {
        Self {
            class,
            name: name.into(),
            line: None,
            end: End::Passed,
            kind: "",
            message: String::new(),
            text: String::new(),
        }
    }

    /// The case, gone wrong for this: the first message where lists show it, all of them within.
    fn because(self, end: End, why: &'a [Diagnostic], places: &Places<'_>) -> Self {
        let mut text = short::lines(why, places);
        for note in why.iter().flat_map(notes) {
            text += &note;
            text.push('\n');
        }
        Self {
            end,
            kind: why.first().map_or("", |first| first.rule.name()),
            message: why.first().map_or_else(String::new, headline),
            text,
            ..self
        }
    }

    fn print(&self, out: &mut String) {
        let line = self.line.map(|line| format!(" line=\"{line}\""));
        let class = escaped(self.class);
        *out += &format!(
            "    <testcase classname=\"{class}\" name=\"{}\" file=\"{class}\"{}",
            escaped(&self.name),
            line.unwrap_or_default()
        );
        let element = match self.end {
            End::Passed => {
                *out += "/>\n";
                return;
            }
            End::Skipped => "skipped",
            End::Failed => "failure",
            End::Error => "error",
        };
        *out += &format!(
            ">\n      <{element} type=\"{}\" message=\"{}\">{}</{element}>\n    </testcase>\n",
            escaped(self.kind),
            escaped(&self.message),
            escaped(&self.text)
        );
    }
}

/// The document: one suite.
fn document(cases: &[Case<'_>]) -> String {
    let count = |end| cases.iter().filter(|case| case.end == end).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        count(End::Failed),
        count(End::Error),
        count(End::Skipped)
    );
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"tenantry\" {counts}>\n"
    );
    for case in cases {
        case.print(&mut out);
    }
    out + "  </testsuite>\n</testsuites>\n"
}

/// Results: a case for each test. What is wrong before any test can run is a case of its own, so
/// that a report never looks well where nothing was tried.
pub(crate) fn tests(tests: &Tests, files: &dyn Files) -> String {
    let places = Places::of(files);
    let before = &tests.run.findings;
    let mut cases = Vec::new();
    if !before.is_empty() {
        let case = Case::passed(files.home(), "the spec can be read");
        cases.push(case.because(End::Error, before, &places));
    }
    let line = |test: &Tested| places.at(test.span.file, test.span.start).line;
    for test in &tests.tests {
        let passed = Case {
            line: Some(line(test)),
            ..Case::passed(files.path(test.span.file), &*test.name)
        };
        cases.push(match test.passed() {
            true => passed,
            false => passed.because(End::Failed, &test.findings, &places),
        });
    }
    document(&cases)
}

/// Findings: a failed case for each error. A warning or note, which fails no run, is a skipped
/// one: shown, and not counted against anybody. Without an error there is a case that passed, so
/// that a report is never empty.
pub(crate) fn findings(findings: &[Diagnostic], files: &dyn Files) -> String {
    let places = Places::of(files);
    let mut cases = Vec::new();
    if findings.iter().all(|finding| finding.level < Level::Error) {
        cases.push(Case::passed(files.home(), "no errors"));
    }
    // Of two cases of one name, readers keep one.
    let mut named: BTreeMap<(&str, String), u32> = BTreeMap::new();
    for finding in findings {
        let class = finding
            .span
            .map_or_else(|| files.home(), |span| files.path(span.file));
        let mut name = format!("{}: {}", finding.rule.name(), headline(finding));
        let before = named.entry((class, name.clone())).or_default();
        *before += 1;
        if *before > 1 {
            name += &format!(" #{before}");
        }
        let at = finding.span.map(|span| places.at(span.file, span.start));
        let case = Case {
            line: at.map(|at| at.line),
            ..Case::passed(class, name)
        };
        let end = match finding.level {
            Level::Error => End::Failed,
            _ => End::Skipped,
        };
        cases.push(case.because(end, std::slice::from_ref(finding), &places));
    }
    document(&cases)
}

/// Text as XML has it, in an attribute and between tags: marks and line ends by reference,
/// and none of the characters that XML 1.0 cannot hold.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "&#10;",
            '\t' => out += "&#9;",
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use tenantry_core::diag::Diagnostic;

    use super::{escaped, findings};
    use crate::render::tests::{CAPACITY, Texts, UNPINNED};

    #[test]
    fn errors_fail_and_the_rest_is_shown() {
        let files = Texts::of([("a.kdl", "nodes 4\r\nnodes 5\r\n")]);
        let spans = files.find_all(0, "nodes");
        let twice = |span| Diagnostic::new(&CAPACITY, span, "a < b").help("c & d");
        let found = [
            twice(spans[0]),
            twice(spans[1]),
            Diagnostic::new(&UNPINNED, spans[1], "a warning"),
            Diagnostic::nowhere(&UNPINNED, "no place"),
        ];
        assert_snapshot!(findings(&found, &files), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="4" failures="2" errors="0" skipped="2">
          <testsuite name="tenantry" tests="4" failures="2" errors="0" skipped="2">
            <testcase classname="a.kdl" name="gpu-over-capacity: a &lt; b" file="a.kdl" line="1">
              <failure type="gpu-over-capacity" message="a &lt; b">a.kdl:1:1: error[gpu-over-capacity]: a &lt; b&#10;help: c &amp; d&#10;</failure>
            </testcase>
            <testcase classname="a.kdl" name="gpu-over-capacity: a &lt; b #2" file="a.kdl" line="2">
              <failure type="gpu-over-capacity" message="a &lt; b">a.kdl:2:1: error[gpu-over-capacity]: a &lt; b&#10;help: c &amp; d&#10;</failure>
            </testcase>
            <testcase classname="a.kdl" name="image-not-pinned: a warning" file="a.kdl" line="2">
              <skipped type="image-not-pinned" message="a warning">a.kdl:2:1: warning[image-not-pinned]: a warning&#10;</skipped>
            </testcase>
            <testcase classname="tenantry.kdl" name="image-not-pinned: no place" file="tenantry.kdl">
              <skipped type="image-not-pinned" message="no place">warning[image-not-pinned]: no place&#10;</skipped>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_report_is_never_empty() {
        let files = Texts::of([]);
        assert_snapshot!(findings(&[], &files), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="1" failures="0" errors="0" skipped="0">
          <testsuite name="tenantry" tests="1" failures="0" errors="0" skipped="0">
            <testcase classname="tenantry.kdl" name="no errors" file="tenantry.kdl"/>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_text_cannot_leave_its_place() {
        assert_eq!(
            escaped("a < b && \"c\" > 'd'\n]]>\u{1b}\u{ffff}"),
            "a &lt; b &amp;&amp; &quot;c&quot; &gt; 'd'&#10;]]&gt;␛\u{fffd}"
        );
    }
}
