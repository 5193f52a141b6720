//! One call of a plan: what it sends, checked against the endpoint's description.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Api, Endpoint, Schema};
use super::format::{self, Place};
use super::property_string::{self, Properties};
use crate::validate::{Findings, Node};

/// The fields a call may have.
const FIELDS: &[&str] = &[
    "auth",
    "capture",
    "compare",
    "depends_on",
    "each",
    "guard",
    "id",
    "identity",
    "method",
    "note",
    "on_failure",
    "params",
    "path",
    "phase",
    "precondition",
    "probe",
    "secret_or_runtime_params",
    "serialise",
    "since",
    "undo",
    "until",
    "update",
    "wait",
    "when",
];
/// The requests a call may carry beside its own.
const ASIDE: &[&str] = &["compare", "each", "on_failure", "probe", "undo", "update"];

/// A request: an endpoint and what is sent to it.
pub(super) struct Request<'a> {
    api: &'static Api,
    /// Where its parameters are written.
    pub(super) params: Node<'a>,
    /// The path as described, with its parameters in braces; empty where there is none such.
    pub(super) template: &'static str,
    pub(super) method: &'a str,
    endpoint: Option<&'static Endpoint>,
    captured: BTreeMap<&'static str, &'a str>,
}

impl<'a> Request<'a> {
    fn read(
        api: &'static Api,
        node: &Node<'a>,
        runtime: &Node<'a>,
        findings: &mut Findings,
    ) -> Self {
        let (method, path) = (node.key("method"), node.key("path"));
        let (method_text, path_text) = (
            method.str().unwrap_or("GET"),
            path.str().unwrap_or_default(),
        );
        let params = if node.key("params").is_set() {
            node.key("params")
        } else {
            node.key("query")
        };
        let found = api.find(method_text, path_text);
        if found.is_none() {
            findings.refuse(
                &path,
                format!("no endpoint {method_text} {path_text} in this release"),
            );
        }
        let (endpoint, captured) = found.unzip();
        let request = Request {
            api,
            params,
            template: endpoint.map_or("", |endpoint| endpoint.path.as_str()),
            method: method_text,
            endpoint,
            captured: captured.into_iter().flatten().collect(),
        };
        request.check(node, runtime, findings);
        request
    }

    fn check(&self, node: &Node<'_>, runtime: &Node<'_>, findings: &mut Findings) {
        let Some(endpoint) = self.endpoint else {
            return;
        };
        // What stands in braces is taken from a list that the runner reads (`each`).
        let written = |value: &str| !(value.starts_with('{') && value.ends_with('}'));
        for (name, value) in self.captured.iter().filter(|(_, value)| written(value)) {
            if let Some(Err(reason)) = endpoint
                .params
                .get(*name)
                .map(|schema| self.scalar(schema, value))
            {
                findings.refuse(&node.key("path"), format!("{name}: {reason}"));
            }
        }
        for (name, value) in self.params.entries() {
            match schema_of(endpoint, name) {
                Err(reason) => findings.refuse(&value, reason),
                Ok(schema) => {
                    self.value(schema, &value, findings);
                    self.conditions(schema, name, &value, runtime, findings);
                }
            }
        }
        for (name, value) in runtime.entries() {
            if let Err(reason) = schema_of(endpoint, name) {
                findings.refuse(&value, reason);
            }
        }
        for (name, schema) in &endpoint.params {
            let is_given = self.has(name) || runtime.key(name).is_set();
            // Reads are only looked at: what narrows them is the runner's.
            if schema.required && !is_given && self.method != "GET" {
                findings.refuse(&node.key("params"), format!("`{name}` is required"));
            }
        }
    }

    fn scalar(&self, schema: &Schema, text: &str) -> Result<(), String> {
        format::check(self.api, schema, text, Place::Parameter)
    }

    fn value(&self, schema: &Schema, value: &Node<'_>, findings: &mut Findings) {
        if schema.kind.as_deref() == Some("array") {
            for item in value.items() {
                let text = item.text().unwrap_or_default();
                if let Some(Err(reason)) =
                    schema.items.as_ref().map(|items| self.scalar(items, &text))
                {
                    findings.refuse(&item, reason);
                }
            }
            return;
        }
        match value.text() {
            None => findings.refuse(value, "a parameter is a string or a number"),
            Some(text) => {
                if let Err(reason) = self.scalar(schema, &text) {
                    findings.refuse(value, reason);
                }
            }
        }
    }

    fn conditions(
        &self,
        schema: &Schema,
        name: &str,
        value: &Node<'_>,
        runtime: &Node<'_>,
        findings: &mut Findings,
    ) {
        if let Some(needed) = &schema.requires
            && !self.has(needed)
            && !runtime.key(needed).is_set()
        {
            findings.refuse(value, format!("`{name}` needs `{needed}`"));
        }
        if let Some(discriminator) = &schema.discriminator
            && let Some(kind) = self.text(discriminator)
            && !schema.only_for.is_empty()
            && !schema.only_for.contains(&kind)
        {
            let kinds = schema.only_for.join(", ");
            findings.refuse(
                value,
                format!("`{name}` is for {discriminator} {kinds} only, not {kind}"),
            );
        }
    }

    /// Whether this is that method of that described path.
    pub(super) fn is(&self, method: &str, template: &str) -> bool {
        self.method == method && self.template == template
    }

    /// Whether the parameter is sent, in the path or in the body.
    pub(super) fn has(&self, name: &str) -> bool {
        self.captured.contains_key(name) || self.params.key(name).is_set()
    }

    /// The parameter's text, from the path or the body.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.captured
            .get(name)
            .map(|text| (*text).to_owned())
            .or_else(|| self.params.key(name).text())
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.text(name).as_deref() == Some("1")
    }

    /// The parameter as a property string. One that does not parse was refused already.
    pub(super) fn properties(&self, name: &str) -> Option<Properties> {
        let schema = schema_of(self.endpoint?, name).ok()?;
        let format = match schema.format.as_ref()? {
            super::api::FormatRef::Named(name) => name,
            super::api::FormatRef::PropertyString { propstr } => propstr,
        };
        property_string::parse(self.api, format, &self.text(name)?).ok()
    }

    /// The parameters `stem0`, `stem1`, … that are sent.
    pub(super) fn indexed(&self, stem: &str) -> Vec<(&'a str, Node<'a>)> {
        let is_one = |name: &str| {
            name.strip_prefix(stem).is_some_and(|index| {
                !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        self.params
            .entries()
            .filter(|(name, _)| is_one(name))
            .collect()
    }

    pub(super) fn api(&self) -> &'static Api {
        self.api
    }
}

/// The description of a parameter, `net3` by that of `net[n]`.
fn schema_of<'e>(endpoint: &'e Endpoint, name: &str) -> Result<&'e Schema, String> {
    if let Some(schema) = endpoint.params.get(name) {
        return Ok(schema);
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let index = name
        .strip_prefix(stem)
        .and_then(|index| index.parse::<u32>().ok());
    match (endpoint.params.get(&format!("{stem}[n]")), index) {
        (Some(schema), Some(index)) => match schema.index {
            Some((min, max)) if !(min..=max).contains(&index) => {
                Err(format!("`{name}`: {stem} goes from {min} to {max}"))
            }
            _ => Ok(schema),
        },
        _ => Err(format!(
            "{} {} has no parameter `{name}`",
            endpoint.method, endpoint.path
        )),
    }
}

/// A call with its place in the plan.
pub(super) struct Call<'a> {
    pub(super) node: Node<'a>,
    pub(super) id: &'a str,
    pub(super) request: Request<'a>,
    /// What is sent where the object is there and differs.
    pub(super) update: Option<Request<'a>>,
    /// Ids of the calls that must be done before.
    pub(super) after: BTreeSet<&'a str>,
}

impl<'a> Call<'a> {
    /// Reads a call and checks every request in it against the API's description.
    pub(super) fn read(api: &'static Api, node: Node<'a>, findings: &mut Findings) -> Self {
        for (field, value) in node.entries() {
            if !FIELDS.contains(&field) {
                findings.refuse(&value, format!("unknown field `{field}`"));
            }
        }
        let runtime = node.key("secret_or_runtime_params");
        let request = Request::read(api, &node, &runtime, findings);
        let mut update = None;
        for field in ASIDE.iter().filter(|field| node.key(field).is_set()) {
            let aside = Request::read(
                api,
                &node.key(field),
                &runtime_of(field, &runtime),
                findings,
            );
            if *field == "update" {
                update = Some(aside);
            }
        }
        // What is not of an earlier call is of the runner's environment.
        let captured = runtime
            .entries()
            .filter_map(|(_, from)| from.str())
            .filter(|from| !from.starts_with("env:"));
        let after = node
            .key("depends_on")
            .items()
            .filter_map(|id| id.str())
            .chain(captured)
            .collect();
        Call {
            id: node.key("id").str().unwrap_or_default(),
            request,
            update,
            after,
            node,
        }
    }

    /// The call's own request, and its update.
    pub(super) fn writes(&self) -> impl Iterator<Item = &Request<'a>> {
        std::iter::once(&self.request).chain(self.update.as_ref())
    }

    pub(super) fn is_as_root(&self) -> bool {
        self.node
            .key("auth")
            .str()
            .is_some_and(|auth| auth.starts_with("root"))
    }
}

/// Only what changes something carries the call's runtime parameters along.
fn runtime_of<'a>(field: &str, runtime: &Node<'a>) -> Node<'a> {
    if field == "update" {
        runtime.clone()
    } else {
        runtime.key("\0")
    }
}
