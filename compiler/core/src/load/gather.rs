//! From `use` to packages: each is found, read once, and what it uses in turn is followed.
//!
//! Wave by wave, the nearest to the estate first and each wave in the order of its folders, so
//! that neither the order of files nor of nodes shows in what comes out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tenantry_syntax::{FileId, Span};

use super::{
    Memo, ROOT_FILE, Source, Sources,
    circle::{self, Edge},
    jail::{self, join},
    package::{self, Asked, Head, Package, PackageId, RootFile, Use},
    parse_files, read_files,
    rules::{self, NoPackage},
    tree,
};
use crate::{
    diag::Findings,
    par,
    world::{ReadError, World},
};

/// What is known of a folder that something uses.
#[derive(Debug, Clone)]
enum Found {
    Package(PackageId),
    /// The folder that is compiled, itself a package.
    Root,
    Nothing(NoPackage),
}

/// Loads all packages that the root's files use, and what those use.
pub(super) fn gather(
    world: &dyn World,
    sources: &mut Sources,
    memo: &Memo,
    findings: &mut Findings,
) {
    let asked = package::asked(&sources.files);
    let mut gathering = Gathering {
        world,
        memo,
        found: BTreeMap::new(),
        edges: Vec::new(),
        sources,
        findings,
    };
    let root = match gathering.root_file() {
        RootFile::Estate(span) => Found::Nothing(NoPackage::Estate(Some(span))),
        RootFile::Package(_) => Found::Root,
        RootFile::Neither => Found::Nothing(NoPackage::Undeclared),
    };
    gathering.found.insert(String::new(), root);
    let mut wave = vec![(None, asked)];
    while !wave.is_empty() {
        wave = gathering.wave(wave);
    }
    let Gathering { edges, .. } = gathering;
    circle::cut(&edges, sources, findings);
    name_prefixes(sources);
    one_alias_one_package(sources, findings);
    hash_vendored(world, sources, findings);
}

struct Gathering<'a> {
    world: &'a dyn World,
    memo: &'a Memo,
    /// By folder, `""` for the root.
    found: BTreeMap<String, Found>,
    edges: Vec<Edge>,
    sources: &'a mut Sources,
    findings: &'a mut Findings,
}

/// Who asks, and for what.
type Wave = Vec<(Option<PackageId>, Vec<Asked>)>;

impl Gathering<'_> {
    fn root_file(&self) -> RootFile {
        let mut files = self.sources.files.iter();
        files
            .find(|source| &*source.path == ROOT_FILE)
            .map_or(RootFile::Neither, |source| package::root_file(source, ""))
    }

    /// Loads what is asked for; returns what that asks for in turn.
    fn wave(&mut self, wave: Wave) -> Wave {
        let mut fresh: BTreeMap<String, Span> = BTreeMap::new();
        for (owner, asked) in &wave {
            for one in asked {
                if let Some(folder) = self.folder(*owner, one)
                    && !self.found.contains_key(&folder)
                {
                    fresh.entry(folder).or_insert(one.span);
                }
            }
        }
        let mut next = Wave::new();
        for (folder, span) in fresh {
            let found = self.load(&folder, span);
            if let Found::Package(id) = found {
                let own = self.sources.files.iter();
                let first = own.take_while(|source| source.package != Some(id)).count();
                next.push((Some(id), package::asked(&self.sources.files[first..])));
            }
            self.found.insert(folder, found);
        }
        for (owner, asked) in wave {
            let uses: Vec<Use> = asked.iter().map(|one| self.link(owner, one)).collect();
            for (at, used) in uses.into_iter().enumerate() {
                let to = used.package;
                let is_root = self.folder(owner, &asked[at]).as_deref() == Some("")
                    && matches!(self.found.get(""), Some(Found::Root));
                if to.is_some() || is_root {
                    self.edges.push(Edge { owner, at, to });
                }
                match owner {
                    None => self.sources.uses.push(used),
                    Some(id) => self.sources.packages[id.0 as usize].uses.push(used),
                }
            }
        }
        next
    }

    /// The folder that is asked for, seen from the estate's root; none if it is above that.
    fn folder(&self, owner: Option<PackageId>, asked: &Asked) -> Option<String> {
        let base = owner.and_then(|id| self.sources.package(id));
        asked.folder.below(base.map_or("", |package| &package.root))
    }

    /// What a `use` leads to, once all folders of its wave are known.
    fn link(&mut self, owner: Option<PackageId>, asked: &Asked) -> Use {
        let folder = self.folder(owner, asked);
        let found = match &folder {
            None => Found::Nothing(NoPackage::Outside),
            Some(folder) => self
                .found
                .get(folder)
                .cloned()
                .unwrap_or(Found::Nothing(NoPackage::TooMany)),
        };
        let (package, alias) = match found {
            Found::Package(id) => {
                let name = self.sources.package(id).map(|package| &package.head.name);
                let alias = asked.alias.clone().or_else(|| name.cloned());
                (Some(id), alias)
            }
            Found::Root => {
                let name = self.sources.alone.as_ref().map(|head| head.name.clone());
                (None, asked.alias.clone().or(name))
            }
            Found::Nothing(why) => {
                let folder = folder.as_deref().unwrap_or_default();
                self.findings
                    .push(rules::no_package(asked, folder, &why, owner.is_some()));
                (None, None)
            }
        };
        Use {
            alias: alias.unwrap_or_else(|| asked.alias_by_folder()),
            package,
            span: asked.span,
        }
    }

    /// Reads a folder that is used for the first time, at `span`.
    fn load(&mut self, folder: &str, span: Span) -> Found {
        let (known, most) = (self.sources.packages.len(), self.sources.limits.packages);
        if known >= most {
            // Told once, at the first that is too many.
            let told = self
                .found
                .values()
                .any(|found| matches!(found, Found::Nothing(NoPackage::TooMany)));
            if !told {
                self.findings.push(rules::too_many_packages(most, span));
            }
            return Found::Nothing(NoPackage::TooMany);
        }
        let head = match self.head(folder) {
            Ok(head) => head,
            Err(why) => return Found::Nothing(why),
        };
        let limits = self.sources.limits.clone();
        let paths = jail::spec_files(self.world, folder, limits.folders, self.findings);
        let count = self.sources.files.len() + paths.len();
        if count > limits.files {
            self.findings
                .push(rules::too_many_files(count, limits.files));
            return Found::Nothing(NoPackage::TooMany);
        }
        let id = PackageId(u32::try_from(known).unwrap_or(u32::MAX));
        let files = read_files(self.world, paths, self.findings);
        parse_files(self.sources, files, Some(id), self.memo, self.findings);
        // The head's spans are those of the file as it is numbered now.
        let path = join(folder, ROOT_FILE);
        let numbered = self.sources.files.iter().find(|file| *file.path == *path);
        let head = match numbered.map(|source| package::root_file(source, folder)) {
            Some(RootFile::Package(head)) => head,
            _ => head,
        };
        self.sources.packages.push(Package {
            head,
            root: folder.into(),
            prefix: Arc::default(),
            uses: Vec::new(),
            hash: None,
        });
        Found::Package(id)
    }

    /// What a folder's `tenantry.kdl` says, before anything else of it is read.
    fn head(&self, folder: &str) -> Result<Head, NoPackage> {
        let entries = match self.world.list(folder) {
            Ok(entries) => entries,
            Err(ReadError::Missing) => return Err(NoPackage::Missing),
            Err(error) => return Err(NoPackage::Unreadable(error)),
        };
        if entries.is_empty() {
            return Err(NoPackage::Missing);
        }
        let path = join(folder, ROOT_FILE);
        let text = match self.world.read(&path) {
            Ok(text) => text,
            Err(ReadError::Missing) => return Err(NoPackage::NoRootFile),
            Err(error) => return Err(NoPackage::Unreadable(error)),
        };
        let syntax = super::syntax_limits(&self.sources.limits);
        let parse = tenantry_syntax::parse(FileId(u32::MAX), text, &syntax);
        match package::root_file(&Source::new(&path, None, parse), folder) {
            RootFile::Package(head) => Ok(head),
            RootFile::Estate(_) => Err(NoPackage::Estate(None)),
            RootFile::Neither => Err(NoPackage::Undeclared),
        }
    }
}

/// Gives each package a prefix of its own. The estate's aliases come first, since they are what
/// its author reads; two packages of one name are told apart by their folders.
fn name_prefixes(sources: &mut Sources) {
    let mut taken: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut chosen: Vec<Option<Arc<str>>> = vec![None; sources.packages.len()];
    for Use { alias, package, .. } in &sources.uses {
        if let Some(id) = package
            && let Some(place) = chosen.get_mut(id.0 as usize)
            && place.is_none()
            && taken.insert(alias.clone())
        {
            *place = Some(alias.clone());
        }
    }
    for (package, chosen) in sources.packages.iter_mut().zip(chosen) {
        let name = chosen.unwrap_or_else(|| {
            let free = taken.insert(package.head.name.clone());
            if free {
                package.head.name.clone()
            } else {
                package.root.clone()
            }
        });
        package.prefix = format!("{name}.").into();
    }
}

/// Two `use`s of one scope under one alias, or of one package.
fn one_alias_one_package(sources: &Sources, findings: &mut Findings) {
    let owners = (0..sources.packages.len()).map(|at| u32::try_from(at).ok().map(PackageId));
    for owner in std::iter::once(None).chain(owners) {
        let mut aliases: BTreeMap<&str, &Use> = BTreeMap::new();
        let mut packages: BTreeMap<PackageId, &Use> = BTreeMap::new();
        for used in sources.uses(owner) {
            let again = used.package.and_then(|id| packages.insert(id, used));
            let clash = aliases.insert(&used.alias, used);
            match (again, clash) {
                (Some(first), _) => findings.push(rules::used_twice(used.span, first.span)),
                (None, Some(first)) => {
                    findings.push(rules::alias_clash(&used.alias, used.span, first.span));
                }
                (None, None) => {}
            }
        }
    }
}

/// Works out the hash of each package that the lock pins: those in a `vendor` folder, which are
/// somebody else's. One within another is part of that one's hash.
fn hash_vendored(world: &dyn World, sources: &mut Sources, findings: &mut Findings) {
    let vendored = |root: &str| root.split('/').any(|part| part == "vendor");
    let roots: Vec<Arc<str>> = sources
        .packages
        .iter()
        .map(|package| package.root.clone())
        .filter(|root| vendored(root))
        .collect();
    let within = |root: &str, other: &str| {
        root.strip_prefix(other)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    let wanted: Vec<Arc<str>> = roots
        .iter()
        .filter(|root| !roots.iter().any(|other| within(root, other)))
        .cloned()
        .collect();
    let limits = sources.limits.clone();
    let hashes = par::map(&wanted, |root| tree::hash(world, root, &limits));
    for (root, hash) in wanted.iter().zip(hashes) {
        let Some(package) = sources.packages.iter_mut().find(|it| it.root == *root) else {
            continue;
        };
        match hash {
            Ok(hash) => package.hash = Some(hash),
            Err(error) => findings.push(rules::not_hashed(&error, package.head.span)),
        }
    }
}
