//! What the API server takes for a name. Each function says what is wrong, if anything.

/// The longest name of a label, and the longest value of one.
const LABEL: usize = 63;
/// The longest name that DNS can say.
const SUBDOMAIN: usize = 253;
/// The longest name of a port (RFC 6335).
const PORT: usize = 15;

/// A label's key: a name, perhaps behind a domain and a slash.
pub(super) fn label_key(key: &str) -> Option<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if let Some(wrong) = prefix.and_then(subdomain) {
        return Some(format!(
            "{key:?} is no label's key: before the slash, {wrong}"
        ));
    }
    let wrong = match name {
        "" => "it has no name".to_owned(),
        _ if name.len() > LABEL => too_long(name, LABEL),
        _ if !is_qualified(name) => QUALIFIED.to_owned(),
        _ => return None,
    };
    Some(format!("{key:?} is no label's key: {wrong}"))
}

/// A label's value, which may be empty.
pub(super) fn label_value(value: &str) -> Option<String> {
    let wrong = match value {
        _ if value.len() > LABEL => too_long(value, LABEL),
        _ if !value.is_empty() && !is_qualified(value) => QUALIFIED.to_owned(),
        _ => return None,
    };
    Some(format!("{value:?} is no label's value: {wrong}"))
}

/// The name of most objects.
pub(super) fn subdomain(name: &str) -> Option<String> {
    let part = |part: &str| {
        let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        let bytes = part.as_bytes();
        let ends = bytes.first().copied().is_some_and(plain);
        let ends = ends && bytes.last().copied().is_some_and(plain);
        ends && bytes.iter().all(|it| plain(*it) || *it == b'-')
    };
    if name.len() > SUBDOMAIN {
        return Some(too_long(name, SUBDOMAIN));
    }
    let right = name.split('.').all(part);
    (!right).then(|| {
        format!(
            "{name:?} is no name: it takes small letters, digits, dashes and dots, and begins and \
             ends with a letter or digit"
        )
    })
}

/// The name of a port.
pub(super) fn port(name: &str) -> Option<String> {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let wrong = if !name.is_empty() && name.chars().all(|it| it.is_ascii_digit()) {
        return Some(format!(
            "{name:?} in quotes is the name of a port, and no port is called so: write {name}"
        ));
    } else if name.len() > PORT {
        too_long(name, PORT)
    } else if !name.chars().all(plain) {
        "it takes small letters, digits and dashes".to_owned()
    } else if !name.chars().any(|it| it.is_ascii_lowercase()) {
        "it needs a letter".to_owned()
    } else if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        "a dash stands between letters or digits".to_owned()
    } else {
        return None;
    };
    Some(format!("{name:?} is no name of a port: {wrong}"))
}

const QUALIFIED: &str = "it takes letters, digits, dashes, underscores and dots, and begins and \
                         ends with a letter or digit";

fn is_qualified(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let inner = |it: &u8| it.is_ascii_alphanumeric() || b"-_.".contains(it);
    ends.into_iter()
        .all(|it| it.is_some_and(u8::is_ascii_alphanumeric))
        && bytes.iter().all(inner)
}

fn too_long(text: &str, most: usize) -> String {
    format!("it has {} characters, {most} at most", text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_the_api_server_takes() {
        let long = "a".repeat(64);
        for key in ["app", "a/b", "app.kubernetes.io/name", "A_b-c.d", "0"] {
            assert_eq!(label_key(key), None, "{key}");
        }
        for key in ["", "/a", "a/", "a/b/c", "-a", "a-", "A.com/x", "ä", &long] {
            assert!(label_key(key).is_some(), "{key}");
        }
        assert_eq!(label_value(""), None);
        assert!(label_value("a b").is_some() && label_value(&long).is_some());
        for name in ["http", "a", "serve-80-tcp", "0a"] {
            assert_eq!(port(name), None, "{name}");
        }
        for name in ["", "80", "-a", "a--b", "HTTP", "serve-81-sctp-tcp", "0-0"] {
            assert!(port(name).is_some(), "{name}");
        }
        assert_eq!(subdomain("a.b-c.0"), None);
        assert!(subdomain("a..b").is_some() && subdomain("A").is_some());
    }
}
