//! Values as they are written in a spec, so that they are read as what they are.

use tenantry_syntax::format::{block, is_word, quote, word};

use crate::schema::{
    kind::Slot,
    ty::{Class, Lit},
};

/// How a value stands in a slot. `indent` is how far the lines of a long text are moved in.
pub(super) fn value(slot: &Slot, lit: &Lit, indent: usize) -> String {
    match lit {
        Lit::Str(text) => {
            let text = match slot.ty.class {
                Class::Text => text.to_string(),
                _ => literal(text),
            };
            let dotted = matches!(slot.ty.class, Class::Reference(_));
            if is_word(&text) && (dotted || !text.contains('.')) {
                return text;
            }
            block(&text, indent).unwrap_or_else(|| quote(&text))
        }
        other => other.to_string(),
    }
}

/// The value of a label or an annotation: always a string, whatever it was made from.
pub(super) fn tag(lit: &Lit) -> String {
    match lit {
        Lit::Str(text) if !text.contains('.') => word(&literal(text)),
        other => quote(&literal(&other.to_string())),
    }
}

/// A scalar of free data; none is null.
pub(super) fn free(lit: Option<&Lit>, indent: usize) -> String {
    match lit {
        None => "#null".to_owned(),
        Some(Lit::Str(text)) => {
            let text = literal(text);
            block(&text, indent).unwrap_or_else(|| quote(&text))
        }
        Some(other) => other.to_string(),
    }
}

/// A text in which no `$` begins an expression.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
