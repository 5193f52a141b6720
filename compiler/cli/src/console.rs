//! The terminal: two streams to write to, one to read, and how each likes to be written to.

use std::io::{self, IsTerminal, Read, Write};

use crate::render::style::Look;

/// Beyond this, lines are tiring to read.
const WIDEST: usize = 140;

/// What a command talks to. Results go to `out`; what accompanies them goes to `err`.
pub(crate) struct Console {
    pub(crate) out: Stream,
    pub(crate) err: Stream,
}

/// An output stream.
pub(crate) struct Stream {
    to: Box<dyn Write>,
    pub(crate) look: Look,
}

impl Console {
    /// The process's own streams.
    pub(crate) fn of_process() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let (out_look, err_look) = (look(out.is_terminal()), look(err.is_terminal()));
        Self {
            out: Stream {
                to: Box::new(io::BufWriter::new(out)),
                look: out_look,
            },
            err: Stream {
                to: Box::new(err),
                look: err_look,
            },
        }
    }

    /// All of standard input.
    pub(crate) fn read_input() -> io::Result<String> {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        Ok(text)
    }
}

impl Stream {
    /// Writes text as it is.
    pub(crate) fn print(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// Writes text and ends the line.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.print(text)?;
        self.print("\n")
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Colour only on a terminal that knows it, and never where `NO_COLOR` is set.
#[expect(
    clippy::disallowed_methods,
    reason = "how to print is the one thing asked of the environment"
)]
fn look(terminal: bool) -> Look {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let width = match terminal_size::terminal_size() {
        Some((width, _)) if terminal => usize::from(width.0).clamp(40, WIDEST),
        _ => Look::PLAIN.width,
    };
    Look {
        colour: terminal && !dumb && !set("NO_COLOR"),
        width,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        io::{self, Write},
        rc::Rc,
    };

    use super::Stream;
    use crate::render::style::Look;

    /// What was written to a stream in memory.
    #[derive(Clone, Default)]
    pub(crate) struct Written(Rc<RefCell<Vec<u8>>>);

    impl Written {
        pub(crate) fn take(&self) -> String {
            String::from_utf8(self.0.take()).expect("text")
        }
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Stream {
        /// A stream for tests, and what is written to it.
        pub(crate) fn into_memory() -> (Self, Written) {
            let written = Written::default();
            (
                Self {
                    to: Box::new(written.clone()),
                    look: Look::PLAIN,
                },
                written,
            )
        }
    }
}
