//! Mending: from findings to texts in which what is certain has been put right.
//!
//! [`mend`] applies the certain [`Fix`](crate::diag::Fix)es of a run, all in one pass, to files of
//! the estate's own, and looks at what came of it before anybody writes it: a mend behind which
//! something new would be wrong is left out and told. It writes nothing itself.

mod choose;
mod judge;

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::FileId;

use crate::{
    compile::{self, Options, Run},
    load::Library,
    target::Target,
    world::{Overlay, World},
};
use choose::{Mend, choose};
use judge::Baseline;

/// How often an estate is looked at again to find the mends that harm, at the most.
const MOST_CHECKS: usize = 32;

/// What came of mending.
#[derive(Debug)]
pub struct Mended {
    /// The run on the new texts; the old one where nothing was mended. Findings that are mended
    /// are not in it.
    pub run: Run,
    /// The files that read otherwise, by their paths below the root.
    pub texts: BTreeMap<Arc<str>, MendedText>,
    /// How many findings were mended.
    pub count: usize,
    /// Certain mends that were left out, in the order of the text: the finding's rule and place
    /// in the old text, and why.
    pub left: Vec<Left>,
}

/// A file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MendedText {
    /// As it was read.
    pub old: Arc<str>,
    /// As it should read.
    pub new: Arc<str>,
}

/// A certain mend that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The rule of the finding.
    pub rule: String,
    /// The path of the file that would change.
    pub path: Arc<str>,
    /// The line of it, from 1.
    pub line: u32,
    /// Why.
    pub why: Why,
}

/// Why a mend was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Another one changes the same text; the next run looks again.
    Overlaps,
    /// The text is a package's or the library's.
    NotOurs,
    /// Only these environments have the mistake, and the text holds in others too.
    OtherEnvironments(Vec<Arc<str>>),
    /// This would be wrong behind it.
    Harms(String),
    /// Too many mends of this run harm for all to be looked at one by one.
    Unproven,
}

/// Mends what is certain in an estate of which `run` says what is wrong.
pub fn mend(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
    run: Run,
) -> Mended {
    let (mends, mut left) = choose(&run.sources, &run.findings);
    let mut trial = Trial {
        world,
        library,
        targets,
        options,
        before: Baseline::of(&run.findings),
        run: &run,
        kept: Vec::new(),
        after: None,
        left: Vec::new(),
        checks: 0,
    };
    trial.keep(mends);
    let Trial {
        kept,
        after,
        left: harmful,
        ..
    } = trial;
    left.extend(harmful);
    left.sort_by(|a, b| (&a.path, a.line, &a.rule).cmp(&(&b.path, b.line, &b.rule)));
    let texts = choose::texts(&run.sources, &kept)
        .into_iter()
        .filter_map(|(file, new)| Some((run.sources.get(file)?, new)))
        .map(|(source, new)| {
            let old = source.parse.text().into();
            (source.path.clone(), MendedText { old, new })
        })
        .collect();
    Mended {
        texts,
        count: kept.iter().map(|mend| mend.findings).sum(),
        run: after.unwrap_or(run),
        left,
    }
}

/// Mends that are tried together, and apart where they harm.
struct Trial<'a> {
    world: &'a dyn World,
    library: Library,
    targets: &'a [&'a dyn Target],
    options: &'a Options,
    before: Baseline,
    run: &'a Run,
    kept: Vec<Mend>,
    /// The run with all that are kept.
    after: Option<Run>,
    left: Vec<Left>,
    checks: usize,
}

impl Trial<'_> {
    /// Keeps those of the mends that do no harm, beside those that are kept already. Mends that
    /// harm are found by halves, so that one among a thousand costs ten looks more.
    fn keep(&mut self, mends: Vec<Mend>) {
        // The next half stands on top.
        let mut waiting = vec![mends];
        while let Some(mut mends) = waiting.pop() {
            if mends.is_empty() {
                continue;
            }
            let Some(harm) = self.harm_of(&mends) else {
                self.kept.append(&mut mends);
                continue;
            };
            if mends.len() > 1 {
                let second = mends.split_off(mends.len() / 2);
                waiting.extend([second, mends]);
            } else {
                self.left
                    .extend(mends.into_iter().map(|mend| mend.left(harm.clone())));
            }
        }
    }

    /// Why these cannot be applied beside those that are kept; `None` if they can.
    fn harm_of(&mut self, mends: &[Mend]) -> Option<Why> {
        if self.checks == MOST_CHECKS {
            return Some(Why::Unproven);
        }
        self.checks += 1;
        let all: Vec<&Mend> = self.kept.iter().chain(mends).collect();
        let texts = choose::texts(&self.run.sources, all.iter().copied());
        let named = |(file, text): (&FileId, &Arc<str>)| {
            (self.run.sources.path(*file).to_owned(), Arc::clone(text))
        };
        let overlay = Overlay::new(self.world, texts.iter().map(named).collect());
        let after = compile::check(&overlay, self.library, self.targets, self.options);
        let changed = choose::changed(all);
        match self.before.harm(&after, &changed) {
            Some(message) => Some(Why::Harms(message)),
            None => {
                self.after = Some(after);
                None
            }
        }
    }
}
