//! Why the output could not be written, as facts; the sentences are made of them in one place.

use std::{fmt, io, path::PathBuf};

/// Why the output could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// Another build is writing to the folder; its process, where it said so.
    Busy {
        /// The lock that it holds.
        lock: PathBuf,
        /// Its process id.
        process: Option<u32>,
    },
    /// These stand where files would be written or removed. Nothing was changed.
    Obstructed(Vec<Obstacle>),
    /// A file by which we would know what is ours is not one that we wrote.
    NotOurs {
        /// `manifest.json`, or the record of a build that was cut short.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system refused.
    Io {
        /// What we wanted, as in "cannot … `path`".
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's own words.
        reason: String,
    },
    /// The new output was recorded and is partly in place: this kept it from being finished.
    HalfWritten(Box<WriteError>),
}

/// A thing at a path of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// Where, from the output folder.
    pub path: String,
    /// What it is.
    pub what: What,
}

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A file of ours that holds something else than we wrote.
    Edited,
    /// A file that we did not write.
    File,
    /// A folder with things in it that we did not write.
    Folder,
    /// A symbolic link: it is never followed.
    Link,
    /// A device, a socket or a pipe.
    Special,
}

impl WriteError {
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>, error: &io::Error) -> Self {
        Self::Io {
            doing,
            path: path.into(),
            reason: error.to_string(),
        }
    }

    pub(super) fn obstructed(path: impl Into<String>, what: What) -> Self {
        let path = path.into();
        Self::Obstructed(vec![Obstacle { path, what }])
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Busy { .. } => "wait until it is done, or end it".to_owned(),
            Self::Obstructed(obstacles) => {
                let edited = |o: &Obstacle| o.what == What::Edited;
                let foreign = "move it away, or build into another folder";
                let own =
                    "put the change into the spec, then build with --force to take the file back";
                match (obstacles.iter().any(edited), obstacles.iter().all(edited)) {
                    (_, true) => own.to_owned(),
                    (false, _) => foreign.to_owned(),
                    (true, false) => format!("where it was edited, {own}; else {foreign}"),
                }
            }
            Self::NotOurs { path, .. } => format!(
                "restore `{}` as it was built, or build into another folder",
                path.display()
            ),
            Self::Io { .. } => {
                "see to it that the folder can be written, then build again".to_owned()
            }
            Self::HalfWritten(error) => match &**error {
                Self::Obstructed(_) => error.help(),
                _ => format!("{}: it goes on where it stopped", error.help()),
            },
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { lock, process } => {
                f.write_str("another build is writing to this folder")?;
                if let Some(process) = process {
                    write!(f, " (process {process})")?;
                }
                write!(f, ": it holds `{}`", lock.display())
            }
            Self::Obstructed(obstacles) => {
                for (number, Obstacle { path, what }) in obstacles.iter().enumerate() {
                    let separator = if number > 0 { "\n" } else { "" };
                    write!(f, "{separator}`{path}` {what}")?;
                }
                Ok(())
            }
            Self::NotOurs { path, reason } => {
                write!(
                    f,
                    "`{}` does not tell what is ours: {reason}",
                    path.display()
                )
            }
            Self::Io {
                doing,
                path,
                reason,
            } => {
                write!(f, "cannot {doing} `{}`: {reason}", path.display())
            }
            Self::HalfWritten(error) => write!(f, "the output is half written: {error}"),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edited => "was edited after it was built",
            Self::File => "is a file that was not built from this spec",
            Self::Folder => "is a folder with things that were not built from this spec",
            Self::Link => "is a symbolic link, which is never followed",
            Self::Special => "is neither a file nor a folder",
        })
    }
}

impl std::error::Error for WriteError {}
