//! Findings as commands of a GitHub workflow: a runner that reads one in a step's output marks the
//! line in the change.
//!
//! The form is that of the runner's own reader: `::error file=…,line=…::message`, where a command
//! is one line, and what would end it, or one of its properties, is encoded.

use tenantry_core::diag::{Diagnostic, Level};

use super::{Files, headline, locate, notes, place::Places};

/// A command for each finding.
pub(super) fn render(findings: &[Diagnostic], files: &dyn Files) -> String {
    let places = Places::of(files);
    let commands = findings.iter().map(|finding| command(finding, &places));
    commands.collect()
}

fn command(finding: &Diagnostic, places: &Places<'_>) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Note | Level::Off => "notice",
    };
    let mut properties = at(finding, places);
    properties.push(("title", finding.rule.name().to_owned()));
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect();
    let mut text = headline(finding);
    for label in &finding.related {
        let at = places.at(label.span.file, label.span.start);
        let path = places.files().path(label.span.file);
        text += &format!("\n{path}:{}: {}", at.line, label.text);
    }
    for note in notes(finding) {
        text += &format!("\n{note}");
    }
    format!("::{command} {}::{}\n", properties.join(","), data(&text))
}

/// Where it is. Columns only within one line, as the runner wants them; both are of the
/// characters that are marked. A file of the library is nothing that a change can have.
fn at(finding: &Diagnostic, places: &Places<'_>) -> Vec<(&'static str, String)> {
    let path = |path: &str| match locate::place(path) {
        locate::Place::Library(_) => None,
        place => Some(place.path().to_owned()),
    };
    let Some(span) = finding.span else {
        let home = path(places.files().home());
        return home.into_iter().map(|home| ("file", home)).collect();
    };
    let Some(path) = path(places.files().path(span.file)) else {
        return Vec::new();
    };
    let (start, end) = (
        places.at(span.file, span.start),
        places.at(span.file, span.end),
    );
    let mut at = vec![
        ("file", path),
        ("line", start.line.to_string()),
        ("endLine", end.line.to_string()),
    ];
    if start.line == end.line {
        // The last character that is marked, not the one behind it.
        let last = (end.column - 1).max(start.column);
        at.push(("col", start.column.to_string()));
        at.push(("endColumn", last.to_string()));
    }
    at
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property, which a colon and a comma would end as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use tenantry_core::diag::Diagnostic;

    use super::{data, property, render};
    use crate::render::tests::{CAPACITY, Texts, UNPINNED};

    #[test]
    fn a_command_each() {
        let files = Texts::of([
            ("a,b:c.kdl", "pool 商店 {\n\tnodes four\n}\n"),
            ("std:/b.kdl", "x"),
        ]);
        let mut second = Diagnostic::new(&UNPINNED, files.find(0, "{\n\tnodes"), "two\nlines")
            .also(files.find(0, "four"), "said here")
            .why("100% of\r\nit")
            .help("a: b, c");
        second.envs = vec!["prod".into()];
        let findings = [
            Diagnostic::new(&CAPACITY, files.find(0, "four"), "::error::behind a tab"),
            second,
            Diagnostic::new(&CAPACITY, files.find(1, "x"), "in the library"),
            Diagnostic::nowhere(&CAPACITY, "no place"),
        ];
        assert_snapshot!(render(&findings, &files), @r#"
        ::error file=a%2Cb%3Ac.kdl,line=2,endLine=2,col=8,endColumn=11,title=gpu-over-capacity::::error::behind a tab
        ::warning file=a%2Cb%3Ac.kdl,line=1,endLine=2,title=image-not-pinned::two lines (in env prod)%0Aa,b:c.kdl:2: said here%0Awhy: 100%25 of␍%0Ait%0Ahelp: a: b, c
        ::error title=gpu-over-capacity::in the library
        ::error file=tenantry.kdl,title=gpu-over-capacity::no place
        "#);
    }

    #[test]
    fn a_text_cannot_leave_its_place() {
        assert_eq!(data("a%0A\n::stop"), "a%250A%0A::stop");
        assert_eq!(property("a:b,c\r"), "a%3Ab%2Cc%0D");
    }
}
