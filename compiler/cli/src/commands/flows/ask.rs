//! Lists of questions: `--ask`.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value, value::RawValue};
use tenantry_reach::{
    Answer, End, Judge, Protocol, Question,
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
pub(super) const FORM: &str = r#"a question is {"from": "shop/web", "to": "shop/db", "port": 5432, "protocol": "TCP"}; the ends are namespace/name or an address, and the protocol may be left out; "network": "shop/lab" asks about a network beside the pod network"#;

/// What is wrong with a question.
pub(super) struct Bad {
    /// Its place in the list, from 1.
    pub(super) at: usize,
    pub(super) wrong: Unknown,
}

/// A question with its answer.
pub(super) struct Answered {
    /// What was asked, each member as it was written.
    asked: Vec<(String, Box<RawValue>)>,
    answer: Answer,
    because: String,
}

impl Answered {
    /// The members of an answer, in their order.
    const MEMBERS: [&str; 3] = ["allowed", "basis", "because"];
}

impl Serialize for Answered {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for (member, value) in &self.asked {
            // What was there in place of an answer, such as what somebody expects, gives way.
            if !Self::MEMBERS.contains(&member.as_str()) {
                map.serialize_entry(member, value)?;
            }
        }
        let [allowed, basis, because] = Self::MEMBERS;
        map.serialize_entry(allowed, &self.answer.allowed)?;
        map.serialize_entry(basis, self.answer.basis.name())?;
        map.serialize_entry(because, &self.because)?;
        map.end()
    }
}

/// The members of an object, each as it is written: no number is rounded.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = from.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Each)
    }
}

/// Answers a list of questions: the same list, with what was asked of each and its answer. All of
/// it, or nothing but everything that is wrong with it.
///
/// # Errors
/// It is no list.
pub(super) fn answers(
    judges: &Judges<'_>,
    text: &str,
    source: &str,
) -> Result<Result<Vec<Answered>, Vec<Bad>>, Failure> {
    let entries = list(text, source)?;
    let (mut questions, mut bad) = (Vec::new(), Vec::new());
    for (at, entry) in entries.iter().enumerate() {
        match question(judges, entry) {
            Ok(question) => questions.push(question),
            Err(wrong) => bad.push(Bad { at: at + 1, wrong }),
        }
    }
    if !bad.is_empty() {
        return Ok(Err(bad));
    }
    let text = text.trim_start_matches('\u{feff}');
    let written: Vec<Members> = serde_json::from_str(text)
        .map_err(|error| Failure::new(format!("{source} is no list of questions: {error}")))?;
    let answered = questions.iter().zip(written);
    let answered = answered.map(|((judge, question), Members(asked))| {
        let answer = ask(judge, question);
        Answered {
            because: because(judge, question, &answer),
            asked,
            answer,
        }
    });
    Ok(Ok(answered.collect()))
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
