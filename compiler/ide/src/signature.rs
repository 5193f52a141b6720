//! What the node, or the function, whose arguments are being written takes.

use std::ops::Range;

use tenantry_core::{
    cel::{Function, Macro},
    schema::{
        describe::{argument_name, summary, type_of},
        kind::{Kind, Slot},
    },
};
use tenantry_syntax::around::Part;

use crate::{complete, cursor::Cursor, host::Snapshot};

/// The shape of a node or of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `disk NAME SIZE [storage=reference]`
    pub label: String,
    /// What it is for, in one sentence.
    pub doc: String,
    /// Its parts, in order.
    pub parameters: Vec<Parameter>,
    /// Which of them is being written.
    pub active: Option<usize>,
}

/// A part of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The bytes of the label that show it.
    pub range: Range<usize>,
    /// What it is for.
    pub doc: String,
}

/// What is being written at an offset of a file, and which part of it.
pub fn signature(snapshot: &Snapshot, path: &str, at: u32) -> Option<Signature> {
    if let Some((name, arguments)) = complete::call(snapshot, path, at) {
        return function(&name, arguments);
    }
    let cursor = Cursor::at(snapshot, snapshot.file(path)?, at);
    let (node, _) = cursor.node.as_ref()?;
    let kind = cursor.kind()?;
    let active = match &cursor.part {
        Part::Gap { argument }
        | Part::Argument {
            index: argument, ..
        } => {
            let last = kind.args.len().checked_sub(1);
            let further = last.filter(|last| kind.args[*last].list && argument > last);
            further.or(Some(*argument).filter(|at| *at < kind.args.len()))
        }
        Part::Key { word } => {
            let name = word.text.map(|text| text.value().into_owned());
            name.and_then(|name| property(kind, &name))
        }
        Part::Value { key, .. } => property(kind, key),
        _ => return None,
    };
    let mut shape = Shape::new(&node.name(), &summary(&kind.doc));
    for slot in &kind.args {
        shape.add(slot, &argument_name(slot));
    }
    for slot in &kind.props {
        shape.add(slot, &format!("{}={}", slot.name, slot.ty.name));
    }
    let signature = shape.0;
    let says_something = !signature.parameters.is_empty();
    says_something.then_some(Signature {
        active,
        ..signature
    })
}

/// The place of a property among the parts: behind the arguments.
fn property(kind: &Kind, name: &str) -> Option<usize> {
    let at = kind.props.iter().position(|slot| slot.name == name)?;
    Some(kind.args.len() + at)
}

struct Shape(Signature);

impl Shape {
    fn new(name: &str, doc: &str) -> Self {
        Self(Signature {
            label: name.to_owned(),
            doc: doc.to_owned(),
            parameters: Vec::new(),
            active: None,
        })
    }

    fn add(&mut self, slot: &Slot, word: &str) {
        let (open, close) = if slot.required { ("", "") } else { ("[", "]") };
        self.0.label += &format!(" {open}");
        let start = self.0.label.len();
        self.0.label += word;
        let range = start..self.0.label.len();
        self.0.label += close;
        let mut doc = format!("`{}`: {}", type_of(slot), slot.doc.trim());
        if let Some(default) = &slot.default {
            doc += &format!(" Default `{default}`.");
        }
        self.0.parameters.push(Parameter { range, doc });
    }
}

/// A function or a macro, by what it is called.
fn function(name: &str, arguments: usize) -> Option<Signature> {
    let (label, doc) = match Function::of_name(name) {
        Some(function) => (function.usage().to_owned(), function.doc()),
        None => {
            let macro_ = Macro::of_name(name)?;
            let doc = complete::macro_doc(macro_);
            (format!("list.{}(element, expression)", macro_.name()), doc)
        }
    };
    let mut parameters = Vec::new();
    let mut at = label.find('(')? + 1;
    for part in label.get(at..)?.trim_end_matches(')').split(", ") {
        if !part.is_empty() {
            parameters.push(Parameter {
                range: at..at + part.len(),
                doc: String::new(),
            });
        }
        at += part.len() + 2;
    }
    let active = (arguments < parameters.len()).then_some(arguments);
    Some(Signature {
        doc: doc.to_owned(),
        parameters,
        active,
        label,
    })
}

#[cfg(test)]
mod tests {
    use super::signature;
    use crate::fixture::Fixture;

    /// The shape of what is written at the cursor, the part at the cursor between `«` and `»`.
    fn shape(text: &str) -> Option<String> {
        let fixture = Fixture::new(&format!(
            "//- tenantry.kdl\nestate e\ndefine service {{\n    arg name type=name\n    param listens type=int default=80\n    body {{\n        tenant $name\n    }}\n}}\n{text}\n"
        ));
        let snapshot = fixture.snapshot();
        let mut found = signature(&snapshot, &fixture.path, fixture.at)?;
        if let Some(active) = found.active {
            let range = found.parameters[active].range.clone();
            found.label.insert(range.end, '»');
            found.label.insert(range.start, '«');
        }
        Some(found.label)
    }

    #[test]
    fn the_part_at_the_cursor_is_known() {
        for (text, is) in [
            ("service $0", Some("service «NAME» [listens=int]")),
            (
                "service web listens=$0",
                Some("service NAME [«listens=int»]"),
            ),
            ("service web $0", Some("service NAME [listens=int]")),
            ("site a $0", Some("site NAME [region=name]")),
            ("serv$0", None),
            ("$0", None),
            ("nothing $0", None),
            (
                "let net \"${subnet('10.0.0.0/8', $0)}\"",
                Some("subnet(network, «length», n)"),
            ),
            (
                "test t { expect \"estate.tenant.all(t, $0\" }",
                Some("list.all(element, «expression»)"),
            ),
        ] {
            assert_eq!(shape(text).as_deref(), is, "{text}");
        }
    }
}
