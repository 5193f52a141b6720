//! What is wrong with a text, as plain data, and its collection.

use std::{borrow::Cow, ops::Range};

use crate::{FileId, Span, format::quote};

/// One mistake in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyntaxError {
    /// The bytes that are wrong. Inside the text; empty only where something is missing.
    pub span: Span,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// A few words for the span itself.
    pub label: Option<String>,
    /// What to write where, if only one thing can have been meant: no text of the file but that
    /// is touched by it.
    pub fix: Option<(Span, String)>,
    /// A second place that has to do with it, and how.
    pub related: Option<(Span, String)>,
    /// Whether this says that one of the [limits](crate::Limits) was passed.
    pub limit: bool,
    /// Whether braces do not pair up, so that nobody can be sure of what stands in which block.
    pub structure: bool,
    /// The line on which text and what is between texts may have changed places, because its quotes
    /// do not pair up: what its words mean is a guess.
    pub guessed: Option<Span>,
}

impl SyntaxError {
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(label.into());
        self
    }

    pub(crate) fn fix(&mut self, range: Range<usize>, text: impl Into<String>) -> &mut Self {
        self.fix = Some((span(self.span.file, range), text.into()));
        self
    }

    pub(crate) fn related(&mut self, range: Range<usize>, how: impl Into<String>) -> &mut Self {
        self.related = Some((span(self.span.file, range), how.into()));
        self
    }
}

/// The errors of one file while it is read. Never holds more than was allowed.
#[derive(Debug)]
pub(crate) struct Errors {
    file: FileId,
    max: usize,
    list: Vec<SyntaxError>,
    /// Where errors go that are too many.
    surplus: Option<SyntaxError>,
    /// Lines with an odd number of quotes, in order, and the quote that has no partner.
    unpaired: Vec<(Range<usize>, usize)>,
}

impl Errors {
    pub(crate) fn new(file: FileId, max: u32) -> Self {
        Self {
            file,
            max: max as usize,
            list: Vec::new(),
            surplus: None,
            unpaired: Vec::new(),
        }
    }

    /// Notes a mistake; what is said besides is added to the answer.
    #[cold]
    pub(crate) fn report(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> &mut SyntaxError {
        let error = SyntaxError {
            span: span(self.file, range),
            message: message.into(),
            ..SyntaxError::default()
        };
        // Twice as many as are told: the parser's come after the lexer's, and are as good.
        if self.list.len() > self.max.saturating_mul(2) {
            return self.surplus.insert(error);
        }
        self.list.push(error);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// How many errors there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// Forgets all but the first `count` errors: the others only followed from one of those.
    pub(crate) fn take_back(&mut self, count: usize) {
        self.list.truncate(count);
    }

    #[cold]
    pub(crate) fn too_long(&mut self, len: usize, max: u32) {
        self.report(
            0..0,
            format!("this file has {len} bytes, and {max} are allowed"),
        )
        .help("split it: every `.kdl` file of the estate is read")
        .limit = true;
    }

    /// Notes that the quote at `at` has no partner on its line.
    #[cold]
    pub(crate) fn unpaired_quotes(&mut self, line: Range<usize>, at: usize) {
        if self.unpaired.len() <= self.max {
            self.unpaired.push((line, at));
        }
    }

    /// One missing quote turns everything behind it inside out. Of the errors of such a line, only
    /// one is kept: a word that lacks its first quote, or else that the quotes do not pair up.
    fn settle_unpaired_quotes(&mut self, text: &str) {
        let mut lines = std::mem::take(&mut self.unpaired).into_iter().peekable();
        let mut kept: Vec<SyntaxError> = Vec::with_capacity(self.list.len());
        let mut settled = usize::MAX;
        for mut error in std::mem::take(&mut self.list) {
            let start = error.span.start as usize;
            while lines.next_if(|(line, _)| line.end < start).is_some() {}
            let Some((line, at)) = lines.peek().filter(|(line, _)| line.start <= start) else {
                kept.push(error);
                continue;
            };
            // What such a line means is a guess.
            error.fix = None;
            if settled == line.start {
                continue;
            }
            settled = line.start;
            error.guessed = Some(span(self.file, line.clone()));
            let behind = &text[error.span.range().end..];
            let lacks_quote = behind.starts_with('"') && !text[..start].ends_with('"');
            if start == *at || lacks_quote {
                kept.push(error);
                continue;
            }
            let mut unpaired = SyntaxError {
                span: span(self.file, *at..*at + 1),
                message: "the quotes on this line do not pair up".to_owned(),
                guessed: error.guessed,
                ..SyntaxError::default()
            };
            unpaired
                .label("has no partner")
                .related(error.span.range(), "here it goes wrong at the latest")
                .help("a quote is missing, or one is too many; inside text it is written `\\\"`");
            kept.push(unpaired);
        }
        self.list = kept;
    }

    /// The errors in the order of the text; the last one says if there were more.
    pub(crate) fn finish(mut self, text: &str) -> Vec<SyntaxError> {
        self.list.sort_by_key(|e| (e.span.start, e.span.end));
        if !self.unpaired.is_empty() {
            self.settle_unpaired_quotes(text);
            self.list.sort_by_key(|e| (e.span.start, e.span.end));
        }
        if self.list.len() > self.max || self.surplus.is_some() {
            self.list.truncate(self.max);
            let end = self.list.last().map_or(0, |e| e.span.end as usize);
            let max = self.max;
            self.report(
                end..end,
                format!("more than {max} errors; the rest is not shown"),
            )
            .help("is this a KDL file?")
            .limit = true;
        }
        self.list
    }
}

/// A word of the text as a message shows it: cut where it is too long to be read.
pub(crate) fn shown(word: &str) -> Cow<'_, str> {
    const MAX: usize = 40;
    match word.char_indices().nth(MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &word[..end])),
        None => Cow::Borrowed(word),
    }
}

/// How to write `word` so that it is text.
pub(crate) fn write_quoted(word: &str) -> String {
    match shown(word) {
        Cow::Borrowed(word) => format!("write {}", quote(word)),
        Cow::Owned(_) => "put it between quotes".to_owned(),
    }
}

/// Offsets are below `Limits::max_bytes`, so they fit.
fn span(file: FileId, range: Range<usize>) -> Span {
    Span::new(file, offset(range.start), offset(range.end))
}

/// A position in a text, which is below 4 GiB by [`Limits::max_bytes`](crate::Limits).
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
