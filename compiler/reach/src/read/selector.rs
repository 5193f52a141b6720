//! Label selectors.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use super::{Sink, at::At, names};
use crate::{
    labels::{Condition, NAMESPACE_NAME, Requirement, Selector},
    node::Node,
};

/// A `metav1.LabelSelector`.
pub(super) fn selector(here: &At<'_>, sink: &mut Sink) -> Selector {
    let label = only_label(here.value());
    if let Some(known) = label.and_then(|label| sink.selectors.get(label)) {
        return known.clone();
    }
    let before = sink.complaints.len();
    let [labels, expressions] = here.fields(["matchLabels", "matchExpressions"], sink);
    let mut requirements = Vec::new();
    if let Some(labels) = labels {
        labels.each_label(sink, |key, value| {
            requirements.push(Requirement {
                key: key.to_owned(),
                condition: Condition::In(vec![value.to_owned()]),
            });
        });
    }
    if let Some(expressions) = expressions {
        expressions.items(sink, |sink, item| {
            requirements.extend(requirement(&item, sink));
        });
    }
    let selector = sink.selectors.share(Selector::new(requirements));
    if let Some(label) = label.filter(|_| sink.complaints.len() == before) {
        sink.selectors.keep(label, &selector);
    }
    selector
}

/// The label that a selector asks for, if it asks for one label and nothing else.
fn only_label(selector: Node<'_>) -> Option<(&str, &str)> {
    let (name, labels) = only(selector)?;
    let (key, value) = only(labels).filter(|_| name == "matchLabels")?;
    Some((key, value.as_str()?))
}

/// The only field of a value.
fn only(value: Node<'_>) -> Option<(&str, Node<'_>)> {
    let mut fields = value.fields()?;
    let first = fields.next()?;
    fields.next().is_none().then_some(first)
}

/// The selectors that were read. Policies that were written by a program ask for the same few over
/// and over.
#[derive(Debug, Default)]
pub(super) struct Selectors {
    all: HashSet<Selector, FixedState>,
    /// By key and value: those that ask for one label, and about which there is no complaint.
    one_label: HashMap<String, HashMap<String, Selector, FixedState>, FixedState>,
}

impl Selectors {
    /// The same selector as before, if there was one.
    fn share(&mut self, selector: Selector) -> Selector {
        if let Some(known) = self.all.get(&selector) {
            return known.clone();
        }
        self.all.insert(selector.clone());
        selector
    }

    fn get(&self, (key, value): (&str, &str)) -> Option<&Selector> {
        self.one_label.get(key)?.get(value)
    }

    fn keep(&mut self, (key, value): (&str, &str), selector: &Selector) {
        let values = self.one_label.entry(key.to_owned()).or_default();
        values.insert(value.to_owned(), selector.clone());
    }
}

/// A selector of just these labels, as Services have it.
pub(super) fn of_labels(labels: crate::labels::Labels) -> Selector {
    let each = labels.into_iter().map(|(key, value)| Requirement {
        key,
        condition: Condition::In(vec![value]),
    });
    Selector::new(each.collect())
}

/// One namespace, by the label that the API server gives it.
pub(super) fn namespace(name: &str) -> Selector {
    Selector::new(vec![Requirement {
        key: NAMESPACE_NAME.to_owned(),
        condition: Condition::In(vec![name.to_owned()]),
    }])
}

fn requirement(here: &At<'_>, sink: &mut Sink) -> Option<Requirement> {
    here.only(&["key", "operator", "values"], sink);
    let key = match here.child("key") {
        Some(key) => {
            let text = key.text(sink)?;
            if let Some(wrong) = names::label_key(text) {
                sink.say(&key, wrong);
            }
            text.to_owned()
        }
        None => {
            sink.say(here, "has no key");
            return None;
        }
    };
    let values = values(here, sink);
    let Some(operator) = here.child("operator") else {
        sink.say(here, "has no operator: In, NotIn, Exists or DoesNotExist");
        return None;
    };
    let condition = match (operator.text(sink)?, values.is_empty()) {
        ("In", false) => Condition::In(values),
        ("NotIn", false) => Condition::NotIn(values),
        ("Exists", true) => Condition::Exists,
        ("DoesNotExist", true) => Condition::DoesNotExist,
        (name @ ("In" | "NotIn"), true) => {
            sink.say(here, format!("{name} needs at least one value"));
            return None;
        }
        (name @ ("Exists" | "DoesNotExist"), false) => {
            sink.say(&here.field("values"), format!("{name} takes no values"));
            return None;
        }
        (name, _) => {
            let known = "In, NotIn, Exists or DoesNotExist";
            sink.say(&operator, format!("no operator {name:?}: {known}"));
            return None;
        }
    };
    Some(Requirement { key, condition })
}

fn values(here: &At<'_>, sink: &mut Sink) -> Vec<String> {
    let mut values = Vec::new();
    if let Some(list) = here.child("values") {
        list.items(sink, |sink, item| {
            let Some(value) = item.text(sink) else { return };
            if let Some(wrong) = names::label_value(value) {
                sink.say(&item, wrong);
            }
            values.push(value.to_owned());
        });
    }
    values.sort_unstable();
    values.dedup();
    values
}
