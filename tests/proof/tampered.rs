//! The last look at the bytes: whatever is done to the files after they were written is told.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tenantry_core::{
    diag::Findings,
    emit::{Artifact, ArtifactPath, ArtifactSet, assemble::Output},
    prove,
};

use crate::{
    estates,
    ground::{Made, with},
};

/// Of so many bytes of a policy's file one is changed.
const EVERY: usize = 11;

/// Files of an estate, to be changed and looked at.
struct Files<'m> {
    made: &'m Made<'m>,
    /// What is made: its source map, and its artifacts as they are written.
    output: Output,
    written: Vec<Artifact>,
}

impl<'m> Files<'m> {
    fn of(made: &'m Made<'m>) -> Self {
        let (_, findings) = prove::flows(made.ground, &made.meant);
        assert_eq!(findings, Findings::new());
        let output = (made.files)();
        let written = output.artifacts.iter().cloned().collect();
        Self {
            made,
            output,
            written,
        }
    }

    /// What is told of these files instead of those that were written.
    fn told(&mut self, files: Vec<Artifact>) -> Findings {
        self.output.artifacts = ArtifactSet::new("tampered", files).unwrap();
        prove::prove(&self.output, self.made.ground)
    }

    /// What is told where one file has other bytes.
    fn with_bytes(&mut self, at: usize, bytes: Vec<u8>) -> Findings {
        let mut files = self.written.clone();
        files[at].bytes = bytes;
        self.told(files)
    }

    /// The files that hold policies.
    fn policies(&self) -> Vec<usize> {
        let holds = |file: &Artifact| {
            let mut kinds = file.objects.iter().map(|object| object.kind.as_str());
            kinds.any(|kind| kind == "NetworkPolicy")
        };
        let all = 0..self.written.len();
        all.filter(|at| holds(&self.written[*at])).collect()
    }
}

/// What a reader gets of a file; none where it is no YAML.
fn documents(bytes: &[u8]) -> Option<Vec<Value>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|it| Value::deserialize(it).ok()).collect()
}

/// Another byte of the same sort, so that most of what comes out is still YAML.
fn other(byte: u8) -> u8 {
    match byte {
        b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => byte + 1,
        b'9' => b'1',
        b'z' => b'b',
        b'Z' => b'B',
        b' ' => b'-',
        b'\n' => b' ',
        _ => b'x',
    }
}

#[test]
fn no_byte_of_a_policy_is_changed_unnoticed() {
    let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
    let sound = with(&estates::shop(), |made| {
        let mut files = Files::of(made);
        assert_eq!(files.told(files.written.clone()), Findings::new());
        for at in files.policies() {
            let before = files.written[at].bytes.clone();
            for place in (0..before.len()).step_by(EVERY) {
                let mut bytes = before.clone();
                bytes[place] = other(bytes[place]);
                let same = documents(&bytes) == documents(&before);
                let told = files.with_bytes(at, bytes);
                // A comment, or another way to write the same.
                assert_eq!(
                    told.is_empty(),
                    same,
                    "byte {place} of {}",
                    name(&files, at)
                );
                *counts.entry(same).or_default() += 1;
            }
        }
    });
    assert!(sound);
    let changed = counts.get(&false).copied().unwrap_or_default();
    assert!(changed > 200, "too few: {counts:?}");
}

#[test]
fn no_line_of_a_policy_is_lost_unnoticed() {
    let mut changed = 0;
    let sound = with(&estates::shop(), |made| {
        let mut files = Files::of(made);
        for at in files.policies() {
            let before = files.written[at].bytes.clone();
            let text = String::from_utf8(before.clone()).unwrap();
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            for gone in 0..lines.len() {
                let mut kept = lines.clone();
                let line = kept.remove(gone);
                let bytes = kept.concat().into_bytes();
                let same = documents(&bytes) == documents(&before);
                let told = files.with_bytes(at, bytes);
                assert_eq!(told.is_empty(), same, "{line:?} of {}", name(&files, at));
                changed += usize::from(!same);
            }
        }
    });
    assert!(sound && changed > 100, "{changed} lines are too few");
}

/// Lets everything in, and out.
const OPEN: &str = "---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: open
  namespace: shop
spec:
  podSelector: {}
  ingress: [{}]
  egress: [{}]
";

#[test]
fn nothing_is_added_removed_moved_or_doubled_unnoticed() {
    let mut doubled = 0;
    let sound = with(&estates::shop(), |made| {
        let mut files = Files::of(made);
        let held: Vec<usize> = files.policies();
        let all: Vec<usize> = (0..files.written.len())
            .filter(|at| !files.written[*at].objects.is_empty())
            .collect();
        assert!(held.len() > 1 && all.len() > held.len());
        for at in &all {
            let mut without = files.written.clone();
            let gone = without.remove(*at);
            let told = files.told(without.clone());
            assert!(!told.is_empty(), "{} is missing", gone.path.as_str());
            // Where another stands twice instead, the number is right.
            let as_many = |it: &Artifact| it.objects.len() == gone.objects.len();
            if let Some(twin) = without.iter().find(|it| as_many(it)) {
                let mut twin = twin.clone();
                twin.path = ArtifactPath::new(format!("{}.yaml", twin.path.as_str())).unwrap();
                without.push(twin);
                doubled += 1;
                let told = files.told(without);
                assert!(
                    !told.is_empty(),
                    "another stands for {}",
                    gone.path.as_str()
                );
            }
        }
        for at in held {
            let before = files.written[at].bytes.clone();
            let added = [&before, OPEN.as_bytes()].concat();
            assert_eq!(documents(&added).map(|it| it.len() > 1), Some(true));
            assert!(!files.with_bytes(at, added).is_empty(), "a policy more");
            let doubled = [&before, &b"---\n"[..], &before].concat();
            assert!(!files.with_bytes(at, doubled).is_empty(), "policies twice");
            assert!(!files.with_bytes(at, Vec::new()).is_empty(), "no policy");
            let cut = before[..before.len() / 2].to_vec();
            assert!(!files.with_bytes(at, cut).is_empty(), "half of a file");
            let mut moved = files.written.clone();
            let path = moved[at].path.as_str().to_owned();
            let mut parts: Vec<&str> = path.split('/').collect();
            parts[1] = "elsewhere";
            moved[at].path = ArtifactPath::new(parts.join("/")).unwrap();
            assert!(
                !files.told(moved).is_empty(),
                "{path} in another cluster's folder"
            );
        }
    });
    assert!(sound && doubled > 0, "{doubled} files are doubled");
}

fn name(files: &Files<'_>, at: usize) -> String {
    files.written[at].path.as_str().to_owned()
}
