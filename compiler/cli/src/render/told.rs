//! What a run found, in any of the formats.

use tenantry_core::{
    compile::{Run, Summary},
    diag::Diagnostic,
};

use super::{Files, Format, github, gitlab, human, json, junit, sarif, short, style::Look};
use crate::{estate, report::Sheet};

/// Findings, and what goes with them.
pub(crate) struct Told<'a> {
    findings: &'a [Diagnostic],
    files: &'a dyn Files,
    /// What the estate holds, where one was read.
    summary: Option<&'a Summary>,
    /// Whether people are told that all is well.
    ok: bool,
}

impl<'a> Told<'a> {
    /// What a compile found.
    pub(crate) fn of(run: &'a Run, files: &'a dyn Files) -> Self {
        Self {
            summary: Some(&run.summary),
            ..Self::loose(&run.findings, files)
        }
    }

    /// Findings about files that are no estate.
    pub(crate) fn loose(findings: &'a [Diagnostic], files: &'a dyn Files) -> Self {
        Self {
            findings,
            files,
            summary: None,
            ok: false,
        }
    }

    /// The same; without a finding, people are told so.
    pub(crate) fn or_ok(self) -> Self {
        Self { ok: true, ..self }
    }
}

impl Sheet for Told<'_> {
    fn render(&self, format: Format, look: Look) -> String {
        let (findings, files) = (self.findings, self.files);
        match (format, self.summary) {
            (Format::Human, Some(summary)) if self.ok && findings.is_empty() => {
                format!("{} {}\n", look.good("ok"), estate::sizes(summary))
            }
            (Format::Human, _) => human::render(findings, files, look),
            (Format::Short, _) => short::render(findings, files),
            (Format::Json, summary) => json::render(findings, files, summary),
            (Format::Sarif, _) => sarif::render(findings, files),
            (Format::Github, _) => github::render(findings, files),
            (Format::Gitlab, _) => gitlab::render(findings, files),
            (Format::Junit, _) => junit::findings(findings, files),
        }
    }
}
