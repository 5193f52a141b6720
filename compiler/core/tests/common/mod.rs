//! What the tests of the language share: text in, model or findings out.

#![expect(
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use tenantry_core::{
    diag::Findings,
    instances::Instances,
    limits::Limits,
    load::{self, Library},
    model::{self, Estate},
    resolve, schema,
    world::Memory,
};

/// A ground that most tests stand on.
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "not every test file asks"
)]
pub const GROUND: &str = r#"
estate shop { env staging prod }
cluster c {
    kubernetes "1.34"
    zone a b c
}
cpu-model small cores=8
pool general { nodes 3; cpu small; memory "64GiB" }
storage fast { longhorn; capacity "1TiB" }
"#;

/// What a spec comes to in one environment.
pub struct Compiled {
    /// The model, where there is one.
    pub estate: Option<Estate>,
    /// What was found.
    pub findings: Findings,
    /// The files.
    pub sources: load::Sources,
}

impl Compiled {
    /// Each finding as `rule at "the text it points at"`.
    pub fn told(&self) -> Vec<String> {
        self.findings
            .iter()
            .map(|f| {
                format!(
                    "{} at {:?}",
                    f.rule.name(),
                    f.span.map_or("", |span| self.sources.text(span))
                )
            })
            .collect()
    }

    /// The rules that were broken.
    #[allow(
        dead_code,
        clippy::allow_attributes,
        reason = "not every test file asks"
    )]
    pub fn rules(&self) -> Vec<&str> {
        self.findings.iter().map(|f| f.rule.name()).collect()
    }

    /// The model of an estate without findings.
    pub fn estate(&self) -> &Estate {
        assert!(self.findings.is_empty(), "unexpected: {:?}", self.told());
        self.estate
            .as_ref()
            .expect("no finding, so there is an estate")
    }

    /// A workload by its path.
    #[allow(
        dead_code,
        clippy::allow_attributes,
        reason = "not every test file asks"
    )]
    pub fn workload(&self, path: &str) -> &model::Workload {
        let found = self
            .estate()
            .workloads
            .values()
            .find(|workload| &*workload.path == path);
        found.unwrap_or_else(|| panic!("no workload {path}"))
    }
}

/// Compiles one environment with parameters from outside.
pub fn compile_with(env: Option<&str>, sets: &[(&str, &str)], files: &[(&str, &str)]) -> Compiled {
    compile_within(&Limits::default(), env, sets, files)
}

/// The same with other bounds.
pub fn compile_within(
    limits: &Limits,
    env: Option<&str>,
    sets: &[(&str, &str)],
    files: &[(&str, &str)],
) -> Compiled {
    let world = Memory::new(
        files
            .iter()
            .map(|(path, text)| (*path, Arc::<str>::from(*text))),
    );
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let loaded = load::load(&world, library, limits);
    let mut findings = loaded.findings;
    let sources = loaded.value.expect("files");
    let decoded = schema::decode(&sources);
    findings.extend(decoded.findings);
    let typed = decoded.value.expect("nodes");
    let env: Option<Arc<str>> = env.map(Into::into);
    let sets: Vec<(String, String)> = sets
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let mut instances = Instances::default();
    let outcome = resolve::resolve(&typed, env.as_ref(), &sets).then(|resolved| {
        instances = resolved.origins.instances.clone();
        model::build(resolved, &typed.words.vocabulary)
    });
    findings.extend(outcome.findings);
    instances.settle(&mut findings);
    Compiled {
        estate: outcome.value,
        findings,
        sources,
    }
}

/// Compiles an estate in production.
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "not every test file asks"
)]
pub fn compile(files: &[(&str, &str)]) -> Compiled {
    compile_with(Some("prod"), &[], files)
}
