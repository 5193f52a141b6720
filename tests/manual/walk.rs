//! A page, listing by listing, as its reader goes through it.

use std::{collections::BTreeMap, fs};

use tenantry_core::load::ROOT_FILE;
use tenantry_syntax::format;

use crate::{
    base,
    estate::{Estate, Run, words},
    fence::{self, Fence, Kdl},
    page::{Listing, Page, repository},
    put,
};

/// Programs that a page may speak of and that are not ours to run.
const FOREIGN: &[&str] = &[
    "./apply.sh",
    "ansible-playbook",
    "cargo",
    "cp",
    "git",
    "helmfile",
    "kubectl",
    "ls",
    "mkdir",
    "pre-commit",
    "export",
];

/// What has happened on the page so far.
struct Walk {
    estate: Estate,
    /// Whether the page has an estate of its own.
    own: bool,
    last: Option<Run>,
    /// A file as it was before a listing that is taken back.
    before: Option<(String, Option<String>)>,
    /// Output that is to be shown instead of what the page shows, by the line of its fence.
    renewed: BTreeMap<usize, String>,
}

/// What is not so on this page, each with its place.
pub(crate) fn walk(page: &Page) -> Vec<String> {
    let listings = page.listings();
    let own = listings
        .iter()
        .any(|listing| listing.info.contains(",file="));
    let mut walk = Walk {
        estate: Estate::new(),
        own,
        last: None,
        before: None,
        renewed: BTreeMap::new(),
    };
    let mut wrong = Vec::new();
    for listing in &listings {
        if let Err(why) = walk.step(listing) {
            wrong.push(format!("docs/{}:{}: {why}", page.path, listing.line));
        }
    }
    if let Err(why) = walk.end() {
        wrong.push(format!("docs/{}: in the end, its estate {why}", page.path));
    }
    if !walk.renewed.is_empty() {
        let path = repository().join("docs").join(&page.path);
        fs::write(path, renew(&page.text, &walk.renewed)).expect("the page is written");
    }
    wrong
}

impl Walk {
    fn step(&mut self, listing: &Listing) -> Result<(), String> {
        match fence::read(&listing.info)? {
            Fence::Kdl(kdl) => self.kdl(&kdl, &listing.text),
            Fence::Commands { exit } => self.commands(&listing.text, exit),
            Fence::Output => self.output(listing),
            Fence::Session { example } => self.session(&example, listing),
            Fence::Prose => Ok(()),
        }
    }

    fn kdl(&mut self, kdl: &Kdl, text: &str) -> Result<(), String> {
        if let Some(example) = &kdl.example {
            return quoted(example, text);
        }
        let parsed = put::parsed(text)?;
        if format::format(&parsed).as_deref() != Some(text) {
            return Err("not as `tenantry fmt` writes it".to_owned());
        }
        self.take_back();
        let Some(path) = &kdl.file else {
            return alone(kdl, text);
        };
        let old = self.estate.read(path);
        let new = match &kdl.inside {
            None => text.to_owned(),
            Some(inside) => put::put(old.as_deref().unwrap_or_default(), inside, text)?,
        };
        self.estate.write(path, Some(&new));
        if kdl.undone {
            self.before = Some((path.clone(), old));
        }
        judge(kdl, &self.estate)
    }

    fn take_back(&mut self) {
        if let Some((path, old)) = self.before.take() {
            self.estate.write(&path, old.as_deref());
        }
    }

    fn end(&mut self) -> Result<(), String> {
        self.take_back();
        match self.own {
            true => judge(&Kdl::default(), &self.estate),
            false => Ok(()),
        }
    }

    fn commands(&mut self, text: &str, exit: i32) -> Result<(), String> {
        let joined = text.replace("\\\n", " ");
        let mut ended = None;
        for line in joined.lines() {
            let words = words(line)?;
            let Some((program, arguments)) = words.split_first() else {
                continue;
            };
            match program.as_str() {
                "tenantry" if self.own => {
                    let run = self.estate.tenantry(arguments);
                    ended = run.code;
                    if run.code != Some(exit) {
                        return Err(format!("`{line}` says\n{}", run.said));
                    }
                    self.last = Some(run);
                }
                "tenantry" => understood(arguments, line)?,
                "cd" if self.own => {
                    let path = arguments.first().map_or("", String::as_str);
                    self.estate.enter(path)?;
                }
                program if FOREIGN.contains(&program) => {}
                program => return Err(format!("nobody knows whether `{program}` works")),
            }
        }
        if self.own && exit != 0 && ended.is_none() {
            return Err("no command of it ends so".to_owned());
        }
        Ok(())
    }

    fn output(&mut self, listing: &Listing) -> Result<(), String> {
        let run = self.last.as_ref().ok_or("no command printed it")?;
        let shown = compare(&listing.text, &run.said)?;
        if shown != listing.text {
            self.renewed.insert(listing.line, shown);
        }
        Ok(())
    }

    fn session(&mut self, example: &str, listing: &Listing) -> Result<(), String> {
        let mut estate = Estate::of_example(example);
        let mut shown = String::new();
        for part in listing
            .text
            .split_inclusive("\n$ ")
            .map(|part| part.trim_end_matches("$ "))
        {
            let (line, output) = part.split_once('\n').unwrap_or((part, ""));
            let line = line.trim_start_matches("$ ");
            let words = words(line)?;
            let said = match words.split_first() {
                Some((program, arguments)) if program == "tenantry" => {
                    let run = estate.tenantry(arguments);
                    match run.code {
                        Some(0 | 1) => run.said,
                        _ => return Err(format!("`{line}` says\n{}", run.said)),
                    }
                }
                Some((program, arguments)) if program == "cd" => {
                    estate.enter(arguments.first().map_or("", String::as_str))?;
                    String::new()
                }
                _ => return Err(format!("`{line}` is no command that can be tried")),
            };
            shown += &format!("$ {line}\n{}", compare(output, &said)?);
        }
        if shown != listing.text {
            self.renewed.insert(listing.line, shown);
        }
        Ok(())
    }
}

/// Holds a listing to an example: its lines follow each other in one of the files.
fn quoted(example: &str, text: &str) -> Result<(), String> {
    let lines =
        |text: &str| -> Vec<String> { text.lines().map(|line| line.trim().to_owned()).collect() };
    let wanted = lines(text);
    // A comment behind a node is no part of it, and a node may stand in its parent's line.
    let alone = wanted.len() == 1;
    let same = |(line, wanted): (&String, &String)| {
        line == wanted
            || line.starts_with(&format!("{wanted} //"))
            || (alone && line.contains(wanted.as_str()))
    };
    let stands = Estate::of_example(example).texts().iter().any(|file| {
        let file = lines(file);
        file.windows(wanted.len())
            .any(|part| part.iter().zip(&wanted).all(same))
    });
    match stands {
        true => Ok(()),
        false => Err(format!("examples/{example} says no such thing")),
    }
}

/// A listing that is no part of the page's estate.
fn alone(kdl: &Kdl, text: &str) -> Result<(), String> {
    let estate = Estate::new();
    let whole = text.lines().any(|line| line.starts_with("estate "));
    if whole && kdl.inside.is_none() {
        estate.write(ROOT_FILE, Some(text));
    } else {
        for (path, text) in base::around(text, kdl.inside.as_deref())? {
            estate.write(path, Some(&text));
        }
    }
    judge(kdl, &estate)
}

/// Holds an estate to what its listing says of it.
fn judge(kdl: &Kdl, estate: &Estate) -> Result<(), String> {
    if kdl.later {
        return Ok(());
    }
    let findings = estate.findings()?;
    let expected = |rule: &String| kdl.error.as_ref() == Some(rule);
    let told: Vec<String> = findings
        .iter()
        .map(|(rule, message)| format!("  {message} [{rule}]"))
        .collect();
    let fits = findings.iter().all(|(rule, _)| expected(rule));
    match (&kdl.error, fits, findings.is_empty()) {
        (None, true, _) | (Some(_), true, false) => Ok(()),
        (Some(rule), ..) => Err(format!(
            "{rule} and no other should find something, not:\n{}",
            told.join("\n")
        )),
        (None, ..) => Err(format!("is refused:\n{}", told.join("\n"))),
    }
}

/// Whether the command line understands these arguments, without doing what they ask.
fn understood(arguments: &[String], line: &str) -> Result<(), String> {
    let mut arguments = arguments.to_vec();
    arguments.push("--help".to_owned());
    let run = Estate::new().tenantry(&arguments);
    match run.code {
        Some(0) => Ok(()),
        _ => Err(format!("`{line}` is not understood:\n{}", run.said)),
    }
}

/// Holds what a page shows to what was said: what it should show, where that may be taken over.
fn compare(shown: &str, said: &str) -> Result<String, String> {
    let said = tidy(said);
    if shows(shown, &said) {
        return Ok(shown.to_owned());
    }
    let whole = !shown.lines().any(|line| line.trim() == "…");
    if whole && std::env::var_os("TENANTRY_UPDATE").is_some() {
        return Ok(said);
    }
    Err(format!(
        "this is printed instead (TENANTRY_UPDATE=1 takes it over):\n{said}"
    ))
}

/// Without blanks at the ends of lines, which a page cannot show.
fn tidy(said: &str) -> String {
    said.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// Whether the lines of `shown` are those of `said`, `…` standing for any.
fn shows(shown: &str, said: &str) -> bool {
    let said: Vec<&str> = said.trim_end().lines().collect();
    let mut parts = Vec::new();
    let mut part = Vec::new();
    for line in shown.trim_end().lines() {
        if line.trim() == "…" {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(line);
        }
    }
    parts.push(part);
    let last = parts.len() - 1;
    let mut from = 0;
    for (index, part) in parts.iter().enumerate() {
        let here = (from..=said.len().saturating_sub(part.len()))
            .filter(|at| index > 0 || *at == 0)
            .filter(|at| index < last || at + part.len() == said.len())
            .find(|at| said.get(*at..at + part.len()) == Some(part.as_slice()));
        match here {
            Some(at) => from = at + part.len(),
            None => return false,
        }
    }
    true
}

/// The page with other outputs.
fn renew(page: &str, outputs: &BTreeMap<usize, String>) -> String {
    let mut text = String::new();
    let mut skipping = false;
    for (index, line) in page.lines().enumerate() {
        skipping &= line.trim_start() != "```";
        if skipping {
            continue;
        }
        text += line;
        text.push('\n');
        if let Some(output) = outputs.get(&(index + 1)) {
            text += output;
            skipping = true;
        }
    }
    text
}

#[test]
fn an_ellipsis_stands_for_any_lines() {
    let said = "a\nb\nc\nd\n";
    for shown in [
        "a\nb\nc\nd",
        "a\n…",
        "…\nd",
        "a\n…\nd",
        "…\nb\n…",
        "a\nb\n…\nc\nd",
    ] {
        assert!(shows(shown, said), "{shown}");
    }
    for shown in ["a\nb", "b\n…", "…\nc", "a\n…\nb", "x\n…", ""] {
        assert!(!shows(shown, said), "{shown}");
    }
}
