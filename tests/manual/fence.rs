//! What a fence says about its listing.

/// A fence, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fence {
    /// KDL.
    Kdl(Kdl),
    /// Commands, and how the last one ends.
    Commands {
        /// The exit code.
        exit: i32,
    },
    /// What the last command printed.
    Output,
    /// Commands after `$ `, each followed by what it prints, in a copy of this example.
    Session {
        /// The example's folder.
        example: String,
    },
    /// For people alone.
    Prose,
}

/// What a listing of KDL is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kdl {
    /// The file of the page's estate that it is, or goes into.
    pub(crate) file: Option<String>,
    /// The node that it goes into; empty for the top level.
    pub(crate) inside: Option<String>,
    /// The rule that refuses it.
    pub(crate) error: Option<String>,
    /// The example in which it stands, line by line.
    pub(crate) example: Option<String>,
    /// Whether it is taken back before the next listing.
    pub(crate) undone: bool,
    /// Whether only a later listing makes the estate whole.
    pub(crate) later: bool,
}

/// Reads what follows the backticks.
///
/// # Errors
/// A word that means nothing, so that a slip of the pen does not switch a test off.
pub(crate) fn read(info: &str) -> Result<Fence, String> {
    let mut words = info.split(',');
    let language = words.next().unwrap_or_default();
    let words: Vec<(&str, &str)> = words
        .map(|word| word.split_once('=').unwrap_or((word, "")))
        .collect();
    match language {
        "kdl" => {
            let mut kdl = Kdl::default();
            for (name, value) in words {
                match name {
                    "file" => kdl.file = Some(value.to_owned()),
                    "in" => kdl.inside = Some(value.to_owned()),
                    "error" => kdl.error = Some(value.to_owned()),
                    "example" => kdl.example = Some(value.to_owned()),
                    "undone" => kdl.undone = true,
                    "later" => kdl.later = true,
                    _ => return Err(format!("a listing of KDL knows no `{name}`")),
                }
            }
            Ok(Fence::Kdl(kdl))
        }
        "sh" => match words.as_slice() {
            [] => Ok(Fence::Commands { exit: 0 }),
            [("exit", code)] => match code.parse() {
                Ok(exit) => Ok(Fence::Commands { exit }),
                Err(_) => Err(format!("`{code}` is no exit code")),
            },
            _ => Err("commands have `exit=CODE` or nothing".to_owned()),
        },
        "console" => match words.as_slice() {
            [("example", name)] => Ok(Fence::Session {
                example: (*name).to_owned(),
            }),
            _ => Err("a session says in which example it is: `console,example=NAME`".to_owned()),
        },
        "text" if words == [("output", "")] => Ok(Fence::Output),
        _ if words.is_empty() && !language.contains(' ') => Ok(Fence::Prose),
        _ => Err(format!("nothing is known of a fence `{info}`")),
    }
}

#[test]
fn a_fence_that_nobody_reads_is_refused() {
    assert_eq!(read("sh,exit=3"), Ok(Fence::Commands { exit: 3 }));
    assert_eq!(read("text"), Ok(Fence::Prose));
    for slip in [
        "kdl bad",
        "kdl,flie=a.kdl",
        "sh,norun",
        "text,ouput",
        "console",
    ] {
        assert!(read(slip).is_err(), "{slip}");
    }
}
