//! Differences as a tree, for reading.

use similar::{ChangeTag, TextDiff};
use tenantry_core::{
    compare::{Change, Difference, Item, Scalar, SettingChange, Value, count},
    diag::Level,
};
use tenantry_syntax::format::word;

use super::Pair;
use crate::render::{counted, style::Look, visible};

/// Lines around a changed line of a text that are shown with it.
const CONTEXT: usize = 1;

pub(super) fn render(pairs: &[Pair<'_>], look: Look) -> String {
    let mut out = String::new();
    for pair in pairs {
        let env = pair.env.as_ref();
        let env = env.map(|env| format!(" in {env}")).unwrap_or_default();
        let names = format!("{} → {}{env}", pair.old.name, pair.new.name);
        let found = count(&pair.differences);
        if found == 0 {
            out += &format!("{} {names}: no difference\n", look.good("ok"));
            continue;
        }
        let head = look.strong(&visible(&names));
        out += &format!("{head}: {}\n", counted(found, "difference"));
        Tree {
            pair,
            look,
            out: &mut out,
        }
        .list(&pair.differences, 1);
    }
    out
}

struct Tree<'a, 'o> {
    pair: &'a Pair<'a>,
    look: Look,
    out: &'o mut String,
}

impl Tree<'_, '_> {
    fn list(&mut self, differences: &[Difference], depth: usize) {
        for difference in differences {
            match &difference.change {
                Change::Added(item) => self.one_sided('+', item, depth),
                Change::Removed(item) => self.one_sided('-', item, depth),
                Change::Inside { .. } => self.inside(difference, depth),
            }
        }
    }

    /// What differs in a thing. A way of one thing in another without a fork is one line.
    fn inside(&mut self, mut difference: &Difference, depth: usize) {
        let mut title = difference.title.clone();
        while let Change::Inside { settings, below } = &difference.change
            && let ([], [only]) = (settings.as_slice(), below.as_slice())
            && matches!(only.change, Change::Inside { .. })
        {
            difference = only;
            title = format!("{title} > {}", only.title);
        }
        let Change::Inside { settings, below } = &difference.change else {
            return;
        };
        if let ([only], []) = (settings.as_slice(), below.as_slice()) {
            self.setting(&title, only, depth);
            return;
        }
        self.line(depth, &visible(&title), "");
        for setting in settings {
            self.setting("", setting, depth + 1);
        }
        self.list(below, depth + 1);
    }

    fn one_sided(&mut self, sign: char, item: &Item, depth: usize) {
        let side = if sign == '+' {
            &self.pair.new
        } else {
            &self.pair.old
        };
        let mut text = item.title();
        for setting in item
            .settings
            .iter()
            .filter(|setting| !setting.key && !setting.value.default)
        {
            let said = shown(&setting.value, setting.argument);
            // What has several lines would hide what it stands in.
            let said = if said.len() > 80 {
                "…".to_owned()
            } else {
                said
            };
            text += &match setting.argument {
                true => format!(" {said}"),
                false => format!(" {}={said}", setting.name),
            };
        }
        if !item.items.is_empty() {
            text += " { … }";
        }
        let place = side.place(item.at).map(written).unwrap_or_default();
        let sign = self.sign(sign);
        self.line(depth, &format!("{sign} {}", visible(&text)), &place);
    }

    /// One scalar: what it was, what it is, and where each was decided.
    fn setting(&mut self, title: &str, setting: &SettingChange, depth: usize) {
        let mut name = visible(title);
        if !setting.argument || title.is_empty() {
            name += if title.is_empty() { "" } else { " " };
            name += &visible(&setting.name);
        }
        let old = self.pair.old.place(setting.old_at).map(written);
        let new = self.pair.new.place(setting.new_at).map(written);
        let place = match (old, new) {
            (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => String::new(),
        };
        let sign = self.sign('~');
        if let (Some(old), Some(new)) = (long(&setting.old), long(&setting.new)) {
            self.line(depth, &format!("{sign} {name}"), &place);
            self.text(old, new, depth + 1);
            return;
        }
        let say = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) if value.default => {
                format!("{} (default)", shown(value, setting.argument))
            }
            Some(value) => shown(value, setting.argument),
        };
        let (old, new) = (say(&setting.old), say(&setting.new));
        let text = format!("{sign} {name} {} → {}", visible(&old), visible(&new));
        self.line(depth, &text, &place);
    }

    /// The lines of two texts that differ.
    fn text(&mut self, old: &str, new: &str, depth: usize) {
        let diff = TextDiff::from_lines(old, new);
        for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
            if at > 0 {
                self.line(depth, "…", "");
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let sign = match change.tag() {
                    ChangeTag::Equal => " ".to_owned(),
                    ChangeTag::Delete => self.sign('-'),
                    ChangeTag::Insert => self.sign('+'),
                };
                let text = change.to_string_lossy();
                let text = visible(text.trim_end_matches('\n'));
                self.line(depth, &format!("{sign} {text}"), "");
            }
        }
    }

    fn sign(&self, sign: char) -> String {
        match sign {
            '+' => self.look.good("+"),
            '-' => self.look.level("-", Level::Error),
            _ => self.look.level("~", Level::Warn),
        }
    }

    fn line(&mut self, depth: usize, text: &str, place: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        if !place.is_empty() {
            let place = format!("  ({})", visible(place));
            self.out.push_str(&self.look.faint(&place));
        }
        self.out.push('\n');
    }
}

fn written((path, line): (String, u32)) -> String {
    format!("{path}:{line}")
}

/// The text of a value that may have many lines, if one of its sides does.
fn long(value: &Option<Value>) -> Option<&str> {
    match value.as_ref()?.scalars.as_slice() {
        [Scalar::Text(text)] if text.contains('\n') => Some(text),
        _ => None,
    }
}

/// A value as it would be written.
fn shown(value: &Value, argument: bool) -> String {
    let one = |scalar: &Scalar| match scalar {
        Scalar::Text(text) => word(text),
        Scalar::Plain(text) => text.clone(),
    };
    let all: Vec<String> = value.scalars.iter().map(one).collect();
    match (value.list, argument) {
        (true, false) => format!("[{}]", all.join(", ")),
        (true, true) if all.is_empty() => "nothing".to_owned(),
        _ => all.join(" "),
    }
}
