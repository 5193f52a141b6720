//! The referees: programs that hold the admission of what our objects are for, built from its own
//! source. They take cases as lines of JSON and answer with verdicts.
#![expect(
    clippy::disallowed_methods,
    reason = "referees are programs of their own, beside every compile"
)]

use std::{
    env,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
};

use serde::Deserialize;
use tenantry_core::diag::Admission;
use tenantry_tests::validate::Skip;

use super::case::Case;

/// Names the folder that `tests/conformance/build` made. Where it is set, nothing is skipped.
const ENVIRONMENT: &str = "TENANTRY_REFEREES";

/// What is said of a kind that nobody serves here: one that a spec brought itself, and whose
/// definition is its author's.
const UNKNOWN_KIND: &str = "no matches for kind";

/// What a referee says against an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Refusal {
    /// Of which cluster.
    pub(crate) case: String,
    /// Such as `Deployment acme/api`, or `the pod of Deployment acme/api`.
    pub(crate) object: String,
    /// Its own words.
    pub(crate) message: String,
}

/// What the referees say of cases.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    /// In the order of the cases and their objects.
    pub(crate) refusals: Vec<Refusal>,
    /// What was accepted with a word of warning.
    pub(crate) warnings: Vec<Refusal>,
    /// How many objects were judged.
    pub(crate) objects: usize,
    /// How many pods were, that controllers would make of them.
    pub(crate) pods: usize,
}

/// A line of an answer.
#[derive(Deserialize)]
struct Line {
    case: String,
    #[serde(default)]
    index: usize,
    #[serde(default)]
    refused: String,
    #[serde(default)]
    pod: bool,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    done: bool,
}

/// A program that judges.
pub(crate) struct Referee {
    name: &'static str,
    child: Child,
    asked: ChildStdin,
    told: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Referee {
    fn start(folder: &Path, name: &'static str, arguments: &[&Path]) -> Self {
        let log = folder.join(format!("{name}.log"));
        let errors =
            File::create(&log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        let program = folder.join(name);
        let mut child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let asked = child.stdin.take().expect("it has a pipe");
        let told = BufReader::new(child.stdout.take().expect("it has a pipe"));
        Self {
            name,
            child,
            asked,
            told,
            log,
        }
    }

    /// Judges cases, one after the other.
    pub(crate) fn judge(&mut self, cases: &[Case]) -> Verdicts {
        let (asked, told) = (&mut self.asked, &mut self.told);
        let mut verdicts = Verdicts::default();
        let answered = thread::scope(|scope| {
            // Both pipes are bounded: who only writes would wait for who only writes.
            scope.spawn(|| {
                for case in cases {
                    let line = serde_json::to_string(case).expect("a case has a text");
                    if writeln!(asked, "{line}")
                        .and_then(|()| asked.flush())
                        .is_err()
                    {
                        // It is gone, and what it says last is on the other pipe.
                        return;
                    }
                }
            });
            cases
                .iter()
                .all(|case| read_verdicts(told, case, &mut verdicts))
        });
        if !answered {
            let status = self.child.wait();
            panic!(
                "{} ended: {status:?}; see {}",
                self.name,
                self.log.display()
            );
        }
        verdicts
    }
}

/// The verdicts of one case; whether they came to an end.
fn read_verdicts(from: &mut impl BufRead, case: &Case, verdicts: &mut Verdicts) -> bool {
    let mut text = String::new();
    let mut said = Vec::new();
    loop {
        text.clear();
        if from.read_line(&mut text).is_ok_and(|read| read == 0) {
            return false;
        }
        let line: Line =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            line.case, case.name,
            "verdicts come in the order of the cases"
        );
        if line.done {
            break;
        }
        said.push(line);
    }
    // Objects of a wave are judged side by side.
    said.sort_by_key(|line| (line.index, line.pod));
    for line in said {
        let judged = &case.objects[line.index];
        if judged.raw && line.refused.contains(UNKNOWN_KIND) {
            continue;
        }
        let object = if line.pod {
            verdicts.pods += 1;
            format!("the pod of {}", judged.name)
        } else {
            verdicts.objects += 1;
            judged.name.clone()
        };
        let told = |message: String| Refusal {
            case: case.name.clone(),
            object: object.clone(),
            message,
        };
        verdicts
            .warnings
            .extend(line.warnings.into_iter().map(told));
        if !line.refused.is_empty() {
            verdicts.refusals.push(told(line.refused));
        }
    }
    true
}

/// All that are at hand.
pub(crate) struct Referees {
    /// A kube-apiserver with its etcd.
    pub(crate) api_server: Referee,
    /// KubeVirt's admission webhooks.
    pub(crate) kubevirt: Referee,
}

impl Referees {
    /// Both judge all; the API server first.
    pub(crate) fn judge(&mut self, cases: &[Case]) -> Verdicts {
        let Self {
            api_server,
            kubevirt,
        } = self;
        let (mut all, more) = thread::scope(|scope| {
            let other = scope.spawn(|| kubevirt.judge(cases));
            (api_server.judge(cases), other.join().expect("it judged"))
        });
        all.refusals.extend(more.refusals);
        all.warnings.extend(more.warnings);
        all
    }

    /// The one that a rule mirrors.
    pub(crate) fn who_refuses(&mut self, admission: Admission) -> &mut Referee {
        match admission {
            Admission::ApiServer => &mut self.api_server,
            Admission::KubeVirt => &mut self.kubevirt,
        }
    }
}

static REFEREES: LazyLock<Result<Mutex<Referees>, Skip>> = LazyLock::new(|| {
    let Some(folder) = env::var_os(ENVIRONMENT).map(PathBuf::from) else {
        return Err(Skip(format!(
            "no referees; `tests/conformance/build FOLDER` builds them, and {ENVIRONMENT} names the folder"
        )));
    };
    let definitions = folder.join("crds");
    assert!(
        definitions.is_dir(),
        "{} has no definitions",
        folder.display()
    );
    Ok(Mutex::new(Referees {
        api_server: Referee::start(&folder, "apiserver", &[Path::new("-crds"), &definitions]),
        kubevirt: Referee::start(&folder, "kubevirt", &[]),
    }))
});

/// The referees, started once and judging for one test at a time; none where this machine has
/// none, which is printed.
pub(crate) fn referees() -> Option<MutexGuard<'static, Referees>> {
    match &*REFEREES {
        // A test that failed while it held them has heard all verdicts first.
        Ok(referees) => Some(referees.lock().unwrap_or_else(PoisonError::into_inner)),
        Err(Skip(reason)) => {
            println!("skipped: {reason}");
            None
        }
    }
}
