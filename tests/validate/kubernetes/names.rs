//! The name syntaxes of the API, each with the reason it was refused.

/// A syntax: `Err` says what the text breaks.
pub(super) type Syntax = fn(&str) -> Result<(), String>;

const LABEL_MAX: usize = 63;
const SUBDOMAIN_MAX: usize = 253;

fn lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn length(text: &str, max: usize) -> Result<(), String> {
    match text.len() {
        0 => Err("is empty".to_owned()),
        n if n > max => Err(format!(
            "`{text}` has {n} characters, at most {max} are allowed"
        )),
        _ => Ok(()),
    }
}

fn label_shape(text: &str, whole: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last());
    let sound = ends.is_some_and(|(a, z)| lower_alphanumeric(*a) && lower_alphanumeric(*z))
        && bytes
            .iter()
            .all(|byte| lower_alphanumeric(*byte) || *byte == b'-');
    if sound {
        return Ok(());
    }
    Err(format!(
        "`{whole}` may hold lower-case letters, digits and `-`, and begins and ends with a letter or digit"
    ))
}

/// RFC 1123 label, at most 63 characters: namespaces, containers, volumes.
pub(super) fn dns_label(text: &str) -> Result<(), String> {
    length(text, LABEL_MAX)?;
    label_shape(text, text)
}

/// RFC 1035 label: as [`dns_label`], and begins with a letter. Services.
pub(super) fn dns_1035_label(text: &str) -> Result<(), String> {
    dns_label(text)?;
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("`{text}` begins with a digit"));
    }
    Ok(())
}

/// RFC 1123 subdomain, at most 253 characters: most object names.
pub(super) fn dns_subdomain(text: &str) -> Result<(), String> {
    length(text, SUBDOMAIN_MAX)?;
    text.split('.').try_for_each(|part| label_shape(part, text))
}

/// Names that are only a segment of a path: RBAC objects.
pub(super) fn path_segment(text: &str) -> Result<(), String> {
    if text.is_empty() || text == "." || text == ".." || text.contains(['/', '%']) {
        return Err(format!(
            "`{text}` is not a path segment (`.`, `..`, `/` and `%` are refused)"
        ));
    }
    Ok(())
}

/// The part after the slash of a label key, and a label's value unless that is empty.
fn label_name(text: &str, whole: &str) -> Result<(), String> {
    length(text, LABEL_MAX)?;
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let ends = bytes.first().zip(bytes.last());
    let sound = bytes.iter().all(inner)
        && ends.is_some_and(|(a, z)| a.is_ascii_alphanumeric() && z.is_ascii_alphanumeric());
    if sound {
        return Ok(());
    }
    Err(format!(
        "`{whole}` may hold letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit"
    ))
}

/// A label or annotation key, a resource name: `[prefix/]name`.
pub(super) fn qualified(text: &str) -> Result<(), String> {
    match text.split_once('/') {
        None => label_name(text, text),
        Some((prefix, name)) => {
            dns_subdomain(prefix).map_err(|reason| format!("prefix of `{text}`: {reason}"))?;
            label_name(name, text)
        }
    }
}

/// A label's value: empty, or at most 63 characters.
pub(super) fn label_value(text: &str) -> Result<(), String> {
    if text.is_empty() {
        Ok(())
    } else {
        label_name(text, text)
    }
}

/// IANA service name, at most 15 characters: port names.
pub(super) fn port_name(text: &str) -> Result<(), String> {
    length(text, 15)?;
    label_shape(text, text)?;
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(format!("`{text}` holds no letter"));
    }
    if text.contains("--") {
        return Err(format!("`{text}` holds two dashes in a row"));
    }
    Ok(())
}

/// A key of a ConfigMap or Secret, which is also a file name.
pub(super) fn data_key(text: &str) -> Result<(), String> {
    length(text, SUBDOMAIN_MAX)?;
    let sound = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !sound || text == "." || text.starts_with("..") {
        return Err(format!(
            "`{text}` may hold letters, digits, `-`, `_` and `.`, and is no parent folder"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(syntax: Syntax, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(syntax(text), Ok(()), "{text}");
        }
        for text in bad {
            assert!(syntax(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_syntax_accepts_and_refuses() {
        let long = "a".repeat(64);
        check(
            dns_label,
            &["a", "0a-b"],
            &["", "-a", "a-", "A", "a.b", "a_b", &long],
        );
        check(dns_1035_label, &["a1"], &["1a"]);
        check(
            dns_subdomain,
            &["a.b-c.0", &long],
            &["a..b", ".a", "a.-b", "a_b"],
        );
        check(
            path_segment,
            &["system:node", "A b"],
            &["", "..", "a/b", "50%"],
        );
        check(
            qualified,
            &["app", "example.com/Role_1"],
            &["", "/a", "a/", "Up.com/a", "a b", &long],
        );
        check(label_value, &["", "V1.2_x"], &["-a", "a b", &long]);
        check(
            port_name,
            &["http", "h2-c"],
            &["80", "a--b", "this-is-far-too-long", "-a"],
        );
        check(
            data_key,
            &["ca.crt", "_x"],
            &["", "..", "..a", "a/b", "a b"],
        );
    }
}
