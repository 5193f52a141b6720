//! Lists of questions: `--ask`.

use serde_json::{Map, Value};
use tenantry_reach::{
    End, Judge, Protocol, Question,
    ask::{ask, because},
};

use super::{
    ends::{self, Unknown},
    networks::Judges,
    several,
    strict::{self, Language},
};
use crate::exit::Failure;

/// How a question is written.
const FORM: &str = r#"a question is {"from": "shop/web", "to": "shop/db", "port": 5432, "protocol": "TCP"}; the ends are namespace/name or an address, and the protocol may be left out; "network": "shop/lab" asks about a network beside the pod network"#;

/// Answers a list of questions: the same list, with what was asked of each and its answer. All of
/// it, or nothing.
pub(super) fn answers(judges: &Judges<'_>, text: &str, source: &str) -> Result<Value, Failure> {
    let mut entries = list(text, source)?;
    let mut questions = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let question = question(judges, entry).map_err(|wrong| {
            let failure = Failure::new(format!("{source}: question {}: {}", at + 1, wrong.message));
            failure.help(wrong.help.unwrap_or_else(|| FORM.to_owned()))
        })?;
        questions.push(question);
    }
    for (entry, (judge, question)) in entries.iter_mut().zip(&questions) {
        let Value::Object(entry) = entry else {
            continue;
        };
        let answer = ask(judge, question);
        let because = because(judge, question, &answer);
        for (member, value) in [
            ("allowed", Value::Bool(answer.allowed)),
            ("basis", Value::from(answer.basis.name())),
            ("because", Value::from(because)),
        ] {
            // What was there in its place, such as what somebody expects, gives way.
            entry.shift_remove(member);
            entry.insert(member.to_owned(), value);
        }
    }
    Ok(Value::Array(entries))
}

fn list(text: &str, source: &str) -> Result<Vec<Value>, Failure> {
    let wrong = |why: String| Failure::new(format!("{source} is no list of questions: {why}"));
    let mut read = strict::documents(text, Language::Json).map_err(|error| {
        let line = error.line.map(|line| format!(" in line {line}"));
        wrong(format!("{}{}", error.message, line.unwrap_or_default())).help(FORM)
    })?;
    match (read.pop().map(|read| read.value), read.len()) {
        (Some(Value::Array(entries)), 0) => Ok(entries),
        (None, _) => Err(wrong("it is empty".to_owned()).help("`[]` is one without questions")),
        (_, 0) => Err(wrong("it is no list".to_owned()).help(FORM)),
        _ => Err(wrong("it is several documents".to_owned()).help("write one list")),
    }
}

/// What is asked, and who knows it.
fn question<'j, 'c>(
    judges: &'j Judges<'c>,
    entry: &Value,
) -> Result<(&'j Judge<'c>, Question), Unknown> {
    let Value::Object(entry) = entry else {
        return Err(malformed(format!("it is {}, not an object", called(entry))));
    };
    let judge = judge(judges, entry)?;
    let ends = |member| -> Result<Vec<End>, Unknown> {
        match entry.get(member) {
            Some(Value::String(text)) => ends::ends(judge, text).map_err(|wrong| Unknown {
                message: format!("`{member}`: {}", wrong.message),
                ..wrong
            }),
            other => Err(not(member, other, "text")),
        }
    };
    let (from, to) = (ends("from")?, ends("to")?);
    let (protocol, port) = (protocol(entry)?, port(entry)?);
    let question = |(from, to)| Question {
        from,
        to,
        protocol,
        port,
    };
    let allowed = |pair| ask(judge, &question(pair)).allowed;
    let pair = several::one(judge, (&from, &to), allowed)?;
    Ok((judge, question(pair)))
}

/// Who judges the network of a question; that is the pod network where none is named.
fn judge<'j, 'c>(
    judges: &'j Judges<'c>,
    entry: &Map<String, Value>,
) -> Result<&'j Judge<'c>, Unknown> {
    match entry.get("network") {
        None | Some(Value::Null) => Ok(judges.pod()),
        Some(Value::String(name)) => {
            let found = judges.named(name).map_err(|wrong| Unknown {
                message: format!("`network`: {}", wrong.message),
                ..wrong
            });
            found.map(|(_, judge)| judge)
        }
        other => Err(not("network", other, "text")),
    }
}

fn port(entry: &Map<String, Value>) -> Result<u16, Unknown> {
    let port = entry.get("port");
    let Some(Value::Number(number)) = port else {
        return Err(not("port", port, "a number"));
    };
    let number_of_port = number.as_u64().and_then(|port| u16::try_from(port).ok());
    number_of_port
        .filter(|port| *port > 0)
        .ok_or_else(|| malformed(format!("`port` is {number}: ports are 1 to 65535")))
}

fn protocol(entry: &Map<String, Value>) -> Result<Protocol, Unknown> {
    match entry.get("protocol") {
        None | Some(Value::Null) => Ok(Protocol::Tcp),
        Some(Value::String(name)) => Protocol::parse(&name.to_ascii_uppercase()).ok_or_else(|| {
            malformed(format!(
                "`protocol` is \"{name}\": there are TCP, UDP and SCTP"
            ))
        }),
        other => Err(not("protocol", other, "text")),
    }
}

fn not(member: &str, value: Option<&Value>, wanted: &str) -> Unknown {
    malformed(match value {
        None => format!("it has no `{member}`"),
        Some(value) => format!("`{member}` is {}, not {wanted}", called(value)),
    })
}

fn malformed(message: String) -> Unknown {
    Unknown {
        message,
        help: None,
    }
}

/// What a value is, in a few words.
fn called(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
