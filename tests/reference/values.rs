//! The value types that arguments and properties have.

use std::collections::BTreeMap;

use tenantry_core::schema::{
    describe,
    ty::{Class, Ty},
    vocabulary::builtin,
};

use crate::page::notice;

/// Every type that some declaration uses, by name; choices and references are told where they
/// are used.
pub(crate) fn types() -> BTreeMap<&'static str, Ty> {
    let (vocabulary, root) = builtin();
    let mut types = BTreeMap::new();
    for one in describe::placed(vocabulary, *root) {
        for slot in one.kind.args.iter().chain(&one.kind.props) {
            if matches!(slot.ty.class, Class::Value | Class::Text) {
                types.insert(slot.ty.name, slot.ty);
            }
        }
    }
    types
}

pub(crate) fn page() -> String {
    let mut text = notice("the declarations of the value types");
    text += "# Value types\n\n\
        What an argument or property may be. Quantities are exact integers of their smallest unit; \
        none is a floating-point number. A value that begins with a digit and is no whole number \
        stands in quotation marks.\n\n\
        Beside these, a *choice* is one word of a list that the kind's own page shows, and *name of* \
        a kind is a [reference](language.md#names-keys-and-references) to what is declared elsewhere.\n";
    for (name, ty) in types() {
        let written = match ty.class {
            Class::Text => ty.example.to_owned(),
            _ => written(ty.example),
        };
        let doc = sentence(ty.doc);
        text += &format!("\n## {name}\n\n{doc} Such as `{written}`.\n");
    }
    text
}

/// A declaration's doc as a sentence, however it was written.
fn sentence(doc: &str) -> String {
    let mut letters = doc.trim().trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_uppercase());
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", letters.as_str())
}

/// An example as it stands in a spec: quoted where KDL asks for it.
fn written(example: &str) -> String {
    let number = example.parse::<i128>().is_ok();
    let quoted = example.starts_with(['"', '#']);
    let bare = example.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
        && !example.contains([
            ' ', '=', '/', '\\', '(', ')', '{', '}', ';', '"', '#', ':', '@',
        ]);
    if number || quoted || bare {
        example.to_owned()
    } else {
        format!("\"{example}\"")
    }
}
