//! The nodes of an environment as what can be compared.

use tenantry_syntax::Span;

use super::{Item, Scalar, Setting, Value};
use crate::{
    expand::{SPENT, of_library},
    load::Sources,
    origin::{How, OriginId, Origins},
    resolve::Resolved,
    schema::{
        TypedEstate,
        kind::{Field, Kind, Slot, Vocabulary},
        node::{FreeNode, Node, ValueField},
        ty::Lit,
    },
};

/// Places that a value made of several values is said to come from.
const MOST_PLACES: usize = 32;

/// The top level of an environment's estate. What the standard library declares is left out, and
/// so is what has done its work: a parameter is seen in the values that it gave.
pub fn items(typed: &TypedEstate, sources: &Sources, resolved: &Resolved) -> Vec<Item> {
    let vocabulary: &Vocabulary = &typed.words.vocabulary;
    let reader = Reader {
        vocabulary,
        origins: &resolved.origins,
    };
    let root = vocabulary.kind(resolved.root.kind);
    let own = resolved.root.children.iter().filter(|node| {
        !of_library(sources, node.span.file)
            && !SPENT.contains(&vocabulary.kind(node.kind).name.as_str())
    });
    own.map(|node| reader.item(root, node)).collect()
}

struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    origins: &'a Origins,
}

impl Reader<'_> {
    fn item(&self, parent: &Kind, node: &Node) -> Item {
        let kind = self.vocabulary.kind(node.kind);
        let child = parent.children.iter().find(|known| known.kind == node.kind);
        let children = node.children.iter();
        let below = children.filter(|child| {
            let name = self.vocabulary.kind(child.kind).name.as_str();
            // Which environments there are besides is nothing of this one.
            name != "like" && (kind.name.as_str(), name) != ("estate", "env")
        });
        Item {
            name: child.map_or(&kind.name, |known| &known.name).clone(),
            key: node.key(&kind.key),
            stem: stem(kind, node),
            at: self.origins.span(node.origin),
            settings: self.settings(kind, node),
            items: below
                .map(|child| self.item(kind, child))
                .chain(node.free.iter().map(free))
                .collect(),
        }
    }

    fn settings(&self, kind: &Kind, node: &Node) -> Vec<Setting> {
        let args = (0..).map(Field::Arg).zip(&kind.args);
        let props = (0..).map(Field::Prop).zip(&kind.props);
        let mut settings: Vec<Setting> = args
            .chain(props)
            .filter_map(|(field, slot)| {
                Some(Setting {
                    name: slot.name.clone(),
                    argument: matches!(field, Field::Arg(_)),
                    key: kind.key.contains(&field),
                    value: self.value(node, field, slot)?,
                })
            })
            .collect();
        for (sort, tags) in [("label", &node.labels), ("annotation", &node.annotations)] {
            settings.extend(tags.iter().map(|tag| {
                let text = Scalar::Text(tag.value.lit.to_string());
                let places = self.places(tag.value.origin);
                setting(format!("{sort} {}", tag.key), text, places)
            }));
        }
        settings.extend(node.allows.iter().map(|allow| {
            let because = Scalar::Text(allow.because.to_string());
            setting(format!("allow {}", allow.rule), because, vec![allow.span])
        }));
        let own = [("was", &node.was), ("doc", &node.doc)];
        let own = own.into_iter().filter_map(|(name, text)| {
            let text = Scalar::Text(text.as_deref()?.to_owned());
            Some(setting(name.to_owned(), text, vec![node.span]))
        });
        settings.extend(own);
        settings
    }

    /// What a slot says, be it by being left out; none where that means nothing.
    fn value(&self, node: &Node, field: Field, slot: &Slot) -> Option<Value> {
        let said: Vec<&ValueField> = node.values(field).collect();
        if said.is_empty() {
            return Some(Value {
                scalars: vec![scalar(&Lit::of_default(slot.default.as_deref()?))],
                list: slot.list,
                default: true,
                places: self.origins.span(node.origin).into_iter().collect(),
            });
        }
        let mut places: Vec<Span> = said
            .iter()
            .flat_map(|value| self.places(value.origin))
            .collect();
        places.truncate(MOST_PLACES);
        Some(Value {
            scalars: said.iter().map(|value| scalar(&value.lit)).collect(),
            list: slot.list,
            default: false,
            places,
        })
    }

    /// Where a value was decided: for what is worked out, where that stands which it is worked
    /// out from.
    fn places(&self, id: OriginId) -> Vec<Span> {
        let mut places = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop()
            && places.len() < MOST_PLACES
        {
            let origin = self.origins.get(id);
            if matches!(origin.how, How::Param | How::Named) && !origin.from.is_empty() {
                open.extend(origin.from.iter().rev());
            } else {
                places.extend(self.origins.span(id));
            }
        }
        places
    }
}

/// The arguments of a key that has properties as well.
fn stem(kind: &Kind, node: &Node) -> String {
    let is_arg = |field: &&Field| matches!(field, Field::Arg(_));
    let args: Vec<Field> = kind.key.iter().filter(is_arg).copied().collect();
    if args.len() == kind.key.len() {
        return String::new();
    }
    node.key(&args)
}

fn setting(name: String, scalar: Scalar, places: Vec<Span>) -> Setting {
    Setting {
        name,
        argument: false,
        key: false,
        value: Value {
            scalars: vec![scalar],
            places,
            ..Value::default()
        },
    }
}

fn scalar(lit: &Lit) -> Scalar {
    match lit {
        Lit::Str(text) => Scalar::Text(text.to_string()),
        other => Scalar::Plain(other.to_string()),
    }
}

/// A node of free data; the elements of a list are told apart by their order.
fn free(node: &FreeNode) -> Item {
    let value = node.value.as_ref().map(|value| match value {
        Some(lit) => scalar(lit),
        None => Scalar::Plain("#null".to_owned()),
    });
    let value = value.map(|scalar| Setting {
        argument: true,
        ..setting("value".to_owned(), scalar, vec![node.span])
    });
    Item {
        name: node.name.to_string(),
        at: Some(node.span),
        settings: value.into_iter().collect(),
        items: node.children.iter().map(free).collect(),
        ..Item::default()
    }
}
