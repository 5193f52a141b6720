//! The language server protocol over [`tenantry_ide`]: what an editor says becomes questions, the
//! answers become what it understands.
//!
//! A [`Session`] is what a client has opened: its estates, with the texts as the editor has them.
//! It reads no disk, starts no thread and waits for nobody; a caller hands it the client's
//! notifications, runs the [analyses](Job) that it wants, and asks [`Session::ask`] for requests.
//! The command `tenantry lsp` does so with threads and a pipe, the playground with neither.
//!
//! Offsets become lines and columns in `convert`, and nowhere else.

mod capabilities;
mod convert;
mod diagnostics;
mod files;
mod handlers;
mod prose;
mod session;
mod settings;
mod uri;

pub use capabilities::Client;
pub use files::Files;
pub use handlers::{Need, Refusal, methods, need};
pub use prose::Prose;
pub use session::{Context, Finished, Job, Question, Session};
pub use settings::Settings;
pub use uri::{Root, decode};
