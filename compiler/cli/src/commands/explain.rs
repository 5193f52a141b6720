//! `tenantry explain`

use std::path::PathBuf;

use tenantry_core::{
    diag::{Level, Rule},
    load::Sources,
    schema::{
        decode::UserRule,
        node::{Expr, Piece},
    },
};

use super::{Outcome, rules, schema};
use crate::{
    console::Console,
    estate,
    exit::{Exit, Failure},
    render::{markdown, style::Look},
    vocabulary,
};

/// Explain a rule or a kind: what it means, why, and how to put it right
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry explain                     all rules, one line each
  tenantry explain wrong-value         the page of a rule, with an example
  tenantry explain workload            a kind of the language
  tenantry explain --estate . too-big  a rule of the estate's own")]
pub(crate) struct Args {
    /// A rule's name, as findings show it in brackets, or a kind's
    name: Option<String>,
    /// An estate or package, whose own rules are explained as well
    #[arg(long, value_name = "DIR")]
    estate: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let look = console.out.look;
    let built_in = tenantry_core::rules::all();
    let read = match &args.estate {
        Some(path) => Some(estate::typed(path)?),
        None => None,
    };
    let own: &[UserRule] = read.as_ref().map_or(&[], |(_, typed)| &typed.rules);
    let text = match &args.name {
        None => rules::listing(&rules::entries(own), look),
        Some(name) => {
            let ours = built_in.iter().find(|rule| rule.name == name);
            let theirs = own.iter().find(|rule| *rule.head.name == **name);
            match (ours, theirs, &read) {
                (Some(rule), ..) => page(rule, look),
                (None, Some(rule), Some((sources, _))) => own_page(rule, sources, look),
                _ => kind_pages(name, &built_in, own, console)?,
            }
        }
    };
    console.out.print(&text)?;
    Ok(Exit::Clean)
}

/// A rule's page: what its declaration says, then its own words.
fn page(rule: &Rule, look: Look) -> String {
    let level = match tenantry_core::rules::adjustable(rule) {
        true => format!("{} by default", rule.level.name()),
        false => format!("always {}", article(rule.level)),
    };
    let mut head = format!("{}: {}, {level}", rule.family.name(), rule.summary);
    if rule.fixable {
        head += "; `check --fix` mends it";
    }
    if let Some(who) = rule.refused_by {
        head += &format!("; otherwise {} refuses it", who.name());
    }
    let head = look.wrap(&head, "", "") + "\n\n";
    let title = format!("# {}", rule.name);
    let body = rule
        .page
        .trim_start()
        .strip_prefix(&title)
        .unwrap_or(rule.page);
    format!(
        "{}\n{}{}",
        look.strong(rule.name),
        look.faint(&head),
        markdown::render(body.trim_start(), look)
    )
}

fn article(level: Level) -> &'static str {
    match level {
        Level::Error => "an error",
        Level::Warn => "a warning",
        Level::Note | Level::Off => "a note",
    }
}

/// Where a rule of the estate's own is declared.
pub(super) fn place(rule: &UserRule, sources: &Sources) -> String {
    let declared = rule.head.declared;
    let path = sources.path(declared.file);
    match sources.position(declared) {
        Some((line, _)) => format!("{path}:{line}"),
        None => path.to_owned(),
    }
}

/// The page of a rule of the estate's own: what it says of itself.
fn own_page(rule: &UserRule, sources: &Sources, look: Look) -> String {
    let head = &rule.head;
    let place = place(rule, sources);
    let enforced = match rule.enforced {
        Some(_) => ", enforced in the cluster",
        None => "",
    };
    let summary = format!(
        "own: {} by default{enforced}, {place}\n\n",
        head.level.name()
    );
    let mut out = format!("{}\n{}", look.strong(&head.name), look.faint(&summary));
    if let Some(doc) = &head.doc {
        out += &look.wrap(doc, "", "");
        out += "\n\n";
    }
    let mut line = |word: &str, text: &str| {
        out += &look.wrap(text, &format!("  {word:4}  "), "        ");
        out.push('\n');
    };
    if let Some(judgement) = &rule.judgement {
        let kinds = vocabulary::kinds();
        let on = kinds.iter().find(|kind| kind.id == judgement.on);
        let on = on.map_or("", |kind| &kind.place);
        match &rule.profile {
            Some(profile) => line("on", &format!("{on}, where it is like {profile}")),
            None => line("on", on),
        }
        if let Some(condition) = &rule.condition {
            line("if", condition.program.text());
        }
        line("when", judgement.when.program.text());
        line("say", &written(&judgement.say));
        if let Some(fix) = &judgement.fix {
            line("fix", &written(fix));
        }
    }
    out
}

/// A sentence as it is written.
pub(super) fn written(sentence: &Expr) -> String {
    match sentence {
        Expr::Broken => String::new(),
        Expr::Lit(lit) => lit.to_string(),
        Expr::Formula(formula) => format!("${{{}}}", formula.program.text()),
        Expr::Text(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_string(),
                Piece::Formula(formula) => format!("${{{}}}", formula.program.text()),
            })
            .collect(),
    }
}

fn kind_pages(
    name: &str,
    rules: &[&'static Rule],
    own: &[UserRule],
    console: &Console,
) -> Result<String, Failure> {
    let kinds = vocabulary::named(name);
    if !kinds.is_empty() {
        return Ok(schema::pages(&kinds, console));
    }
    let all = vocabulary::kinds();
    let names = rules
        .iter()
        .map(|rule| rule.name)
        .chain(own.iter().map(|rule| &*rule.head.name))
        .chain(all.iter().map(|placed| placed.kind.name.as_str()));
    let near = tenantry_core::diag::nearest::nearest(name, names);
    Err(
        Failure::new(format!("there is no rule and no kind `{name}`")).help(near.map_or_else(
            || "`tenantry explain` lists the rules, `tenantry schema` the kinds".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )),
    )
}
