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
fn a_build_killed_at_any_step_leaves_the_old_output_or_is_finished() {
    let (old, new) = (Sandbox::with(OLD).output(), Sandbox::with(NEW).output());
    // How often it died with the old output whole, with a record, and behind the record's end.
    let mut died = [0, 0, 0];
    for step in 0.. {
        let sandbox = Sandbox::with(OLD);
        let Some(recorded) = sandbox.die_at(step, NEW) else {
            break;
        };
        let left = listing(&sandbox.out());
        let half_written = sandbox.check(NEW).half_written;
        assert_eq!(listing(&sandbox.out()), left, "checking changes nothing");
        let recovered = recover(&sandbox.out(), false).unwrap();
        assert_eq!(recovered.is_some(), half_written, "step {step}");
        let expected = if recorded { &new } else { &old };
        assert_eq!(sandbox.output(), *expected, "step {step}");
        died[usize::from(recorded) + usize::from(recorded && !half_written)] += 1;
        sandbox.write(NEW).unwrap();
        assert_eq!(sandbox.output(), new, "step {step}");
        assert!(sandbox.check(NEW).is_clean());
    }
    // Inspected, six files staged, synced; recorded, three removed, six in place, settled;
    // record dropped.
    assert_eq!(died, [8, 11, 1]);
}

#[test]
fn a_build_killed_while_it_finishes_another_is_finished_by_the_third() {
    let last = [("last.yaml", "3")];
    let (old, new) = ([("a/b.yaml", "1")], [("a", "2")]);
    let outputs = [new, last].map(|files| Sandbox::with(&files).output());
    let mut killed_twice = 0;
    for first in 4.. {
        for second in 0.. {
            let sandbox = Sandbox::with(&old);
            if sandbox.die_at(first, &new).is_none() {
                assert!(killed_twice > 50, "{killed_twice}");
                return;
            }
            if sandbox.die_at(second, &last).is_none() {
                break;
            }
            killed_twice += 1;
            recover(&sandbox.out(), false).unwrap();
            let whole = outputs.contains(&sandbox.output());
            assert!(whole, "killed at {first}, then at {second}");
            sandbox.write(&last).unwrap();
            assert_eq!(sandbox.output(), outputs[1]);
        }
    }
}

#[test]
fn the_next_build_says_what_it_finished() {
    let sandbox = Sandbox::with(OLD);
    assert_eq!(
        sandbox.die_at(8, NEW),
        Some(true),
        "right behind the record"
    );
    let report = sandbox.write(NEW).unwrap();
    let recovered = Recovered {
        written: 5,
        removed: 3,
    };
    assert_eq!(report.recovered, Some(recovered));
    assert_eq!((report.written, report.unchanged), (0, 6));
}

#[test]
fn an_edit_after_the_kill_is_not_lost() {
    let sandbox = Sandbox::with(OLD);
    sandbox.die_at(8, NEW);
    sandbox.put("b/changed.yaml", "edited");
    sandbox.put("a/gone.yaml", "edited");
    let edited = |path: &str| Obstacle {
        path: path.into(),
        what: What::Edited,
    };
    let both = vec![edited("b/changed.yaml"), edited("a/gone.yaml")];
    let expected = WriteError::HalfWritten(Box::new(WriteError::Obstructed(both)));
    assert_eq!(recover(&sandbox.out(), false), Err(expected.clone()));
    assert_eq!(sandbox.write(NEW), Err(expected));
    assert_eq!(sandbox.text("b/changed.yaml"), "edited");
    assert!(recover(&sandbox.out(), true).unwrap().is_some());
    assert_eq!(sandbox.output(), Sandbox::with(NEW).output());
}

#[test]
fn a_refusal_of_the_system_half_way_says_so_and_is_finished_later() {
    let sandbox = Sandbox::with(OLD);
    let blocker = sandbox.at("new/one.yaml/blocker");
    let end = write_with(
        &sandbox.out(),
        &set(NEW),
        &Options::default(),
        &mut |step| {
            if step == Step::Recorded {
                fs::create_dir_all(&blocker).unwrap();
            }
            Ok(())
        },
    );
    let Err(WriteError::HalfWritten(cause)) = end else {
        panic!("a file cannot take the place of a folder: {end:?}")
    };
    assert!(
        matches!(*cause, WriteError::Io { doing: "write", .. }),
        "{cause}"
    );
    fs::remove_dir_all(sandbox.at("new")).unwrap();
    assert!(recover(&sandbox.out(), false).unwrap().is_some());
    assert_eq!(sandbox.output(), Sandbox::with(NEW).output());
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
fn what_is_not_ours_stops_the_build_even_by_force() {
    let sandbox = Sandbox::with(OLD);
    sandbox.put("new/one.yaml", "mine");
    sandbox.put("d/e/mine.yaml", "mine");
    let before = listing(&sandbox.out());
    let expected = [
        ("d".to_owned(), What::Folder),
        ("new/one.yaml".to_owned(), What::File),
    ];
    assert_eq!(obstacles(sandbox.write(NEW)), expected);
    assert_eq!(obstacles(sandbox.force(NEW)), expected);
    assert_eq!(listing(&sandbox.out()), before, "nothing was even staged");
    assert_eq!(
        sandbox.check(NEW).differences[3..5],
        [
            ("c/now/deep.yaml".to_owned(), Difference::Missing),
            ("d".to_owned(), Difference::InTheWay)
        ]
    );
}

#[test]
fn a_file_where_a_folder_must_be_stops_the_build() {
    let sandbox = Sandbox::with(OLD);
    sandbox.put("new", "mine");
    assert_eq!(obstacles(sandbox.force(NEW)), [("new".into(), What::File)]);
    fs::remove_file(sandbox.at("new")).unwrap();
    fs::create_dir_all(sandbox.at("d/e/empty")).unwrap();
    assert_eq!(obstacles(sandbox.force(NEW)), [("d".into(), What::Folder)]);
}

#[test]
fn without_its_manifest_a_folder_is_taken_over_only_where_it_is_right_already() {
    let sandbox = Sandbox::with(OLD);
    fs::remove_file(sandbox.at("manifest.json")).unwrap();
    assert_eq!(
        sandbox.check(OLD).differences,
        [("manifest.json".into(), Difference::Missing)]
    );
    assert_eq!(sandbox.write(OLD), Ok(report(0, 6, 0)));
    fs::remove_file(sandbox.at("manifest.json")).unwrap();
    sandbox.put("b/changed.yaml", "edited");
    assert_eq!(
        obstacles(sandbox.force(OLD)),
        [("b/changed.yaml".into(), What::File)]
    );
}

#[test]
fn a_manifest_that_is_not_ours_is_neither_believed_nor_replaced() {
    let sandbox = Sandbox::new();
    sandbox.put("manifest.json", r#"{ "name": "a web app" }"#);
    let error = sandbox.force(OLD).unwrap_err();
    assert!(matches!(error, WriteError::NotOurs { .. }), "{error}");
    assert!(check(&sandbox.out(), &set(OLD)).is_err());

    let sandbox = Sandbox::with(OLD);
    fs::write(sandbox.dir.path().join("victim"), "1").unwrap();
    let bent = sandbox
        .text("manifest.json")
        .replace("a/gone.yaml", "../victim");
    sandbox.put("manifest.json", &bent);
    let error = sandbox.force(NEW).unwrap_err();
    assert!(matches!(error, WriteError::NotOurs { .. }), "{error}");
    assert!(sandbox.dir.path().join("victim").exists());
}

#[test]
fn a_record_that_is_not_ours_is_not_followed() {
    for record in [
        "{}",
        r#"{"version":1,"remove":[{"path":"../victim","before":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],"replace":[]}"#,
        r#"{"version":2,"remove":[],"replace":[]}"#,
    ] {
        let sandbox = Sandbox::with(OLD);
        fs::write(sandbox.dir.path().join("victim"), "").unwrap();
        sandbox.put(".tenantry/record.json", record);
        let error = sandbox.force(NEW).unwrap_err();
        assert!(matches!(error, WriteError::NotOurs { .. }), "{error}");
        assert!(sandbox.dir.path().join("victim").exists());
    }
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_is_never_followed() {
        for (link, target) in [
            ("b/changed.yaml", "victim"),
            ("new", "elsewhere"),
            ("manifest.json", "victim"),
            ("sourcemap.json", "victim"),
            (".tenantry", "elsewhere"),
            (".tenantry/lock", "victim"),
            (".tenantry/record.json", "victim"),
        ] {
            let sandbox = Sandbox::with(OLD);
            let target = sandbox.dir.path().join(target);
            fs::create_dir(sandbox.dir.path().join("elsewhere")).unwrap();
            fs::write(sandbox.dir.path().join("victim"), "precious").unwrap();
            if fs::remove_file(sandbox.at(link)).is_err() {
                let _ = fs::remove_dir_all(sandbox.at(link));
            }
            symlink(&target, sandbox.at(link)).unwrap();
            let set = set(NEW);
            let options = Options {
                force: true,
                source_map: Some(SourceMap::of(&set, &Manifest::of(&set), |_| None)),
                ..Options::default()
            };
            let found = obstacles(write(&sandbox.out(), &set, &options));
            assert_eq!(found, [(link.to_owned(), What::Link)]);
            assert_eq!(
                fs::read_to_string(sandbox.dir.path().join("victim")).unwrap(),
                "precious"
            );
            assert!(listing(&sandbox.dir.path().join("elsewhere")).is_empty());
        }
    }

    #[test]
    fn a_file_of_ours_that_became_a_link_is_let_go() {
        let sandbox = Sandbox::with(OLD);
        fs::remove_file(sandbox.at("a/gone.yaml")).unwrap();
        symlink("kept.yaml", sandbox.at("a/gone.yaml")).unwrap();
        sandbox.write(NEW).unwrap();
        assert!(sandbox.at("a/gone.yaml").is_symlink());
    }

    #[test]
    fn the_output_folder_itself_may_be_a_link() {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.dir.path().join("real")).unwrap();
        symlink("real", sandbox.out()).unwrap();
        sandbox.write(OLD).unwrap();
        assert!(sandbox.dir.path().join("real/a/kept.yaml").is_file());
    }

    #[test]
    fn a_program_may_be_run() {
        let mode = |sandbox: &Sandbox, name: &str| {
            fs::metadata(sandbox.at(name)).unwrap().permissions().mode() & 0o111
        };
        let sandbox = Sandbox::with(OLD);
        assert_ne!(mode(&sandbox, "run.sh"), 0);
        assert_eq!(mode(&sandbox, "c"), 0);
        fs::set_permissions(sandbox.at("run.sh"), PermissionsExt::from_mode(0o644)).unwrap();
        assert_eq!(
            sandbox.check(OLD).differences,
            [("run.sh".into(), Difference::Outdated)]
        );
        assert_eq!(sandbox.write(OLD), Ok(report(1, 5, 0)));
        assert_ne!(mode(&sandbox, "run.sh"), 0);
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_named() {
        let sandbox = Sandbox::with(OLD);
        fs::set_permissions(sandbox.out(), PermissionsExt::from_mode(0o555)).unwrap();
        if fs::write(sandbox.at("probe"), "").is_ok() {
            println!("skipped: this user may write anywhere");
            return;
        }
        let before = sandbox.output();
        let error = sandbox.write(NEW).unwrap_err();
        fs::set_permissions(sandbox.out(), PermissionsExt::from_mode(0o755)).unwrap();
        assert!(matches!(error, WriteError::HalfWritten(_)), "{error}");
        assert_ne!(
            sandbox.output(),
            before,
            "removals within folders were allowed"
        );
        assert!(recover(&sandbox.out(), false).unwrap().is_some());
    }
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
