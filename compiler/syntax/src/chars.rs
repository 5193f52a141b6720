//! The character classes of KDL 2.0, by their UTF-8 bytes.

/// How many bytes the line end at `at` has; 0 where there is none. CR LF is one line end.
pub(crate) fn newline_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r' | 0x0b | 0x0c, ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// How many bytes the space character at `at` has; 0 where there is none.
pub(crate) fn space_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b' ' | b'\t', ..] => 1,
        [0xc2, 0xa0, ..] => 2,
        [0xe1, 0x9a, 0x80, ..]
        | [0xe2, 0x80, 0x80..=0x8a | 0xaf, ..]
        | [0xe2, 0x81, 0x9f, ..]
        | [0xe3, 0x80, 0x80, ..] => 3,
        _ => 0,
    }
}

/// The first position from `at` on that is no space character.
pub(crate) fn skip_spaces(bytes: &[u8], mut at: usize) -> usize {
    loop {
        while let Some(b' ' | b'\t') = bytes.get(at) {
            at += 1;
        }
        match space_len(bytes, at) {
            0 => return at,
            n => at += n,
        }
    }
}

/// The first position from `at` on that is neither space nor line end.
pub(crate) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match space_len(bytes, at).max(newline_len(bytes, at)) {
            0 => return at,
            n => at += n,
        }
    }
}

/// The first line end from `at` on, or the end of the text.
pub(crate) fn line_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        if STOPS_LINE[byte as usize] && newline_len(bytes, at) > 0 {
            return at;
        }
        at += 1;
    }
    at
}

/// Where the line of `at` begins.
pub(crate) fn line_start(bytes: &[u8], at: usize) -> usize {
    let ends = (0..at).rev().filter(|&i| STOPS_LINE[bytes[i] as usize]);
    let last = ends
        .map(|i| (i, newline_len(bytes, i)))
        .find(|&(_, len)| len > 0);
    last.map_or(0, |(i, len)| i + len)
}

/// Whether this character ends a line.
pub(crate) fn is_newline(c: char) -> bool {
    newline_len(c.encode_utf8(&mut [0; 4]).as_bytes(), 0) > 0
}

/// Whether this character may not stand in a file as it is: most control characters, and those
/// that turn the direction of text, by which one could show a reviewer another text than is read.
/// The byte order mark is allowed as the first character only, which is the caller's to know.
pub(crate) fn is_forbidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// A set of bytes as a table, so that a scan is one load for each byte.
macro_rules! byte_set {
    ($($(#[$doc:meta])* $name:ident = [$($bytes:tt)+];)*) => {$(
        $(#[$doc])*
        pub(crate) const $name: [bool; 256] = {
            let mut set = [false; 256];
            let mut byte = 0;
            while byte < 256 {
                set[byte] = matches!(byte as u8, $($bytes)+);
                byte += 1;
            }
            set
        };
    )*};
}

byte_set! {
    /// Begins a line end, or may.
    STOPS_LINE = [0x0a..=0x0d | 0xc2 | 0xe2];
    /// Ends a plain run inside a quoted string, or may.
    STOPS_QUOTED = [b'"' | b'\\' | 0x0a..=0x0d | 0xc2 | 0xe2];
    /// Ends a plain run inside a word, or may: the last four begin the spaces of Unicode.
    STOPS_WORD = [b'\t'..=b'\r' | b' ' | b'"' | b'#' | b'(' | b')' | b'/' | b';' | b'=' | b'['
        | b'\\' | b']' | b'{' | b'}' | 0xc2 | 0xe1 | 0xe2 | 0xe3];
}

/// The first byte that is, or begins, a forbidden character, or may.
pub(crate) fn next_suspect(bytes: &[u8]) -> Option<usize> {
    // Whole blocks without a branch inside, which the compiler turns into wide instructions.
    const BLOCK: usize = 64;
    let suspect =
        |b: u8| (b < 0x20) & !matches!(b, 0x09..=0x0d) | (b == 0x7f) | (b == 0xe2) | (b == 0xef);
    let sound = |block: &&[u8]| !block.iter().fold(false, |any, &b| any | suspect(b));
    let skipped = bytes.chunks_exact(BLOCK).take_while(sound).count() * BLOCK;
    bytes[skipped..]
        .iter()
        .position(|&b| suspect(b))
        .map(|at| skipped + at)
}
