//! A file of parameters' values: a KDL document with a node for each, `gpu-nodes 8`.
#![expect(clippy::disallowed_methods, reason = "the door: the file is read here")]

use std::{fs, io::Read, path::Path};

use tenantry_syntax::{FileId, Limits, ast, parse};

use crate::exit::Failure;

/// Parameters that a file may have values for.
const MOST: usize = 10_000;

/// Reads the values, in the order of the text.
///
/// # Errors
/// The file cannot be read, is no KDL, is longer than `max_bytes`, or holds something else.
pub(crate) fn read(path: &Path, max_bytes: u32) -> Result<Vec<(String, String)>, Failure> {
    let shown = path.display();
    let mut text = String::new();
    let file = fs::File::open(path)
        .map_err(|error| Failure::new(format!("{shown} cannot be read: {error}")))?;
    file.take(u64::from(max_bytes) + 1)
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(format!("{shown} cannot be read: {error}")))?;
    if text.len() > max_bytes as usize {
        return Err(Failure::new(format!(
            "{shown} is larger than {max_bytes} bytes"
        )));
    }
    let parsed = parse(FileId(0), text.as_str().into(), &Limits::default());
    if let Some(error) = parsed.errors().first() {
        let line = text[..error.span.start as usize].matches('\n').count() + 1;
        return Err(Failure::new(format!("{shown}:{line}: {}", error.message)));
    }
    if parsed.document().nodes().nth(MOST).is_some() {
        return Err(Failure::new(format!(
            "{shown} has values for more than {MOST} parameters"
        )));
    }
    parsed
        .document()
        .nodes()
        .map(|node| {
            value(node).ok_or_else(|| {
                // Counted only for the message: for each node it would be quadratic.
                let line = text[..node.name_span().start as usize]
                    .matches('\n')
                    .count()
                    + 1;
                Failure::new(format!("{shown}:{line}: `{}` needs one value", node.name()))
                    .help("a parameters file has a line `NAME VALUE` for each parameter")
            })
        })
        .collect()
}

/// The one value of a node.
fn value(node: ast::Node<'_>) -> Option<(String, String)> {
    let mut entries = node.entries();
    let ast::Entry::Arg(arg) = entries.next()? else {
        return None;
    };
    if entries.next().is_some() || node.has_block() {
        return None;
    }
    let value = match arg.value() {
        ast::Scalar::Str(text) => text.into_owned(),
        ast::Scalar::Int(n) => n.to_string(),
        ast::Scalar::Bool(b) => b.to_string(),
        ast::Scalar::Number(_) | ast::Scalar::Null => return None,
    };
    Some((node.name().into_owned(), value))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::read;

    fn read_text(text: &str) -> Result<Vec<(String, String)>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("params.kdl");
        fs::write(&path, text).unwrap();
        read(&path, 1000).map_err(|failure| format!("{failure:?}"))
    }

    #[test]
    fn a_node_is_a_parameter() {
        let read = read_text("gpu-nodes 8\nregion \"eu-west\" // for now\nha #true\n").unwrap();
        let expected = [("gpu-nodes", "8"), ("region", "eu-west"), ("ha", "true")];
        assert_eq!(read, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn what_is_no_value_is_refused_with_its_line() {
        for text in [
            "a 1\nb\n",
            "a 1\nb 1 2\n",
            "a 1\nb { c 1 }\n",
            "a 1\nb 1.5\n",
        ] {
            assert!(read_text(text).unwrap_err().contains(":2:"), "{text}");
        }
        assert!(read_text("a \"").unwrap_err().contains(":1:"));
    }
}
