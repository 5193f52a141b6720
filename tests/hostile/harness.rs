//! Runs the command on a folder that nobody meant well, within bounds that the system keeps.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// KiB of memory of its own that a run may have: the kernel refuses more, and the run would end
/// with a signal instead of an exit code.
const MEMORY_KIB: u64 = 200 << 10;

/// Nothing here needs more than a second of an idle machine when built for release. Tests run in
/// a slower build, many at once: this only catches what does not end.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the ground of most cases is: one machine, so that a workload has somewhere to run.
pub(crate) const GROUND: &str = r#"
estate target
cluster c { kubernetes "1.34"; network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="10.9.0.0/24"; cni cilium "1.19.5"; facts { dns namespace=kube-system { ip "10.43.0.10"; select k8s-app kube-dns } } }
cpu-model small cores=8
pool general { nodes 3 first-ip="10.9.0.10"; cpu small; memory "64GiB" }
"#;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Both streams.
    pub(crate) said: String,
}

impl Ended {
    /// Whether a finding of this rule was printed.
    pub(crate) fn says(&self, rule: &str) -> bool {
        self.said.contains(rule)
    }

    /// Fails unless the run was refused in words that contain all of these.
    #[track_caller]
    pub(crate) fn refused(&self, words: &[&str]) -> &Self {
        assert!(matches!(self.code, Some(1..=3)), "{}", self.shown());
        for word in words {
            assert!(self.says(word), "no `{word}` in: {}", self.shown());
        }
        self
    }

    /// Fails unless the run ended well.
    #[track_caller]
    pub(crate) fn accepted(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{}", self.shown());
        self
    }

    /// What it said, if it is not too much.
    fn shown(&self) -> String {
        let start: String = self.said.chars().take(1500).collect();
        format!("ended with {:?}, and said:\n{start}", self.code)
    }
}

/// An estate on the disk.
pub(crate) struct Estate {
    folder: TempDir,
}

impl Estate {
    /// The ground, and one more file.
    pub(crate) fn on_ground(text: &str) -> Self {
        Self::new(&[("tenantry.kdl", GROUND), ("spec.kdl", text)])
    }

    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let estate = Self { folder };
        for (path, text) in files {
            estate.write(path, text);
        }
        estate
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `tenantry check`, which must end with a word of its own: no signal, no bug of ours.
    #[track_caller]
    pub(crate) fn check(&self) -> Ended {
        self.run(&["check", "--format", "short"])
    }

    /// Runs a command on the folder.
    ///
    /// It fails the test when the run takes for ever, is ended by a signal (as when it asks for
    /// more memory than it may have), tells of a bug in the compiler, or fails without a word.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        let said = self.folder.path().with_extension("said");
        let (child, started) = (self.start(args, &said), Instant::now());
        let (code, peak) = watch(child);
        let text = String::from_utf8_lossy(&fs::read(&said).unwrap()).into_owned();
        fs::remove_file(said).unwrap();
        let mut figures = String::new();
        let _infallible = write!(figures, "{:?}, {} MiB", started.elapsed(), peak >> 10);
        // Small ones are many, and say nothing.
        if peak > 64 << 10 || started.elapsed().as_millis() > 500 {
            println!("{}: {figures}", thread::current().name().unwrap_or("?"));
        }
        let ended = Ended { code, said: text };
        assert!(matches!(code, Some(0..=3)), "{figures}: {}", ended.shown());
        assert!(
            code == Some(0) || !ended.said.is_empty(),
            "{figures}: silent"
        );
        assert!(
            ended.said.len() < 1 << 20,
            "{figures}: {} bytes of words",
            ended.said.len()
        );
        ended
    }

    fn start(&self, args: &[&str], said: &Path) -> Child {
        let out = fs::File::create(said).unwrap();
        Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("ulimit -d {MEMORY_KIB} && exec \"$0\" \"$@\""))
            .arg(env!("CARGO_BIN_EXE_tenantry"))
            .args(args)
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stderr(out.try_clone().unwrap())
            .stdout(out)
            .spawn()
            .unwrap()
    }
}

/// Waits for the end; gives the exit code and the greatest memory seen, in KiB.
#[track_caller]
fn watch(mut child: Child) -> (Option<i32>, u64) {
    let (started, status) = (Instant::now(), format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    loop {
        peak = fs::read_to_string(&status)
            .ok()
            .and_then(|text| high_water(&text))
            .unwrap_or(peak);
        if let Some(ended) = child.try_wait().unwrap() {
            return (ended.code(), peak);
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("still running after {PATIENCE:?}, with {} MiB", peak >> 10);
        }
        thread::sleep(Duration::from_millis(4));
    }
}

/// `VmHWM:   123 kB`, where the system tells.
fn high_water(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
