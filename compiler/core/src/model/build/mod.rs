//! From the constructed kinds to the model: sorted by name, every reference looked up.

mod flow;
mod ground;
mod machines;
mod material;
mod memo;
mod outside;
mod queue;
mod site;
mod tenants;
mod volumes;
mod workload;

use std::{collections::BTreeSet, sync::Arc};

pub use memo::Memo;
use memo::Sound;

use super::{
    Arena, Cluster, Estate, Id, Link, NetworkIn, Pool, Queue, Storage, Tenant, Workload,
    names::{Index, Lookup},
    rules,
};
use crate::{
    diag::Findings,
    limits::Limits,
    load::Library,
    origin::Origins,
    outcome::Outcome,
    query::Text,
    resolve::Resolved,
    schema::{
        construct::{Construct, Cx},
        kind::Vocabulary,
        kinds,
        node::Meant,
    },
    units::Name,
};

/// Builds the model of one environment.
pub fn build(resolved: Resolved, vocabulary: &Vocabulary) -> Outcome<Estate> {
    build_again(resolved, vocabulary, None)
}

/// The same, where most of it may have been constructed before.
pub fn build_again(
    resolved: Resolved,
    vocabulary: &Vocabulary,
    mut memo: Option<&mut Memo>,
) -> Outcome<Estate> {
    let Resolved {
        env,
        root,
        mut origins,
        library,
        limits,
        words,
        values,
        params: _,
        rules: own,
    } = resolved;
    let mut cx = Cx {
        vocabulary,
        origins: &mut origins,
        findings: Findings::new(),
        shared_out: false,
        depth: 0,
        memo: memo.as_deref_mut().map(|memo| &mut memo.construct),
    };
    for rule in own.iter() {
        // What the cluster enforces is there because of the rule.
        cx.origins.literal(rule.head.declared);
    }
    let constructed = kinds::Root::construct(&root, &mut cx);
    let mut findings = cx.findings;
    let wanted = memo.as_deref_mut().map(|memo| memo.construct.wanted());
    let wanted = wanted.unwrap_or_default();
    wanted.into_iter().for_each(|run| origins.runs().want(run));
    origins.settle();
    let Some(mut spec) = constructed else {
        return Outcome::nothing(findings);
    };
    let Some(estate) = spec.estate.take() else {
        // A broken or misspelt `estate` node was reported; a missing one is told here. A package
        // compiled by itself has none.
        let says = |name: &str| matches!(name, "estate" | "package");
        if !root.excuses("estate")
            && !root
                .children
                .iter()
                .any(|child| says(&vocabulary.kind(child.kind).name))
        {
            findings.push(rules::missing_estate(
                root.children
                    .first()
                    .map(|node| node.span)
                    .unwrap_or_default(),
            ));
        }
        return Outcome::nothing(findings);
    };
    let written = root.children.len() + 1;
    let kept = count(&spec);
    let broken = broken_names(&root, vocabulary, &spec);
    let in_parts = is_ground_broken(&spec);
    let mut builder = Builder {
        lookup: Lookup {
            origins: &origins,
            findings: &mut findings,
            broken: Arc::new(broken),
            unread: unread(&root, vocabulary).into(),
            library,
        },
        tables: Arc::default(),
        limits,
        // A node that nobody could read may have been a cluster or a pool.
        complete: root.flawed.is_empty(),
    };
    let mut model = builder.ground(&mut spec);
    let tenants = std::mem::take(&mut spec.tenant);
    let ground = memo::ground(&root, vocabulary);
    let sound = memo.as_ref().and_then(|memo| memo.sound.clone());
    let before = sound.filter(|sound| builder.complete && sound.stands_on(&ground));
    let dropped = builder.tenants(&mut model, tenants, before.as_deref());
    let broken_ground = !builder.complete || in_parts || kept + 1 != written;
    if let Some(memo) = memo
        && findings.is_empty()
        && !broken_ground
    {
        memo.sound = Some(Arc::new(Sound {
            ground,
            tenants: model.tenants.clone(),
            workloads: model.workloads.clone(),
        }));
    }
    Outcome::new(
        Estate {
            name: estate.name.clone(),
            env,
            spec: estate,
            sites: model.sites,
            links: model.links,
            clusters: model.clusters,
            pools: model.pools,
            storages: model.storages,
            networks: model.networks,
            externals: model.externals,
            images: model.images,
            backup_stores: model.backup_stores,
            queues: model.queues,
            prices: model.prices,
            priorities: model.priorities,
            tiers: model.tiers,
            cpu_models: model.cpu_models,
            gpu_models: model.gpu_models,
            tenants: model.tenants,
            workloads: model.workloads,
            origins,
            text: Text {
                root: Arc::new(root),
                words,
                values,
                rules: own,
            },
            tainted: dropped.tainted,
            bereft: dropped.bereft,
            broken_ground,
        },
        findings,
    )
}

/// Whether a part of something outside tenants was dropped: of a pool its reserve, for example.
fn is_ground_broken(spec: &kinds::Root) -> bool {
    spec.cluster.iter().any(|cluster| cluster.meta.broken)
        || spec.pool.iter().any(|pool| pool.meta.broken)
        || spec.storage.iter().any(|storage| storage.meta.broken)
        || spec.network.iter().any(|network| network.meta.broken)
}

/// What was meant at the top level and in tenants, and could not be read: kinds, and those of which
/// one has a name that is none.
fn unread(root: &crate::schema::node::Node, vocabulary: &Vocabulary) -> Vec<Meant> {
    let top = root.children.iter().map(|node| &**node);
    let of_tenant = vocabulary.of::<kinds::Tenant>();
    let tenants = top.clone().filter(|node| Some(node.kind) == of_tenant);
    let flawed = root.flawed.iter().cloned();
    let in_tenants = tenants
        .flat_map(|node| &node.flawed)
        .flat_map(|meant| match meant {
            Meant::Name(_) => vec![meant.clone()],
            Meant::Anything => PARTS
                .iter()
                .map(|part| Meant::Name((*part).to_owned()))
                .collect(),
        });
    let parts = top.clone().flat_map(|node| &node.children);
    let parts = parts.map(|node| &**node);
    let nameless = top.chain(parts).filter_map(|node| {
        let kind = vocabulary.kind(node.kind);
        let name = kind.field("name")?;
        let is_lost = node.broken.contains(&name) || node.value(name).is_none();
        is_lost.then(|| Meant::Name(kind.name.clone()))
    });
    flawed.chain(in_tenants).chain(nameless).collect()
}

/// What stands in a tenant and can be referred to.
const PARTS: &[&str] = &["workload", "secret", "config", "volume"];

/// The names of what stands in the text and was not constructed, by kind.
fn broken_names(
    root: &crate::schema::node::Node,
    vocabulary: &Vocabulary,
    spec: &kinds::Root,
) -> BTreeSet<(String, String)> {
    let mut names = BTreeSet::new();
    let mut enter = |node: &crate::schema::node::Node| {
        let kind = vocabulary.kind(node.kind);
        if let Some(value) = kind.field("name").and_then(|field| node.value(field)) {
            names.insert((kind.name.clone(), value.lit.to_string()));
        }
    };
    for node in &root.children {
        enter(node);
        node.children
            .iter()
            .filter(|child| PARTS.contains(&&*vocabulary.kind(child.kind).name))
            .for_each(|child| enter(child));
    }
    let mut whole = |kind: &str, name: &Name| {
        names.remove(&(kind.to_owned(), name.to_string()));
    };
    for tenant in &spec.tenant {
        tenant
            .secret
            .iter()
            .for_each(|part| whole("secret", &part.name.value));
        tenant
            .config
            .iter()
            .for_each(|part| whole("config", &part.name.value));
        tenant
            .volume
            .iter()
            .for_each(|part| whole("volume", &part.name.value));
    }
    macro_rules! constructed {
        ($($field:ident = $kind:literal),* $(,)?) => {$(
            spec.$field.iter().for_each(|item| whole($kind, &item.name.value));
        )*};
    }
    constructed!(
        site = "site",
        cluster = "cluster",
        external = "external",
        image = "image",
        backup_store = "backup-store",
        tier = "tier",
        priority = "priority",
        cpu_model = "cpu-model",
        gpu_model = "gpu-model",
        tenant = "tenant",
    );
    names
}

/// How many top-level nodes were constructed, without `estate`.
fn count(spec: &kinds::Root) -> usize {
    spec.param.len()
        + spec.site.len()
        + spec.link.len()
        + spec.cluster.len()
        + spec.pool.len()
        + spec.storage.len()
        + spec.network.len()
        + spec.external.len()
        + spec.image.len()
        + spec.backup_store.len()
        + spec.queue.len()
        + spec.tier.len()
        + spec.priority.len()
        + spec.price.len()
        + spec.table.len()
        + spec.cpu_model.len()
        + spec.gpu_model.len()
        + spec.tenant.len()
        + 1
}

/// The model while it is being built.
#[derive(Default)]
struct Parts {
    sites: Arena<kinds::Site>,
    links: Vec<Link>,
    clusters: Arena<Cluster>,
    pools: Arena<Pool>,
    storages: Arena<Storage>,
    networks: Arena<NetworkIn>,
    externals: Arena<kinds::External>,
    images: Arena<kinds::Image>,
    backup_stores: Arena<kinds::BackupStore>,
    queues: Arena<Queue>,
    prices: Vec<kinds::Price>,
    priorities: Arena<kinds::Priority>,
    tiers: Arena<kinds::Tier>,
    cpu_models: Arena<kinds::CpuModel>,
    gpu_models: Arena<kinds::GpuModel>,
    tenants: Arena<Tenant>,
    workloads: Arena<Workload>,
}

/// Names of everything.
#[derive(Clone, Default)]
struct Tables {
    sites: Index<kinds::Site>,
    clusters: Index<Cluster>,
    pools: Index<Pool>,
    storages: Index<Storage>,
    networks: Index<NetworkIn>,
    externals: Index<kinds::External>,
    images: Index<kinds::Image>,
    backup_stores: Index<kinds::BackupStore>,
    queues: Index<Queue>,
    priorities: Index<kinds::Priority>,
    tiers: Index<kinds::Tier>,
    cpu_models: Index<kinds::CpuModel>,
    gpu_models: Index<kinds::GpuModel>,
    tenants: Index<Tenant>,
    workloads: Index<Workload>,
}

struct Builder<'a> {
    lookup: Lookup<'a>,
    tables: Arc<Tables>,
    limits: Limits,
    complete: bool,
}

/// What parts of the work that go on in parallel have of a builder: nothing is declared any more.
struct Shared<'a> {
    origins: &'a Origins,
    broken: Arc<BTreeSet<(String, String)>>,
    unread: Arc<[Meant]>,
    library: Library,
    tables: Arc<Tables>,
    limits: Limits,
    complete: bool,
}

impl<'a> Shared<'a> {
    /// A builder that reports for itself.
    fn builder<'b>(&self, findings: &'b mut Findings) -> Builder<'b>
    where
        'a: 'b,
    {
        Builder {
            lookup: Lookup {
                origins: self.origins,
                findings,
                broken: self.broken.clone(),
                unread: self.unread.clone(),
                library: self.library,
            },
            tables: self.tables.clone(),
            limits: self.limits.clone(),
            complete: self.complete,
        }
    }
}

/// Puts things of the top level into their arena, by name.
macro_rules! flat {
    ($self:ident, $spec:ident, $model:ident; $($from:ident => $to:ident),* $(,)?) => {$(
        let mut items = std::mem::take(&mut $spec.$from);
        items.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        for item in items {
            let name = item.name.value.to_string();
            let id = $model.$to.push(item);
            $self.tables().$to.insert("", &name, id);
        }
    )*};
}

impl<'a> Builder<'a> {
    /// The names, while more of them come.
    fn tables(&mut self) -> &mut Tables {
        Arc::make_mut(&mut self.tables)
    }

    fn share(&self) -> Shared<'a> {
        Shared {
            origins: self.lookup.origins,
            broken: self.lookup.broken.clone(),
            unread: self.lookup.unread.clone(),
            library: self.lookup.library,
            tables: self.tables.clone(),
            limits: self.limits.clone(),
            complete: self.complete,
        }
    }
}

impl Builder<'_> {
    fn ground(&mut self, spec: &mut kinds::Root) -> Parts {
        let mut model = Parts::default();
        flat!(self, spec, model;
            site => sites, external => externals, image => images, backup_store => backup_stores, priority => priorities,
            tier => tiers, cpu_model => cpu_models, gpu_model => gpu_models);
        self.links(spec, &mut model);
        self.sites_of(&model);
        self.clusters(spec, &mut model);
        // Pools and storage may be a tenant's, so tenants have their ids before anything of theirs.
        let mut names: Vec<&Name> = spec
            .tenant
            .iter()
            .map(|tenant| &tenant.name.value)
            .collect();
        names.sort();
        for (at, name) in names.into_iter().enumerate() {
            self.tables().tenants.insert("", name.as_str(), Id::new(at));
        }
        // The interfaces of pools name the networks that they carry, and queues name pools.
        self.networks(spec, &mut model);
        self.pools(spec, &mut model);
        self.storages(spec, &mut model);
        self.queues(spec, &mut model);
        model.prices = std::mem::take(&mut spec.price);
        model.prices.sort_by(|a, b| a.item.value.cmp(&b.item.value));
        model
    }
}
