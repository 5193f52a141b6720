//! What a node comes to in the end: the lines of emitted files that it is behind, and whether the
//! estate's tests pass. Both compile the estate anew.

use std::sync::Arc;

use tenantry_core::{Options, diag::Level, emit::assemble::Output, testing::Wanted, world::World};
use tenantry_syntax::{
    around::nodes_at,
    lines::{Encoding, Lines},
};

use crate::{cursor::first_argument, host::Snapshot};

/// An emitted file of which a node is behind some lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its path below the output folder.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The lines, from 1, that come from the node or from what stands in it.
    pub lines: Vec<u32>,
}

/// What is emitted for the innermost node around an offset for which something is. `world` has the
/// texts of the snapshot and what else a compile reads.
///
/// # Errors
/// Nothing is emitted beside an error, and for a node that is behind nothing there is nothing to
/// show; the words are for the person who asked.
pub fn artifacts(
    snapshot: &Snapshot,
    world: &dyn World,
    path: &str,
    at: u32,
    env: Option<&str>,
) -> Result<Vec<Shown>, String> {
    let file = snapshot
        .file(path)
        .ok_or("the file is not part of the estate")?;
    let environments = snapshot.known().analysis.summary.environments.first();
    let env = env.map(Into::into).or_else(|| environments.cloned());
    let options = Options {
        env: env.map(|env: Arc<str>| env.to_string()),
        ..snapshot.options().clone()
    };
    let built = tenantry_core::build(world, snapshot.library(), snapshot.targets(), &options);
    let Some(output) = built.outputs.first() else {
        let errors = built
            .run
            .findings
            .iter()
            .filter(|finding| finding.level >= Level::Error);
        return Err(match errors.count() {
            0 => "the estate has no output".to_owned(),
            1 => "nothing is emitted while the estate has an error".to_owned(),
            many => format!("nothing is emitted while the estate has {many} errors"),
        });
    };
    let lines = Lines::new(file.parse.text().into());
    let line = |at: u32| lines.position(at, Encoding::Utf8).line + 1;
    for node in nodes_at(file.parse, at).into_iter().rev() {
        let span = node.span();
        let shown = behind(output, path, line(span.start)..=line(span.end));
        if !shown.is_empty() {
            return Ok(shown);
        }
    }
    Err("nothing that is emitted comes from here".to_owned())
}

/// The emitted files with lines that come from these lines of a file.
fn behind(output: &Output, path: &str, from: std::ops::RangeInclusive<u32>) -> Vec<Shown> {
    let mut found = Vec::new();
    for artifact in &output.artifacts {
        let Ok(text) = std::str::from_utf8(&artifact.bytes) else {
            continue;
        };
        let emitted = artifact.path.as_str();
        let changes = artifact.lines.changes();
        let last = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        let mut lines = Vec::new();
        for (at, (start, _)) in changes.iter().enumerate() {
            let end = changes.get(at + 1).map_or(last + 1, |(next, _)| *next);
            let place = output.source_map.place(emitted, *start);
            if place.is_some_and(|place| place.file == path && from.contains(&place.line)) {
                lines.extend(*start..end);
            }
        }
        if !lines.is_empty() {
            found.push(Shown {
                path: emitted.to_owned(),
                text: text.to_owned(),
                lines,
            });
        }
    }
    found
}

/// A test of the estate, and what was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestShown {
    /// Its name.
    pub name: String,
    /// What failed; nothing where it passed.
    pub failures: Vec<String>,
}

/// Whether a file of the estate has a test of that name.
pub fn has_test(snapshot: &Snapshot, name: &str) -> bool {
    let files = snapshot.known().analysis.sources.files().iter();
    let files = files.filter_map(|source| snapshot.file(&source.path));
    let mut nodes = files.flat_map(|file| file.parse.document().nodes());
    nodes.any(|node| node.name() == "test" && first_argument(node).is_some_and(|own| own == name))
}

/// Runs the tests of that name, or all. Where the text itself is wrong, no test is run.
pub fn tests(snapshot: &Snapshot, world: &dyn World, name: Option<&str>) -> Vec<TestShown> {
    let (library, targets) = (snapshot.library(), snapshot.targets());
    let wanted = Wanted {
        filter: name.map(str::to_owned),
    };
    let ran = tenantry_core::test(world, library, targets, snapshot.options(), &wanted);
    // The filter takes every name that holds the text.
    let is_it = |test: &str| name.is_none_or(|name| name == test);
    let tests = ran.tests.into_iter().filter(|test| is_it(&test.name));
    let shown = tests.map(|test| TestShown {
        name: test.name.to_string(),
        failures: test
            .findings
            .into_iter()
            .map(|finding| finding.message)
            .collect(),
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Fixture, world};

    fn fixture() -> Fixture {
        Fixture::new(&format!(
            r#"{}
//- tenants.kdl
tenant acme {{
    quota cpu=32 memory="64GiB"
    workload web {{
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu $01
        memory "1GiB"
    }}
}}
"#,
            crate::actions::ground()
        ))
    }

    #[test]
    fn the_lines_behind_a_node_are_shown() {
        let fixture = fixture();
        let snapshot = fixture.snapshot();
        let world = world(&fixture.files);
        let shown = artifacts(&snapshot, &world, &fixture.path, fixture.at, None);
        let lines = shown.map(|shown| {
            let lines = shown.into_iter().flat_map(|one| {
                let of = |line: &u32| one.text.lines().nth(*line as usize - 1).unwrap().to_owned();
                let lines: Vec<String> = one.lines.iter().map(of).collect();
                std::iter::once(format!("# {}", one.path)).chain(lines)
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        insta::assert_snapshot!(lines.unwrap_or_else(|why| why));
    }

    #[test]
    fn a_place_that_nothing_comes_from_is_told() {
        let fixture = fixture();
        let world = world(&fixture.files);
        let shown = artifacts(&fixture.snapshot(), &world, "gone.kdl", 0, None);
        assert_eq!(shown, Err("the file is not part of the estate".to_owned()));
    }
}
