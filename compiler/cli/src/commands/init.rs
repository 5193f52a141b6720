//! `tenantry init`

use std::path::{Path, PathBuf};

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlNodeFormat, KdlValue};

use super::Outcome;
use crate::{
    console::Console,
    exit::{Exit, Failure},
    files,
};

/// Write a first estate: one cluster, one tenant, one workload
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry init my-estate              in a new folder
  tenantry init --name shop            in this folder, which must be empty")]
pub(crate) struct Args {
    /// The folder; it is made if it is not there
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The estate's name, a DNS label; the folder's name unless given
    #[arg(long)]
    name: Option<String>,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let name = match &args.name {
        Some(name) => name.clone(),
        None => folder_name(&args.path)?,
    };
    if !is_label(&name) {
        return Err(Failure::new(format!("`{name}` cannot be an estate's name"))
            .help("small letters, digits and hyphens, a letter first and no hyphen last: `--name my-estate`"));
    }
    if !files::is_free(&args.path)? {
        return Err(
            Failure::new(format!("{} is not empty", args.path.display()))
                .help("`init` writes into a new or empty folder: name another one"),
        );
    }
    for (path, nodes) in estate(&name) {
        let path = args.path.join(path);
        files::create(&path, &written(&nodes))?;
        console.out.line(&format!("wrote {}", path.display()))?;
    }
    let at = if args.path == Path::new(".") {
        String::new()
    } else {
        format!(" {}", args.path.display())
    };
    console.out.line(&format!(
        "next: tenantry check{at}, then tenantry build{at}"
    ))?;
    Ok(Exit::Clean)
}

fn folder_name(path: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path)
        .map_err(|error| Failure::new(format!("cannot find {}: {error}", path.display())))?;
    Ok(whole
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned())
}

fn is_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(inner)
        && !name.ends_with('-')
        && name.len() <= 40
}

/// The files of a first estate: small, but nothing in it is a placeholder that would not build.
fn estate(name: &str) -> Vec<(&'static str, Vec<KdlNode>)> {
    vec![
        ("tenantry.kdl", vec![root(name)]),
        ("ground.kdl", vec![cluster(), pool()]),
        ("tenants/demo.kdl", vec![tenant()]),
    ]
}

fn root(name: &str) -> KdlNode {
    let requires = node("tenantry", [">=0.1"], [], vec![]);
    node("estate", [name], [("time-zone", "UTC")], vec![requires])
        .about("An estate: who lives here, what they run, on which ground.")
}

fn cluster() -> KdlNode {
    let ranges = [
        ("pods", "10.42.0.0/16"),
        ("services", "10.43.0.0/16"),
        ("nodes", "192.168.10.0/24"),
    ];
    let dns = node(
        "dns",
        [],
        [("namespace", "kube-system")],
        vec![
            node("ip", ["10.43.0.10"], [], vec![]),
            node("select", ["k8s-app", "kube-dns"], [], vec![]),
        ],
    );
    let api = node(
        "api",
        [],
        [],
        vec![node("ip", ["192.168.10.10"], [], vec![])],
    );
    node(
        "cluster",
        ["one"],
        [],
        vec![
            node("kubernetes", ["1.33"], [("distribution", "k3s")], vec![]),
            node("network-plan", [], ranges, vec![]),
            node("cni", ["cilium", "1.17.2"], [], vec![]),
            node("facts", [], [], vec![dns, api]),
        ],
    )
    .about(
        "One Kubernetes cluster. `facts` says what runs there already and is not ours to set up.",
    )
}

fn pool() -> KdlNode {
    let mut nodes = node(
        "nodes",
        [],
        [("prefix", "box"), ("first-ip", "192.168.10.10")],
        vec![],
    );
    nodes
        .entries_mut()
        .insert(0, KdlEntry::new(KdlValue::Integer(1)));
    node(
        "pool",
        ["box"],
        [],
        vec![
            nodes,
            node("cpu", ["edge-x86-8c"], [], vec![]),
            node("memory", ["32GiB"], [], vec![]),
            node("reserve", [], [("cpu", "500m"), ("memory", "2GiB")], vec![]),
        ],
    )
    .about("Its machines: one, with a processor of the standard library.")
}

fn tenant() -> KdlNode {
    let hello = node(
        "workload",
        ["hello"],
        [],
        vec![
            node(
                "container",
                [],
                [("image", "registry.example.com/demo/hello:1.0.0")],
                vec![],
            ),
            count("replicas", 2),
            node("cpu", ["250m"], [("limit", "500m")], vec![]),
            node("memory", ["128MiB"], [], vec![]),
            port("http", 8080),
            node(
                "probe",
                ["ready"],
                [("port", "http"), ("path", "/ready")],
                vec![],
            ),
            node(
                "probe",
                ["live"],
                [("port", "http"), ("path", "/health"), ("after", "10s")],
                vec![],
            ),
        ],
    );
    node("tenant", ["demo"], [], vec![hello])
        .about("A tenant and what it runs. `tenantry explain workload` has all that one can say.")
}

fn count(name: &str, value: i128) -> KdlNode {
    let mut node = KdlNode::new(name);
    node.push(KdlEntry::new(KdlValue::Integer(value)));
    node
}

fn port(name: &str, number: i128) -> KdlNode {
    let mut node = node("port", [name], [], vec![]);
    node.push(KdlEntry::new(KdlValue::Integer(number)));
    node
}

fn node<const A: usize, const P: usize>(
    name: &str,
    args: [&str; A],
    props: [(&str, &str); P],
    children: Vec<KdlNode>,
) -> KdlNode {
    let mut node = KdlNode::new(name);
    for arg in args {
        node.push(KdlEntry::new(arg));
    }
    for (key, value) in props {
        node.push(KdlEntry::new_prop(key, value));
    }
    if !children.is_empty() {
        let mut block = KdlDocument::new();
        *block.nodes_mut() = children;
        node.set_children(block);
    }
    node
}

/// A comment above a node.
trait About {
    fn about(self, comment: &str) -> Self;
}

impl About for KdlNode {
    fn about(mut self, comment: &str) -> Self {
        self.set_format(KdlNodeFormat {
            leading: format!("// {comment}\n"),
            ..KdlNodeFormat::default()
        });
        self
    }
}

/// The nodes as text, a blank line between them.
fn written(nodes: &[KdlNode]) -> String {
    let texts: Vec<String> = nodes
        .iter()
        .map(|node| {
            let mut document = KdlDocument::new();
            document.nodes_mut().push(node.clone());
            document.autoformat();
            document.to_string()
        })
        .collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use tenantry_syntax::{FileId, Limits, format::format, parse};

    use super::{estate, is_label, written};

    #[test]
    fn what_init_writes_is_formatted_already() {
        for (path, nodes) in estate("shop") {
            let text = written(&nodes);
            let parse = parse(FileId(0), text.as_str().into(), &Limits::default());
            assert_eq!(format(&parse).as_deref(), Some(text.as_str()), "{path}");
        }
    }

    #[test]
    fn a_name_is_a_dns_label() {
        for good in ["shop", "a", "my-estate-2"] {
            assert!(is_label(good), "{good}");
        }
        for bad in ["", "2nd", "Shop", "shop-", "my_shop", "my.shop"] {
            assert!(!is_label(bad), "{bad}");
        }
    }
}
