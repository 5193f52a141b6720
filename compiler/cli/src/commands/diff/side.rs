//! The sides of a comparison: an environment as it is said, as it would be emitted, or as it lies
//! in a folder.

use std::path::Path;

use tenantry_core::{
    Span,
    compare::{Item, data, spec},
    compile::{self, Built, Trees},
    diag::Findings,
    emit::Manifest,
    load::Sources,
};

use crate::{estate, exit::Failure, files, render::Files as _};

/// An estate that was read as far as is wanted.
pub(super) struct Estate {
    /// As the user called it.
    name: String,
    root: std::path::PathBuf,
    read: Read,
}

enum Read {
    Said(Box<Trees>),
    Emitted(Box<Built>),
}

/// One side.
pub(super) struct Side<'a> {
    /// As the user called it.
    pub(super) name: String,
    pub(super) items: Vec<Item>,
    /// The files that its places are in, where it has places.
    files: Option<(estate::Reachable<'a>, &'a Sources)>,
}

impl Estate {
    pub(super) fn open(args: &estate::Args, output: bool) -> Result<Self, Failure> {
        let (world, options) = (args.world()?, args.options()?);
        let library = estate::library();
        let read = if output {
            let targets = tenantry_targets::all();
            Read::Emitted(Box::new(compile::build(
                &world, library, &targets, &options,
            )))
        } else {
            Read::Said(Box::new(compile::trees(&world, library, &options)))
        };
        Ok(Self {
            name: args.path.display().to_string(),
            root: args.root()?.to_path_buf(),
            read,
        })
    }

    /// Whether there is something to compare.
    pub(super) fn is_sound(&self) -> bool {
        !self.environments().is_empty()
    }

    pub(super) fn sources(&self) -> &Sources {
        match &self.read {
            Read::Said(trees) => &trees.run.sources,
            Read::Emitted(built) => &built.run.sources,
        }
    }

    pub(super) fn findings(&self) -> &Findings {
        match &self.read {
            Read::Said(trees) => &trees.run.findings,
            Read::Emitted(built) => &built.run.findings,
        }
    }

    /// Its environments; one without a name where it declares none.
    pub(super) fn environments(&self) -> Vec<Option<&str>> {
        match &self.read {
            Read::Said(trees) => trees
                .environments
                .iter()
                .map(|it| it.env.as_deref())
                .collect(),
            Read::Emitted(built) => built.outputs.iter().map(|it| it.env.as_deref()).collect(),
        }
    }

    /// One of its environments, under the environment's name.
    pub(super) fn environment(&self, env: &str) -> Result<Side<'_>, Failure> {
        let known: Vec<&str> = self.environments().into_iter().flatten().collect();
        if !known.contains(&env) {
            let failure = Failure::new(format!("the estate has no environment `{env}`"));
            return Err(match known.as_slice() {
                [] => failure.help("it declares none: `estate … { env staging prod }`"),
                known => failure.help(format!("it has {}", known.join(", "))),
            });
        }
        let side = self.side(Some(env));
        Ok(Side {
            name: env.to_owned(),
            ..side
        })
    }

    /// One of its environments, under the estate's name; nothing where it has none such.
    pub(super) fn side(&self, env: Option<&str>) -> Side<'_> {
        let items = match &self.read {
            Read::Said(trees) => {
                let resolved = trees
                    .environments
                    .iter()
                    .find(|it| it.env.as_deref() == env);
                let both = trees.typed.as_ref().zip(resolved);
                both.map(|(typed, resolved)| spec::items(typed, &trees.run.sources, resolved))
            }
            Read::Emitted(built) => {
                let output = built.outputs.iter().find(|it| it.env.as_deref() == env);
                output.map(|output| {
                    let artifacts = output.artifacts.iter();
                    data::items(artifacts.map(|one| (one.path.as_str(), one.bytes.as_slice())))
                })
            }
        };
        let reachable = || estate::Reachable::new(&self.root, self.sources());
        Side {
            name: self.name.clone(),
            items: items.unwrap_or_default(),
            files: matches!(self.read, Read::Said(_)).then(|| (reachable(), self.sources())),
        }
    }
}

impl Side<'_> {
    /// What lies in a folder of output: the files that its manifest lists.
    pub(super) fn of_folder(out: &Path, env: Option<&str>) -> Result<Self, Failure> {
        let folder = env.map_or_else(|| out.to_path_buf(), |env| out.join(env));
        let manifest = folder.join("manifest.json");
        let Some(bytes) = files::bytes_if_there(&manifest)? else {
            return Err(Failure::new(format!(
                "{} holds no output of tenantry: there is no manifest.json",
                folder.display()
            ))
            .help("`tenantry build` writes one"));
        };
        let manifest = Manifest::read(&bytes)
            .map_err(|error| Failure::new(format!("{}: {error}", manifest.display())))?;
        let mut there = Vec::new();
        for entry in manifest.files() {
            let path = entry.path.as_str();
            // One that was deleted by hand is as if it had never been.
            if let Some(bytes) = files::bytes_if_there(&folder.join(path))? {
                there.push((path, bytes));
            }
        }
        Ok(Self {
            name: folder.display().to_string(),
            items: data::items(there.iter().map(|(path, bytes)| (*path, bytes.as_slice()))),
            files: None,
        })
    }

    /// Path and line of a place, as one would type it here.
    pub(super) fn place(&self, span: Option<Span>) -> Option<(String, u32)> {
        let (files, sources) = self.files.as_ref()?;
        let span = span?;
        let (line, _) = sources.position(span)?;
        Some((files.path(span.file).to_owned(), line))
    }
}
