//! How findings are told, and where: `--format`, the same for every command.
//!
//! A command says what there is to tell (a [`Sheet`]); the formats and files that were asked for
//! are looked after here, so that no command has a way of its own.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use clap::{
    ValueEnum,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
    error::ErrorKind,
};

use crate::{
    console::{Console, Stream},
    exit::Failure,
    files,
    render::{Format, style::Look},
};

/// The formats of a command whose result is what it found.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Formats {
    /// How findings are told; FORMAT=PATH writes a file. May be given several times
    #[arg(long = "format", value_name = "FORMAT[=PATH]", value_parser = Reading, default_value = "human")]
    wanted: Vec<Wanted>,
}

/// The formats of a command that has a result of its own on standard output, with which findings
/// must not be mixed.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Beside {
    /// How findings are told, on standard error; FORMAT=PATH writes a file
    #[arg(long = "findings", value_name = "FORMAT[=PATH]", value_parser = Reading, default_value = "human")]
    wanted: Vec<Wanted>,
}

/// One reader of the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    format: Format,
    /// The file; the command's own stream where there is none.
    path: Option<PathBuf>,
}

/// Where a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Something that can be told in every format.
pub(crate) trait Sheet {
    /// All of it as text, with a final line break unless there is nothing to say.
    fn render(&self, format: Format, look: Look) -> String;
}

/// What was asked for, found to be possible.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    printed: Option<(Format, Channel)>,
    files: Vec<(Format, &'a Path)>,
}

impl Formats {
    /// What was asked for. Text for people goes to `people`, any other to standard output.
    ///
    /// # Errors
    /// Two formats on one stream, or in one file.
    pub(crate) fn plan(&self, people: Channel) -> Result<Plan<'_>, Failure> {
        let channel = |format| match format {
            Format::Human => people,
            _ => Channel::Out,
        };
        plan(&self.wanted, "--format", channel)
    }
}

impl Beside {
    /// What was asked for; what has no file goes to standard error.
    ///
    /// # Errors
    /// Two formats on one stream, or in one file.
    pub(crate) fn plan(&self) -> Result<Plan<'_>, Failure> {
        plan(&self.wanted, "--findings", |_| Channel::Err)
    }
}

fn plan<'a>(
    wanted: &'a [Wanted],
    option: &str,
    channel: impl Fn(Format) -> Channel,
) -> Result<Plan<'a>, Failure> {
    let mut plan = Plan {
        printed: None,
        files: Vec::new(),
    };
    for one in wanted {
        let format = one.format;
        let Some(path) = one.path.as_deref() else {
            if let Some((other, _)) = plan.printed {
                return Err(Failure::new(format!(
                    "findings cannot be printed as {} and as {}: one stream has one format",
                    other.name(),
                    format.name()
                ))
                .help(format!(
                    "give one of them a file: `{option} {}=PATH`",
                    format.name()
                )));
            }
            plan.printed = Some((format, channel(format)));
            continue;
        };
        if let Some((other, _)) = plan.files.iter().find(|(_, taken)| *taken == path) {
            return Err(Failure::new(format!(
                "{} cannot hold both {} and {}",
                path.display(),
                other.name(),
                format.name()
            ))
            .help("give each format a file of its own"));
        }
        plan.files.push((format, path));
    }
    Ok(plan)
}

impl Plan<'_> {
    /// Tells it to everybody who asked. The streams come first: where a file cannot be written,
    /// people still see what was found.
    ///
    /// # Errors
    /// A stream or a file cannot be written.
    pub(crate) fn tell(&self, sheet: &dyn Sheet, console: &mut Console) -> Result<(), Failure> {
        if let Some((format, channel)) = self.printed {
            let stream = channel.of(console);
            let text = sheet.render(format, stream.look);
            stream.print(&text)?;
        }
        self.file(sheet)
    }

    /// Tells it to the files alone, where people are not to be bothered with it.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn file(&self, sheet: &dyn Sheet) -> Result<(), Failure> {
        for (format, path) in &self.files {
            files::put(path, &sheet.render(*format, Look::PLAIN))?;
        }
        Ok(())
    }

    /// The format for tools on standard output, if there is one: nothing else may stand there.
    pub(crate) fn document(&self) -> Option<Format> {
        match self.printed {
            Some((format, Channel::Out)) if format != Format::Human => Some(format),
            _ => None,
        }
    }

    /// Where to say what is no finding.
    pub(crate) fn aside<'c>(&self, console: &'c mut Console) -> &'c mut Stream {
        let channel = match self.document() {
            Some(_) => Channel::Err,
            None => Channel::Out,
        };
        channel.of(console)
    }
}

impl Channel {
    fn of(self, console: &mut Console) -> &mut Stream {
        match self {
            Self::Out => &mut console.out,
            Self::Err => &mut console.err,
        }
    }
}

/// Reads `FORMAT` or `FORMAT=PATH`.
#[derive(Debug, Clone, Copy)]
struct Reading;

impl TypedValueParser for Reading {
    type Value = Wanted;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Wanted, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text.as_str(), None),
        };
        if path == Some("") {
            let words = format!("the file is missing behind `{text}`: write {name}=PATH\n");
            return Err(clap::Error::raw(ErrorKind::InvalidValue, words).with_cmd(command));
        }
        // Of a wrong name the error lists the right ones, as for any choice.
        let format = clap::builder::EnumValueParser::<Format>::new().parse_ref(
            command,
            arg,
            OsStr::new(name),
        )?;
        // As everywhere, a hyphen for a file is the stream.
        let path = path.filter(|path| *path != "-").map(PathBuf::from);
        Ok(Wanted { format, path })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let formats = Format::value_variants().iter();
        Some(Box::new(formats.filter_map(ValueEnum::to_possible_value)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, Format, Formats, Reading, Wanted};
    use clap::builder::TypedValueParser as _;
    use std::{ffi::OsStr, path::Path};

    fn read(text: &str) -> Result<Wanted, String> {
        let command = clap::Command::new("tenantry");
        let read = Reading.parse_ref(&command, None, OsStr::new(text));
        read.map_err(|error| error.to_string())
    }

    fn formats<const N: usize>(texts: [&str; N]) -> Formats {
        let wanted = texts.map(|text| read(text).unwrap());
        Formats {
            wanted: wanted.to_vec(),
        }
    }

    #[test]
    fn a_format_may_have_a_file() {
        let path = |text| read(text).unwrap().path;
        assert_eq!(path("sarif"), None);
        assert_eq!(path("sarif=-"), None);
        assert_eq!(path("sarif=a=b.sarif").unwrap(), Path::new("a=b.sarif"));
        assert!(read("sarif=").unwrap_err().contains("sarif=PATH"));
        assert!(read("sariv=x").unwrap_err().contains("sariv"));
    }

    #[test]
    fn a_stream_and_a_file_have_one_format_each() {
        let wrong = |formats: Formats| formats.plan(Channel::Out).unwrap_err().message;
        assert!(
            formats(["human", "json=a", "sarif=b"])
                .plan(Channel::Out)
                .is_ok()
        );
        assert!(wrong(formats(["human", "json"])).contains("human and as json"));
        assert!(wrong(formats(["json=a", "sarif=a"])).contains("a cannot hold both"));
    }

    #[test]
    fn a_document_has_standard_output_for_itself() {
        let document = |texts| formats(texts).plan(Channel::Out).unwrap().document();
        assert_eq!(document(["json"]), Some(Format::Json));
        assert_eq!(document(["human"]), None);
        assert_eq!(document(["sarif=a"]), None);
    }
}
