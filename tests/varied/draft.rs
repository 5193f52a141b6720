//! Text that is drawn: dice that a number decides, and the lines that they choose.

use std::collections::BTreeSet;

/// Numbers that look like chance and come from a seed: `splitmix64`.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// An estate that is being written.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) dice: Dice,
    /// Whether the cluster's network knows the names of hosts.
    pub(super) knows_hosts: bool,
    /// Whether the tenant has nothing outside of a sandbox.
    pub(super) all_sandboxed: bool,
    text: String,
    depth: usize,
    features: BTreeSet<&'static str>,
}

impl Draft {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            dice: Dice(seed),
            knows_hosts: true,
            all_sandboxed: false,
            text: String::new(),
            depth: 0,
            features: BTreeSet::new(),
        }
    }

    /// Writes a line. One that ends with `{` opens a block, and `}` closes it.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        self.depth -= usize::from(line.starts_with('}'));
        self.text.push_str(&"    ".repeat(self.depth));
        self.text.push_str(line);
        self.text.push('\n');
        self.depth += usize::from(line.ends_with('{'));
    }

    /// Writes lines.
    pub(super) fn lines(&mut self, lines: &[&str]) {
        lines.iter().for_each(|line| self.line(line));
    }

    /// Writes a line that is a feature.
    pub(super) fn feature(&mut self, name: &'static str, line: impl AsRef<str>) {
        self.uses(name);
        self.line(line);
    }

    /// Writes one of several lines, each a feature.
    pub(super) fn one_of(&mut self, lines: &[(&'static str, &str)]) {
        let (name, line) = self.dice.pick(lines);
        self.feature(name, line);
    }

    /// Writes a feature now and then: once in so many times.
    pub(super) fn sometimes(&mut self, times: usize, name: &'static str, lines: &[&str]) -> bool {
        let now = self.dice.once_in(times);
        if now {
            self.uses(name);
            self.lines(lines);
        }
        now
    }

    /// Says that a feature is there.
    pub(super) fn uses(&mut self, name: &'static str) {
        self.features.insert(name);
    }

    /// The text, and what it uses.
    pub(super) fn done(self) -> (String, BTreeSet<&'static str>) {
        (self.text, self.features)
    }
}
