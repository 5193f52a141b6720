//! Label selectors.

use super::{Sink, at::At, names};
use crate::labels::{Condition, NAMESPACE_NAME, Requirement, Selector};

/// A `metav1.LabelSelector`.
pub(super) fn selector(here: &At<'_>, sink: &mut Sink) -> Selector {
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
    sink.share(Selector::new(requirements))
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
