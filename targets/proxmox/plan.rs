//! The call plan: what is asked of the API, in which order, and how a runner finds out that it
//! is done already. The format is ours; `docs/reference/proxmox-plan.md` describes it.

use serde::{Serialize, Serializer, ser::SerializeMap};
use tenantry_core::{
    emit::{Tree, TreeError},
    origin::OriginId,
};

/// The version of the format.
const PLAN_VERSION: u32 = 1;

/// Parts of a plan, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    Access,
    Storage,
    Images,
    Mapping,
    Sdn,
    FirewallCluster,
    Guests,
    FirewallGuest,
    Backup,
    Start,
}

/// A method of the API, as HTTP calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    /// What `pvesh` calls it.
    pub(super) fn pvesh(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "create",
            Self::Put => "set",
            Self::Delete => "delete",
        }
    }
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    Int(u64),
    Text(String),
    List(Vec<String>),
}

impl Value {
    /// The value as words of a command line: a list repeats its option.
    pub(super) fn words(&self) -> Vec<String> {
        match self {
            Self::Int(n) => vec![n.to_string()],
            Self::Text(text) => vec![text.clone()],
            Self::List(items) => items.clone(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Self {
        Self::Int(u64::from(on))
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Int(n.into())
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Int(n)
    }
}

impl From<Vec<String>> for Value {
    fn from(items: Vec<String>) -> Self {
        Self::List(items)
    }
}

/// Parameters in the order they were given, each with the line that decided it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Params(Vec<(String, Value, OriginId)>);

impl Params {
    /// Adds one; a key stands once.
    pub(super) fn set(&mut self, key: impl Into<String>, value: impl Into<Value>) -> &mut Self {
        self.set_from(key, value, OriginId::NONE)
    }

    /// Adds one that a line of the spec decided.
    pub(super) fn set_from(
        &mut self,
        key: impl Into<String>,
        value: impl Into<Value>,
        origin: OriginId,
    ) -> &mut Self {
        self.0.push((key.into(), value.into(), origin));
        self
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value, _)| (key.as_str(), value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn origins(&self) -> impl Iterator<Item = (&str, OriginId)> {
        self.0
            .iter()
            .filter(|(_, _, origin)| *origin != OriginId::NONE)
            .map(|(key, _, origin)| (key.as_str(), *origin))
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value, _) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// A request beside a call's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    #[serde(skip_serializing_if = "Params::is_empty")]
    pub(super) params: Params,
}

/// How a runner finds out whether a call is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Probe {
    pub(super) method: Method,
    pub(super) path: String,
    #[serde(skip_serializing_if = "Params::is_empty")]
    pub(super) query: Params,
    /// Done when the answer, or an item of it, has these values. `scsi0.size` is an option of a
    /// property string.
    #[serde(rename = "match", skip_serializing_if = "Params::is_empty")]
    pub(super) matches: Params,
    /// Done when the answer has this key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) has: Option<String>,
}

impl Probe {
    /// Done when this can be read at all.
    pub(super) fn exists(path: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            query: Params::default(),
            matches: Params::default(),
            has: None,
        }
    }

    pub(super) fn query(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.query.set(key, value);
        self
    }

    pub(super) fn matching(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.matches.set(key, value);
        self
    }

    pub(super) fn having(mut self, key: &str) -> Self {
        self.has = Some(key.to_owned());
        self
    }
}

/// Every item of a list but those that are kept: what the plan owns and no longer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Each {
    pub(super) method: Method,
    pub(super) path: String,
    /// The field that stands in the braces of the call's path.
    pub(super) key: &'static str,
    /// The field that tells items apart.
    pub(super) identity: &'static str,
    /// Items with these values of it stay.
    pub(super) except: Vec<String>,
}

/// Who may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Auth {
    Token,
    RootTicketOrPvesh,
}

/// Whether a call answers with a task that must end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Wait {
    None,
    Upid,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) phase: Phase,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) params: Params,
    /// Parameters that are not in the plan: from an earlier call's answer, or from the runner's
    /// environment (`env:NAME`).
    #[serde(
        rename = "secret_or_runtime_params",
        skip_serializing_if = "Params::is_empty"
    )]
    pub(super) runtime: Params,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) probe: Option<Probe>,
    /// What a guest of that number must have to be ours.
    #[serde(skip_serializing_if = "Params::is_empty")]
    pub(super) identity: Params,
    /// Sent when the probe found it and it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update: Option<Request>,
    /// Read first: a call whose values are there already is not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compare: Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) each: Option<Each>,
    #[serde(skip_serializing_if = "Params::is_empty")]
    pub(super) capture: Params,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) when: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) on_failure: Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precondition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) guard: Option<&'static str>,
    pub(super) auth: Auth,
    pub(super) wait: Wait,
    /// Locks that keep calls apart in a runner that makes several at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) serialise: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) depends_on: Vec<String>,
    #[serde(skip)]
    pub(super) origin: OriginId,
}

impl Call {
    pub(super) fn new(
        id: impl Into<String>,
        phase: Phase,
        method: Method,
        path: impl Into<String>,
        origin: OriginId,
    ) -> Self {
        Self {
            id: id.into(),
            phase,
            method,
            path: path.into(),
            params: Params::default(),
            runtime: Params::default(),
            probe: None,
            identity: Params::default(),
            update: None,
            compare: None,
            each: None,
            capture: Params::default(),
            when: None,
            on_failure: None,
            precondition: None,
            guard: None,
            auth: Auth::Token,
            wait: Wait::None,
            serialise: Vec::new(),
            depends_on: Vec::new(),
            origin,
        }
    }

    pub(super) fn param(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.params.set(key, value);
        self
    }

    /// A parameter that a line of the spec decided.
    pub(super) fn param_from(
        mut self,
        key: &str,
        value: impl Into<Value>,
        origin: OriginId,
    ) -> Self {
        self.params.set_from(key, value, origin);
        self
    }

    pub(super) fn params(mut self, params: Params) -> Self {
        self.params.extend(params);
        self
    }

    pub(super) fn runtime(mut self, key: &str, from: impl Into<Value>) -> Self {
        self.runtime.set(key, from);
        self
    }

    pub(super) fn probe(mut self, probe: Probe) -> Self {
        self.probe = Some(probe);
        self
    }

    /// What is sent where the object is there and differs.
    pub(super) fn update(mut self, path: impl Into<String>, params: Params) -> Self {
        self.update = Some(Request {
            method: Method::Put,
            path: path.into(),
            params,
        });
        self
    }

    /// Reads `path` first, and sends nothing where all values are there.
    pub(super) fn compare(mut self, path: impl Into<String>) -> Self {
        self.compare = Some(Request {
            method: Method::Get,
            path: path.into(),
            params: Params::default(),
        });
        self
    }

    pub(super) fn task(mut self) -> Self {
        self.wait = Wait::Upid;
        self
    }

    pub(super) fn by_root(mut self) -> Self {
        self.auth = Auth::RootTicketOrPvesh;
        self
    }

    /// Keeps it apart from other calls that make volumes on a storage.
    pub(super) fn serialise(mut self, lock: String) -> Self {
        if !self.serialise.contains(&lock) {
            self.serialise.push(lock);
        }
        self
    }

    pub(super) fn after(mut self, id: impl Into<String>) -> Self {
        self.depends_on.push(id.into());
        self
    }

    pub(super) fn after_all(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.depends_on.extend(ids);
        self
    }
}

/// What must be there before the first call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Requires {
    /// The releases of the server that it is for.
    pub(super) pve: String,
    /// Who must be asked.
    pub(super) auth: Vec<Auth>,
    /// The time zone of the machines: schedules are in it.
    pub(super) time_zone: String,
    /// Why it is that one.
    #[serde(skip)]
    pub(super) zone_origin: OriginId,
    /// Machines.
    pub(super) nodes: Vec<String>,
    /// Templates, the machine they lie on, and the keys of their configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) templates: Vec<Template>,
    /// Storages that the plan does not make, and what they must take.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) storages: Vec<StorageContent>,
    /// Variables of the runner's environment that hold secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) environment: Vec<String>,
}

/// A template that guests are cloned from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Template {
    pub(super) node: String,
    pub(super) vmid: u32,
    pub(super) has: Vec<String>,
    /// The image that lies there.
    #[serde(skip)]
    pub(super) origin: OriginId,
}

/// What a storage must take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct StorageContent {
    pub(super) storage: String,
    pub(super) content: String,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Plan {
    plan_version: u32,
    pub(super) cluster: String,
    pub(super) requires: Requires,
    pub(super) calls: Vec<Call>,
}

impl Plan {
    /// Calls in the order of their phases; within one in the order given.
    pub(super) fn new(cluster: String, requires: Requires, mut calls: Vec<Call>) -> Self {
        calls.sort_by_key(|call| call.phase);
        Self {
            plan_version: PLAN_VERSION,
            cluster,
            requires,
            calls,
        }
    }

    /// The document, each call and parameter with the line that asks for it.
    pub(super) fn tree(&self) -> Result<Tree, TreeError> {
        let mut tree = Tree::from_serialize(self)?;
        for (index, call) in self.calls.iter().enumerate() {
            tree.mark(&format!("/calls/{index}"), call.origin);
            let update = call
                .update
                .iter()
                .flat_map(|update| update.params.origins());
            let update = update.map(|(key, origin)| (format!("update/params/{key}"), origin));
            let own = call.params.origins();
            let own = own.map(|(key, origin)| (format!("params/{key}"), origin));
            for (at, origin) in own.chain(update) {
                tree.mark(&format!("/calls/{index}/{at}"), origin);
            }
        }
        let requires = &self.requires;
        tree.mark("/requires/time_zone", requires.zone_origin);
        for (index, template) in requires.templates.iter().enumerate() {
            tree.mark(&format!("/requires/templates/{index}"), template.origin);
        }
        Ok(tree)
    }
}

/// A property string: `virtio=…,bridge=vmbr0`. No value may hold a comma: what comes from the
/// spec is checked before.
pub(super) fn properties(pairs: &[(&str, String)]) -> String {
    pairs
        .iter()
        .map(|(key, value)| match *key {
            "" => value.clone(),
            key => format!("{key}={value}"),
        })
        .collect::<Vec<_>>()
        .join(",")
}
