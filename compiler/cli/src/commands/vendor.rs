//! `tenantry vendor`

use std::path::{Path, PathBuf};

use tenantry_core::{
    emit::Sha256,
    limits::Limits,
    load::{ROOT_FILE, tree},
    lock::{LOCK_FILE, Lock, Pin},
    units::{Folder, Name, Unit},
    world::{ReadError, World},
};

use super::Outcome;
use crate::{
    console::Console,
    disk::Disk,
    estate,
    exit::{Exit, Failure},
    render::{counted, visible},
    vendor::{self, Stage, Taken, git},
    write::write_beside,
};

/// Where packages are kept.
const VENDOR: &str = "vendor";

/// Copy a package into the estate, and pin it
///
/// The package is read whole, copied to vendor/NAME and pinned in tenantry.lock with the hash of
/// its files. Nothing of it is run. A compile fetches nothing: this is the one command that does.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry vendor ../packages/postgres                     from a folder
  tenantry vendor https://git.example/pg.git --rev v1.2.0  from a git repository
  tenantry vendor --check                                  is all as tenantry.lock pins it?
  tenantry vendor --accept vendor/postgres                 pin an edit that is meant")]
pub(crate) struct Args {
    /// A folder, or the address of a git repository (https, ssh, git, file)
    #[arg(required_unless_present_any = ["check", "accept"])]
    source: Option<String>,
    /// The branch, tag or commit of a repository; its default branch unless given
    #[arg(long, value_name = "REV", requires = "source")]
    rev: Option<String>,
    /// The folder below vendor, and the alias; the package's own name unless given
    #[arg(long = "as", value_name = "NAME", requires = "source")]
    alias: Option<String>,
    /// Take the place of what lies there even if it was edited or is not pinned
    #[arg(long, requires = "source")]
    force: bool,
    /// Compare all vendored packages with tenantry.lock; change nothing
    #[arg(long, conflicts_with_all = ["source", "accept"])]
    check: bool,
    /// Pin a vendored package as it lies there now
    #[arg(long, value_name = "FOLDER", conflicts_with = "source")]
    accept: Option<String>,
    /// The folder of the estate, the one with `tenantry.kdl`
    #[arg(long, value_name = "DIR", default_value = ".")]
    estate: PathBuf,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let ground = Ground::open(&args.estate)?;
    match (&args.source, &args.accept) {
        (Some(source), _) => bring(args, source, &ground, console),
        (None, Some(folder)) => accept(folder, ground, console),
        (None, None) => check(&ground, console),
    }
}

/// The estate that packages are taken into.
struct Ground {
    root: PathBuf,
    disk: Disk,
    lock: Lock,
    limits: Limits,
}

impl Ground {
    fn open(root: &Path) -> Result<Self, Failure> {
        let limits = Limits::default();
        let nowhere = || {
            Failure::new(format!("{} has no {ROOT_FILE}", root.display()))
                .help("name the estate's folder with `--estate DIR`")
        };
        let disk = Disk::open(root, limits.file_bytes).map_err(|_| nowhere())?;
        disk.read(ROOT_FILE).map_err(|_| nowhere())?;
        let lock = match disk.read(LOCK_FILE) {
            Ok(text) => Lock::parse(&text).map_err(|why| bad_lock(&why))?,
            Err(ReadError::Missing) => Lock::default(),
            Err(error) => return Err(bad_lock(&format!("{error:?}"))),
        };
        Ok(Self {
            root: root.to_path_buf(),
            disk,
            lock,
            limits,
        })
    }

    /// The hash of a package's folder; none where there is nothing.
    fn hash(&self, folder: &str) -> Result<Option<Sha256>, Failure> {
        if self.disk.list(folder) == Err(ReadError::Missing) {
            return Ok(None);
        }
        tree::hash(&self.disk, folder, &self.limits)
            .map(Some)
            .map_err(|error| Failure::new(format!("cannot read {folder}: {error}")))
    }

    /// Pins a package. The lock is written by a rename.
    fn pin(&mut self, folder: &str, pin: Pin) -> Result<(), Failure> {
        self.lock.packages.insert(folder.to_owned(), pin);
        let path = estate::within(&self.root, LOCK_FILE);
        write_beside(&path, self.lock.print().as_bytes())
            .map_err(|error| Failure::new(error.to_string()).help(error.help()))
    }
}

fn bad_lock(why: &str) -> Failure {
    Failure::new(format!("{LOCK_FILE} cannot be read: {why}"))
        .help("take it back from version control, or mend the merge that broke it")
}

/// Takes a package in, from a folder or an address.
fn bring(args: &Args, source: &str, ground: &Ground, console: &mut Console) -> Outcome {
    let stage = Stage::below(&ground.disk.root().join(VENDOR))?;
    let (taken, from, rev) = if git::is_address(source) {
        let folder = stage.path("git");
        let commit = git::fetch(source, args.rev.as_deref(), &folder)?;
        let taken = vendor::take(&folder, &ground.limits)?;
        (taken, Some(source.to_owned()), Some(commit))
    } else if args.rev.is_some() {
        return Err(
            Failure::new("`--rev` is for an address, and this is a folder")
                .help("check the revision out there, or write it as file:///FOLDER"),
        );
    } else {
        let folder = Path::new(source);
        refuse_own(folder, ground)?;
        (vendor::take(folder, &ground.limits)?, None, None)
    };
    let name = args.alias.as_deref().unwrap_or(&taken.head.name);
    Name::parse(name).map_err(|error| {
        Failure::new(error.message).help("`--as NAME` gives the package another name here")
    })?;
    let folder = format!("{VENDOR}/{name}");
    let hash = tree::of_files(&taken.files);
    let there = ground.hash(&folder)?;
    let pinned = ground.lock.packages.get(&folder).map(|pin| pin.hash);
    if there.is_some() && there != Some(hash) && there != pinned && !args.force {
        return Err(
            Failure::new(format!("{folder} is not as {LOCK_FILE} pins it")).help(
                "somebody edited it, or put it there by hand: keep that elsewhere, or lose it with \
             `--force`",
            ),
        );
    }
    if there != Some(hash) {
        vendor::put(&stage, &ground.disk.root().join(&folder), &taken.files)?;
    }
    let pin = Pin {
        version: taken.head.version.as_deref().map(str::to_owned),
        from,
        rev,
        ..Pin::of(&taken.head.name, Some(hash))
    };
    let mut ground = Ground::open(&ground.root)?;
    ground.pin(&folder, pin)?;
    tell(&taken, &folder, name, there == Some(hash), console)
}

/// A package must not be taken from where it would be put, nor from around the estate.
fn refuse_own(source: &Path, ground: &Ground) -> Result<(), Failure> {
    let Ok(real) = source.canonicalize() else {
        return Ok(());
    };
    let root = ground.disk.root();
    if root.starts_with(&real) {
        return Err(
            Failure::new(format!("{} holds the estate itself", source.display()))
                .help("name the package's own folder"),
        );
    }
    if real.starts_with(root.join(VENDOR)) {
        return Err(
            Failure::new(format!("{} is vendored already", source.display()))
                .help("`tenantry vendor --accept FOLDER` pins what lies there"),
        );
    }
    Ok(())
}

fn tell(taken: &Taken, folder: &str, name: &str, same: bool, console: &mut Console) -> Outcome {
    let look = console.out.look;
    let version = taken.head.version.as_deref();
    let version = version.map_or_else(String::new, |version| format!(" {}", visible(version)));
    let what = match same {
        true => "is in",
        false => "copied to",
    };
    console.out.line(&format!(
        "{} {}{version} {what} {folder}, pinned in {LOCK_FILE}",
        look.good("ok"),
        taken.head.name
    ))?;
    let alias = match name == &*taken.head.name {
        true => String::new(),
        false => format!(" as={name}"),
    };
    console.out.line(&format!(
        "   to use it, say in {ROOT_FILE}: use \"{folder}\"{alias}"
    ))?;
    Ok(Exit::Clean)
}

/// Pins a package as it lies there.
fn accept(folder: &str, mut ground: Ground, console: &mut Console) -> Outcome {
    let path = Folder::parse(folder).map_err(|error| Failure::new(error.message))?;
    let folder = path
        .below("")
        .filter(|it| !it.is_empty())
        .ok_or_else(|| Failure::new(format!("{path} is not below the estate's folder")))?;
    let taken = vendor::take(&ground.disk.root().join(&folder), &ground.limits)?;
    let Some(hash) = ground.hash(&folder)? else {
        return Err(Failure::new(format!("there is no {folder}")));
    };
    let pin = Pin {
        version: taken.head.version.as_deref().map(str::to_owned),
        ..Pin::of(&taken.head.name, Some(hash))
    };
    // An edited copy is no longer what its address has.
    let old = ground.lock.packages.get(&folder).cloned();
    if old.is_none_or(|old| old.hash != hash) {
        ground.pin(&folder, pin)?;
    }
    let ok = console.out.look.good("ok");
    console
        .out
        .line(&format!("{ok} {folder} is pinned as it is"))?;
    Ok(Exit::Clean)
}

/// Compares what is vendored with the lock.
fn check(ground: &Ground, console: &mut Console) -> Outcome {
    let mut wrong = Vec::new();
    for (folder, pin) in &ground.lock.packages {
        match ground.hash(folder)? {
            None => wrong.push(format!("{folder}: not there")),
            Some(hash) if hash != pin.hash => {
                wrong.push(format!(
                    "{folder}: changed: it is {hash}, pinned is {}",
                    pin.hash
                ));
            }
            Some(_) => {}
        }
    }
    for entry in ground.disk.list(VENDOR).unwrap_or_default() {
        let folder = format!("{VENDOR}/{}", entry.name);
        let is_package = entry.folder && ground.disk.read(&format!("{folder}/{ROOT_FILE}")).is_ok();
        if is_package && !ground.lock.packages.contains_key(&folder) {
            wrong.push(format!("{folder}: not pinned"));
        }
    }
    for line in &wrong {
        console.out.line(line)?;
    }
    if wrong.is_empty() {
        let ok = console.out.look.good("ok");
        let count = counted(ground.lock.packages.len(), "package");
        console.out.line(&format!("{ok} {count} as pinned"))?;
        return Ok(Exit::Clean);
    }
    Ok(Exit::Findings)
}
