//! A folder in which a page's estate grows, and the command run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::page::repository;

/// A folder, and where one stands in it.
#[derive(Debug)]
pub(crate) struct Estate {
    folder: TempDir,
    at: PathBuf,
}

/// What a run of `tenantry` printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    /// Standard output, then standard error.
    pub(crate) said: String,
}

impl Estate {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let at = folder.path().to_owned();
        Self { folder, at }
    }

    /// A copy of one of the repository's examples.
    pub(crate) fn of_example(name: &str) -> Self {
        let mut estate = Self::new();
        // A folder of its own, so that a command may write beside it.
        estate.at = estate.at.join(name);
        copy(&repository().join("examples").join(name), &estate.at);
        estate
    }

    /// Goes into a folder below, or back up by `..`.
    ///
    /// # Errors
    /// There is no such folder.
    pub(crate) fn enter(&mut self, path: &str) -> Result<(), String> {
        let there = self.at.join(path);
        let there = there
            .canonicalize()
            .map_err(|error| format!("`cd {path}`: {error}"))?;
        let root = self
            .folder
            .path()
            .canonicalize()
            .expect("the folder is there");
        if !there.starts_with(root) {
            return Err(format!("`cd {path}` leaves the page's folder"));
        }
        self.at = there;
        Ok(())
    }

    /// A file's text, if it is there.
    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.at.join(path)).ok()
    }

    /// The texts of all files of the spec.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let mut folders = vec![self.at.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("the folder is read") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|it| it == "kdl") {
                    texts.push(fs::read_to_string(path).expect("a spec is text"));
                }
            }
        }
        texts
    }

    /// Writes a file, or takes it away.
    pub(crate) fn write(&self, path: &str, text: Option<&str>) {
        let path = self.at.join(path);
        match text {
            Some(text) => {
                fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))
                    .expect("the folder is made");
                fs::write(path, text).expect("the file is written");
            }
            None => fs::remove_file(path).expect("the file is removed"),
        }
    }

    /// Runs `tenantry` here.
    pub(crate) fn tenantry(&self, arguments: &[String]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .args(arguments)
            .current_dir(&self.at)
            .env_remove("RUST_BACKTRACE")
            .output()
            .expect("the command starts");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Run {
            code: output.status.code(),
            said: text(&output.stdout) + &text(&output.stderr),
        }
    }

    /// The findings of the estate here, as `(rule, message)`.
    ///
    /// # Errors
    /// What `check` says instead of them.
    pub(crate) fn findings(&self) -> Result<Vec<(String, String)>, String> {
        let run = self.tenantry(&["check", "--format", "json"].map(str::to_owned));
        let document: serde_json::Value =
            serde_json::from_str(&run.said).map_err(|_| run.said.clone())?;
        let findings = document["findings"].as_array().ok_or("no findings")?;
        let told = |finding: &serde_json::Value| {
            let field = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            let line = &finding["span"]["start"]["line"];
            (
                field("rule"),
                format!("{}:{line}: {}", field("path"), field("message")),
            )
        };
        Ok(findings.iter().map(told).collect())
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is made");
    for entry in fs::read_dir(from).expect("there is such an example") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file is copied");
        }
    }
}

/// The words of a command, as a shell would read them.
///
/// # Errors
/// A quotation mark that is not closed, or what only a shell can do.
pub(crate) fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut signs = line.chars();
    while let Some(sign) = signs.next() {
        match sign {
            ' ' => words.extend(word.take()),
            '#' if word.is_none() => break,
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match signs.next() {
                        Some(end) if end == sign => break,
                        Some(inside) => word.push(inside),
                        None => return Err(format!("{sign} is not closed in: {line}")),
                    }
                }
            }
            '|' | '>' | '<' | '&' | ';' | '$' | '`' => {
                return Err(format!("`{sign}` asks for a shell in: {line}"));
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

#[test]
fn words_are_those_of_a_shell() {
    let words = words("tenantry why a 'b c' \"d\"  # and why").unwrap();
    assert_eq!(words, ["tenantry", "why", "a", "b c", "d"]);
}
