//! From ordered objects to the files of one output folder.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    Artifact, ArtifactSet, Body, Content, Manifest, Object, Objects, SourceMap, json,
    layout::{self, Placed},
    sourcemap::Place,
    yaml,
};
use crate::{
    diag::{Diagnostic, rule_set},
    load::Sources,
    model::Estate,
    origin::OriginId,
    outcome::Clean,
    par,
    plan::Plan,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    OUTPUT_COLLISION = "output-collision", Output, Error, "files of the output that stand in each other's way: a defect of the compiler", include_str!("pages/output-collision.md");
}

/// The files of one environment, and the way from them back to the spec.
#[derive(Debug)]
pub struct Output {
    /// The environment, which is the folder below the output's; none where none is declared.
    pub env: Option<std::sync::Arc<str>>,
    /// The files.
    pub artifacts: ArtifactSet,
    /// The way back.
    pub source_map: SourceMap,
}

/// Lays the objects of one environment out. Only an estate without errors has a [`Clean`].
///
/// # Errors
/// Two files stand in each other's way: a defect of ours.
pub fn assemble(
    objects: &Objects,
    plan: &Plan,
    estate: &Estate,
    sources: &Sources,
    _: &Clean,
) -> Result<Output, Box<Diagnostic>> {
    let defect =
        |words: String| {
            Box::new(Diagnostic::nowhere(&OUTPUT_COLLISION, words).why(
                "this is a defect of tenantry, not of the estate: please report it with the spec",
            ))
        };
    let cluster = |object: &Object| object.cluster.map(|id| &estate.clusters[id]);
    let of_cluster = |object: &Object| match cluster(object) {
        Some(cluster) => cluster.spec.meta.origin,
        None => object.origin,
    };
    let mut placed = Vec::new();
    let mut files = Vec::new();
    for (object, wave) in objects.iter().zip(&plan.waves) {
        match &object.body {
            Body::Kube { owner, tree, id } => placed.push(Placed {
                cluster: cluster(object).map_or("", |cluster| cluster.name.value.as_str()),
                of_cluster: of_cluster(object),
                of_owner: match owner {
                    super::Owner::Platform => of_cluster(object),
                    super::Owner::Tenant(tenant) => estate.tenants[*tenant].spec.meta.origin,
                },
                owner: match owner {
                    super::Owner::Platform => layout::Owner::Platform,
                    super::Owner::Tenant(tenant) => {
                        layout::Owner::Tenant(estate.tenants[*tenant].name.value.as_str())
                    }
                },
                file: file_name(object, *owner, &id.kind),
                wave: wave.unwrap_or(0),
                spec: &object.spec_path,
                unproven: object.unproven,
                object: tree,
                origin: object.origin,
            }),
            Body::File { path, content } => files.push((object, path, content)),
        }
    }
    let mut artifacts = par::map(&files, |(object, path, content)| {
        file(object, path, content)
    });
    artifacts.extend(layout::kubernetes(&placed).map_err(|error| defect(error.to_string()))?);
    let artifacts = ArtifactSet::new(estate.name.value.as_str(), artifacts)
        .map_err(|error| defect(error.to_string()))?;
    let manifest = Manifest::of(&artifacts);
    let source_map = SourceMap::of(&artifacts, &manifest, |origin| {
        place(estate, sources, origin)
    });
    par::let_go(manifest);
    Ok(Output {
        env: estate.env.clone(),
        artifacts,
        source_map,
    })
}

/// A workload's objects share a file, so do a tenant's own, and the platform's of one kind.
fn file_name<'o>(object: &'o Object, owner: super::Owner, kind: &str) -> Cow<'o, str> {
    match (owner, object.spec_path.split_once('.')) {
        (super::Owner::Platform, _) => kind.to_ascii_lowercase().into(),
        (super::Owner::Tenant(_), Some((_, workload))) => {
            workload.split('.').next().unwrap_or(workload).into()
        }
        (super::Owner::Tenant(_), None) => "tenant".into(),
    }
}

fn file(object: &Object, path: &super::ArtifactPath, content: &Content) -> Artifact {
    let (text, executable) = match content {
        Content::Yaml(tree) => (yaml::stream([(tree, object.origin)]), false),
        Content::Json(tree) => (json::document_because(tree, object.origin), false),
        Content::Text {
            text,
            executable,
            reasons,
        } => {
            let reasons = reasons.iter().map(|(line, origin)| match *origin {
                OriginId::NONE => (*line, object.origin),
                own => (*line, own),
            });
            let whole = std::iter::once((1, object.origin));
            (super::Text::plain(text, whole.chain(reasons)), *executable)
        }
    };
    let mut artifact = Artifact::new(path.clone(), object.target, text);
    artifact.executable = executable;
    artifact.spec_paths = std::iter::once(&object.spec_path)
        .chain(&object.also)
        .map(ToString::to_string)
        .collect::<BTreeSet<_>>();
    artifact
}

fn place<'s>(estate: &Estate, sources: &'s Sources, origin: OriginId) -> Option<Place<&'s str>> {
    let origins = &estate.origins;
    let span = origins.editable(origin)?;
    let (line, column) = sources.position(span)?;
    Some(Place {
        file: sources.path(span.file),
        line,
        column,
    })
}
