//! A value of a manifest, and where in it it stands.

use super::{Sink, names};
use crate::{
    labels::Labels,
    node::{Fields, Node, View},
};

/// A value, and the way to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'v> {
    value: Node<'v>,
    above: Option<&'v At<'v>>,
    step: Step<'v>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'v> {
    Root,
    Field(&'v str),
    Item(usize),
}

impl<'v> At<'v> {
    pub(super) fn root(value: Node<'v>) -> Self {
        Self {
            value,
            above: None,
            step: Step::Root,
        }
    }

    pub(super) fn value(&self) -> Node<'v> {
        self.value
    }

    /// A field, whether it is there or not, for a complaint about it.
    pub(super) fn field<'c>(&'c self, name: &'c str) -> At<'c> {
        At {
            value: self.value.get(name).unwrap_or(Node::NULL),
            above: Some(self),
            step: Step::Field(name),
        }
    }

    /// An item, of which the caller says what it is.
    pub(super) fn item<'c>(&'c self, at: usize, value: Node<'c>) -> At<'c> {
        At {
            value,
            above: Some(self),
            step: Step::Item(at),
        }
    }

    /// A field that is there; null is as good as left out.
    pub(super) fn child<'c>(&'c self, name: &'c str) -> Option<At<'c>> {
        let field = self.field(name);
        (!field.value.is_null()).then_some(field)
    }

    /// `spec.ingress[0].from`; what is no plain name stands in quotes.
    pub(super) fn path(&self) -> String {
        let mut path = match self.above {
            Some(above) => above.path(),
            None => String::new(),
        };
        match self.step {
            Step::Root => {}
            Step::Item(at) => path.push_str(&format!("[{at}]")),
            Step::Field(name) => {
                let plain = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
                if name.is_empty() || !name.chars().all(plain) {
                    path.push_str(&format!("[{name:?}]"));
                } else if path.is_empty() {
                    path.push_str(name);
                } else {
                    path.push('.');
                    path.push_str(name);
                }
            }
        }
        path
    }

    /// Its fields. Null has none; anything else is wrong.
    pub(super) fn map(&self, sink: &mut Sink) -> Option<Fields<'v>> {
        match self.value.view() {
            View::Map(fields) => Some(fields),
            View::Null => None,
            _ => {
                self.wrong("fields", sink);
                None
            }
        }
    }

    /// The known fields of it that are there, in one walk; complains about every other.
    pub(super) fn fields<'c, const N: usize>(
        &'c self,
        known: [&'c str; N],
        sink: &mut Sink,
    ) -> [Option<At<'c>>; N] {
        let mut fields = [None; N];
        for (name, value) in self.map(sink).into_iter().flatten() {
            match known.iter().position(|known| *known == name) {
                Some(at) if value.is_null() => fields[at] = None,
                Some(at) => {
                    fields[at] = Some(At {
                        value,
                        above: Some(self),
                        step: Step::Field(known[at]),
                    });
                }
                None => self.unknown(name, &known, sink),
            }
        }
        fields
    }

    /// Complains about every field that is not known here.
    pub(super) fn only(&self, known: &[&str], sink: &mut Sink) {
        let Some(map) = self.map(sink) else { return };
        for (name, _) in map.filter(|(name, _)| !known.contains(name)) {
            self.unknown(name, known, sink);
        }
    }

    fn unknown(&self, name: &str, known: &[&str], sink: &mut Sink) {
        let alike = known.iter().find(|it| it.eq_ignore_ascii_case(name));
        let hint = match alike {
            Some(alike) => format!("did you mean {alike}?"),
            None => format!("known here: {}", known.join(", ")),
        };
        sink.say(&self.field(name), format!("no such field; {hint}"));
    }

    /// Each item of a list with its place.
    pub(super) fn items<'c>(&'c self, sink: &mut Sink, mut take: impl FnMut(&mut Sink, At<'c>)) {
        match self.value.view() {
            View::List(items) => {
                for (at, value) in items.enumerate() {
                    take(sink, self.item(at, value));
                }
            }
            View::Null => {}
            _ => self.wrong("a list", sink),
        }
    }

    /// Text.
    pub(super) fn text(&self, sink: &mut Sink) -> Option<&'v str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong("text", sink);
        }
        text
    }

    /// Whether it says true.
    pub(super) fn truth(&self, sink: &mut Sink) -> bool {
        let truth = self.value.as_bool();
        if truth.is_none() {
            self.wrong("true or false", sink);
        }
        truth.unwrap_or(false)
    }

    /// A whole number.
    pub(super) fn number(&self, sink: &mut Sink) -> Option<i64> {
        let number = whole(self.value);
        if number.is_none() {
            self.wrong("a whole number", sink);
        }
        number
    }

    /// The number of a port.
    pub(super) fn port(&self, sink: &mut Sink) -> Option<u16> {
        let number = self.number(sink)?;
        let port = u16::try_from(number).ok().filter(|port| *port > 0);
        if port.is_none() {
            sink.say(self, format!("ports go from 1 to 65535; this is {number}"));
        }
        port
    }

    /// Text by name, as annotations are written.
    pub(super) fn texts(&self, sink: &mut Sink) -> Labels {
        let mut texts = Labels::new();
        self.each_text(sink, |_, name, text| {
            texts.insert(name.to_owned(), text.to_owned());
        });
        texts
    }

    /// Labels, as an object has them.
    pub(super) fn labels(&self, sink: &mut Sink) -> Labels {
        let mut labels = Labels::new();
        self.each_label(sink, |key, value| {
            labels.insert(key.to_owned(), value.to_owned());
        });
        labels
    }

    /// Labels one by one, as an object or a selector has them.
    pub(super) fn each_label(&self, sink: &mut Sink, mut take: impl FnMut(&str, &str)) {
        self.each_text(sink, |sink, key, value| {
            if let Some(wrong) = names::label_key(key).or_else(|| names::label_value(value)) {
                sink.say(&self.field(key), wrong);
            }
            take(key, value);
        });
    }

    fn each_text(&self, sink: &mut Sink, mut take: impl FnMut(&mut Sink, &str, &str)) {
        for (name, value) in self.map(sink).into_iter().flatten() {
            match value.view() {
                View::Text(text) => take(sink, name, text),
                // Of a null the API server makes an empty text.
                View::Null => take(sink, name, ""),
                _ => self.field(name).wrong("text", sink),
            }
        }
    }

    /// It is something else than it must be.
    pub(super) fn wrong(&self, wanted: &str, sink: &mut Sink) {
        let value = self.value.view();
        let hint = match (wanted, &value) {
            ("text", View::Bool(_) | View::Number(_)) => "; put it in quotes",
            _ => "",
        };
        let is = match value {
            View::Null => "nothing".to_owned(),
            View::Bool(it) => format!("{it}"),
            View::Number(it) => format!("the number {it}"),
            View::Text(_) => "text".to_owned(),
            View::List(_) => "a list".to_owned(),
            View::Map(_) => "a map of fields".to_owned(),
        };
        sink.say(self, format!("must be {wanted}, and is {is}{hint}"));
    }
}

/// A field of what may not be there.
pub(super) fn under<'c>(parent: Option<&'c At<'c>>, name: &'c str) -> Option<At<'c>> {
    parent.and_then(|parent| parent.child(name))
}

/// A whole number, also one that is written `80.0`.
pub(super) fn whole(value: Node<'_>) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole, and within what a double counts exactly"
    )]
    let of_float = |it: f64| (it.fract() == 0.0 && it.abs() < 9e15).then_some(it as i64);
    let number = value.as_number()?;
    number.as_i64().or_else(|| of_float(number.as_f64()?))
}
