//! What a build says that it did.

use std::{collections::BTreeMap, io, path::Path};

use tenantry_core::emit::Output;

use super::folder;
use crate::{
    console::Stream,
    render::{counted, style::Look},
    write::{Recovered, Report},
};

/// What was done, over all environments.
#[derive(Debug, Default)]
pub(super) struct Written {
    written: usize,
    unchanged: usize,
    removed: usize,
    recovered: bool,
}

impl Written {
    /// Adds what was done in one.
    pub(super) fn add(&mut self, report: &Report) {
        self.written += report.written;
        self.unchanged += report.unchanged;
        self.removed += report.removed;
        self.finished(report.recovered);
    }

    /// Adds an earlier build that had to be finished first.
    pub(super) fn finished(&mut self, recovered: Option<Recovered>) {
        self.recovered |= recovered.is_some();
    }

    /// Prints it: what lies where, and how much of it is new.
    pub(super) fn tell(&self, outputs: &[Output], out: &Path, to: &mut Stream) -> io::Result<()> {
        let look = to.look;
        if self.recovered {
            to.line("an earlier build had been cut short; it was finished first")?;
        }
        if self.written + self.unchanged + self.removed == 0 {
            return to.line(&format!(
                "{} no backend has anything to write",
                look.good("ok")
            ));
        }
        if self.written + self.removed == 0 {
            let files = counted(self.unchanged, "file");
            return to.line(&format!(
                "{} nothing changed: {files} in {}",
                look.good("ok"),
                out.display()
            ));
        }
        to.print(&table(outputs, out, look))?;
        let parts = [
            (self.written, "written"),
            (self.unchanged, "unchanged"),
            (self.removed, "removed"),
        ];
        let said = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"));
        let total = counted(self.written + self.unchanged, "file");
        to.line(&format!(
            "{} {total} in {}: {}",
            look.good("ok"),
            out.display(),
            said.collect::<Vec<_>>().join(", ")
        ))
    }
}

/// A row per folder and target: how many files and objects are there.
fn table(outputs: &[Output], out: &Path, look: Look) -> String {
    let mut rows: BTreeMap<(String, &str), (usize, usize)> = BTreeMap::new();
    for output in outputs {
        let root = folder(out, output);
        for artifact in output.artifacts.iter() {
            let below = artifact.path.folders().take(2).last().unwrap_or_default();
            let path = root.join(below);
            let (files, objects) = rows
                .entry((path.display().to_string(), artifact.target))
                .or_default();
            *files += 1;
            *objects += artifact.objects.len();
        }
    }
    let folders = rows
        .keys()
        .map(|(folder, _)| folder.chars().count())
        .max()
        .unwrap_or(0);
    let targets = rows
        .keys()
        .map(|(_, target)| target.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for ((folder, target), (files, objects)) in &rows {
        let target = look.code(&format!("{target:targets$}"));
        let objects = if *objects > 0 {
            format!(", {}", counted(*objects, "object"))
        } else {
            String::new()
        };
        text += &format!(
            "  {folder:folders$}  {target}  {}{objects}\n",
            counted(*files, "file")
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use insta::assert_snapshot;
    use tenantry_core::emit::{
        Artifact, ArtifactPath, ArtifactSet, Manifest, ObjectEntry, Output, SourceMap, Text,
    };

    use super::Written;
    use crate::{
        console::Stream,
        write::{Recovered, Report},
    };

    fn output(env: Option<&str>) -> Output {
        let file = |path: &str, target| {
            Artifact::new(
                ArtifactPath::new(path).unwrap(),
                target,
                Text::plain("text\n", []),
            )
        };
        let mut deployment = file("kubernetes/sz1/acme/web.yaml", "kubernetes");
        deployment.objects.push(ObjectEntry {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            namespace: Some("acme".into()),
            name: "web".into(),
            unproven: false,
            wave: 2,
            spec: "acme.web".into(),
        });
        let plan = file("proxmox/lab/plan.json", "proxmox");
        let values = file("helm/sz1/rook.values.yaml", "helm");
        let artifacts = ArtifactSet::new("shop", [deployment, plan, values]).unwrap();
        let source_map = SourceMap::of(&artifacts, &Manifest::of(&artifacts), |_| None);
        Output {
            env: env.map(Into::into),
            artifacts,
            source_map,
        }
    }

    fn told(written: &Written, outputs: &[Output]) -> String {
        let (mut stream, text) = Stream::into_memory();
        written
            .tell(outputs, Path::new("out"), &mut stream)
            .unwrap();
        text.take()
    }

    #[test]
    fn what_was_written_where() {
        let mut written = Written::default();
        written.add(&Report {
            written: 2,
            unchanged: 1,
            removed: 1,
            recovered: None,
        });
        assert_snapshot!(told(&written, &[output(None)]), @"
          out/helm/sz1        helm        1 file
          out/kubernetes/sz1  kubernetes  1 file, 1 object
          out/proxmox/lab     proxmox     1 file
        ok 3 files in out: 2 written, 1 unchanged, 1 removed
        ");
    }

    #[test]
    fn environments_have_folders_of_their_own() {
        let mut written = Written::default();
        written.add(&Report {
            written: 3,
            unchanged: 0,
            removed: 0,
            recovered: None,
        });
        written.add(&Report {
            written: 0,
            unchanged: 3,
            removed: 0,
            recovered: Some(Recovered::default()),
        });
        assert_snapshot!(told(&written, &[output(Some("prod")), output(Some("staging"))]), @"
        an earlier build had been cut short; it was finished first
          out/prod/helm/sz1           helm        1 file
          out/prod/kubernetes/sz1     kubernetes  1 file, 1 object
          out/prod/proxmox/lab        proxmox     1 file
          out/staging/helm/sz1        helm        1 file
          out/staging/kubernetes/sz1  kubernetes  1 file, 1 object
          out/staging/proxmox/lab     proxmox     1 file
        ok 6 files in out: 3 written, 3 unchanged
        ");
    }

    #[test]
    fn nothing_changed() {
        let mut written = Written::default();
        written.add(&Report {
            written: 0,
            unchanged: 3,
            removed: 0,
            recovered: None,
        });
        assert_snapshot!(told(&written, &[output(None)]), @"ok nothing changed: 3 files in out");
    }
}
