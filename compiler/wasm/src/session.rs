//! Questions and answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_cli::show;
use tenantry_core::{Built, Options, emit::Output, world::World as _};

use crate::{estate::Estate, server::Server};

/// What a page asks. The names are kept: pages and modules are built together, but a page that is
/// open while a module is renewed should not lie.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
enum Request {
    /// Take these files, by path from the estate's root, and forget the others.
    Open { files: BTreeMap<String, String> },
    /// A file reads otherwise, or is no more.
    Edit { path: String, text: Option<String> },
    /// The text of a file, also of the standard library (`std:/…`).
    Read { path: String },
    /// A request of an editor, by its name in the language server protocol.
    Serve { method: String, params: Value },
    /// Work out what later requests may need, while nobody waits.
    Settle,
    /// What is found, and what would be written.
    Build,
    /// The text of a file that would be written, and whence each of its lines comes.
    Output { env: Option<String>, path: String },
    /// Why a line, from 1, of such a file is as it is.
    Why {
        env: Option<String>,
        path: String,
        line: u32,
    },
    /// The page of who may talk to whom.
    Flows,
    /// The page of where everything stands.
    Placement,
}

/// An answer: what was asked for, or why there is none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Told(Value),
    Refused(String),
}

/// What would be written, without the texts.
#[derive(Debug, Serialize)]
struct Tree<'b> {
    findings: Value,
    outputs: Vec<Folder<'b>>,
    /// The new text of `tenantry.lock`, where it would change.
    lock: Option<&'b str>,
}

/// The files of an environment.
#[derive(Debug, Serialize)]
struct Folder<'b> {
    env: Option<&'b str>,
    files: Vec<File<'b>>,
}

#[derive(Debug, Serialize)]
struct File<'b> {
    path: &'b str,
    bytes: usize,
}

/// A file that would be written.
#[derive(Debug, Serialize)]
struct Text<'b> {
    text: &'b str,
    /// Whence the lines come, a row each time that this changes: the line, from 1, and the place
    /// behind it, which stands until the next row.
    origins: Vec<(u32, Option<Place>)>,
}

/// A place in the spec; line and column count from 1, a column being a character.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Place {
    file: String,
    line: u32,
    column: u32,
}

/// The files of one estate, and what is known of them.
pub struct Session {
    estate: Estate,
    options: Options,
    server: Server,
    /// Of the files as they are; none after an edit.
    built: Option<Built>,
}

impl Default for Session {
    fn default() -> Self {
        let options = Options::default();
        Self {
            estate: Estate::new(show::library(), options.limits.file_bytes),
            options,
            server: Server::default(),
            built: None,
        }
    }
}

impl Session {
    /// Answers a request, both JSON: `{"told": …}`, or `{"refused": "why"}`.
    pub fn ask(&mut self, request: &[u8]) -> String {
        let answer = match serde_json::from_slice(request) {
            Ok(request) => match self.answer(request) {
                Ok(told) => Answer::Told(told),
                Err(why) => Answer::Refused(why),
            },
            Err(error) => Answer::Refused(format!("this is no request: {error}")),
        };
        // Its keys are strings and none of its parts can fail.
        serde_json::to_string(&answer).unwrap_or_default()
    }

    fn answer(&mut self, request: Request) -> Result<Value, String> {
        match request {
            Request::Open { files } => {
                self.estate.open(files);
                self.server.renew(&self.estate, &self.options);
                self.built = None;
                Ok(Value::Null)
            }
            Request::Edit { path, text } => {
                self.edit(path, text);
                Ok(Value::Null)
            }
            Request::Read { path } => match self.estate.read(&path) {
                Ok(text) => Ok(json!(&*text)),
                Err(_) => Err(format!("there is no file {path}")),
            },
            Request::Serve { method, params } => {
                self.server
                    .serve(&self.estate, &self.options, &method, params)
            }
            Request::Settle => {
                self.server.settle();
                Ok(Value::Null)
            }
            Request::Build => Ok(json!(tree(self.built()))),
            Request::Output { env, path } => output(self.built(), env.as_deref(), &path),
            Request::Why { env, path, line } => {
                let path = match env {
                    Some(env) => format!("{env}/{path}"),
                    None => path,
                };
                let document = show::why(self.built(), &path, line)?;
                serde_json::from_str(&document).map_err(|error| error.to_string())
            }
            Request::Flows => show::flows(&self.estate, &self.options).map(Value::String),
            Request::Placement => show::placement(&self.estate, &self.options).map(Value::String),
        }
    }

    fn edit(&mut self, path: String, text: Option<String>) {
        self.built = None;
        match &text {
            Some(text) if path.ends_with(".kdl") => {
                self.server.edit(&path, text);
                self.estate.edit(path, Some(text.clone()));
            }
            // What is gone or no spec may matter to anything.
            _ => {
                self.estate.edit(path, text);
                self.server.renew(&self.estate, &self.options);
            }
        }
    }

    fn built(&mut self) -> &Built {
        self.built
            .get_or_insert_with(|| show::build(&self.estate, &self.options))
    }
}

fn tree(built: &Built) -> Tree<'_> {
    let findings = show::findings(&built.run);
    Tree {
        findings: serde_json::from_str(&findings).unwrap_or_default(),
        outputs: built.outputs.iter().map(folder).collect(),
        lock: built.lock.as_deref(),
    }
}

fn folder(output: &Output) -> Folder<'_> {
    let files = output.artifacts.iter().map(|artifact| File {
        path: artifact.path.as_str(),
        bytes: artifact.bytes.len(),
    });
    Folder {
        env: output.env.as_deref(),
        files: files.collect(),
    }
}

fn output(built: &Built, env: Option<&str>, path: &str) -> Result<Value, String> {
    let output = built.outputs.iter().find(|it| it.env.as_deref() == env);
    let found = output.and_then(|output| Some((output, output.artifacts.get(path)?)));
    let Some((output, artifact)) = found else {
        return Err(format!("the spec yields no file {path}"));
    };
    let lines = artifact.lines.changes();
    let mut origins: Vec<(u32, Option<Place>)> = Vec::new();
    for (line, _) in lines {
        let place = output.source_map.place(path, *line).map(|place| Place {
            file: place.file,
            line: place.line,
            column: place.column,
        });
        if origins.last().is_none_or(|(_, last)| *last != place) {
            origins.push((*line, place));
        }
    }
    Ok(json!(Text {
        text: &String::from_utf8_lossy(&artifact.bytes),
        origins,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Session;

    const ESTATE: &str = include_str!("../../../examples/first-estate/tenantry.kdl");

    fn ask(session: &mut Session, request: &Value) -> Result<Value, String> {
        let answer = session.ask(request.to_string().as_bytes());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        match answer.get("told") {
            Some(told) => Ok(told.clone()),
            None => Err(answer["refused"].as_str().unwrap().to_owned()),
        }
    }

    fn first_estate() -> Session {
        let mut session = Session::default();
        let files = json!({ "tenantry.kdl": ESTATE });
        ask(&mut session, &json!({ "ask": "open", "files": files })).unwrap();
        session
    }

    #[test]
    fn an_estate_is_compiled_and_its_files_lead_back() {
        let mut session = first_estate();
        let built = ask(&mut session, &json!({ "ask": "build" })).unwrap();
        assert_eq!(built["findings"]["findings"], json!([]));
        let folder = &built["outputs"][0];
        let file = folder["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|file| file["path"].as_str().unwrap().ends_with(".yaml"))
            .unwrap();
        let (env, path) = (&folder["env"], &file["path"]);
        let output = ask(
            &mut session,
            &json!({ "ask": "output", "env": env, "path": path }),
        );
        let output = output.unwrap();
        assert_eq!(
            output["text"].as_str().unwrap().len() as u64,
            file["bytes"].as_u64().unwrap()
        );
        let [line, place] = output["origins"]
            .as_array()
            .unwrap()
            .iter()
            .find_map(|row| <&[Value; 2]>::try_from(row.as_array()?.as_slice()).ok())
            .unwrap();
        assert_eq!(place["file"], "tenantry.kdl");
        let why = json!({ "ask": "why", "env": env, "path": path, "line": line });
        let why = ask(&mut session, &why).unwrap();
        let first = &why["answers"][0]["chain"][0]["place"];
        assert_eq!(first["line"], place["line"], "{why:#}");
    }

    #[test]
    fn a_mistake_is_found_where_it_stands_and_gone_with_it() {
        let mut session = first_estate();
        let wrong = ESTATE.replacen("tenant ", "tenand ", 1);
        assert_ne!(wrong, ESTATE);
        let edit = |text: &str| json!({ "ask": "edit", "path": "tenantry.kdl", "text": text });
        ask(&mut session, &edit(&wrong)).unwrap();
        let built = ask(&mut session, &json!({ "ask": "build" })).unwrap();
        let finding = &built["findings"]["findings"][0];
        assert_eq!(finding["level"], "error");
        assert_eq!(finding["path"], "tenantry.kdl");
        assert_eq!(built["outputs"], json!([]));
        ask(&mut session, &edit(ESTATE)).unwrap();
        let built = ask(&mut session, &json!({ "ask": "build" })).unwrap();
        assert_eq!(built["findings"]["findings"], json!([]));
    }

    #[test]
    fn the_pages_are_those_of_the_commands() {
        let mut session = first_estate();
        for (what, title) in [("flows", "<h1>"), ("placement", "<h1>Placement</h1>")] {
            let page = ask(&mut session, &json!({ "ask": what })).unwrap();
            assert!(page.as_str().unwrap().contains(title), "{what}");
        }
    }

    #[test]
    fn an_editor_is_answered_about_the_newest_text() {
        let mut session = first_estate();
        let serve = |method: &str, params: Value| json!({ "ask": "serve", "method": method, "params": params });
        let hover = serve(
            "textDocument/hover",
            json!({
                "textDocument": { "uri": "file:///estate/tenantry.kdl" },
                "position": { "line": 1, "character": 1 },
            }),
        );
        assert!(ask(&mut session, &hover).is_err(), "nobody said who asks");
        let answer = ask(
            &mut session,
            &serve("initialize", json!({ "capabilities": {} })),
        )
        .unwrap();
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        let tokens = serve(
            "textDocument/semanticTokens/full",
            json!({ "textDocument": { "uri": "file:///estate/tenantry.kdl" } }),
        );
        let tokens = ask(&mut session, &tokens).unwrap();
        assert_ne!(tokens["data"].as_array().map(Vec::len), Some(0), "at once");
        let nothing = ask(&mut session, &hover).unwrap();
        let text = format!("// first\n{ESTATE}");
        let edit = json!({ "ask": "edit", "path": "tenantry.kdl", "text": text });
        ask(&mut session, &edit).unwrap();
        ask(&mut session, &json!({ "ask": "settle" })).unwrap();
        let estate = ask(&mut session, &hover).unwrap();
        assert_ne!(nothing, estate);
        assert!(
            estate["contents"].to_string().contains("estate"),
            "{estate:#}"
        );
    }

    #[test]
    fn what_is_not_there_is_refused_in_words() {
        let mut session = Session::default();
        let refused = ask(&mut session, &json!({ "ask": "read", "path": "a.kdl" }));
        assert_eq!(refused, Err("there is no file a.kdl".to_owned()));
        let refused = ask(&mut session, &json!({ "ask": "placement" }));
        assert!(refused.unwrap_err().contains("no cluster"));
        let output = json!({ "ask": "output", "env": null, "path": "a.yaml" });
        assert!(ask(&mut session, &output).is_err());
        assert!(ask(&mut session, &json!({ "ask": "nothing" })).is_err());
        let shadow = json!({ "ask": "edit", "path": "std:/prelude.kdl", "text": "mine" });
        ask(&mut session, &shadow).unwrap();
        let read = ask(
            &mut session,
            &json!({ "ask": "read", "path": "std:/prelude.kdl" }),
        );
        assert_ne!(read, Ok(json!("mine")));
    }
}
