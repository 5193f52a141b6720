//! From a line of an emitted file to the reason for it.

use super::path;
use crate::{
    compile::Reasons,
    diag::nearest::nearest,
    emit::{Artifact, Output},
    origin::OriginId,
};

/// A line of an emitted file and what it answers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The line as it stands.
    pub text: String,
    /// Why it is so.
    pub origin: OriginId,
    /// The model path of what decided it, where one thing did.
    pub path: Option<String>,
}

/// Why there is no such line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// No such file; the nearest path of one, below the output folder.
    File(Option<String>),
    /// The file ends before; how many lines it has.
    Line(usize),
}

/// The file that a path as typed means: the path ends with the file's own, before which the
/// environment's name may stand. The position among `outputs`, and the file.
///
/// # Errors
/// There is no such file.
pub fn locate<'o>(
    outputs: &'o [Output],
    typed: &str,
) -> Result<Vec<(usize, &'o Artifact)>, Missing> {
    let parts: Vec<&str> = typed
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    for from in 0..parts.len() {
        let path = parts[from..].join("/");
        let named = from.checked_sub(1).map(|above| parts[above]);
        let hits: Vec<(usize, &Artifact)> = outputs
            .iter()
            .enumerate()
            .filter_map(|(at, output)| Some((at, output.artifacts.get(&path)?)))
            .collect();
        let of_env = |(at, _): &&(usize, &Artifact)| {
            outputs[*at]
                .env
                .as_deref()
                .is_some_and(|env| Some(env) == named)
        };
        if let Some(hit) = hits.iter().find(of_env) {
            return Ok(vec![*hit]);
        }
        if !hits.is_empty() {
            return Ok(hits);
        }
    }
    let known: Vec<String> = outputs
        .iter()
        .flat_map(|output| {
            let folder = output
                .env
                .as_ref()
                .map_or(String::new(), |env| format!("{env}/"));
            output
                .artifacts
                .iter()
                .map(move |artifact| format!("{folder}{}", artifact.path))
        })
        .collect();
    let near = nearest(&parts.join("/"), known.iter().map(String::as_str)).or_else(|| {
        let last = parts.last().copied().unwrap_or_default();
        known
            .iter()
            .map(String::as_str)
            .find(|path| path.ends_with(&format!("/{last}")))
    });
    Err(Missing::File(near.map(str::to_owned)))
}

/// Looks a line, from 1, of a file up.
///
/// # Errors
/// The file has fewer lines.
pub fn find(scene: Reasons<'_>, artifact: &Artifact, line: u32) -> Result<At, Missing> {
    let text = String::from_utf8_lossy(&artifact.bytes);
    let wanted = usize::try_from(line).unwrap_or(usize::MAX);
    let stands = wanted
        .checked_sub(1)
        .and_then(|index| text.lines().nth(index));
    let Some(stands) = stands else {
        return Err(Missing::Line(text.lines().count()));
    };
    let origin = artifact.lines.at(line);
    let near: Vec<&str> = artifact.spec_paths.iter().map(String::as_str).collect();
    Ok(At {
        text: stands.trim().to_owned(),
        origin,
        path: path::of_origin(scene, origin, &near),
    })
}
