//! Which names expressions use: `$name`, `${…}` within a text, and texts that are one as a whole.

use std::{borrow::Cow, ops::Range};

use tenantry_core::cel::{self, Piece};
use tenantry_syntax::{Span, ast::Text};

use super::{LOCAL, VALUES, part, texts::Source, walk::Walk};
use crate::dotted;

impl Walk<'_, '_> {
    /// `$name`, or text with `${…}` in it.
    pub(super) fn interpolated(&mut self, text: Text<'_>) {
        let value = text.value();
        for piece in cel::interpolate(&value).unwrap_or_default() {
            match piece {
                Piece::Text(_) => {}
                Piece::Expr(range) => self.paths(text, &value, range),
                Piece::Name(range) => {
                    let mut names = dotted::names(&value[range.clone()], range.start);
                    let Some((at, first)) = names.next() else {
                        continue;
                    };
                    self.value_name(first, part(text, at), false);
                    if let Some((at, field)) = names.next() {
                        self.column_of_name(first, field, part(text, at));
                    }
                }
            }
        }
    }

    /// A string that is an expression as a whole.
    pub(super) fn expression(&mut self, text: Text<'_>) {
        let value = text.value();
        // The name of a table or a `let` may have hyphens, which an expression would subtract.
        if value.contains('-') && self.is_value(&value) {
            return self.value_name(&value, part(text, 0..value.len()), false);
        }
        match cel::interpolate(&value).as_deref() {
            Ok([Piece::Text(_)]) | Err(_) | Ok([]) => self.paths(text, &value, 0..value.len()),
            _ => self.interpolated(text),
        }
    }

    /// Whether a name is that of a value which is known here.
    pub(super) fn is_value(&self, name: &str) -> bool {
        let units = &self.speaker.words.units;
        let unit = units.get(self.speaker.unit.0 as usize);
        unit.is_some_and(|unit| unit.scope.get(&cel::spelling(name)).is_some())
            || self
                .outline
                .declared
                .iter()
                .any(|one| one.sort == LOCAL && *one.name == *name)
    }

    fn paths(&mut self, text: Text<'_>, value: &str, range: Range<usize>) {
        let source = &value[range.clone()];
        let Ok(tree) = cel::parse(source) else {
            // `in=gpu-pools` is a name as it was declared.
            return self.value_name(source, part(text, range), false);
        };
        let from = self.outline.uses.len();
        self.columns(text, range.start, &tree);
        let within = Source {
            text,
            start: range.start,
            source,
            asks: self.asks,
        };
        self.texts(&within, &tree);
        let paths = tree.paths();
        for path in paths {
            let Some(first) = path.names.first() else {
                continue;
            };
            let start = range.start + path.range.start;
            let span = part(text, start..start + first.len());
            self.value_name(first, span, true);
        }
        if let Some(found) = self.outline.uses.get_mut(from..) {
            found.sort_by_key(|one| one.span.start);
        }
    }

    fn value_name(&mut self, name: &str, span: Span, in_expression: bool) {
        let mut sorts = VALUES.to_vec();
        sorts.push(LOCAL);
        self.says(Cow::Owned(sorts), name, self.near(), span, in_expression);
    }
}
