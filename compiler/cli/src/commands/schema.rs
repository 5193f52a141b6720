//! `tenantry schema`

use std::path::PathBuf;

use serde_json::{Value, json};
use tenantry_core::schema::{
    describe::{Placed, summary},
    kind::{Child, Kind, Slot},
    ty::Class,
    vocabulary::Special,
};

use super::{Format, Outcome};
use crate::{
    console::Console,
    estate,
    exit::{Exit, Failure},
    render::{json::pretty, kind},
    vocabulary,
};

/// Show the vocabulary: every kind with its arguments, properties and children
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry schema                      all kinds, one line each
  tenantry schema workload             everything about one
  tenantry schema pool.cpu             a kind by where it stands
  tenantry schema --estate . service   a kind that the estate defines
  tenantry schema --format json        the vocabulary for tools
  tenantry schema --findings           a JSON Schema of what `check --format json` prints
  tenantry schema --placement          a JSON Schema of what `place --format json` prints
  tenantry schema --flows              a JSON Schema of what `flows --format json` prints")]
pub(crate) struct Args {
    /// A kind, by its name or by where it stands
    kind: Option<String>,
    /// An estate or package, whose own kinds are shown as well
    #[arg(long, value_name = "DIR")]
    estate: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print the JSON Schema of findings as `--format json` has them
    #[arg(long, conflicts_with_all = ["kind", "estate", "format"])]
    findings: bool,
    /// Print the JSON Schema of placements as `place --format json` has them
    #[arg(long, conflicts_with_all = ["kind", "estate", "format", "findings"])]
    placement: bool,
    /// Print the JSON Schema of flows as `flows --format json` has them
    #[arg(long, conflicts_with_all = ["kind", "estate", "format", "findings", "placement"])]
    flows: bool,
}

/// The promise of the findings' document, as it is published.
pub(crate) const FINDINGS: &str = include_str!("../../../../docs/reference/findings.schema.json");

/// The promise of the placement's document, as it is published.
const PLACEMENT: &str = include_str!("../../../../docs/reference/placement.schema.json");

/// The promise of the flows' document, as it is published.
const FLOWS: &str = include_str!("../../../../docs/reference/flows.schema.json");

impl Args {
    /// The promise that is asked for instead of the vocabulary.
    fn promise(&self) -> Option<&'static str> {
        let asked = [
            (self.findings, FINDINGS),
            (self.placement, PLACEMENT),
            (self.flows, FLOWS),
        ];
        let mut asked = asked.into_iter();
        asked.find_map(|(asked, promise)| asked.then_some(promise))
    }
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    if let Some(promise) = args.promise() {
        console.out.print(promise)?;
        return Ok(Exit::Clean);
    }
    let words = match &args.estate {
        Some(path) => Some(estate::words(path)?),
        None => None,
    };
    let all = match &words {
        Some(words) => vocabulary::kinds_of(words),
        None => vocabulary::kinds(),
    };
    let kinds = match &args.kind {
        Some(name) => vocabulary::named_in(all.clone(), name),
        None => all.clone(),
    };
    if let (Some(name), true) = (&args.kind, kinds.is_empty()) {
        return Err(unknown(name, &all));
    }
    let text = match args.format {
        Format::Json => pretty(&document(&kinds)),
        Format::Human if args.kind.is_some() => pages(&kinds, console),
        Format::Human => listing(&kinds, console),
    };
    console.out.print(&text)?;
    Ok(Exit::Clean)
}

/// No kind of that name.
pub(crate) fn unknown(name: &str, kinds: &[Placed<'_>]) -> Failure {
    let names = kinds.iter().map(|placed| placed.kind.name.as_str());
    let near = tenantry_core::diag::nearest::nearest(name, names);
    Failure::new(format!("there is no kind `{name}`")).help(near.map_or_else(
        || "`tenantry schema` lists all kinds".to_owned(),
        |near| format!("did you mean `{near}`?"),
    ))
}

/// The page of each.
pub(crate) fn pages(kinds: &[Placed<'_>], console: &Console) -> String {
    let pages: Vec<String> = kinds
        .iter()
        .map(|placed| kind::page(placed.kind, &placed.place, console.out.look))
        .collect();
    pages.join("\n\n")
}

/// One line each, as a tree.
fn listing(kinds: &[Placed<'_>], console: &Console) -> String {
    let look = console.out.look;
    let mut sorted: Vec<&Placed<'_>> = kinds.iter().collect();
    sorted.sort_by(|a, b| a.place.split('.').cmp(b.place.split('.')));
    let width = sorted
        .iter()
        .map(|placed| indent(placed).len() + placed.kind.name.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for placed in sorted {
        let (indent, name) = (indent(placed), &placed.kind.name);
        let gap = " ".repeat(width - indent.len() - name.len() + 2);
        let first = format!("{indent}{}{gap}", look.code(name));
        out += &look.wrap(&summary(&placed.kind.doc), &first, &" ".repeat(width + 2));
        out.push('\n');
    }
    let anywhere = Special::WORDS.join(", ");
    out + &format!(
        "\nAny node may also hold {anywhere}. `tenantry schema KIND` tells all about a kind.\n"
    )
}

fn indent(placed: &Placed<'_>) -> String {
    "  ".repeat(placed.place.matches('.').count())
}

/// The document's shape is a promise: a change that a reader could notice raises the version.
fn document(kinds: &[Placed<'_>]) -> Value {
    json!({ "version": 1, "kinds": kinds.iter().map(|placed| kind_document(placed.kind, &placed.place)).collect::<Vec<_>>() })
}

fn kind_document(kind: &Kind, place: &str) -> Value {
    let key = kind.key.iter().filter_map(|field| kind.slot(*field));
    json!({
        "place": place,
        "name": kind.name,
        "doc": kind.doc,
        "arguments": kind.args.iter().map(slot_document).collect::<Vec<_>>(),
        "properties": kind.props.iter().map(slot_document).collect::<Vec<_>>(),
        "children": kind.children.iter().map(child_document).collect::<Vec<_>>(),
        "key": key.map(|slot| slot.name.as_str()).collect::<Vec<_>>(),
        "ordered": kind.ordered,
        "oneOf": kind.one_of,
        "free": kind.free,
    })
}

fn slot_document(slot: &Slot) -> Value {
    let choices: &[(&str, &str)] = if let Class::Choice(choices) = slot.ty.class {
        choices
    } else {
        &[]
    };
    let kinds: &[&str] = if let Class::Reference(kinds) = slot.ty.class {
        kinds
    } else {
        &[]
    };
    json!({
        "name": slot.name,
        "doc": slot.doc,
        "type": slot.ty.name,
        "example": slot.ty.example,
        "required": slot.required,
        "default": slot.default,
        "list": slot.list,
        "choices": choices.iter().map(|(word, doc)| json!({ "word": word, "doc": doc.trim() })).collect::<Vec<_>>(),
        "refersTo": kinds,
    })
}

/// `kind` is the `place` of the kind that stands there.
fn child_document(child: &Child) -> Value {
    let kinds = vocabulary::kinds();
    let place = kinds
        .iter()
        .find(|placed| placed.id == child.kind)
        .map(|placed| placed.place.clone());
    json!({
        "name": child.name,
        "doc": child.doc,
        "kind": place,
        "required": child.required,
        "many": child.many,
    })
}
