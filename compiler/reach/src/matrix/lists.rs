//! Many short lists in one piece of memory.

/// For each of a row of keys, a list of numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    /// Where each list begins, and the end of the last.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// Lists of `keys` keys, from pairs of key and item that can be walked through twice. Items
    /// keep the order in which they come.
    pub(crate) fn of<P: Iterator<Item = (u32, u32)>>(keys: usize, pairs: impl Fn() -> P) -> Self {
        let mut starts = vec![0_u32; keys + 1];
        for (key, _) in pairs() {
            starts[key as usize + 1] += 1;
        }
        for at in 0..keys {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[keys] as usize];
        for (key, item) in pairs() {
            let at = &mut next[key as usize];
            items[*at as usize] = item;
            *at += 1;
        }
        Self { starts, items }
    }

    /// The list of a key.
    pub(crate) fn get(&self, key: u32) -> &[u32] {
        let at = key as usize;
        &self.items[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}
