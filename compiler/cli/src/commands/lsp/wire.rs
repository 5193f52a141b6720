//! Messages over a pipe: read and written by a thread each. What is no message is refused with
//! what the protocol has for that, and the next one is read.

use std::{
    io::{self, BufRead, Read, Write},
    thread::{Builder, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};

/// The client, as messages.
pub(super) struct Wire {
    /// What it says.
    pub(super) receiver: Receiver<Message>,
    sender: Sender<Said>,
}

/// What is written.
enum Said {
    /// A message of ours.
    Message(Message),
    /// What is answered to what is no message, and may have no id.
    Refusal(Value),
}

/// The threads of a wire.
pub(super) struct Threads {
    reader: JoinHandle<io::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Wire {
    /// A wire over standard input and output.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub(super) fn stdio() -> io::Result<(Self, Threads)> {
        let (sender, written) = unbounded::<Said>();
        let (heard, receiver) = bounded::<Message>(0);
        let writer = Builder::new()
            .name("lsp writer".to_owned())
            .spawn(move || {
                let mut output = io::stdout().lock();
                written.into_iter().try_for_each(|said| match said {
                    Said::Message(message) => message.write(&mut output),
                    Said::Refusal(refusal) => write(&mut output, &refusal),
                })
            })?;
        let refused = sender.clone();
        let reader = Builder::new()
            .name("lsp reader".to_owned())
            .spawn(move || read_all(&mut io::stdin().lock(), &heard, &refused))?;
        Ok((Self { receiver, sender }, Threads { reader, writer }))
    }

    /// Says something; a client that is gone is noticed where messages are received.
    pub(super) fn send(&self, message: Message) {
        let _ = self.sender.send(Said::Message(message));
    }
}

impl Threads {
    /// Waits until all is written.
    ///
    /// # Errors
    /// The pipe broke.
    pub(super) fn join(self) -> io::Result<()> {
        let lost = || io::Error::other("a thread of the server ended");
        self.reader.join().map_err(|_| lost())??;
        self.writer.join().map_err(|_| lost())?
    }
}

/// Reads until the client says `exit` or is gone.
fn read_all(
    input: &mut impl BufRead,
    heard: &Sender<Message>,
    refused: &Sender<Said>,
) -> io::Result<()> {
    while let Some(body) = read(input)? {
        match message(&body) {
            Ok(message) => {
                let is_exit =
                    matches!(&message, Message::Notification(one) if one.method == "exit");
                // Nobody listens any more once the server has ended.
                if heard.send(message).is_err() || is_exit {
                    break;
                }
            }
            Err(refusal) => {
                let _ = refused.send(Said::Refusal(refusal));
            }
        }
    }
    Ok(())
}

/// The bytes of the next message; none at the end. Where one begins cannot be found again once a
/// head says no length.
fn read(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length: Option<u64> = None;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
    }
    let words = "a message without a `Content-Length`";
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, words))?;
    let mut body = Vec::new();
    // What is not there is not waited for in memory.
    let read = input.take(length).read_to_end(&mut body)?;
    Ok((u64::try_from(read).is_ok_and(|read| read == length)).then_some(body))
}

/// A message, or what is answered to what is none.
fn message(body: &[u8]) -> Result<Message, Value> {
    let refuse = |id: &Value, code: ErrorCode, words: String| {
        let error = json!({ "code": code as i32, "message": words });
        json!({ "jsonrpc": "2.0", "id": id, "error": error })
    };
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let words = format!("the message is no JSON: {error}");
        refuse(&Value::Null, ErrorCode::ParseError, words)
    })?;
    let id = value.get("id").filter(|id| id.is_string() || id.is_i64());
    let id = id.cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|_| {
        let words = "the message is no request, notification or response".to_owned();
        refuse(&id, ErrorCode::InvalidRequest, words)
    })
}

fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}
