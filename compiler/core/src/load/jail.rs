//! Which files belong to a folder, and that nothing above or beside it does.

use std::collections::BTreeSet;

use super::{ROOT_FILE, rules};
use crate::{
    diag::Findings,
    world::{Entry, ReadError, World},
};

/// The spec files of an estate or a package: every `*.kdl` below its folder, by path. Not looked
/// into: folders whose name begins with a dot, `vendor`, and folders with a `tenantry.kdl` of
/// their own, which are other estates and packages.
pub(super) fn spec_files(
    world: &dyn World,
    folder: &str,
    depth: usize,
    findings: &mut Findings,
) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    match world.list(folder) {
        Ok(entries) => walk(world, folder, entries, depth, &mut paths, findings),
        Err(error) => findings.push(rules::unreadable(folder, &error)),
    }
    paths
}

fn walk(
    world: &dyn World,
    folder: &str,
    entries: Vec<Entry>,
    depth: usize,
    paths: &mut BTreeSet<String>,
    findings: &mut Findings,
) {
    for entry in entries {
        if entry.name.starts_with('.') {
            continue;
        }
        let path = join(folder, &entry.name);
        if !entry.folder {
            if entry.name.ends_with(".kdl") {
                paths.insert(path);
            }
            continue;
        }
        if entry.name == "vendor" {
            continue;
        }
        match world.list(&path) {
            Ok(entries) if entries.iter().any(is_root_file) => {}
            Ok(_) if depth == 0 => findings.push(rules::unreadable(
                &path,
                &ReadError::Other("folders are nested too deep".into()),
            )),
            Ok(entries) => walk(world, &path, entries, depth - 1, paths, findings),
            Err(error) => findings.push(rules::unreadable(&path, &error)),
        }
    }
}

fn is_root_file(entry: &Entry) -> bool {
    !entry.folder && entry.name == ROOT_FILE
}

/// The path of an entry of a folder; `""` is the root.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
