//! The requests of an editor, answered as `tenantry lsp` answers them.

use std::sync::Arc;

use lsp_types::Uri;
use serde_json::{Value, json};
use tenantry_cli::show;
use tenantry_core::Options;
use tenantry_lsp::{Root, Session};

use crate::estate::Estate;

/// The folder of the estate, as the page's editor calls it.
const ROOT: &str = "file:///estate";

/// An editor's session over the files of the page.
#[derive(Default)]
pub(crate) struct Server {
    /// None until somebody says who asks.
    session: Option<Session>,
    /// What the one who asks said of itself.
    client: Value,
    version: i32,
    /// Whether nothing was worked out since it began: then even questions about the text alone
    /// have to wait.
    is_fresh: bool,
}

impl Server {
    /// Answers a request. The first one is `initialize`.
    ///
    /// # Errors
    /// Says why there is no answer.
    pub(crate) fn serve(
        &mut self,
        estate: &Estate,
        options: &Options,
        method: &str,
        params: Value,
    ) -> Result<Value, String> {
        if method == "initialize" {
            self.client = params;
            let mut answer = self.begin(estate, options);
            // The page tells its texts once for all who ask, and not by this protocol.
            answer["capabilities"]["textDocumentSync"] = json!({ "openClose": false, "change": 0 });
            return Ok(answer);
        }
        let session = self.session.as_mut().ok_or("nobody has said who asks")?;
        if self.is_fresh || !session.is_ready(method, &params) {
            settle(session, false);
            self.is_fresh = false;
        }
        let answer = session.ask(method, params).answer();
        answer.map_err(|why| why.to_string())
    }

    /// Begins again with the estate as it is.
    pub(crate) fn renew(&mut self, estate: &Estate, options: &Options) {
        if self.session.is_some() {
            self.begin(estate, options);
        }
    }

    fn begin(&mut self, estate: &Estate, options: &Options) -> Value {
        let library = show::standard_library();
        let targets = tenantry_targets::ALL;
        let (mut session, answer) = Session::new(&self.client, library, targets, options.clone());
        session.add_estate(Root::new(ROOT), Arc::new(estate.clone()));
        self.session = Some(session);
        self.is_fresh = true;
        answer
    }

    /// A spec reads otherwise.
    pub(crate) fn edit(&mut self, path: &str, text: &str) {
        if let Some(session) = &mut self.session {
            self.version += 1;
            let Uri(uri) = Root::new(ROOT).uri(path);
            session.edit(&Uri(uri), self.version, text);
        }
    }

    /// Works out all that can be told, while nobody asks.
    pub(crate) fn settle(&mut self) {
        if let Some(session) = &mut self.session {
            settle(session, false);
            settle(session, true);
            self.is_fresh = false;
        }
    }
}

/// Analyses what changed; `idle`, deeper than an answer needs.
fn settle(session: &mut Session, idle: bool) {
    while let Some(job) = session.job(idle) {
        // What is found, the page has from the build, with more of its words.
        let _ = session.finish(job.run(&|| false));
    }
}
