//! One line per finding, in the form that editors and `grep` know.

use tenantry_core::diag::Diagnostic;

use super::{Files, headline, place::Places};

/// `path:line:column: level[rule]: message`, a line each; without a place the path is left out.
pub(crate) fn render(findings: &[Diagnostic], files: &dyn Files) -> String {
    lines(findings, &Places::of(files))
}

/// The same, where there is more to say of the same files.
pub(crate) fn lines(findings: &[Diagnostic], places: &Places<'_>) -> String {
    findings
        .iter()
        .map(|finding| line(finding, places))
        .collect()
}

fn line(finding: &Diagnostic, places: &Places<'_>) -> String {
    let place = finding.span.map_or_else(String::new, |span| {
        let at = places.at(span.file, span.start);
        format!(
            "{}:{}:{}: ",
            places.files().path(span.file),
            at.line,
            at.column
        )
    });
    format!(
        "{place}{}[{}]: {}\n",
        finding.level.name(),
        finding.rule.name(),
        headline(finding)
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use tenantry_core::diag::Diagnostic;

    use super::render;
    use crate::render::tests::{CAPACITY, Texts, UNPINNED};

    #[test]
    fn a_line_each() {
        let files = Texts::of([("a.kdl", "pool 商店 {\n\tnodes four\n}\n"), ("b.kdl", "")]);
        let mut second = Diagnostic::new(&UNPINNED, files.find(1, ""), "two\nlines");
        second.envs = vec!["prod".into()];
        let findings = [
            Diagnostic::new(&CAPACITY, files.find(0, "{"), "after two wide characters"),
            Diagnostic::new(&CAPACITY, files.find(0, "four"), "behind a tab"),
            second,
            Diagnostic::nowhere(&CAPACITY, "no place"),
        ];
        assert_snapshot!(render(&findings, &files), @"
        a.kdl:1:9: error[gpu-over-capacity]: after two wide characters
        a.kdl:2:8: error[gpu-over-capacity]: behind a tab
        b.kdl:1:1: warning[image-not-pinned]: two lines (in env prod)
        error[gpu-over-capacity]: no place
        ");
    }
}
