//! On which line a part of a document stands. Readers of documents forget that, and tell it of
//! errors alone: whoever asks for a part reads the document again, and stops there with one.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};

use super::strict::Language;

/// The line of a part of a document, from 1: of the part that is there and nearest to what the path
/// says (`spec.ingress[0].from`). None where that is the whole document.
pub(super) fn line(text: &str, language: Language, document: usize, path: &str) -> Option<usize> {
    let text = text.trim_start_matches('\u{feff}');
    let steps = steps(path);
    let find = Find { left: &steps };
    if steps.is_empty() {
        return None;
    }
    match language {
        Language::Yaml => {
            let mut documents = serde_yaml::Deserializer::from_str(text);
            let error = find.deserialize(documents.nth(document)?).err()?;
            Some(error.location()?.line())
        }
        Language::Json => {
            let mut documents = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
            for _ in 0..document {
                documents.next()?.ok()?;
            }
            let rest = text.get(documents.byte_offset()..)?;
            let error = find
                .deserialize(&mut serde_json::Deserializer::from_str(rest))
                .err()?;
            let above = text.len() - rest.len();
            Some(text.get(..above)?.matches('\n').count() + error.line())
        }
    }
}

/// A step to a part.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step<'p> {
    Field(&'p str),
    Item(usize),
}

/// The steps of a path, up to one that needs more to be read than a glance.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, after) = if let Some(quoted) = rest.strip_prefix("[\"") {
            let Some((name, after)) = quoted.split_once("\"]") else {
                break;
            };
            if name.contains('\\') {
                break;
            }
            (Step::Field(name), after)
        } else if let Some(number) = rest.strip_prefix('[') {
            let Some((number, after)) = number.split_once(']') else {
                break;
            };
            let Ok(number) = number.parse() else { break };
            (Step::Item(number), after)
        } else {
            let plain = rest.strip_prefix('.').unwrap_or(rest);
            let end = plain.find(['.', '[']).unwrap_or(plain.len());
            let (name, after) = plain.split_at(end);
            (Step::Field(name), after)
        };
        steps.push(step);
        rest = after;
    }
    steps
}

/// Looks for a part, and fails where it is.
#[derive(Clone, Copy)]
struct Find<'p> {
    left: &'p [Step<'p>],
}

impl<'de> DeserializeSeed<'de> for Find<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl Find<'_> {
    fn here<E: serde::de::Error>() -> Result<(), E> {
        Err(E::custom("here"))
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a document")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let Some((Step::Item(wanted), left)) = self.left.split_first() else {
            return Self::here();
        };
        for _ in 0..*wanted {
            if from.next_element::<IgnoredAny>()?.is_none() {
                return Self::here();
            }
        }
        from.next_element_seed(Find { left })?;
        Self::here()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let Some((Step::Field(wanted), left)) = self.left.split_first() else {
            return Self::here();
        };
        while let Some(is_wanted) = from.next_key_seed(Key(wanted))? {
            match is_wanted {
                true => from.next_value_seed(Find { left })?,
                false => {
                    from.next_value::<IgnoredAny>()?;
                }
            }
        }
        Self::here()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Self::here()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        Self::here()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        Self::here()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        Self::here()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Self::here()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Self::here()
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        Self::here()
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("here"))
    }
}

/// Reads a key, and whether it is the one that is looked for. What is no text is another.
struct Key<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: 1\n---\n# head\nkind: X\nspec:\n  one: {x: 1}\n  list:\n  - a: 1\n  - b: 2\n    c: [3,\n      4]\n";

    #[test]
    fn a_part_of_a_document_has_a_line() {
        for (path, wanted) in [
            ("", None),
            ("kind", Some(4)),
            ("spec.one", Some(6)),
            ("spec.one.x", Some(6)),
            ("spec.list", Some(8)),
            ("spec.list[1].b", Some(9)),
            ("spec.list[1].c[1]", Some(11)),
            ("spec.one[\"x\"]", Some(6)),
        ] {
            assert_eq!(line(TEXT, Language::Yaml, 1, path), wanted, "{path}");
        }
        // What is not there is as near as what would hold it.
        assert_eq!(line(TEXT, Language::Yaml, 1, "spec.one.y"), Some(6));
        let text = "{\"a\": 1}\n{\n \"b\": [\n  1,\n  2]\n}";
        assert_eq!(line(text, Language::Json, 1, "b[1]"), Some(5));
        assert_eq!(line(text, Language::Json, 0, "a"), Some(1));
        assert_eq!(line(text, Language::Json, 7, "a"), None);
        let marked = format!("\u{feff}\n{text}");
        assert_eq!(line(&marked, Language::Json, 1, "b[1]"), Some(6));
    }
}
