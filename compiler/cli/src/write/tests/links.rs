//! Links and permissions, where a system has them.

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
