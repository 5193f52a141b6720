//! Numbers with their units: what a number that is typed could be, as the type of its slot reads
//! it.

use tenantry_core::schema::{kind::Slot, ty::Lit};
use tenantry_syntax::format::quote;

use super::{
    item::{About, Item, Sort},
    spot::{Quotes, Spot},
};

/// What may stand behind a number, and what it means; the usual ones first. Which of them a slot
/// takes is for its type to say.
const SUFFIXES: &[(&str, &str)] = &[
    ("GiB", "gibibytes, 1024³ bytes"),
    ("MiB", "mebibytes, 1024² bytes"),
    ("TiB", "tebibytes, 1024⁴ bytes"),
    ("KiB", "kibibytes, 1024 bytes"),
    ("PiB", "pebibytes, 1024⁵ bytes"),
    ("GB", "gigabytes, 1000³ bytes"),
    ("TB", "terabytes, 1000⁴ bytes"),
    ("MB", "megabytes, 1000² bytes"),
    ("kB", "kilobytes, 1000 bytes"),
    ("PB", "petabytes, 1000⁵ bytes"),
    ("Gbit", "gigabits per second"),
    ("Mbit", "megabits per second"),
    ("kbit", "kilobits per second"),
    ("Tbit", "terabits per second"),
    ("bit", "bits per second"),
    ("s", "seconds"),
    ("m", "minutes"),
    ("h", "hours"),
    ("d", "days"),
    ("w", "weeks"),
    ("ms", "milliseconds"),
    ("%", "of a hundred"),
];

/// A suffix that no type has: what takes it takes any text.
const NONE: &str = "zz";

/// How strings of some types begin: the type, its beginnings, what they mean.
const BEGINNINGS: &[(&str, &str, &str)] = &[
    (
        "secret-uri",
        "vault:",
        "a path in a HashiCorp Vault or OpenBao",
    ),
    (
        "secret-uri",
        "env-file:",
        "a variable of a file that is not committed",
    ),
    ("secret-uri", "sops:", "a file that is encrypted with SOPS"),
    ("subject", "group:", "a group of people"),
    ("subject", "user:", "a person"),
    ("subject", "sa:", "a service account: NAMESPACE/NAME"),
];

/// The number at a spot with each unit that the slot's type reads.
pub(super) fn units<'s>(slot: &'s Slot, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let digits = |c: char| !c.is_ascii_digit() && c != '.';
    let end = spot.typed.find(digits).unwrap_or(spot.typed.len());
    let number = spot.typed.get(..end).unwrap_or_default();
    let is_read = |text: &str| slot.check(&Lit::Str(text.into())).is_ok();
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && number.len() <= 20;
    if !is_number || is_read(&format!("{number}{NONE}")) {
        return Vec::new();
    }
    let all = SUFFIXES.iter().map(|(suffix, doc)| {
        let doc = match (slot.ty.name, *suffix) {
            ("cpu", "m") => "thousandths of a core",
            _ => doc,
        };
        (format!("{number}{suffix}"), doc)
    });
    all.filter(|(text, _)| is_read(text))
        .map(|(text, doc)| {
            Item::new(Sort::Unit, &text, spot)
                .summary(doc)
                .about(About::Slot(slot))
        })
        .collect()
}

/// How a string of the slot's type begins.
pub(super) fn beginnings<'s>(slot: &'s Slot, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let own = BEGINNINGS.iter().filter(|(ty, ..)| *ty == slot.ty.name);
    own.map(|(_, beginning, doc)| {
        let item = Item::new(Sort::Value, *beginning, spot)
            .summary(*doc)
            .about(About::Slot(slot));
        if spot.quotes == Quotes::Own {
            let quoted = quote(beginning);
            let inside = quoted.trim_end_matches('"').to_owned();
            item.text(quoted).snippet(Some(format!("{inside}$0\"")))
        } else {
            item.text(*beginning)
        }
    })
    .collect()
}
