//! The results of tests as JUnit's XML, which CI systems read.

use std::fmt::Write as _;

use tenantry_core::{compile::Tests, diag::Diagnostic, testing::Tested};

use super::{Files, place::Places, short, visible};

/// The document: one suite, a case for each test. What is wrong before any test can run is a case
/// of its own, so that a report never looks well where nothing was tried.
pub(crate) fn render(tests: &Tests, files: &dyn Files) -> String {
    let before = &tests.run.findings;
    let failures = tests.tests.iter().filter(|test| !test.passed()).count();
    let errors = usize::from(!before.is_empty());
    let cases = tests.tests.len() + errors;
    let counts = format!("tests=\"{cases}\" failures=\"{failures}\" errors=\"{errors}\"");
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"tenantry\" {counts}>\n"
    );
    if errors > 0 {
        out += "    <testcase classname=\"tenantry\" name=\"the spec can be read\">\n";
        out += &outcome("error", before, files);
        out += "    </testcase>\n";
    }
    for test in &tests.tests {
        case(test, files, &mut out);
    }
    out + "  </testsuite>\n</testsuites>\n"
}

fn case(test: &Tested, files: &dyn Files, out: &mut String) {
    let path = files.path(test.span.file);
    let line = Places::of(files).at(test.span.file, test.span.start).line;
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{line}\"",
        escaped(path),
        escaped(&test.name),
        escaped(path)
    );
    *out += &head;
    if test.passed() {
        *out += "/>\n";
        return;
    }
    *out += ">\n";
    *out += &outcome("failure", &test.findings, files);
    *out += "    </testcase>\n";
}

/// Why a case did not go well: the first message where lists show it, all of them within.
fn outcome(element: &str, findings: &[Diagnostic], files: &dyn Files) -> String {
    let (message, rule) = match findings.first() {
        Some(first) => (first.message.as_str(), first.rule.name()),
        None => ("", ""),
    };
    let mut text = short::render(findings, files);
    for finding in findings {
        let notes = [("why", &finding.why), ("help", &finding.help)];
        for (title, note) in notes {
            if let Some(note) = note {
                // Writing into a string cannot fail.
                let _ = writeln!(text, "{title}: {note}");
            }
        }
    }
    format!(
        "      <{element} type=\"{rule}\" message=\"{}\">{}</{element}>\n",
        escaped(message),
        escaped(&text)
    )
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
    use super::escaped;

    #[test]
    fn a_text_cannot_leave_its_place() {
        assert_eq!(
            escaped("a < b && \"c\" > 'd'\n]]>\u{1b}\u{ffff}"),
            "a &lt; b &amp;&amp; &quot;c&quot; &gt; 'd'&#10;]]&gt;␛\u{fffd}"
        );
    }
}
