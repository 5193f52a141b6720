//! What may happen to an output folder, from the common to the odd.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests look at the disk from outside"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tenantry_core::emit::{Artifact, ArtifactPath, ArtifactSet, Manifest, SourceMap, Text};

use super::{
    Beside, Difference, Obstacle, Options, Recovered, Report, Step, Verdict, What, WriteError,
    check, recover, write, write_beside, write_with,
};

mod foreign;
mod kills;
#[cfg(unix)]
mod links;

/// An output folder of its own.
struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir }
    }

    /// An output folder that holds this.
    fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        write(&sandbox.out(), &set(files), &Options::default()).unwrap();
        sandbox
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.out().join(name)
    }

    /// Puts a file there as a user would.
    fn put(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    fn write(&self, files: &[(&str, &str)]) -> Result<Report, WriteError> {
        write(&self.out(), &set(files), &Options::default())
    }

    fn force(&self, files: &[(&str, &str)]) -> Result<Report, WriteError> {
        let options = Options {
            force: true,
            ..Options::default()
        };
        write(&self.out(), &set(files), &options)
    }

    fn check(&self, files: &[(&str, &str)]) -> Verdict {
        check(&self.out(), &set(files)).unwrap()
    }

    /// Writes, and dies at the step of that number. Says whether it came so far, and whether the
    /// record was on the disk by then.
    fn die_at(&self, number: usize, files: &[(&str, &str)]) -> Option<bool> {
        let (mut steps, mut recorded) = (0, false);
        let end = write_with(&self.out(), &set(files), &Options::default(), &mut |step| {
            recorded |= step == Step::Recorded;
            steps += 1;
            if steps > number {
                Err(killed())
            } else {
                Ok(())
            }
        });
        match end {
            Ok(_) => None,
            Err(error) => {
                assert_eq!(error, killed());
                Some(recorded)
            }
        }
    }

    /// Everything that lies there but our own folder; a folder has no bytes.
    fn output(&self) -> Listing {
        let mut all = listing(&self.out());
        all.retain(|path, _| !path.starts_with(".tenantry"));
        all
    }
}

type Listing = BTreeMap<String, Option<Vec<u8>>>;

fn listing(root: &Path) -> Listing {
    fn walk(root: &Path, folder: &Path, into: &mut Listing) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            if path.is_dir() && !path.is_symlink() {
                into.insert(name, None);
                walk(root, &path, into);
            } else {
                into.insert(name, Some(fs::read(&path).unwrap_or_default()));
            }
        }
    }
    let mut all = Listing::new();
    if root.exists() {
        walk(root, root, &mut all);
    }
    all
}

fn killed() -> WriteError {
    WriteError::NotOurs {
        path: "test".into(),
        reason: "killed".into(),
    }
}

fn set(files: &[(&str, &str)]) -> ArtifactSet {
    let file = |(path, text): &(&str, &str)| Artifact {
        bytes: text.as_bytes().to_vec(),
        executable: path.ends_with(".sh"),
        ..Artifact::new(ArtifactPath::new(*path).unwrap(), "test", Text::default())
    };
    ArtifactSet::new("north", files.iter().map(file)).unwrap()
}

fn obstacles(result: Result<Report, WriteError>) -> Vec<(String, What)> {
    match result {
        Err(WriteError::Obstructed(obstacles)) => obstacles
            .into_iter()
            .map(|Obstacle { path, what }| (path, what))
            .collect(),
        other => panic!("something stands in the way, but: {other:?}"),
    }
}

fn report(written: usize, unchanged: usize, removed: usize) -> Report {
    Report {
        written,
        unchanged,
        removed,
        recovered: None,
    }
}

const OLD: &[(&str, &str)] = &[
    ("a/gone.yaml", "1"),
    ("a/kept.yaml", "2"),
    ("b/changed.yaml", "3"),
    ("c", "a file that becomes a folder"),
    ("d/e/f.yaml", "in a folder that becomes a file"),
    ("run.sh", "echo old"),
];

const NEW: &[(&str, &str)] = &[
    ("a/kept.yaml", "2"),
    ("b/changed.yaml", "33"),
    ("c/now/deep.yaml", "4"),
    ("d", "a file"),
    ("new/one.yaml", "5"),
    ("run.sh", "echo new"),
];

#[test]
fn the_second_build_of_one_spec_changes_nothing() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.write(OLD), Ok(report(6, 0, 0)));
    let before = listing(&sandbox.out());
    let times = || {
        fs::metadata(sandbox.at("a/kept.yaml"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let written = times();
    assert_eq!(sandbox.write(OLD), Ok(report(0, 6, 0)));
    assert_eq!(listing(&sandbox.out()), before);
    assert_eq!(times(), written, "not even the same bytes again");
    assert!(sandbox.check(OLD).is_clean());
}

#[test]
fn what_changes_is_written_and_what_the_spec_drops_is_removed() {
    let sandbox = Sandbox::with(OLD);
    assert_eq!(sandbox.write(NEW), Ok(report(5, 1, 3)));
    let paths: Vec<String> = sandbox.output().into_keys().collect();
    assert_eq!(
        paths,
        [
            "a",
            "a/kept.yaml",
            "b",
            "b/changed.yaml",
            "c",
            "c/now",
            "c/now/deep.yaml",
            "d",
            "manifest.json",
            "new",
            "new/one.yaml",
            "run.sh",
        ]
    );
    assert_eq!(sandbox.text("b/changed.yaml"), "33");
    let manifest = Manifest::read(sandbox.text("manifest.json").as_bytes()).unwrap();
    assert_eq!(manifest, Manifest::of(&set(NEW)));
    let own: Vec<String> = listing(&sandbox.at(".tenantry")).into_keys().collect();
    assert_eq!(own, [".gitignore", "lock"], "nothing of the work stays");
}

#[test]
fn the_end_of_all_files_is_an_empty_folder_and_a_manifest() {
    let sandbox = Sandbox::with(OLD);
    assert_eq!(sandbox.write(&[]), Ok(report(0, 0, 6)));
    assert_eq!(
        sandbox.output().into_keys().collect::<Vec<_>>(),
        ["manifest.json"]
    );
}

#[test]
fn what_is_not_ours_stays_with_the_folder_that_it_is_in() {
    let sandbox = Sandbox::with(OLD);
    sandbox.put("a/notes.txt", "mine");
    sandbox.put("z/notes.txt", "mine");
    sandbox.write(&[]).unwrap();
    let paths: Vec<String> = sandbox.output().into_keys().collect();
    assert_eq!(
        paths,
        ["a", "a/notes.txt", "manifest.json", "z", "z/notes.txt"]
    );
}

#[test]
fn a_missing_file_of_ours_comes_back() {
    let sandbox = Sandbox::with(OLD);
    fs::remove_file(sandbox.at("a/kept.yaml")).unwrap();
    fs::remove_file(sandbox.at("a/gone.yaml")).unwrap();
    assert_eq!(sandbox.check(OLD).differences.len(), 2);
    assert_eq!(sandbox.write(OLD), Ok(report(2, 4, 0)));
    assert_eq!(sandbox.text("a/kept.yaml"), "2");
}

#[test]
fn a_file_edited_by_hand_is_taken_back_only_by_force() {
    let sandbox = Sandbox::with(OLD);
    for path in ["a/kept.yaml", "b/changed.yaml", "a/gone.yaml"] {
        sandbox.put(path, "edited");
    }
    let before = listing(&sandbox.out());
    assert_eq!(
        obstacles(sandbox.write(NEW)),
        [
            ("a/gone.yaml".into(), What::Edited),
            ("a/kept.yaml".into(), What::Edited),
            ("b/changed.yaml".into(), What::Edited),
        ],
        "whether it would be changed, kept or removed"
    );
    assert_eq!(listing(&sandbox.out()), before);
    assert_eq!(sandbox.force(NEW), Ok(report(6, 0, 3)));
    assert_eq!(sandbox.output(), Sandbox::with(NEW).output());
}

#[test]
fn an_edit_that_says_what_the_spec_now_says_is_no_conflict() {
    let sandbox = Sandbox::with(OLD);
    sandbox.put("b/changed.yaml", "33");
    assert_eq!(sandbox.write(NEW), Ok(report(4, 2, 3)));
}

#[test]
fn an_output_that_cannot_be_a_folder_is_named() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.out(), "a file").unwrap();
    let error = sandbox.write(OLD).unwrap_err();
    let WriteError::Io { path, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*path, sandbox.out());
}

#[test]
fn two_builds_at_once_are_kept_apart() {
    let sandbox = Sandbox::with(OLD);
    let mut inner = None;
    let outer = write_with(
        &sandbox.out(),
        &set(NEW),
        &Options::default(),
        &mut |step| {
            if step == Step::Staged && inner.is_none() {
                inner = Some(sandbox.write(OLD));
            }
            Ok(())
        },
    );
    assert_eq!(outer, Ok(report(5, 1, 3)));
    let busy = WriteError::Busy {
        lock: sandbox.at(".tenantry/lock"),
        process: Some(std::process::id()),
    };
    assert_eq!(inner, Some(Err(busy)));
    assert_eq!(
        sandbox.write(NEW),
        Ok(report(0, 6, 0)),
        "and then let go of"
    );
}

#[test]
fn checking_says_how_each_file_differs_and_leaves_no_trace() {
    let sandbox = Sandbox::new();
    assert!(!sandbox.check(NEW).is_clean());
    assert!(!sandbox.out().exists());
    recover(&sandbox.out(), false).unwrap();
    assert!(!sandbox.out().exists());

    let sandbox = Sandbox::with(OLD);
    sandbox.put("run.sh", "edited");
    sandbox.put("new/one.yaml", "mine");
    let before = listing(&sandbox.out());
    let verdict = sandbox.check(NEW);
    assert_eq!(listing(&sandbox.out()), before);
    assert!(!verdict.half_written);
    let told: Vec<_> = verdict
        .differences
        .iter()
        .map(|(path, how)| (path.as_str(), *how))
        .collect();
    assert_eq!(
        told,
        [
            ("a/gone.yaml", Difference::Stale),
            ("b/changed.yaml", Difference::Outdated),
            ("c", Difference::Stale),
            ("c/now/deep.yaml", Difference::Missing),
            ("d", Difference::Missing),
            ("d/e/f.yaml", Difference::Stale),
            ("manifest.json", Difference::Outdated),
            ("new/one.yaml", Difference::InTheWay),
            ("run.sh", Difference::Edited),
        ]
    );
}

#[test]
fn the_source_map_lies_beside_the_manifest_and_is_not_compared() {
    let sandbox = Sandbox::new();
    let set = set(OLD);
    let options = Options {
        source_map: Some(SourceMap::of(&set, &Manifest::of(&set), |_| None)),
        ..Options::default()
    };
    write(&sandbox.out(), &set, &options).unwrap();
    assert!(SourceMap::read(sandbox.text("sourcemap.json").as_bytes()).is_some());
    assert!(!sandbox.text("manifest.json").contains("sourcemap"));
    fs::remove_file(sandbox.at("sourcemap.json")).unwrap();
    assert!(sandbox.check(OLD).is_clean());
    assert_eq!(write(&sandbox.out(), &set, &options), Ok(report(0, 6, 0)));
    assert!(sandbox.at("sourcemap.json").exists());
    sandbox.write(OLD).unwrap();
    assert!(
        !sandbox.at("sourcemap.json").exists(),
        "one of another build would mislead"
    );

    sandbox.put("sourcemap.json", r#"{ "version": 3, "mappings": "AAAA" }"#);
    let blocked = obstacles(write(&sandbox.out(), &set, &options));
    assert_eq!(blocked, [("sourcemap.json".into(), What::File)]);
    sandbox.write(OLD).unwrap();
    assert!(sandbox.at("sourcemap.json").exists(), "in nobody's way");
}

#[test]
fn the_lock_file_is_written_before_the_output_and_only_if_that_can_follow() {
    let sandbox = Sandbox::with(OLD);
    let lock = sandbox.dir.path().join("tenantry.lock");
    let options = Options {
        beside: vec![Beside {
            path: lock.clone(),
            bytes: b"allocations".to_vec(),
        }],
        ..Options::default()
    };
    sandbox.put("new/one.yaml", "mine");
    obstacles(write(&sandbox.out(), &set(NEW), &options));
    assert!(!lock.exists());
    fs::remove_file(sandbox.at("new/one.yaml")).unwrap();
    let end = write_with(
        &sandbox.out(),
        &set(NEW),
        &options,
        &mut |step| match step {
            Step::Staged => Err(killed()),
            _ => Ok(()),
        },
    );
    assert_eq!(end, Err(killed()));
    assert_eq!(fs::read(&lock).unwrap(), b"allocations");
}

#[test]
fn a_file_beside_the_output_is_replaced_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tenantry.lock");
    write_beside(&path, b"one").unwrap();
    fs::write(dir.path().join(".tenantry.lock.new"), "left by a kill").unwrap();
    write_beside(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(listing(dir.path()).len(), 1, "no draft stays");
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    write_beside(&path, b"two").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
    let error = write_beside(dir.path(), b"three").unwrap_err();
    assert!(matches!(error, WriteError::Obstructed(_)), "{error}");
}

#[test]
fn an_error_says_what_to_do() {
    let edited = WriteError::obstructed("a/b.yaml", What::Edited);
    assert_eq!(
        edited.to_string(),
        "`a/b.yaml` was edited after it was built"
    );
    assert!(edited.help().contains("--force"));
    let foreign = WriteError::obstructed("a/b.yaml", What::File);
    assert!(
        !foreign.help().contains("--force"),
        "force does not help there"
    );
    let half = WriteError::HalfWritten(Box::new(edited.clone()));
    assert_eq!(half.help(), edited.help());
}
