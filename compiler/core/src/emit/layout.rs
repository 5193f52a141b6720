//! Which file lies where. Targets yield objects and documents; where those go is said here alone.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fmt,
};

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::{
    artifact::{Artifact, ArtifactPath, ObjectEntry, PathError},
    tree::{NodeRef, Tree},
    yaml,
};
use crate::{origin::OriginId, par};

/// The folder of what belongs to a cluster and to no tenant. No tenant may have that name.
const PLATFORM: &str = "platform";

const KUSTOMIZATION: &str = "kustomization.yaml";

/// The target whose name the files of the whole Kubernetes family bear: one file may hold objects
/// of several.
const KUBERNETES: &str = "kubernetes";

/// Whose an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner<'o> {
    /// The cluster's.
    Platform,
    /// This tenant's.
    Tenant(&'o str),
}

impl<'o> Owner<'o> {
    fn folder(self) -> &'o str {
        match self {
            Self::Platform => PLATFORM,
            Self::Tenant(name) => name,
        }
    }
}

/// A Kubernetes object and where it belongs.
#[derive(Debug, Clone)]
pub struct Placed<'o> {
    /// The cluster that it is applied to.
    pub cluster: &'o str,
    /// Whose it is.
    pub owner: Owner<'o>,
    /// The name of its file without `.yaml`: mostly the workload. What shares it shares the file.
    pub file: Cow<'o, str>,
    /// When it is applied.
    pub wave: u32,
    /// What in the model asks for it, such as `acme.trainer`.
    pub spec: &'o str,
    /// Whether no proof covers it.
    pub unproven: bool,
    /// The object.
    pub object: &'o Tree,
    /// Why it is there: the reason of all in it that has no nearer one.
    pub origin: OriginId,
    /// Why its folder is there: its owner.
    pub of_owner: OriginId,
    /// Why the folder above is there: its cluster.
    pub of_cluster: OriginId,
}

impl Placed<'_> {
    /// Why the object as a whole is there.
    fn reason(&self) -> OriginId {
        match self.object.root().origin() {
            OriginId::NONE => self.origin,
            own => own,
        }
    }
}

/// Why objects cannot be laid out. Each is a mistake of ours, not of the spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutError {
    /// A name makes no path.
    Path(PathError),
    /// An object lacks its `apiVersion`, `kind` or `metadata.name`; the spec path behind it.
    Nameless(String),
    /// Two objects in one cluster are one to its API.
    Twice {
        /// The cluster.
        cluster: String,
        /// The object, as the second of them says.
        object: Box<ObjectEntry>,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(error) => error.fmt(f),
            Self::Nameless(spec) => {
                write!(f, "an object of `{spec}` has no apiVersion, kind or name")
            }
            Self::Twice { cluster, object } => write!(
                f,
                "cluster `{cluster}` would have two objects {} `{}`",
                object.kind, object.name
            ),
        }
    }
}

impl std::error::Error for LayoutError {}

impl From<PathError> for LayoutError {
    fn from(error: PathError) -> Self {
        Self::Path(error)
    }
}

/// The files of Kubernetes objects, with a `kustomization.yaml` in each folder and one per
/// cluster above them: `kubernetes/<cluster>/<tenant or platform>/<file>.yaml`.
///
/// Within a file the objects stand by wave, and within a wave in the order given.
///
/// # Errors
/// A name makes no path, an object has no identity, or two have one.
pub fn kubernetes(objects: &[Placed<'_>]) -> Result<Vec<Artifact>, LayoutError> {
    let entries = par::map(objects, entry);
    let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (apart, files) = par::join(
        || told_apart(objects, &entries),
        || by_file(objects, &entries),
    );
    apart?;
    let folders: Vec<(String, Folder)> = folders(&files).into_iter().collect();
    let files: Vec<_> = files.into_iter().collect();
    let written = par::map(&files, |(path, objects)| object_file(*path, objects));
    let mut artifacts = written.into_iter().collect::<Result<Vec<_>, _>>()?;
    for kustomization in par::map(&folders, |(path, folder)| kustomization(path, folder)) {
        artifacts.push(kustomization?);
    }
    Ok(artifacts)
}

/// Whether no two objects of a cluster are one to its API.
fn told_apart(objects: &[Placed<'_>], entries: &[ObjectEntry]) -> Result<(), LayoutError> {
    let mut known: HashSet<Identity<'_>, FixedState> =
        HashSet::with_capacity_and_hasher(objects.len(), FixedState::default());
    for (placed, entry) in objects.iter().zip(entries) {
        if !known.insert(identity(placed.cluster, entry)) {
            return Err(LayoutError::Twice {
                cluster: placed.cluster.to_owned(),
                object: Box::new(entry.clone()),
            });
        }
    }
    Ok(())
}

fn by_file<'o>(objects: &'o [Placed<'o>], entries: &'o [ObjectEntry]) -> Files<'o> {
    let mut files: Files<'_> = IndexMap::default();
    for (placed, entry) in objects.iter().zip(entries) {
        let path = [placed.cluster, placed.owner.folder(), placed.file.as_ref()];
        files.entry(path).or_default().push((entry, placed));
    }
    files
}

/// Objects by cluster, folder and file.
type Files<'o> = IndexMap<[&'o str; 3], Vec<(&'o ObjectEntry, &'o Placed<'o>)>, FixedState>;

/// What an API tells objects by, in a cluster: the group without its version, the kind, the names.
type Identity<'o> = [&'o str; 5];

fn entry(placed: &Placed<'_>) -> Result<ObjectEntry, LayoutError> {
    let root = placed.object.root();
    let metadata = root.get("metadata");
    let text = |node: Option<NodeRef<'_>>| node?.as_str().map(str::to_owned);
    let named = |name| text(metadata?.get(name));
    let nameless = || LayoutError::Nameless(placed.spec.to_owned());
    Ok(ObjectEntry {
        api_version: text(root.get("apiVersion")).ok_or_else(nameless)?,
        kind: text(root.get("kind")).ok_or_else(nameless)?,
        namespace: named("namespace"),
        name: named("name").ok_or_else(nameless)?,
        wave: placed.wave,
        spec: placed.spec.to_owned(),
        unproven: placed.unproven,
    })
}

fn identity<'o>(cluster: &'o str, object: &'o ObjectEntry) -> Identity<'o> {
    let group = object
        .api_version
        .rsplit_once('/')
        .map_or("", |(group, _)| group);
    let namespace = object.namespace.as_deref().unwrap_or_default();
    [cluster, group, &object.kind, namespace, &object.name]
}

fn object_file(
    [cluster, folder, file]: [&str; 3],
    objects: &[(&ObjectEntry, &Placed<'_>)],
) -> Result<Artifact, LayoutError> {
    let path = ArtifactPath::new(format!("{KUBERNETES}/{cluster}/{folder}/{file}.yaml"))?;
    let mut objects = objects.to_vec();
    objects.sort_by_key(|(entry, _)| entry.wave);
    let text = yaml::stream(objects.iter().map(|(_, it)| (it.object, it.origin)));
    let mut artifact = Artifact::new(path, KUBERNETES, text);
    artifact.objects = objects.iter().map(|(entry, _)| (*entry).clone()).collect();
    artifact.spec_paths = artifact.objects.iter().map(|o| o.spec.clone()).collect();
    artifact.wave = artifact.objects.last().map(|last| last.wave);
    Ok(artifact)
}

/// The folders of files, by path.
fn folders(files: &Files<'_>) -> BTreeMap<String, Folder> {
    let mut folders = BTreeMap::new();
    for ([cluster, folder, file], objects) in files {
        let Some((_, first)) = objects.first() else {
            continue;
        };
        let above = format!("{KUBERNETES}/{cluster}");
        Folder::at(format!("{above}/{folder}"), first.of_owner, &mut folders)
            .holds(format!("{file}.yaml"), first.reason());
        Folder::at(above, first.of_cluster, &mut folders)
            .holds((*folder).to_owned(), first.of_owner);
    }
    folders
}

/// A folder of objects: why it is there, what lies in it, and the first reason for each of that.
struct Folder {
    origin: OriginId,
    resources: BTreeMap<String, OriginId>,
}

impl Folder {
    fn at(path: String, origin: OriginId, folders: &mut BTreeMap<String, Self>) -> &mut Self {
        folders.entry(path).or_insert_with(|| Self {
            origin,
            resources: BTreeMap::new(),
        })
    }

    fn holds(&mut self, resource: String, why: OriginId) {
        self.resources.entry(resource).or_insert(why);
    }
}

fn kustomization(folder: &str, holds: &Folder) -> Result<Artifact, LayoutError> {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    root.mark(holds.origin);
    root.set("apiVersion", "kustomize.config.k8s.io/v1beta1");
    root.set("kind", "Kustomization");
    let mut list = root.list("resources");
    for (resource, why) in &holds.resources {
        list.push(resource).mark(*why);
    }
    let path = ArtifactPath::new(format!("{folder}/{KUSTOMIZATION}"))?;
    Ok(Artifact::new(path, KUBERNETES, yaml::document(&tree)))
}

/// `helm/<cluster>/<release>.values.yaml`
///
/// # Errors
/// A name makes no path; so in all that follow.
pub fn helm_values(cluster: &str, release: &str) -> Result<ArtifactPath, PathError> {
    ArtifactPath::new(format!("helm/{cluster}/{release}.values.yaml"))
}

/// `helm/<cluster>/helmfile.yaml`
///
/// # Errors
/// The name makes no path.
pub fn helmfile(cluster: &str) -> Result<ArtifactPath, PathError> {
    ArtifactPath::new(format!("helm/{cluster}/helmfile.yaml"))
}

/// `helm/<cluster>/requirements.yaml`
///
/// # Errors
/// The name makes no path.
pub fn helm_requirements(cluster: &str) -> Result<ArtifactPath, PathError> {
    ArtifactPath::new(format!("helm/{cluster}/requirements.yaml"))
}

/// `proxmox/<cluster>/plan.json`, the calls, or `apply.sh`, their runner.
///
/// # Errors
/// A name makes no path.
pub fn proxmox(cluster: &str, file: &str) -> Result<ArtifactPath, PathError> {
    ArtifactPath::new(format!("proxmox/{cluster}/{file}"))
}

/// `ansible/inventory/hosts.yaml`
///
/// # Errors
/// Never; it is a path.
pub fn ansible_hosts() -> Result<ArtifactPath, PathError> {
    ArtifactPath::new("ansible/inventory/hosts.yaml")
}

/// `ansible/inventory/group_vars/<group>.yaml`
///
/// # Errors
/// The name makes no path.
pub fn ansible_group(group: &str) -> Result<ArtifactPath, PathError> {
    ArtifactPath::new(format!("ansible/inventory/group_vars/{group}.yaml"))
}

/// `ansible/inventory/host_vars/<host>.yaml`
///
/// # Errors
/// The name makes no path.
pub fn ansible_host(host: &str) -> Result<ArtifactPath, PathError> {
    ArtifactPath::new(format!("ansible/inventory/host_vars/{host}.yaml"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LayoutError, Owner, Placed, kubernetes};
    use crate::{
        emit::{
            artifact::{Artifact, ArtifactSet},
            tree::Tree,
        },
        origin::OriginId,
    };

    /// An object: whose, its file, its wave, and its version, kind and name.
    type Row<'r> = (Owner<'r>, &'r str, u32, [&'r str; 3]);

    fn tree((owner, _, _, [api, kind, name]): &Row<'_>) -> Tree {
        let namespace = match owner {
            Owner::Platform => None,
            Owner::Tenant(tenant) => Some(tenant),
        };
        let metadata = json!({ "name": name, "namespace": namespace });
        let object = json!({ "apiVersion": api, "kind": kind, "metadata": metadata });
        Tree::from_serialize(&object).unwrap()
    }

    fn laid_out(rows: &[Row<'_>]) -> Result<Vec<Artifact>, LayoutError> {
        let trees: Vec<Tree> = rows.iter().map(tree).collect();
        let placed = rows.iter().zip(&trees);
        let placed = placed.map(|((owner, file, wave, _), object)| Placed {
            cluster: "sz1",
            spec: file,
            owner: *owner,
            file: (*file).into(),
            wave: *wave,
            unproven: false,
            object,
            origin: OriginId::NONE,
            of_owner: OriginId::NONE,
            of_cluster: OriginId::NONE,
        });
        kubernetes(&placed.collect::<Vec<_>>())
    }

    const ACME: Owner<'_> = Owner::Tenant("acme");

    #[test]
    fn one_folder_per_tenant_and_one_for_the_platform() {
        let class = ["node.k8s.io/v1", "RuntimeClass", "kata"];
        let files = laid_out(&[
            (ACME, "web", 5, ["apps/v1", "Deployment", "web"]),
            (Owner::Platform, "kata", 1, class),
            (ACME, "web", 4, ["v1", "Service", "web"]),
        ]);
        let set = ArtifactSet::new("north", files.unwrap()).unwrap();
        let text = |path: &str| String::from_utf8(set.get(path).unwrap().bytes.clone()).unwrap();
        let paths: Vec<_> = set.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "kubernetes/sz1/acme/kustomization.yaml",
                "kubernetes/sz1/acme/web.yaml",
                "kubernetes/sz1/kustomization.yaml",
                "kubernetes/sz1/platform/kata.yaml",
                "kubernetes/sz1/platform/kustomization.yaml",
            ]
        );
        assert_eq!(
            text("kubernetes/sz1/kustomization.yaml"),
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - acme\n  - platform\n"
        );
        let web = set.get("kubernetes/sz1/acme/web.yaml").unwrap();
        let kinds: Vec<_> = web.objects.iter().map(|o| o.kind.as_str()).collect();
        assert_eq!(kinds, ["Service", "Deployment"], "by wave");
        assert_eq!(web.wave, Some(5), "the last of its objects decides");
        assert!(text("kubernetes/sz1/acme/web.yaml").contains("\n---\napiVersion: apps/v1\n"));
    }

    #[test]
    fn two_versions_of_one_object_are_one_object() {
        let scaler = |version| [version, "HorizontalPodAutoscaler", "web"];
        let error = laid_out(&[
            (ACME, "a", 1, scaler("autoscaling/v1")),
            (ACME, "b", 1, scaler("autoscaling/v2")),
        ]);
        assert!(matches!(error, Err(LayoutError::Twice { .. })));
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        let error = laid_out(&[(ACME, "../../x", 1, ["v1", "Service", "web"])]);
        assert!(matches!(error, Err(LayoutError::Path(_))));
    }
}
