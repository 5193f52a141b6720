//! How a run ends.

use std::{fmt, io, process::ExitCode};

/// What a run says to whoever started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Clean,
    /// There are findings at error level, or something is not as it should be.
    Findings,
    /// The command line is wrong, or a file could not be read or written.
    Usage,
    /// The input is larger than a bound of the compiler.
    Limit,
    /// Whether it fits was not decided within the budget of steps.
    Undecided,
    /// A defect of ours.
    Bug,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Limit => 3,
            Exit::Undecided => 4,
            Exit::Bug => 70,
        })
    }
}

/// Why a command could not do its work: in plain words, and what would help.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// The reader of our output has gone; there is nobody to tell.
    pub(crate) unheard: bool,
    /// How the run ends.
    pub(crate) exit: Exit,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            unheard: false,
            exit: Exit::Usage,
        }
    }

    /// A bound was passed; says which, and how another one is set.
    pub(crate) fn limit(message: impl Into<String>, bound: &str) -> Self {
        Self {
            exit: Exit::Limit,
            ..Self::new(message).help(format!("`--limit {bound}=NUMBER` allows more"))
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let unheard = error.kind() == io::ErrorKind::BrokenPipe;
        Self {
            unheard,
            ..Self::new(format!("cannot print: {error}"))
        }
    }
}
