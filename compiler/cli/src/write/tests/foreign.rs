//! What is not ours, in our way.

use super::*;

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
