//! The functions of expressions, and the quantities that they compute with.

use tenantry_core::cel::{Function, Macro, Unit};

use crate::{
    page::{anchor, cell, notice, table},
    values,
};

pub(crate) fn page() -> String {
    let mut text = notice("the declarations of the functions");
    text += "# Functions of expressions\n\n\
        What may be called in `${…}`, and wherever an expression is due. \
        [Expressions](../guide/expressions.md) tells how they are written. None reads a clock, \
        and none makes a fraction.\n\n";
    let functions = Function::ALL
        .iter()
        .map(|one| vec![format!("`{}`", cell(one.usage())), cell(one.doc())]);
    text += &table(&["call", "what it gives"], functions);
    text += "## Over the elements of a list\n\n";
    let macros = Macro::ALL.iter().map(|one| {
        vec![
            format!("`list.{}(x, …)`", one.name()),
            over(*one).to_owned(),
        ]
    });
    text += &table(&["call", "what it gives"], macros);
    text += "`x` is a name of your own for the element. `has(a.b)` tells whether `b` of `a` is set.\n\n";
    text += "## Quantities\n\n\
        Each is computed exactly, in its own unit. Text beside one is read as the same quantity: \
        `size >= '64GiB'`.\n\n";
    let units = Unit::ALL.iter().map(|unit| {
        let name = unit.name();
        // Not every quantity is the type of a setting.
        let link = match values::types().contains_key(name) {
            true => format!("[{name}](values.md#{})", anchor(name)),
            false => name.to_owned(),
        };
        vec![link, format!("`'{}'`", unit.example())]
    });
    text += &table(&["type", "such as"], units);
    text.trim_end().to_owned() + "\n"
}

fn over(one: Macro) -> &'static str {
    match one {
        Macro::All => "whether the expression is true of every element",
        Macro::Exists => "whether it is true of some element",
        Macro::ExistsOne => "whether it is true of exactly one",
        Macro::Map => "the list of its values, one for each element",
        Macro::Filter => "the elements of which it is true",
    }
}
