//! URIs of documents and paths in an estate.

use std::{collections::BTreeMap, sync::Arc};

use lsp_types::Uri;

/// The scheme of the standard library's files, which are in no folder. A client that wants to
/// show one asks `tenantry/text` for it.
pub(crate) const LIBRARY: &str = "tenantry-std:/";

/// The folder of an estate as a URI.
#[derive(Debug, Clone)]
pub struct Root {
    /// Scheme and path, decoded, with a `/` at its end.
    decoded: String,
    /// How the client spells the documents that it has opened, where we would do it otherwise.
    said: Arc<BTreeMap<String, Uri>>,
}

impl PartialEq for Root {
    fn eq(&self, other: &Self) -> bool {
        self.decoded == other.decoded
    }
}

impl Eq for Root {}

impl Root {
    /// The root at this URI of a folder.
    pub fn new(uri: &str) -> Self {
        let mut decoded = decode(uri);
        if !decoded.ends_with('/') {
            decoded.push('/');
        }
        Self {
            decoded,
            said: Arc::default(),
        }
    }

    /// Notes how the client spells a document.
    pub(crate) fn say(&mut self, path: &str, uri: &Uri) {
        if self.uri(path) != *uri {
            Arc::make_mut(&mut self.said).insert(path.to_owned(), uri.clone());
        }
    }

    /// The folder's URI, decoded, with a `/` at its end.
    pub fn as_str(&self) -> &str {
        &self.decoded
    }

    /// The path of a document from the estate's root; none for one that is elsewhere.
    pub fn path(&self, uri: &Uri) -> Option<String> {
        let decoded = decode(&uri.0);
        if let Some(path) = decoded.strip_prefix(LIBRARY) {
            return Some(format!("std:/{path}"));
        }
        decoded.strip_prefix(&self.decoded).map(str::to_owned)
    }

    /// The URI of a file of the estate, or of the standard library.
    pub fn uri(&self, path: &str) -> Uri {
        if let Some(said) = self.said.get(path) {
            return said.clone();
        }
        match path.strip_prefix("std:/") {
            Some(path) => Uri(format!("{LIBRARY}{}", encode(path))),
            None => Uri(encode(&format!("{}{path}", self.decoded))),
        }
    }
}

/// A URI with its `%xx` undone.
pub fn decode(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// A URI of this text: everything but what is plain in a path is escaped, as editors do it.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/:@!$&'()*+,;=".contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_uris_lead_to_each_other() {
        let root = Root::new("file:///home/a%20b/estate");
        for path in [
            "tenantry.kdl",
            "tenants/größe 1.kdl",
            "a%b.kdl",
            "std:/profiles.kdl",
        ] {
            let uri = root.uri(path);
            assert_eq!(root.path(&uri).as_deref(), Some(path), "{}", uri.0);
        }
        let uri = root.uri("tenants/größe 1.kdl");
        assert_eq!(
            uri.0,
            "file:///home/a%20b/estate/tenants/gr%C3%B6%C3%9Fe%201.kdl"
        );
        assert_eq!(root.path(&Uri("file:///home/a b/other/x.kdl".into())), None);
    }

    #[test]
    fn a_document_is_called_as_the_client_calls_it() {
        let mut root = Root::new("file:///estate");
        let said = Uri("file:///estate/a%2Bb.kdl".into());
        let path = root.path(&said).unwrap();
        root.say(&path, &said);
        assert_eq!(root.uri(&path), said);
        assert_eq!(root.uri("c+d.kdl").0, "file:///estate/c+d.kdl");
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(decode("a%zz%4"), "a%zz%4");
        assert_eq!(decode("%E4%B8%AD"), "中");
    }
}
