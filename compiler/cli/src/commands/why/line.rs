//! Answers for a line of an emitted file.

use std::{fs, path::Path};

use tenantry_core::{
    Built,
    emit::{
        Artifact,
        artifact::{MANIFEST, SOURCE_MAP},
    },
    why::{self, Missing},
};

use super::{
    Line,
    answer::{Answer, Emitted},
    chain,
};
use crate::{exit::Failure, render::counted};

/// Why a line is so, in each environment that has the file.
pub(super) fn answers(line: &Line, built: &Built, root: &Path) -> Result<Vec<Answer>, Failure> {
    let name = line.file.rsplit('/').next().unwrap_or(&line.file);
    if name == MANIFEST || name == SOURCE_MAP {
        return Err(
            Failure::new(format!("{name} only tells of the other files"))
                .help("ask about a line of one of those"),
        );
    }
    let files = why::locate(&built.outputs, &line.file).map_err(|why| missing(&why, line))?;
    let mut answers = Vec::new();
    for (at, artifact) in files {
        let Some(output) = built.outputs.get(at) else {
            continue;
        };
        let Some(scene) = built.scenes.iter().find(|scene| scene.env == output.env) else {
            continue;
        };
        let disk = read(&line.file);
        let (number, stale) = now(artifact, disk.as_deref(), line)?;
        let found =
            why::find_line(scene.reasons(), artifact, number).map_err(|why| missing(&why, line))?;
        answers.push(Answer {
            envs: scene.env.iter().map(ToString::to_string).collect(),
            line: Some(Emitted {
                file: artifact.path.to_string(),
                line: number,
                text: found.text,
                stale,
            }),
            path: found.path,
            value: None,
            doc: None,
            chain: chain(scene, &built.run.sources, root, found.origin),
            says: Vec::new(),
            holds: Vec::new(),
        });
    }
    Ok(answers)
}

fn missing(why: &Missing, line: &Line) -> Failure {
    match why {
        Missing::File(near) => {
            let failure = Failure::new(format!("the spec yields no file {}", line.file));
            match near {
                Some(near) => failure.help(format!("did you mean {near}?")),
                None => failure.help("`tenantry build` says what it writes"),
            }
        }
        Missing::Line(count) => {
            Failure::new(format!("{} has {}", line.file, counted(*count, "line")))
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the file whose line is asked about was named by the user"
)]
fn read(path: &str) -> Option<Vec<u8>> {
    fs::read(path).ok()
}

/// The number that the line on the disk has in what the spec yields now, and whether the two
/// differ. A line of the changed part has none: whatever made it is no longer in the spec.
fn now(
    artifact: &Artifact,
    disk: Option<&[u8]>,
    line: &Line,
) -> Result<(u32, Option<bool>), Failure> {
    let Some(disk) = disk else {
        return Ok((line.number, None));
    };
    if disk == artifact.bytes {
        return Ok((line.number, Some(false)));
    }
    let old: Vec<&[u8]> = disk.split(|byte| *byte == b'\n').collect();
    let new: Vec<&[u8]> = artifact.bytes.split(|byte| *byte == b'\n').collect();
    let same = |(a, b): &(&&[u8], &&[u8])| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = tail.take_while(same).count();
    let index = usize::try_from(line.number).unwrap_or(usize::MAX);
    let number = if index <= head {
        Some(index)
    } else if index <= old.len() && index > old.len() - tail {
        Some(index + new.len() - old.len())
    } else {
        None
    };
    let number = number.and_then(|number| u32::try_from(number).ok());
    number.map(|number| (number, Some(true))).ok_or_else(|| {
        Failure::new(format!(
            "line {} of {} is not in what the spec yields now",
            line.number, line.file
        ))
        .help("the file was edited, or the spec was since it was built: `tenantry build` again")
    })
}
