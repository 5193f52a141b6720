//! What a backend can do, as data: the reader of `capabilities.kdl`.
//!
//! ```kdl
//! capabilities backend=kubernetes {
//!     feature container "a container" support=native
//!     feature lxc "a system container" support=none because="Kubernetes has none"
//!     feature connect-host "traffic to a host by name" support=native { component cilium }
//!     feature own-rule "an enforced rule" support=native since="1.30"
//!     feature confidential "an encrypted machine" support=native { since kubevirt "1.7"; }
//! }
//! ```
//!
//! `since` and `until` name the first version that can, and the first that no longer can: as a
//! property of the backend itself, as a child of a component of the cluster.

use std::{collections::BTreeMap, fmt};

use tenantry_syntax::{FileId, Limits, ast};

use crate::units::{Unit, Version};

/// How a target does what a feature asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Support {
    /// The backend does it.
    Native,
    /// It is done another way: how, and at which cost.
    Emulated(String),
    /// Not at all, and why.
    None(String),
}

/// A version at which something begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The component whose version counts; none where it is the backend's own.
    pub component: Option<String>,
    /// The version.
    pub version: Version,
}

/// Why a row does not hold for the versions of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfWindow<'a> {
    /// The bound that is not met.
    pub bound: &'a Bound,
    /// Whether what runs is older than the bound; otherwise it is past it.
    pub too_old: bool,
    /// What runs.
    pub runs: Version,
}

/// A row of a capability table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    /// The feature's name.
    pub feature: String,
    /// What the feature is, in a few words.
    pub doc: String,
    /// How it is done.
    pub support: Support,
    /// The first versions that can, where it is not all.
    pub since: Vec<Bound>,
    /// The first versions that no longer can.
    pub until: Vec<Bound>,
    /// The components that must run in the cluster for it.
    pub components: Vec<String>,
}

impl Capability {
    /// The bound that the versions of a cluster do not meet. `version` is asked for the backend's
    /// (`None`) or a component's; what it does not know is taken to be recent enough.
    pub fn out_of_window(
        &self,
        version: impl Fn(Option<&str>) -> Option<Version>,
    ) -> Option<OutOfWindow<'_>> {
        let first = |bounds: &'_ [Bound], too_old: bool| {
            bounds.iter().enumerate().find_map(|(at, bound)| {
                let runs = version(bound.component.as_deref())?;
                ((runs < bound.version) == too_old).then_some((at, runs))
            })
        };
        let (bounds, too_old, (at, runs)) = match first(&self.since, true) {
            Some(found) => (&self.since, true, found),
            None => (&self.until, false, first(&self.until, false)?),
        };
        Some(OutOfWindow {
            bound: bounds.get(at)?,
            too_old,
            runs,
        })
    }

    /// Its bounds in words, for lists: `since kubevirt 1.7`. `backend` is the table's.
    pub fn window(&self, backend: &str) -> Vec<String> {
        let words = |word: &str, bound: &Bound| {
            let of = bound.component.as_deref().unwrap_or(backend);
            format!("{word} {of} {}", bound.version)
        };
        let since = self.since.iter().map(|bound| words("since", bound));
        let until = self.until.iter().map(|bound| words("until", bound));
        since.chain(until).collect()
    }
}

/// A target's table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The backend whose version counts: `kubernetes`, `kubevirt`, `proxmox`, ….
    pub backend: String,
    /// Rows by feature.
    pub rows: BTreeMap<String, Capability>,
}

/// What is wrong with a capability table. The tables are part of the program, so this is a
/// message to whoever edits one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError(String);

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TableError {}

impl Capabilities {
    /// The row of a feature.
    pub fn get(&self, feature: &str) -> Option<&Capability> {
        self.rows.get(feature)
    }

    /// Reads a table.
    ///
    /// # Errors
    /// The text is no KDL, or says something that a table does not hold.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let parse = tenantry_syntax::parse(FileId::default(), text.into(), &Limits::default());
        if let Some(error) = parse.errors().first() {
            return Err(TableError(error.message.clone()));
        }
        let mut nodes = parse.document().nodes();
        let (Some(node), None) = (nodes.next(), nodes.next()) else {
            return Err(TableError("a table is one `capabilities` node".to_owned()));
        };
        expect_name(node, "capabilities")?;
        let mut head = Words::of(node)?;
        let mut table = Self {
            backend: head.prop("backend")?,
            rows: BTreeMap::new(),
        };
        head.nothing_else()?;
        for node in node.nodes() {
            let row = row(node)?;
            let feature = row.feature.clone();
            if table.rows.insert(feature.clone(), row).is_some() {
                return Err(TableError(format!("`{feature}` has two rows")));
            }
        }
        Ok(table)
    }
}

fn row(node: ast::Node<'_>) -> Result<Capability, TableError> {
    expect_name(node, "feature")?;
    let mut words = Words::of(node)?;
    let [feature, doc]: [String; 2] = std::mem::take(&mut words.args)
        .try_into()
        .map_err(|_| TableError("`feature` needs a name and a few words on it".to_owned()))?;
    let support = match words.prop("support")?.as_str() {
        "native" => Support::Native,
        "emulated" => Support::Emulated(words.prop("how")?),
        "none" => Support::None(words.prop("because")?),
        other => {
            return Err(TableError(format!(
                "`{feature}`: `{other}` is no support; it is native, emulated or none"
            )));
        }
    };
    let mut since = own_bound(&mut words, &feature, "since")?;
    let mut until = own_bound(&mut words, &feature, "until")?;
    words.nothing_else()?;
    let mut components = Vec::new();
    for child in node.nodes() {
        let mut words = Words::of(child)?;
        match &*child.name() {
            "component" => components.append(&mut words.args),
            "since" => since.push(bound(&feature, words)?),
            "until" => until.push(bound(&feature, words)?),
            other => {
                return Err(TableError(format!(
                    "`{feature}` has no `{other}` in its block"
                )));
            }
        }
    }
    Ok(Capability {
        feature,
        doc,
        support,
        since,
        until,
        components,
    })
}

/// A bound of the backend's own version.
fn own_bound(words: &mut Words, feature: &str, word: &str) -> Result<Vec<Bound>, TableError> {
    let Some(text) = words.props.remove(word) else {
        return Ok(Vec::new());
    };
    let version = version(feature, &text)?;
    Ok(vec![Bound {
        component: None,
        version,
    }])
}

/// A bound of a component's version: its name, and the version.
fn bound(feature: &str, words: Words) -> Result<Bound, TableError> {
    words.only_args()?;
    let [component, text]: [String; 2] = words
        .args
        .try_into()
        .map_err(|_| TableError(format!("`{feature}`: a component and its version")))?;
    Ok(Bound {
        component: Some(component),
        version: version(feature, &text)?,
    })
}

fn version(feature: &str, text: &str) -> Result<Version, TableError> {
    Version::parse(text).map_err(|_| TableError(format!("`{feature}`: `{text}` is no version")))
}

fn expect_name(node: ast::Node<'_>, name: &str) -> Result<(), TableError> {
    if node.name() == name {
        Ok(())
    } else {
        Err(TableError(format!(
            "`{}` where `{name}` is due",
            node.name()
        )))
    }
}

/// The entries of a node, all of them text.
struct Words {
    node: String,
    args: Vec<String>,
    props: BTreeMap<String, String>,
}

impl Words {
    fn of(node: ast::Node<'_>) -> Result<Self, TableError> {
        let mut words = Self {
            node: node.name().into_owned(),
            args: Vec::new(),
            props: BTreeMap::new(),
        };
        for entry in node.entries() {
            match entry {
                ast::Entry::Arg(arg) => words.args.push(text(arg.value(), &words.node)?),
                ast::Entry::Prop(prop) => {
                    let value = text(prop.value(), &words.node)?;
                    words.props.insert(prop.name().into_owned(), value);
                }
            }
        }
        Ok(words)
    }

    fn prop(&mut self, name: &str) -> Result<String, TableError> {
        self.props
            .remove(name)
            .ok_or_else(|| TableError(format!("`{}` needs `{name}=`", self.node)))
    }

    fn only_args(&self) -> Result<(), TableError> {
        match self.props.keys().next() {
            None => Ok(()),
            Some(word) => Err(TableError(format!("`{}` has no `{word}`", self.node))),
        }
    }

    fn nothing_else(&self) -> Result<(), TableError> {
        match self.args.first().or_else(|| self.props.keys().next()) {
            None => Ok(()),
            Some(word) => Err(TableError(format!("`{}` has no `{word}`", self.node))),
        }
    }
}

fn text(value: ast::Scalar<'_>, node: &str) -> Result<String, TableError> {
    match value {
        ast::Scalar::Str(text) => Ok(text.into_owned()),
        _ => Err(TableError(format!("`{node}` takes text only"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read() {
        let table = Capabilities::parse(
            r#"capabilities backend=kubernetes {
                feature container "a container" support=native
                feature backup "a backup" support=emulated how="by a schedule" since="1.28" { component velero csi }
                feature lxc "a system container" support=none because="there is none"
            }"#,
        )
        .unwrap();
        assert_eq!(table.backend, "kubernetes");
        assert_eq!(table.get("container").unwrap().support, Support::Native);
        let backup = table.get("backup").unwrap();
        assert_eq!(backup.support, Support::Emulated("by a schedule".into()));
        assert_eq!(backup.window(&table.backend), ["since kubernetes 1.28"]);
        assert_eq!(backup.components, ["velero", "csi"]);
        assert_eq!(table.get("vm"), None);
    }

    #[test]
    fn a_row_holds_for_a_window_of_versions() {
        let table = Capabilities::parse(
            r#"capabilities backend=kubernetes {
                feature a "it" support=native since="1.30" { since kubevirt "1.7"; until kubevirt "2.0"; }
            }"#,
        )
        .unwrap();
        let row = table.get("a").unwrap();
        let wrong = |kubernetes: &str, kubevirt: Option<&str>| {
            let of = |component: Option<&str>| match component {
                None => Version::parse(kubernetes).ok(),
                Some(_) => kubevirt.and_then(|text| Version::parse(text).ok()),
            };
            row.out_of_window(of)
                .map(|out| (out.bound.version.to_string(), out.too_old))
        };
        assert_eq!(wrong("1.30", Some("1.7.0")), None);
        assert_eq!(wrong("1.30", None), None, "not known is recent enough");
        assert_eq!(wrong("1.29", Some("1.9")), Some(("1.30".into(), true)));
        assert_eq!(wrong("1.33", Some("1.6.2")), Some(("1.7".into(), true)));
        assert_eq!(wrong("1.33", Some("2.0")), Some(("2.0".into(), false)));
    }

    #[test]
    fn what_a_table_does_not_hold_is_refused() {
        let error = |row: &str| {
            Capabilities::parse(&format!("capabilities backend=x {{\n{row}\n}}"))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(r#"feature lxc "a system container" support=none"#),
            "`feature` needs `because=`"
        );
        assert_eq!(
            error(r#"feature lxc "it" support=maybe"#),
            "`lxc`: `maybe` is no support; it is native, emulated or none"
        );
        assert_eq!(
            error(r#"feature lxc "it" support=native untill="1.2""#),
            "`feature` has no `untill`"
        );
        assert_eq!(
            error("feature a \"b\" support=native\nfeature a \"b\" support=native"),
            "`a` has two rows"
        );
    }
}
