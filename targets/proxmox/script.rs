//! The plan as a program: POSIX sh that asks `pvesh` on a machine of the cluster, where the keys
//! that only root may set need nothing further.

use serde::Serialize;
use tenantry_core::{
    emit::template::{Format, Template, TemplateError, shell_word},
    origin::OriginId,
};

use super::{
    guest::Snippet,
    plan::{Call, Params, Phase, Plan, Probe},
};

const TEMPLATE: &str = include_str!("templates/apply.sh.hbs");

#[derive(Serialize)]
struct Script<'p> {
    cluster: &'p str,
    release: String,
    time_zone: &'p str,
    nodes: &'p [String],
    templates: Vec<TemplateCheck<'p>>,
    storages: Vec<(&'p str, &'p str)>,
    environment: &'p [String],
    snippets: Vec<(&'p str, &'p str)>,
    sdn: bool,
    steps: Vec<Step<'p>>,
}

#[derive(Serialize)]
struct TemplateCheck<'p> {
    path: String,
    vmid: String,
    has: &'p [String],
}

#[derive(Serialize)]
struct Step<'p> {
    id: &'p str,
    verb: &'static str,
    path: &'p str,
    args: Vec<String>,
    runtime: Vec<Runtime<'p>>,
    probe: Option<ProbeStep<'p>>,
    update: Option<Update<'p>>,
    compare: bool,
    prune: Option<Prune<'p>>,
    capture: bool,
    sdn_changed: Option<&'static str>,
    ask: Option<&'static str>,
}

#[derive(Serialize)]
struct Runtime<'p> {
    option: String,
    /// The function of the script that knows it.
    read: &'static str,
    from: &'p str,
}

#[derive(Serialize)]
struct ProbeStep<'p> {
    verb: &'static str,
    path: &'p str,
    args: Vec<String>,
    identity: Option<Vec<String>>,
    /// Nothing is left to do where it is found.
    only: bool,
}

#[derive(Serialize)]
struct Update<'p> {
    path: &'p str,
    args: Vec<String>,
}

#[derive(Serialize)]
struct Prune<'p> {
    /// The call's path up to the item.
    path: &'p str,
    key: &'p str,
    identity: &'p str,
    except: &'p [String],
}

/// The script of a plan. `release` is the server's major version.
pub(super) fn render(
    plan: &Plan,
    release: u64,
    snippets: &[Snippet],
) -> Result<String, TemplateError> {
    let requires = &plan.requires;
    let script = Script {
        cluster: &plan.cluster,
        release: release.to_string(),
        time_zone: &requires.time_zone,
        nodes: &requires.nodes,
        templates: requires
            .templates
            .iter()
            .map(|template| TemplateCheck {
                path: format!("/nodes/{}/qemu/{}/config", template.node, template.vmid),
                vmid: template.vmid.to_string(),
                has: &template.has,
            })
            .collect(),
        storages: requires
            .storages
            .iter()
            .map(|storage| (storage.storage.as_str(), storage.content.as_str()))
            .collect(),
        environment: &requires.environment,
        snippets: snippets
            .iter()
            .map(|snippet| (snippet.node.as_str(), snippet.name.as_str()))
            .collect(),
        sdn: plan.calls.iter().any(|call| call.phase == Phase::Sdn),
        steps: plan.calls.iter().map(step).collect(),
    };
    Template::new(Format::Shell, TEMPLATE)?.render(&script)
}

/// Which line of the script is there for which call: `(line, origin)` from where on it is. A
/// call's lines begin with its `step`; what follows the last of them is the `whole` cluster's.
pub(super) fn reasons(plan: &Plan, script: &str, whole: OriginId) -> Vec<(u32, OriginId)> {
    let mut calls = plan.calls.iter().peekable();
    let mut reasons = Vec::new();
    for (line, text) in (1..).zip(script.lines()) {
        let begins = calls.next_if(|call| text == format!("step {}", shell_word(&call.id)));
        if let Some(call) = begins {
            reasons.push((line, call.origin));
        } else if text.is_empty() && calls.peek().is_none() {
            reasons.push((line, whole));
            break;
        }
    }
    reasons
}

fn step(call: &Call) -> Step<'_> {
    Step {
        id: &call.id,
        verb: call.method.pvesh(),
        path: &call.path,
        args: options(&call.params),
        runtime: call.runtime.iter().filter_map(runtime).collect(),
        probe: call.probe.as_ref().map(|probe| probed(call, probe)),
        update: call.update.as_ref().map(|update| Update {
            path: &update.path,
            args: options(&update.params),
        }),
        compare: call.compare.is_some(),
        prune: call.each.as_ref().map(|each| Prune {
            path: &each.path,
            key: each.key,
            identity: each.identity,
            except: &each.except,
        }),
        capture: !call.capture.is_empty(),
        sdn_changed: call
            .when
            .map(|when| if when.starts_with("any") { "yes" } else { "no" }),
        ask: call.guard.and(call.precondition),
    }
}

fn probed<'p>(call: &'p Call, probe: &'p Probe) -> ProbeStep<'p> {
    let mut args = pairs(&probe.matches);
    let verb = match &probe.has {
        Some(key) => {
            args = vec![key.clone()];
            "has"
        }
        None if args.is_empty() => "exists",
        None => "match",
    };
    let identity = (!call.identity.is_empty())
        .then(|| args.iter().cloned().chain(pairs(&call.identity)).collect());
    ProbeStep {
        verb,
        path: &probe.path,
        args,
        only: identity.is_none() && call.update.is_none(),
        identity,
    }
}

fn runtime<'p>((key, value): (&'p str, &'p super::plan::Value)) -> Option<Runtime<'p>> {
    let super::plan::Value::Text(from) = value else {
        return None;
    };
    let (read, from) = match from.strip_prefix("env:") {
        Some(variable) => ("secret", variable),
        None => ("captured", from.as_str()),
    };
    Some(Runtime {
        option: format!("--{key}"),
        read,
        from,
    })
}

fn pairs(params: &Params) -> Vec<String> {
    params
        .iter()
        .flat_map(|(key, value)| {
            let words = value.words();
            words.into_iter().flat_map(|word| [key.to_owned(), word])
        })
        .collect()
}

fn options(params: &Params) -> Vec<String> {
    params
        .iter()
        .flat_map(|(key, value)| {
            let words = value.words();
            words
                .into_iter()
                .flat_map(move |word| [format!("--{key}"), word])
        })
        .collect()
}
