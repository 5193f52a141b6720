//! Proxmox VE: an ordered plan of API calls for each cluster, and a program that makes them.
//!
//! The plan is data: every call says how a runner finds out that it is done already, so that it
//! may be sent by the program beside it, by other means, or read in a review. What the API cannot
//! do (kernel arguments, modules, virtual functions) is Ansible's.

mod access;
mod backup;
mod firewall;
mod footprint;
mod guest;
mod images;
mod mapping;
mod plan;
mod script;
mod sdn;
mod site;
mod start;
mod storage;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use plan::{Auth, Plan, Requires, StorageContent};
use site::{Guest, Site};
use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::{Diagnostic, Findings},
    emit::{Body, Content, Object, Objects, layout},
    flows::{Derived, Peer, Port, Reason, Service},
    lower::{Lowered, LoweredCluster},
    model::{Backend, Cluster, Id, Workload},
    target::{Capabilities, Footprint, Target},
};

static TABLE: LazyLock<Capabilities> =
    LazyLock::new(|| crate::table(include_str!("capabilities.kdl")));

const NAME: &str = "proxmox";
/// Where a resolver answers.
const DNS_PORT: u16 = 53;

/// The target.
#[derive(Debug)]
pub(crate) struct Proxmox;

impl Target for Proxmox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn serves(&self, on: &Cluster) -> bool {
        matches!(on.backend, Backend::Proxmox(_))
    }

    fn capabilities(&self) -> &Capabilities {
        &TABLE
    }

    fn footprint(&self, estate: &Checked<'_>, workload: Id<Workload>) -> Option<Footprint> {
        footprint::of(estate, workload)
    }

    /// Guests ask the resolvers of their networks.
    fn traffic(&self, estate: &Checked<'_>, on: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        let estate = estate.estate();
        let mut flows = Vec::new();
        for (id, workload) in estate.workloads_of(on) {
            let dns = workload
                .nics
                .iter()
                .filter_map(|nic| estate.networks[nic.network?.to].spec.dns.as_ref())
                .next();
            flows.extend(dns.map(|dns| Derived {
                from: Peer::Workload(id),
                to: Peer::Platform(Service::Dns),
                ports: vec![Port::tcp(DNS_PORT), Port::udp(DNS_PORT)],
                reason: Reason::Derived("resolver".into()),
                origin: dns.meta.origin,
            }));
        }
        flows
    }

    fn objects(&self, lowered: &Lowered<'_>, out: &mut Objects) -> Findings {
        let mut findings = Findings::new();
        let clusters = lowered
            .clusters
            .iter()
            .filter(|cluster| self.serves(&lowered.estate.clusters[cluster.id]));
        for cluster in clusters {
            if let Err(defect) = emit(lowered, cluster, out) {
                findings.push(*defect);
            }
        }
        findings
    }
}

/// The files of one cluster.
fn emit(
    lowered: &Lowered<'_>,
    cluster: &LoweredCluster,
    out: &mut Objects,
) -> Result<(), Box<Diagnostic>> {
    let site = Site { lowered, cluster };
    let guests = site.guests();
    let snippets = guest::snippets(site, &guests);
    let plan = plan_of(site, &guests, !snippets.is_empty());
    let spec = site.spec();
    let name = spec.name.value.as_str();
    let script =
        script::render(&plan, site.release(), &snippets).map_err(|e| crate::defect(NAME, &e))?;
    let tree = plan.tree().map_err(|e| crate::defect(NAME, &e))?;
    let mut push = |file: &str, content, path: std::sync::Arc<str>, origin| {
        let file = layout::proxmox(name, file).map_err(|e| crate::defect(NAME, &e))?;
        out.push(Object {
            target: NAME,
            cluster: Some(cluster.id),
            body: Body::File {
                path: file,
                content,
            },
            wave: 0,
            unproven: false,
            needs: Vec::new(),
            spec_path: path,
            also: Vec::new(),
            origin,
        });
        Ok::<(), Box<Diagnostic>>(())
    };
    let whole = spec.spec.meta.origin;
    push("plan.json", Content::Json(tree), name.into(), whole)?;
    let program = Content::Text {
        reasons: script::reasons(&plan, &script, whole),
        text: script,
        executable: true,
    };
    push("apply.sh", program, name.into(), whole)?;
    for snippet in snippets {
        let content = Content::Text {
            text: snippet.text,
            executable: false,
            reasons: snippet.reasons,
        };
        let file = format!("snippets/{}", snippet.name);
        push(&file, content, snippet.path, snippet.origin)?;
    }
    Ok(())
}

fn plan_of(site: Site<'_>, guests: &[Guest<'_>], has_snippets: bool) -> Plan {
    let mut calls = Vec::new();
    access::calls(site, &mut calls);
    storage::calls(site, &mut calls);
    images::calls(site, guests, &mut calls);
    mapping::calls(site, &mut calls);
    sdn::calls(site, &mut calls);
    firewall::calls(site, guests, &mut calls);
    guest::calls(site, guests, &mut calls);
    backup::calls(site, guests, &mut calls);
    start::calls(site, guests, &mut calls);
    let release = site.release();
    let mut auth = vec![Auth::Token];
    if calls
        .iter()
        .any(|call| call.auth == Auth::RootTicketOrPvesh)
    {
        auth.push(Auth::RootTicketOrPvesh);
    }
    let requires = Requires {
        pve: format!(">={release}.0 <{}", release + 1),
        auth,
        time_zone: site.estate().spec.time_zone.value.to_string(),
        zone_origin: site.estate().spec.time_zone.origin,
        nodes: site.nodes().into_iter().map(str::to_owned).collect(),
        templates: guest::templates(site, guests),
        storages: storages(&calls, has_snippets),
        environment: environment(&calls),
    };
    Plan::new(site.spec().name.value.to_string(), requires, calls)
}

/// What `local`, which every machine has, must take.
fn storages(calls: &[plan::Call], has_snippets: bool) -> Vec<StorageContent> {
    let imports = calls
        .iter()
        .any(|call| call.path.ends_with("/download-url"));
    let wanted = [("import", imports), ("snippets", has_snippets)];
    wanted
        .into_iter()
        .filter(|(_, wanted)| *wanted)
        .map(|(content, _)| StorageContent {
            storage: "local".to_owned(),
            content: content.to_owned(),
        })
        .collect()
}

fn environment(calls: &[plan::Call]) -> Vec<String> {
    calls
        .iter()
        .flat_map(|call| call.runtime.iter())
        .flat_map(|(_, value)| value.words())
        .filter_map(|from| from.strip_prefix("env:").map(str::to_owned))
        .collect()
}
