//! A folder of files, the command run in it, and what came of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The ground of a small estate without workloads, so that it needs no backend's consent.
pub(crate) const GROUND: &str = r#"
estate shop {
    tenantry ">=0.1"
}
cluster one {
    kubernetes "1.33"
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni cilium "1.17.2"; facts { dns { select k8s-app kube-dns; }; }
}
pool box {
    nodes 1
    cpu edge-x86-8c
    memory "32GiB"
}
"#;

/// A folder that goes away with the test.
pub(crate) struct Folder(TempDir);

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    /// A folder of these files.
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Self {
        let folder = Self(TempDir::new().expect("a temporary folder"));
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// A copy of one of the examples.
    pub(crate) fn of_example(name: &str) -> Self {
        let folder = Self::of([]);
        copy(&repository().join("examples").join(name), folder.0.path());
        folder
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file has a folder"))
            .expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the file is there")
    }

    /// Runs `tenantry` here. Words are separated by spaces.
    pub(crate) fn run(&self, command: &str) -> Run {
        self.run_with(command, "")
    }

    /// As `run`, with this on standard input.
    pub(crate) fn run_with(&self, command: &str, input: &str) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .args(command.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdin = child.stdin.take().expect("it reads");
        std::io::Write::write_all(&mut stdin, input.as_bytes()).expect("it takes its input");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        Run {
            code: output.status.code().expect("no signal ended it"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Run {
    /// The one JSON document on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).expect("standard output is one JSON document")
    }

    /// Fails with both streams unless it ended so.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "\n--- stdout\n{}\n--- stderr\n{}",
            self.out, self.err
        );
        self
    }
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file is copied");
        }
    }
}

/// Begin and end tags that belong to each other, of what has any.
pub(crate) fn well_formed(page: &str) {
    let body = page
        .split("<script>")
        .next()
        .unwrap()
        .split("</style>")
        .nth(1)
        .unwrap();
    let mut open: Vec<&str> = Vec::new();
    for tag in body.split('<').skip(1) {
        let name = tag.split([' ', '>', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some("head") => {}
            Some(end) => assert_eq!(open.pop(), Some(end), "in {tag}"),
            None if ["body", "input", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}
