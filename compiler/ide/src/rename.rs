//! Another name for what is under the cursor, wherever the name is said.
//!
//! What is not the estate's own is refused with the reason, and so is a name that would make a
//! mistake: the renamed text is checked before anybody sees it.

mod held;
mod made;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use tenantry_core::{
    cel::spelling,
    compile::{Depth, Memo, analyse},
    diag::{Diagnostic, Level},
    lock::LOCK_FILE,
    schema::{kind::Slot, ty::Lit},
    world::Memory,
};
use tenantry_syntax::{
    Parse, Span,
    around::{self, Part, Word, nodes_at},
    ast::{Entry, Node},
    format::{is_word, quote, word},
};

use crate::{
    cursor::Cursor,
    host::{Edit, File, FileEdits, Known, Location, Snapshot},
    names::DeclaredId,
    outline::{DEFINE, Declared, ENV, LOCAL, Loose, Meant, PACKAGE, PORT, VALUES},
    show,
};

/// What would be renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamable {
    /// Where its name stands under the cursor.
    pub range: Range<u32>,
    /// The name.
    pub name: Arc<str>,
}

/// What a rename at an offset would be of.
///
/// # Errors
/// Says why nothing there can be renamed.
pub fn prepare(snapshot: &Snapshot, path: &str, at: u32) -> Result<Renamable, String> {
    let rename = Rename::of(snapshot, path, at)?;
    Ok(Renamable {
        range: rename.range.clone(),
        name: rename.name,
    })
}

/// The edits that give what is under the cursor another name.
///
/// # Errors
/// Says why it cannot be renamed, or not so.
pub fn rename(snapshot: &Snapshot, path: &str, at: u32, new: &str) -> Result<FileEdits, String> {
    let rename = Rename::of(snapshot, path, at)?;
    if *rename.name == *new {
        return Ok(FileEdits::new());
    }
    rename.admits(new)?;
    let edits = rename.edits(new);
    rename.prove(&edits, new)?;
    Ok(edits)
}

/// A rename in the making.
struct Rename<'s> {
    snapshot: &'s Snapshot,
    range: Range<u32>,
    name: Arc<str>,
    /// One thing, which several nodes may declare: itself, and what an environment changes of it.
    declared: Vec<(DeclaredId, &'s Declared)>,
    /// All places that say the name.
    places: Vec<Location>,
}

impl<'s> Rename<'s> {
    fn of(snapshot: &'s Snapshot, path: &str, at: u32) -> Result<Self, String> {
        let file = snapshot
            .file(path)
            .ok_or_else(|| "this file is no part of the estate".to_owned())?;
        if !snapshot.is_current() {
            return Err("the text has changed since it was looked at; try again".to_owned());
        }
        let Some(subject) = snapshot.subject(file, at) else {
            return Err(no_name(snapshot, file, at));
        };
        let names = &snapshot.known().names;
        let said = file
            .parse
            .text()
            .get(subject.range.start as usize..subject.range.end as usize)
            .unwrap_or_default();
        let declared = match one_thing(snapshot, &subject.declared, said)? {
            found if found.is_empty() => return Err(undeclared(snapshot, file, at, said)),
            found => found,
        };
        let name = declared
            .first()
            .map_or_else(|| said.into(), |(_, first)| Arc::clone(&first.name));
        if name.contains('$') {
            return Err(format!(
                "`{name}` is worked out from other names; rename those"
            ));
        }
        let ids: Vec<DeclaredId> = declared.iter().map(|(id, _)| *id).collect();
        let places = snapshot.places(&ids).into_iter();
        let rename = Self {
            snapshot,
            range: subject.range,
            name,
            places: places.map(|(place, _)| place).collect(),
            declared: ids
                .into_iter()
                .filter_map(|id| Some((id, names.get(id)?)))
                .collect(),
        };
        rename.is_own()?;
        rename.is_plain()?;
        Ok(rename)
    }

    /// Refuses what the estate does not declare itself, or says where it must not be touched.
    fn is_own(&self) -> Result<(), String> {
        let name = &self.name;
        for (id, _) in &self.declared {
            if let Some(who) = stranger(self.snapshot, id.file) {
                return Err(format!(
                    "`{name}` is declared by {who}, which is not yours to change"
                ));
            }
        }
        let known = self.snapshot.known();
        for place in &self.places {
            let id = known.id(&place.path);
            if let Some(who) = id.and_then(|id| stranger(self.snapshot, id)) {
                return Err(format!(
                    "{who} says `{name}` too, and is not yours to change"
                ));
            }
        }
        let of = |sort: &str| self.declared.iter().any(|(_, one)| one.sort == sort);
        let lock = &known.analysis.lock;
        if of(ENV) && lock.environments.contains_key(&**name) {
            return Err(format!(
                "{LOCK_FILE} keeps numbers and addresses for `{name}`; rename `allocations {name}` there first"
            ));
        }
        Ok(())
    }

    /// Refuses what is said where it cannot be told whether this is meant, and this alone.
    fn is_plain(&self) -> Result<(), String> {
        let (name, known) = (&self.name, self.snapshot.known());
        let found = self.loose(|loose| match &loose.meant {
            Meant::Anything => true,
            Meant::Name(text) => text == name,
            // Whether that is another answer turns on the new name.
            Meant::Part(_) | Meant::Whole(_) | Meant::Searched { .. } => false,
        });
        if let Some((meant, line)) = found {
            let what = match meant {
                Meant::Anything => format!("`env` is compared at {line} with what may be `{name}`"),
                _ => format!("`{name}` is said in an expression at {line} that cannot be followed"),
            };
            return Err(format!("{what}; say `env == '{name}'` there"));
        }
        for (id, declared) in &self.declared {
            let users = known.names.users(*id).into_iter();
            for (file, one) in users.filter(|_| declared.visible.is_none()) {
                let led = known.names.resolve(file, one).into_iter();
                let mut others = led.filter(|led| self.declared.iter().all(|(own, _)| own != led));
                let Some(other) = others.find_map(|id| known.names.get(id)) else {
                    continue;
                };
                let place = self.snapshot.locate(Span { file, ..one.span });
                let line = place.map_or_else(String::new, |place| self.line(&place));
                return Err(format!(
                    "`{name}` at {line} means {} too, which would keep its name",
                    called(other)
                ));
            }
        }
        Ok(())
    }

    /// The first text of an expression that may say such a name, and its line.
    fn loose(&self, is_meant: impl Fn(&Loose) -> bool) -> Option<(&Meant, String)> {
        let of = |loose: &&Loose| {
            let mut declared = self.declared.iter();
            declared.any(|(_, one)| loose.sorts.contains(&one.sort))
        };
        let outlines = self.snapshot.known().outlines.iter();
        let mut texts = outlines.flat_map(|outline| &outline.loose).filter(of);
        texts.find_map(|loose| {
            let place = is_meant(loose).then(|| self.snapshot.locate(loose.span))??;
            Some((&loose.meant, self.line(&place)))
        })
    }

    /// Refuses where an expression searches names, or puts them together, and would see another
    /// answer.
    fn is_found_again(&self, new: &str) -> Result<(), String> {
        let name = &self.name;
        let found = self.loose(|loose| {
            let meant = &loose.meant;
            let is_other = match meant {
                Meant::Anything | Meant::Name(_) => false,
                Meant::Part(_) | Meant::Whole(_) => meant.is_of(name) || meant.is_of(new),
                Meant::Searched { .. } => meant.is_of(name) != meant.is_of(new),
            };
            is_other && (!loose.is_form || meant.says(name))
        });
        let Some((meant, line)) = found else {
            return Ok(());
        };
        Err(match meant {
            Meant::Searched { call, .. } => format!(
                "`{call}` at {line} does not answer `{new}` as it does `{name}`; compare with the \
                 whole name there, as in `== '{name}'`"
            ),
            Meant::Whole(text) => format!(
                "`{}` is said at {line} in the text `{text}`, a part of a reference, which a rename \
                 cannot follow; compare with the whole reference there",
                if meant.is_of(name) { name } else { new },
            ),
            _ => format!(
                "a text at {line}, which is compared with what names are put together to, may say \
                 `{name}` or `{new}`; compare each name by itself there"
            ),
        })
    }

    fn line(&self, place: &Location) -> String {
        line(self.snapshot, place)
    }

    /// Refuses a name that cannot stand, or that is taken.
    fn admits(&self, new: &str) -> Result<(), String> {
        for (_, declared) in &self.declared {
            let slot = self.slot(declared);
            let lit = Lit::Str(new.into());
            if let Some(Err(error)) = slot.map(|slot| slot.check(&lit)) {
                return Err(match error.help {
                    Some(help) => format!("{}; {help}", error.message),
                    None => error.message,
                });
            }
            if declared.sort == DEFINE {
                let mut kinds = self.snapshot.known().words().vocabulary.kinds();
                if kinds.any(|(_, kind)| kind.name == new && kind.define.is_none()) {
                    return Err(format!("`{new}` is a word of the language"));
                }
            }
            self.is_free(declared, new)?;
        }
        Ok(())
    }

    fn is_free(&self, declared: &Declared, new: &str) -> Result<(), String> {
        let family = |sort: &str| {
            sort == declared.sort || VALUES.contains(&sort) && VALUES.contains(&declared.sort)
        };
        let within = |other: &Declared| match (&other.visible, &declared.visible) {
            (Some(other_range), Some(range)) => {
                other.span.file == declared.span.file
                    && other_range.start < range.end
                    && range.start < other_range.end
            }
            (None, None) => {
                let place = |one: &Declared| (one.unit, one.scope.clone(), one.holder.clone());
                place(other) == place(declared)
            }
            _ => false,
        };
        let names = &self.snapshot.known().names;
        let mut taken = names.called(new);
        let other = taken.find(|(_, other)| family(other.sort) && within(other));
        let Some((_, other)) = other else {
            return Ok(());
        };
        let what = match other.sort {
            LOCAL => "name",
            PACKAGE => "package",
            sort => sort,
        };
        Err(if other.scope.is_empty() {
            format!("there is a {what} `{new}` already")
        } else {
            format!("`{}` has a {what} `{new}` already", other.scope)
        })
    }

    /// What the name of a declaration must be.
    fn slot(&self, declared: &Declared) -> Option<&'s Slot> {
        let place = self.snapshot.place_of(declared)?;
        let file = self.snapshot.file(&place.path)?;
        if declared.is_implied {
            let speaker = self.snapshot.speaker(file);
            let kind = speaker.vocabulary().kind(speaker.root).child(PACKAGE)?.kind;
            let (_, slot) = speaker.vocabulary().kind(kind).prop("as")?;
            return Some(slot);
        }
        Cursor::at(self.snapshot, file, place.range.end).slot()
    }

    fn edits(&self, new: &str) -> FileEdits {
        let mut edits = FileEdits::new();
        let implied: Vec<Location> = self
            .declared
            .iter()
            .filter(|(_, declared)| declared.is_implied)
            .filter_map(|(_, declared)| self.snapshot.place_of(declared))
            .collect();
        for place in &self.places {
            let Some(file) = self.snapshot.file(&place.path) else {
                continue;
            };
            let edit = if implied.contains(place) {
                called_so(file.parse, place, new)
            } else {
                let outline = self.snapshot.outline(file);
                let mut uses = outline.uses.iter().filter(|one| one.in_expression);
                let in_expression = uses.any(|one| one.span.start == place.range.start);
                said_so(file.parse, place, new, in_expression)
            };
            let of_file = edits.entry(Arc::clone(&place.path)).or_default();
            of_file.push(edit);
        }
        if let Some((path, edit)) = self.remembered(new) {
            edits.entry(path).or_default().push(edit);
        }
        for of_file in edits.values_mut() {
            of_file.sort_by_key(|edit| (edit.range.start, edit.range.end));
        }
        edits
    }

    /// Sees to it that numbers and addresses stay: `was` says under which name the lock keeps
    /// them. Back at that name it is not needed any more.
    fn remembered(&self, new: &str) -> Option<(Arc<str>, Edit)> {
        let (_, declared) = self.declared.iter().find(|(_, one)| !one.is_overlay)?;
        if !matches!(declared.sort, "tenant" | "workload") {
            return None;
        }
        let place = self.snapshot.place_of(declared)?;
        let file = self.snapshot.file(&place.path)?;
        let node = nodes_at(file.parse, place.range.start).into_iter().last()?;
        let was = node.entries().find_map(|entry| match entry {
            Entry::Prop(prop) if prop.name() == "was" => Some(prop),
            _ => None,
        });
        let former = was.and_then(|was| was.text());
        if let Some(former) = former
            && former.value() == new
        {
            let end = was?.span().end;
            let before = before_of(file.parse, was?.span().start);
            return Some((place.path, Edit::new(before..end, "")));
        }
        if !self.is_allocated(&declared.scope) {
            return None;
        }
        let named = word(&self.name);
        let edit = match former {
            Some(former) => Edit::new(former.span().start..former.span().end, named),
            None => {
                let last = node.entries().last().map(|entry| entry.span().end)?;
                Edit::new(last..last, format!(" was={named}"))
            }
        };
        Some((place.path, edit))
    }

    /// Whether the lock keeps something under its name.
    fn is_allocated(&self, scope: &str) -> bool {
        let path = if scope.is_empty() {
            self.name.to_string()
        } else {
            format!("{scope}.{}", self.name)
        };
        let inside = format!("{path}.");
        let lock = &self.snapshot.known().analysis.lock;
        let kept = lock.environments.values();
        ["vmid", "node", "address", "dedicated"].iter().any(|what| {
            let mut all = kept.clone().flat_map(|kept| kept.all(what));
            all.any(|(known, _)| known == path || known.starts_with(&inside))
        })
    }

    /// Checks the text with the edits in it: whatever was wrong before may stay so, and nothing
    /// else may be; and all places must still mean the same.
    fn prove(&self, edits: &FileEdits, new: &str) -> Result<(), String> {
        let before = self.look(&FileEdits::new());
        let after = self.look(edits);
        if let Some(finding) = newly(&before.analysis.findings, &after.analysis.findings) {
            return Err(format!("called `{new}`, {}", finding.message));
        }
        if let Some(words) = self.merged(&after, new) {
            return Err(words);
        }
        if let Some(words) = held::changed(self, &after, new) {
            return Err(words);
        }
        self.is_found_again(new)?;
        self.is_tested(edits, new)?;
        let own = self.declared.iter().map(|(_, declared)| Declared {
            name: new.into(),
            ..(*declared).clone()
        });
        let mut ids: Vec<DeclaredId> = own.flat_map(|one| after.names.alike(&one)).collect();
        ids.sort();
        ids.dedup();
        let used: usize = ids.iter().map(|id| after.names.users(*id).len()).sum();
        let declared = self.declared.len();
        if self.declared.iter().all(|(_, one)| one.visible.is_none())
            && (ids.len() != declared || used + declared != self.said())
        {
            return Err(format!(
                "somewhere `{new}` would then mean something else, or nothing"
            ));
        }
        Ok(())
    }

    /// Refuses what would fail a test that passes.
    fn is_tested(&self, edits: &FileEdits, new: &str) -> Result<(), String> {
        let typed = self.snapshot.known().analysis.typed.as_ref();
        if typed.is_none_or(|typed| typed.tests.is_empty()) {
            return Ok(());
        }
        let failed = |edits: &FileEdits| {
            let shown = show::tests(self.snapshot, &self.world(edits), None).into_iter();
            shown.filter(|test| !test.failures.is_empty())
        };
        let before: BTreeSet<String> = failed(&FileEdits::new()).map(|test| test.name).collect();
        let newly = failed(edits).find(|test| !before.contains(&test.name));
        newly.map_or(Ok(()), |test| {
            let why = test.failures.first().map_or("", String::as_str);
            Err(format!(
                "called `{new}`, the test `{}` would fail: {why}",
                test.name
            ))
        })
    }

    /// Which workload would have one port where it had two, because something that it is like has
    /// a port of that name.
    fn merged(&self, after: &Known, new: &str) -> Option<String> {
        if self.declared.iter().all(|(_, one)| one.sort != PORT) {
            return None;
        }
        let before = self.snapshot.known().analysis.environments.iter();
        let pairs = before.zip(&after.analysis.environments);
        pairs.into_iter().find_map(|(before, after)| {
            let after = after.kept.estate.workloads.values();
            let after: BTreeMap<&str, usize> = after
                .map(|one| (&*one.path, one.listens().count()))
                .collect();
            let mut workloads = before.kept.estate.workloads.values();
            let fewer = workloads.find(|one| {
                let left = after.get(&*one.path);
                left.is_some_and(|left| *left < one.listens().count())
            })?;
            Some(format!("`{}` has a port `{new}` already", fewer.path))
        })
    }

    /// How often it is declared or used, each use counted for each declaration that it leads to.
    fn said(&self) -> usize {
        let names = &self.snapshot.known().names;
        let declared = self.declared.iter();
        declared.map(|(id, _)| 1 + names.users(*id).len()).sum()
    }

    /// The files of the estate with edits in them.
    fn world(&self, edits: &FileEdits) -> Memory {
        let known = self.snapshot.known();
        let sources = known.analysis.sources.files().iter();
        let own = sources.filter(|source| !source.path.starts_with("std:/"));
        let mut texts: BTreeMap<String, String> = own
            .map(|source| {
                let edits = edits.get(&source.path).map_or(&[][..], Vec::as_slice);
                let text = edited(source.parse.text(), edits);
                (source.path.to_string(), text)
            })
            .collect();
        texts.insert(LOCK_FILE.to_owned(), known.analysis.lock.print());
        Memory::new(texts)
    }

    /// What is known of the estate with edits in it.
    fn look(&self, edits: &FileEdits) -> Known {
        let known = self.snapshot.known();
        let analysis = analyse(
            &self.world(edits),
            self.snapshot.library(),
            self.snapshot.targets(),
            self.snapshot.options(),
            Depth::Lower,
            &mut Memo::default(),
            &|| false,
        );
        analysis.map_or_else(Known::nothing, |analysis| Known::of(analysis, known))
    }
}

/// `a.kdl:3`.
fn line(snapshot: &Snapshot, place: &Location) -> String {
    let file = snapshot.file(&place.path);
    let text = file.and_then(|file| file.parse.text().get(..place.range.start as usize));
    let line = text.map_or(1, |text| 1 + text.matches('\n').count());
    format!("{}:{line}", place.path)
}

/// Why there is nothing to rename at an offset.
fn no_name(snapshot: &Snapshot, file: File<'_>, at: u32) -> String {
    if let Some(words) = made::refusal(snapshot, file, at) {
        return words;
    }
    let cursor = Cursor::under(snapshot, file, at);
    match (&cursor.part, cursor.kind()) {
        (Part::Name(_), Some(kind)) => format!("`{}` is a word of the language", kind.name),
        (Part::Key { word }, _) => match word.text {
            Some(text) => format!("`{}` is a word of the language", text.value()),
            None => NOTHING.to_owned(),
        },
        _ => NOTHING.to_owned(),
    }
}

const NOTHING: &str = "no name stands here that the estate declares";

/// Why a name that nothing declares cannot be renamed.
fn undeclared(snapshot: &Snapshot, file: File<'_>, at: u32, said: &str) -> String {
    if let Some(words) = made::refusal(snapshot, file, at) {
        return words;
    }
    let cursor = Cursor::under(snapshot, file, at);
    let word = cursor.word().and_then(|word| word.text);
    let whole = word.map_or_else(String::new, |text| text.value().into_owned());
    if whole == "internet" || whole.starts_with("platform.") {
        return format!("`{whole}` is a word of the language");
    }
    format!("nothing that the estate declares is called `{said}`")
}

/// The declarations of what is meant, if that is one thing.
fn one_thing<'s>(
    snapshot: &'s Snapshot,
    found: &[DeclaredId],
    said: &str,
) -> Result<Vec<(DeclaredId, &'s Declared)>, String> {
    let names = &snapshot.known().names;
    let mut all: Vec<(DeclaredId, &Declared)> = Vec::new();
    for id in found {
        let Some(declared) = names.get(*id) else {
            continue;
        };
        // A local name is one thing in its node, and has no like elsewhere.
        let alike = match declared.visible {
            Some(_) => vec![*id],
            None => names.alike(declared),
        };
        for id in alike {
            if !all.iter().any(|(known, _)| *known == id)
                && let Some(declared) = names.get(id)
            {
                all.push((id, declared));
            }
        }
    }
    let Some((_, first)) = all.first() else {
        return Ok(all);
    };
    let alike = names.alike(first);
    if all.len() == 1 || all.iter().all(|(id, _)| alike.contains(id)) {
        return Ok(all);
    }
    let mut which: Vec<String> = all.iter().map(|(_, one)| called(one)).collect();
    which.sort();
    which.dedup();
    if let [_] = which.as_slice() {
        return Err(format!("`{said}` is declared more than once"));
    }
    Err(format!("`{said}` may be {}", which.join(" or ")))
}

/// A thing by its kind and its path.
fn called(one: &Declared) -> String {
    match &*one.scope {
        "" => format!("the {} `{}`", one.sort, one.name),
        scope => format!("the {} `{scope}.{}`", one.sort, one.name),
    }
}

/// Whose a file is, if it is not the estate's own.
fn stranger(snapshot: &Snapshot, file: tenantry_core::FileId) -> Option<String> {
    let sources = &snapshot.known().analysis.sources;
    if file >= sources.library_from() {
        return Some("the standard library".to_owned());
    }
    let package = sources.package(sources.owner(file)?)?;
    // What is pinned is somebody else's.
    package.hash.as_ref()?;
    Some(format!("the package {}", package.root))
}

/// The first error that there were fewer of before, by its rule.
fn newly<'f>(before: &[Diagnostic], after: &'f [Diagnostic]) -> Option<&'f Diagnostic> {
    let mut had: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in before {
        *had.entry(finding.rule.name()).or_default() += 1;
    }
    let mut errors = after.iter().filter(|one| one.level == Level::Error);
    errors.find(|one| match had.get_mut(one.rule.name()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    })
}

/// A text with edits in it.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        let start = edit.range.start as usize;
        out += text.get(from..start).unwrap_or_default();
        out += &edit.text;
        from = edit.range.end as usize;
    }
    out += text.get(from..).unwrap_or_default();
    out
}

/// The name replaced where it stands: with `_` in expressions, in quotes where it needs them.
fn said_so(parse: &Parse, place: &Location, new: &str, in_expression: bool) -> Edit {
    let new = if in_expression {
        spelling(new)
    } else {
        new.into()
    };
    let plain = Edit::new(place.range.clone(), &*new);
    let around = around::around(parse, place.range.end);
    let Some(bare) = word_of(&around.part).filter(|word| !word.is_quoted()) else {
        return plain;
    };
    let text = |range: Range<u32>| {
        parse
            .text()
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default()
    };
    let before = text(bare.range.start..place.range.start);
    let after = text(place.range.end..bare.range.end);
    let whole = format!("{before}{new}{after}");
    if is_word(whole.trim_start_matches('$')) {
        return plain;
    }
    Edit::new(bare.range.clone(), quote(&whole))
}

fn word_of<'w, 'a>(part: &'w Part<'a>) -> Option<&'w Word<'a>> {
    match part {
        Part::Name(word)
        | Part::Argument { word, .. }
        | Part::Key { word }
        | Part::Value { word, .. } => Some(word),
        Part::Blank | Part::Gap { .. } | Part::Annotation | Part::Comment => None,
    }
}

/// A `use` that names its package.
fn called_so(parse: &Parse, place: &Location, new: &str) -> Edit {
    let node: Option<Node<'_>> = nodes_at(parse, place.range.start).into_iter().last();
    let last = node.and_then(|node| Some(node.entries().last()?.span().end));
    let at = last.unwrap_or(place.range.end);
    Edit::new(at..at, format!(" as={}", word(new)))
}

/// Where the blanks before an offset begin.
fn before_of(parse: &Parse, at: u32) -> u32 {
    let text = parse.text().get(..at as usize).unwrap_or_default();
    let trimmed = text.trim_end_matches([' ', '\t']);
    u32::try_from(trimmed.len()).unwrap_or(at)
}

#[cfg(test)]
mod tests;
