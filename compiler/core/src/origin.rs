//! Where a value comes from. A value of the model is a [`V`]; its [`OriginId`] leads to the
//! chain that answers "why are you so?".

use std::{fmt, ops::Deref};

use tenantry_syntax::{FileId, Span};

use crate::{instances::Instances, runs::Runs, schema::kind::Field};

/// An entry of the [`Origins`] table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub u32);

impl OriginId {
    /// Nothing in the spec made it: a constant of the compiler.
    pub const NONE: Self = Self(0);
}

/// How a value came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// Written there.
    Literal,
    /// Inherited from a profile; `from` holds the `like` that brought it.
    Profile,
    /// The kind's default for this slot; the span is the node that left it out.
    Default(Field),
    /// Worked out by the expression at the span from the values of names, whose origins `from`
    /// holds.
    Param,
    /// A parameter's value from outside; the span is its declaration.
    Given,
    /// The value of a name as it is: the expression at the span is nothing but the name, and
    /// `from` holds the name's origin.
    Named,
    /// Set for one environment by `in ENV { … }`.
    Environment,
    /// Worked out from `from` by the phase or rule named.
    Derived(&'static str),
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The place, where there is one.
    pub span: Option<Span>,
    /// How it came to be.
    pub how: How,
    /// What it was made from.
    pub from: Vec<OriginId>,
}

/// The table of all origins of one environment's estate: append-only. A chain that is entered
/// twice stands there twice, which is rare; to look for it would cost more than all the rest.
#[derive(Debug, Clone)]
pub struct Origins {
    /// The first file of the library, which a reader cannot mend.
    library_from: FileId,
    entries: Runs<Origin>,
    /// Where expanded text stands.
    pub instances: Instances,
}

/// What [`OriginId::NONE`] leads to.
static NOTHING: Origin = Origin {
    span: None,
    how: How::Derived("tenantry"),
    from: Vec::new(),
};

impl Default for Origins {
    fn default() -> Self {
        let mut entries = Runs::default();
        entries.push(NOTHING.clone());
        Self {
            library_from: FileId(u32::MAX),
            entries,
            instances: Instances::default(),
        }
    }
}

impl Origins {
    /// Enters an origin.
    pub fn add(&mut self, span: Option<Span>, how: How, from: Vec<OriginId>) -> OriginId {
        OriginId(self.entries.push(Origin { span, how, from }))
    }

    /// Tables for work that goes on in parallel, of which each may enter as many origins as is
    /// said: their ids do not depend on who is first. `None` where there are not as many ids.
    pub fn split(&self, most: &[u32]) -> Option<Vec<Self>> {
        let mut first = self.entries.next();
        let mut tables = Vec::with_capacity(most.len());
        for most in most {
            tables.push(Self {
                library_from: self.library_from,
                entries: Runs::starting(first),
                instances: Instances::default(),
            });
            first = first.checked_add(*most)?;
        }
        Some(tables)
    }

    /// Takes up what was entered into the tables of a split, in their order.
    pub fn join(&mut self, tables: Vec<Self>, most: &[u32]) {
        let next = most
            .iter()
            .fold(self.entries.next(), |next, most| next.saturating_add(*most));
        let tables = tables.into_iter().map(|table| table.entries);
        self.entries.join(tables, next);
    }

    /// What begins anew beside what another table holds.
    pub(crate) fn after(before: &Self) -> Self {
        let mut entries = Runs::after(&before.entries);
        entries.push(NOTHING.clone());
        Self {
            library_from: before.library_from,
            entries,
            instances: Instances::after(&before.instances),
        }
    }

    /// The runs of the table, for who takes some of them over.
    pub(crate) fn runs(&mut self) -> &mut Runs<Origin> {
        &mut self.entries
    }

    /// Lets go of what was taken over from another table and nobody wants.
    pub(crate) fn settle(&mut self) {
        self.entries.settle();
        self.instances.runs().settle();
    }

    /// How many numbers have been given so far, to origins or to expansions.
    pub(crate) fn numbers(&self) -> u32 {
        self.entries.next().max(self.instances.numbers())
    }

    /// What is declared is entered: nodes come after it, and after all that another table holds.
    pub(crate) fn declared(&mut self, before: Option<&Self>) {
        let last = before.map_or(1, |before| before.entries.next().max(1));
        self.entries.skip_to(last);
        self.instances
            .declared(before.map(|before| &before.instances));
    }

    /// The number of the next entry.
    fn next(&self) -> u32 {
        self.entries.next()
    }

    /// The id of an origin that was entered before. It is searched for: for the few that ask.
    pub fn find(&self, span: Option<Span>, how: How, from: &[OriginId]) -> Option<OriginId> {
        let same =
            |origin: &Origin| origin.span == span && origin.how == how && origin.from == from;
        let mut found = self.entries.iter().filter(|(_, origin)| same(origin));
        found.next().map(|(id, _)| OriginId(id))
    }

    /// What a literal at `span` has.
    pub fn literal(&mut self, span: Span) -> OriginId {
        self.add(Some(span), How::Literal, Vec::new())
    }

    /// One link.
    pub fn get(&self, id: OriginId) -> &Origin {
        self.entries.get(id.0).unwrap_or(&NOTHING)
    }

    /// The nearest place in the text that its reader can mend: the origin's own, else the first
    /// of what it was made from; for what a profile of the library brought, the `like`.
    pub fn span(&self, id: OriginId) -> Option<Span> {
        let mut at = self.get(id);
        // A chain is shorter than the table: an origin is made from earlier ones only.
        for _ in 0..=self.next() {
            if let (How::Profile, [far, like, ..]) = (at.how, at.from.as_slice()) {
                let own = self.span(*far);
                let own =
                    own.filter(|span| self.instances.place(*span).span.file < self.library_from);
                if own.is_some() {
                    return own;
                }
                at = self.get(*like);
                continue;
            }
            match (at.span, at.from.first()) {
                (Some(span), _) => return Some(span),
                (None, Some(next)) => at = self.get(*next),
                (None, None) => return None,
            }
        }
        None
    }

    /// The real text that one would change for this value alone, for who comes from a line of an
    /// emitted file.
    ///
    /// It is [`Origins::span`] but for two things. Text that is expanded serves many: a value
    /// there that is nothing but a name leads to what gave the name its value, such as the cell of
    /// a table or the argument of a call. And text of the library leads to the call that brought
    /// it.
    pub fn editable(&self, id: OriginId) -> Option<Span> {
        let mut way = vec![id];
        let mut at = self.get(id);
        // A chain is shorter than the table: an origin is made from earlier ones only.
        while let (How::Named, Some(span), Some(next)) = (at.how, at.span, at.from.first())
            && self.instances.is_expanded(span)
        {
            way.push(*next);
            at = self.get(*next);
        }
        let real = |id: &OriginId| Some(self.instances.nearest(self.span(*id)?, self.library_from));
        let own = |span: &Span| span.file < self.library_from;
        way.iter()
            .rev()
            .filter_map(real)
            .find(own)
            .or_else(|| real(&id))
    }

    /// The place where the value itself is written, be it in the library.
    pub fn written(&self, id: OriginId) -> Option<Span> {
        let mut at = self.get(id);
        loop {
            match (at.span, at.from.first()) {
                (Some(span), _) => return Some(span),
                (None, Some(next)) => at = self.get(*next),
                (None, None) => return None,
            }
        }
    }

    /// The table of an estate of so many files, whose library starts at this one.
    pub fn new(library_from: FileId, files: usize) -> Self {
        Self {
            library_from,
            instances: Instances::new(files),
            ..Self::default()
        }
    }
}

/// A value of the model with its origin: four bytes more than the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct V<T> {
    /// The value.
    pub value: T,
    /// Why it is so.
    pub origin: OriginId,
}

impl<T> V<T> {
    /// A value and its origin.
    pub fn new(value: T, origin: OriginId) -> Self {
        Self { value, origin }
    }

    /// Another value for the same reason.
    pub fn map<U>(&self, make: impl FnOnce(&T) -> U) -> V<U> {
        V {
            value: make(&self.value),
            origin: self.origin,
        }
    }
}

impl<T> Deref for V<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for V<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for V<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
