//! What holds for every command: streams, colour, usage.

use crate::harness::{Folder, GROUND};

#[test]
fn a_pipe_gets_no_colour() {
    let folder = Folder::of([("tenantry.kdl", "estate 1 {")]);
    for command in [
        "check",
        "build",
        "explain",
        "explain wrong-value",
        "schema",
        "schema pool",
        "targets",
        "fmt",
    ] {
        let run = folder.run(command);
        assert!(
            !run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'),
            "{command}"
        );
    }
}

#[test]
fn wrong_usage_ends_with_2_and_says_nothing_on_standard_output() {
    for command in [
        "",
        "chekc",
        "check --formt json",
        "check --format yaml",
        "build --set novalue",
    ] {
        let run = Folder::of([]).run(command).ends_with(2);
        assert_eq!(run.out, "", "{command}");
        assert!(!run.err.is_empty(), "{command}");
    }
}

#[test]
#[cfg(unix)]
fn a_reader_that_leaves_early_is_no_error() {
    let tenantry = env!("CARGO_BIN_EXE_tenantry");
    let script = format!("'{tenantry}' schema --format json | head -c 1; exit ${{PIPESTATUS[0]}}");
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .output()
        .expect("a shell");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("such a device");
    let tenantry = std::process::Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .arg("schema")
        .stdout(full)
        .output();
    let output = tenantry.expect("the command starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.starts_with(b"error: cannot print: "));
}

#[test]
fn a_build_for_tools_leaves_standard_output_to_the_document() {
    let folder = Folder::of([("tenantry.kdl", GROUND)]);
    let run = folder.run("build --format json --out out").ends_with(0);
    assert_eq!(run.json()["findings"], serde_json::json!([]));
    assert!(run.err.contains("written"), "{}", run.err);
    let again = folder
        .run("build --format json --out out --check")
        .ends_with(0);
    assert_eq!(again.json()["version"], 1);
    assert!(again.err.contains("is what the spec says"), "{}", again.err);
}
