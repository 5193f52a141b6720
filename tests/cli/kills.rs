//! Builds that are killed for real, at moments nobody chose.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::harness::Folder;

/// Every file of the output but the writer's own folders: what readers see.
fn output(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files);
    files
}

fn collect(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("the folder is read") {
        let entry = entry.expect("an entry");
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a type").is_dir() {
            if !name.ends_with(".tenantry") {
                collect(&entry.path(), &format!("{name}/"), files);
            }
        } else {
            files.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
}

/// The estate that the folder's output is to become: a label on every pod of a tenant.
fn change(folder: &Folder) {
    let text = folder.read("tenants/acme.kdl");
    let changed = text.replace("var LOG_LEVEL info", "var LOG_LEVEL trace");
    assert_ne!(text, changed, "the example has a line to change");
    folder.write("tenants/acme.kdl", &changed);
    // A workload less, so that something is removed too.
    let lab = folder.read("lab.kdl");
    let start = lab
        .find("    workload runner")
        .expect("the lab has a runner");
    let end = lab[start..].find("\n    }\n").expect("which ends") + start + 7;
    folder.write("lab.kdl", &format!("{}{}", &lab[..start], &lab[end..]));
}

#[test]
fn a_build_killed_at_any_moment_leaves_a_whole_output_or_is_finished_by_the_next() {
    let reference = Folder::of_example("ai-cloud");
    reference.run("build --out out").ends_with(0);
    let old = output(&reference.path("out"));
    change(&reference);
    reference.run("build --out out").ends_with(0);
    let new = output(&reference.path("out"));
    assert_ne!(old, new);

    for delay in [0, 5, 20, 40, 60, 80, 100, 120, 150, 200, 300, 450] {
        let folder = Folder::of_example("ai-cloud");
        folder.run("build --out out").ends_with(0);
        change(&folder);
        let mut child = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .args(["build", "--out", "out"])
            .current_dir(folder.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        thread::sleep(Duration::from_millis(delay));
        // On Unix this is SIGKILL. It may have ended already, which is a moment too.
        let _ = child.kill();
        child.wait().expect("it is gone");

        let left = output(&folder.path("out"));
        let next = folder.run("build --out out").ends_with(0);
        // Each environment is a tree of its own, committed by itself.
        for env in ["prod/", "staging/"] {
            let part = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
                files
                    .iter()
                    .filter(|(path, _)| path.starts_with(env))
                    .map(|(path, bytes)| (path.clone(), bytes.clone()))
                    .collect()
            };
            let whole = part(&left) == part(&old) || part(&left) == part(&new);
            let said = format!("{}{}", next.out, next.err);
            assert!(
                whole || said.contains("finished"),
                "after {delay} ms {env} is half written, and the next build says:\n{said}"
            );
        }
        assert_eq!(output(&folder.path("out")), new, "after {delay} ms");
    }
}
