//! Documents of YAML and JSON, read without mercy: a key that stands twice is refused, and so is
//! what its aliases blow up beyond what is written.

use std::{cell::Cell, fmt};

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Number, Value};

/// Below this, nobody minds how often an alias is repeated.
const SMALL: usize = 64 << 10;

/// The most brackets that stand open at once. The reader of YAML looks at each of them for every
/// sign that follows; what brackets stand in text and comments beside them is never so many.
const DEEP: usize = 1000;

/// A language of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Yaml,
    Json,
}

/// A document of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    /// The line on which it begins, from 1; none where that was not found.
    pub(super) line: Option<usize>,
    pub(super) value: Value,
}

/// Why a text is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) line: Option<usize>,
    /// A sentence without a full stop.
    pub(super) message: String,
}

/// All documents of a text, in order; those that hold nothing among them.
pub(super) fn documents(text: &str, language: Language) -> Result<Vec<Read>, Wrong> {
    let text = text.trim_start_matches('\u{feff}');
    // What has no aliases holds no more values than characters, and no more text than is written.
    let left = Cell::new(text.len().saturating_mul(4).max(SMALL));
    let seed = Seed {
        left: &left,
        language,
    };
    match language {
        Language::Yaml => yaml(text, seed),
        Language::Json => json(text, seed),
    }
}

fn yaml(text: &str, seed: Seed<'_>) -> Result<Vec<Read>, Wrong> {
    if let Some(line) = too_deep(text) {
        return Err(Wrong {
            line: Some(line),
            message: format!("more than {DEEP} brackets stand open"),
        });
    }
    let mut values = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        values.push(seed.deserialize(document).map_err(|error| {
            let at = error.location();
            let mut message = error.to_string();
            if let Some(at) = &at {
                let place = format!(" at line {} column {}", at.line(), at.column());
                message = message.replacen(&place, "", 1);
            }
            Wrong {
                line: at.map(|at| at.line()),
                message,
            }
        })?);
    }
    let starts = starts(text);
    let known = starts.len() == values.len();
    let read = values.into_iter().enumerate().map(|(at, value)| Read {
        line: starts.get(at).copied().filter(|_| known),
        value,
    });
    Ok(read.collect())
}

/// The line on which there are too many open brackets.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (line, text) in text.lines().enumerate() {
        if text.starts_with("---") {
            open = 0;
        }
        for byte in text.bytes() {
            match byte {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > DEEP {
                return Some(line + 1);
            }
        }
    }
    None
}

/// The lines on which documents of YAML begin to say something. A line of three dashes is nothing
/// else, whatever it stands in.
fn starts(text: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let (mut open, mut silent) = (false, false);
    for (line, text) in text.lines().enumerate() {
        let words = text.trim_start();
        let says = !words.is_empty() && !words.starts_with(['#', '%']);
        if text == "---" || text.starts_with("--- ") || text.starts_with("---\t") {
            starts.push(line + 1);
            (open, silent) = (true, text.trim_end() == "---");
        } else if text == "..." {
            open = false;
        } else if says && !open {
            starts.push(line + 1);
            (open, silent) = (true, false);
        } else if says && silent {
            if let Some(last) = starts.last_mut() {
                *last = line + 1;
            }
            silent = false;
        }
    }
    starts
}

/// One value, or several one behind another, as some tools print them.
fn json(text: &str, seed: Seed<'_>) -> Result<Vec<Read>, Wrong> {
    let mut read = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(gap) = rest.find(|c: char| !c.is_ascii_whitespace()) {
        line += lines(&rest[..gap]);
        rest = &rest[gap..];
        let mut reader = serde_json::Deserializer::from_str(rest);
        let value = seed.deserialize(&mut reader).map_err(|error| {
            let place = format!(" at line {} column {}", error.line(), error.column());
            Wrong {
                line: Some(line + error.line().saturating_sub(1)),
                message: error.to_string().replacen(&place, "", 1),
            }
        })?;
        read.push(Read {
            line: Some(line),
            value,
        });
        let end = reader.into_iter::<Value>().byte_offset();
        line += lines(&rest[..end]);
        rest = &rest[end..];
    }
    Ok(read)
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// Reads a value, and counts what it makes.
#[derive(Clone, Copy)]
struct Seed<'c> {
    /// So many values and bytes of text may still be made.
    left: &'c Cell<usize>,
    language: Language,
}

impl Seed<'_> {
    fn charge<E: serde::de::Error>(self, amount: usize) -> Result<(), E> {
        let left = self.left.get().checked_sub(amount.saturating_add(1));
        self.left.set(left.ok_or_else(|| {
            E::custom("its aliases make more than four times of what is written")
        })?);
        Ok(())
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.charge(text.len())?;
        Ok(Value::String(text.to_owned()))
    }

    fn number<E: serde::de::Error>(self, number: impl Into<Number>) -> Result<Value, E> {
        self.charge(0)?;
        Ok(Value::Number(number.into()))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    // What a file of YAML holds that says nothing.
    fn visit_none<E: serde::de::Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.charge(0)?;
        Ok(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.charge(0)?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.number(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.number(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        self.number(number.ok_or_else(|| E::custom(format!("{value} is no number of JSON")))?)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.text(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        self.charge(0)?;
        let mut values = Vec::new();
        while let Some(value) = from.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        self.charge(0)?;
        let mut map = Map::new();
        while let Some(key) = from.next_key_seed(Key(self))? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            let value = from.next_value_seed(self)?;
            map.insert(key, value);
        }
        if self.language == Language::Yaml {
            merge(&mut map);
        }
        Ok(Value::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(A::Error::custom("it has a tag, and manifests have none"))
    }
}

/// Takes what `<<` refers to in, where the mapping does not say it itself.
fn merge(map: &mut Map<String, Value>) {
    let whole = |value: &Value| match value {
        Value::Array(many) => many.iter().all(Value::is_object),
        value => value.is_object(),
    };
    if !map.get("<<").is_some_and(whole) {
        return;
    }
    let merged = match map.shift_remove("<<") {
        Some(Value::Array(many)) => many,
        one => one.into_iter().collect(),
    };
    for one in merged {
        if let Value::Object(one) = one {
            for (key, value) in one {
                map.entry(key).or_insert(value);
            }
        }
    }
}

/// Reads a key. Numbers and truths become what they are written as, as on the way to the API
/// server.
struct Key<'c>(Seed<'c>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key that is text")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<String, E> {
        self.0.charge(value.len())?;
        Ok(value.to_owned())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<String, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<String, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<String, E> {
        self.visit_str(&value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str, language: Language) -> Result<Vec<(Option<usize>, Value)>, Wrong> {
        let read = documents(text, language)?.into_iter();
        Ok(read.map(|read| (read.line, read.value)).collect())
    }

    fn refused(text: &str, language: Language) -> Wrong {
        documents(text, language).expect_err("it is refused")
    }

    #[test]
    fn documents_know_their_lines() {
        let text = "# head\na: 1\n---\n# nothing\n---\nb: [x, null]\n";
        let expected = [
            (Some(2), json!({"a": 1})),
            (Some(3), json!(null)),
            (Some(6), json!({"b": ["x", null]})),
        ];
        assert_eq!(read(text, Language::Yaml), Ok(expected.to_vec()));
        let text = "{\"a\": 1}\n\n{\"b\":\n 2}";
        let expected = [(Some(1), json!({"a": 1})), (Some(3), json!({"b": 2}))];
        assert_eq!(read(text, Language::Json), Ok(expected.to_vec()));
        assert_eq!(read("", Language::Json), Ok(Vec::new()));
    }

    #[test]
    fn a_key_stands_once() {
        for language in [Language::Yaml, Language::Json] {
            let wrong = refused("{\"a\":\n {\"b\": 1,\n  \"b\": 2}}", language);
            assert!(
                wrong.message.contains("the key `b` stands twice"),
                "{wrong:?}"
            );
            assert!(matches!(wrong.line, Some(2 | 3)), "{wrong:?}");
        }
    }

    #[test]
    fn aliases_may_repeat_but_not_explode() {
        let few = "a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n";
        let expected = json!({"a": {"x": 1}, "b": {"x": 1}, "c": {"y": 2, "x": 1}});
        assert_eq!(read(few, Language::Yaml), Ok(vec![(Some(1), expected)]));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..9 {
            let below = format!("*a{}", at - 1);
            bomb += &format!("a{at}: &a{at} [{}]\n", [below.as_str(); 10].join(", "));
        }
        assert!(refused(&bomb, Language::Yaml).message.contains("aliases"));
        let long = format!(
            "a: &a {}\nb: [{}]\n",
            "x".repeat(9000),
            ["*a"; 9000].join(",")
        );
        assert!(refused(&long, Language::Yaml).message.contains("aliases"));
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        assert!(refused("a: !x 1", Language::Yaml).message.contains("tag"));
        assert!(refused("a: .nan", Language::Yaml).message.contains("NaN"));
        assert!(
            refused("? [a]\n: 1", Language::Yaml)
                .message
                .contains("key")
        );
        assert!(!refused("{\"a\": 1} x", Language::Json).message.is_empty());
        let deep = "[".repeat(100_000);
        assert_eq!(refused(&deep, Language::Json).line, Some(1));
        assert!(refused(&deep, Language::Yaml).message.contains("brackets"));
    }

    #[test]
    fn keys_become_text() {
        let expected = json!({"1": "x", "true": "y"});
        let read = read("1: x\ntrue: y\n", Language::Yaml);
        assert_eq!(read, Ok(vec![(Some(1), expected)]));
    }
}
