//! How a text is spelt: bare, in double quotes, or as a block of lines.
//!
//! Bare is what no reader of either version takes for anything but that very text. The rule is a
//! list of what is safe, not of what is dangerous: what it does not know, it quotes.

use crate::emit::text::is_deceptive;

/// Words that YAML 1.1 (in any of the spellings that its readers know) or 1.2 read as a truth
/// value or as nothing, in lower case.
const WORDS: &[&str] = &["y", "yes", "n", "no", "true", "false", "on", "off", "null"];

/// So many bytes has the longest of them.
const LONGEST_WORD: usize = 5;

/// Numbers made of letters, in lower case. (Their signed forms are quoted for the sign.)
const LETTER_NUMBERS: &[&str] = &[".inf", ".nan"];

/// Writes a text on one line.
pub(super) fn write_line(text: &str, out: &mut String) {
    if is_bare(text) {
        out.push_str(text);
    } else {
        write_quoted(text, out);
    }
}

fn is_bare(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    // Most texts are names, of which no more is to be asked.
    if first.is_ascii_alphabetic() && text.bytes().all(is_of_names) {
        return !is_word(text);
    }
    let start_ok = match first {
        '0'..='9' | '.' => is_plainly_no_number(text),
        '-' => is_option(text),
        '/' | '_' => true,
        _ => first.is_alphabetic(),
    };
    start_ok
        && !text.starts_with("...")
        && !is_word(text)
        && all_bare_within(text)
        && !text
            .as_bytes()
            .array_windows()
            .any(|pair| matches!(pair, b": " | b" #"))
        && !text.ends_with([':', ' '])
}

/// Whether some reader takes it for a truth value or for nothing.
fn is_word(text: &str) -> bool {
    text.len() <= LONGEST_WORD && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a character of ASCII means nothing to any reader, wherever in a text it stands but for
/// the beginning.
fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/')
}

/// Whether all characters are [`is_bare_within`]; of ASCII that is told by the bytes.
fn all_bare_within(text: &str) -> bool {
    let mut bytes = text.bytes();
    match text.is_ascii() {
        true => bytes.all(|byte| is_bare_within(byte.into())),
        false => text.chars().all(is_bare_within),
    }
}

/// Characters that mean nothing within a bare text in block style. Brackets do not either, but
/// they do to a reader's eye and to templates.
fn is_bare_within(c: char) -> bool {
    match c {
        '[' | ']' | '{' | '}' => false,
        _ => !is_deceptive(c),
    }
}

/// Whether a text that starts like a number or a date is certainly none: it holds a character that
/// no spelling of those has, in decimal, hexadecimal, octal, binary or base 60, with exponents,
/// thousands separators or time zones.
fn is_plainly_no_number(text: &str) -> bool {
    let telling = |c: char| match c.to_ascii_lowercase() {
        'a'..='f' | 'x' | 'o' | 't' | 'z' => false,
        c => c == '/' || c == '@' || c.is_alphabetic(),
    };
    text.contains(telling) && !LETTER_NUMBERS.iter().any(|n| n.eq_ignore_ascii_case(text))
}

/// Whether a text that starts with a dash is an option of a command, `-v` or `--port`, and so
/// neither a number nor an item nor the end of a document.
fn is_option(text: &str) -> bool {
    let name = text.strip_prefix("--").or(text.strip_prefix('-'));
    name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_deceptive(c) => out.push_str(&escape(c)),
            _ => out.push(c),
        }
    }
    out.push('"');
}

fn escape(c: char) -> String {
    match c as u32 {
        code @ ..0x100 => format!("\\x{code:02x}"),
        code @ 0x100..0x1_0000 => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

/// The head of a block of lines that says exactly this text, if there is one: `|` for one line end
/// at the end, `|-` for none, `|+` for more.
///
/// There is none for a text without line ends, for one with characters that need escapes, and for
/// one whose first line begins with a space or a tab, which a reader would take for indentation.
pub(super) fn block_head(text: &str) -> Option<&'static str> {
    if !text.contains('\n') {
        return None;
    }
    let body = text.trim_end_matches('\n');
    let starts_well = !body.trim_start_matches('\n').starts_with([' ', '\t']);
    let speakable = |c: char| matches!(c, '\n' | '\t') || !is_deceptive(c);
    if body.is_empty() || !starts_well || !text.chars().all(speakable) {
        return None;
    }
    Some(match text.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    })
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_WORD, WORDS, write_line};

    fn line(text: &str) -> String {
        let mut out = String::new();
        write_line(text, &mut out);
        out
    }

    #[test]
    fn what_both_versions_read_as_that_text_is_bare() {
        for text in [
            "nginx",
            "v1",
            "apps/v1",
            "a b",
            "it's",
            "x:y",
            "http://a:80/?q=1#top",
            "2Gi",
            "100m",
            "10.0.0.0/8",
            "1.2.3-rc.1",
            "--leader-elect=true",
            "-v",
            "/var/lib",
            "_x",
            "aa:bb:cc",
            "nginx:1.27@sha256:00ff",
            "größe",
            "a, b",
            "yess",
            "500ms",
            ".cache/x",
        ] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn no_word_is_longer_than_the_longest() {
        let longest = WORDS.iter().map(|word| word.len()).max();
        assert_eq!(longest, Some(LONGEST_WORD));
    }

    #[test]
    fn what_some_reader_takes_for_something_else_is_quoted() {
        for text in [
            "",
            "no",
            "No",
            "on",
            "y",
            "Yes",
            "n",
            "~",
            "null",
            "Null",
            "TRUE",
            "off",
            "=",
            "<<",
            "1",
            "-1",
            "+1",
            "1_000",
            "0o7",
            "0777",
            "0x1F",
            "1e3",
            "1.5",
            ".5",
            "1:30",
            "12:30:45",
            "52:54:00:12:34:56",
            "2026-01-01",
            "2026-01-01T00:00:00Z",
            ".inf",
            "-.INF",
            ".NaN",
            "1,000",
            "-",
            "--",
            "---",
            "...",
            "- a",
            "? a",
            ": a",
            "a: b",
            "a:",
            "a #b",
            "#a",
            " a",
            "a ",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "{{ x }}",
            "[a]",
            "\"a\"",
            "'a'",
            "10.0.0.1",
            "--- a",
            "-.5x",
            "a [b]",
        ] {
            let escaped = text.replace('"', "\\\"");
            assert_eq!(line(text), format!("\"{escaped}\""), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        assert_eq!(line("a\tb\0c"), r#""a\tb\x00c""#);
        assert_eq!(line("a\u{85}\u{2028}\u{feff}"), r#""a\x85\u2028\ufeff""#);
        assert_eq!(
            line("user\u{202e}nimda"),
            r#""user\u202enimda""#,
            "turned around"
        );
        assert_eq!(line("\u{e0041}"), r#""\U000e0041""#);
    }
}
