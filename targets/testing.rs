//! For the tests of targets: an estate in text, compiled to the files that it yields.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_yaml::{Deserializer, Value};
use tenantry_core::{Built, Options, build, load::Library, target::Target, world::Memory};

/// The ground that small estates stand on: one Kubernetes cluster with one pool and one storage
/// class. Tests append their tenants.
pub(crate) const KUBERNETES: &str = r#"
estate test
cluster one {
    kubernetes "1.33"
    zone a b c
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="10.1.0.0/24"
    cni cilium "1.19.5"
    platform auto
    facts {
        dns namespace=kube-system {
            ip "10.43.0.10"
            select k8s-app kube-dns
        }
        api port=6443 { ip "10.1.0.2" }
        ingress namespace=gateway class=public { select app gateway }
        monitoring namespace=monitoring { select "app.kubernetes.io/name" prometheus }
    }
}
pool general {
    nodes 3 per=zone prefix=gen first-ip="10.1.0.10"
    cpu epyc-7313 sockets=2 manager=static
    memory "256GiB" { hugepages "2MiB" "64GiB"; }
    reserve cpu=2 memory="8GiB"
}
storage fast access=rwx mode=block snapshots=#true expandable=#true {
    rook-ceph
    capacity "10TiB"
}
"#;

/// What a build of one estate made.
pub(crate) struct Made {
    built: Built,
}

/// Compiles an estate of one file.
pub(crate) fn compile(text: &str, targets: &[&dyn Target]) -> Made {
    let world = Memory::new([("tenantry.kdl", text)]);
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    Made {
        built: build(&world, library, targets, &Options::default()),
    }
}

/// Compiles a tenant on [`KUBERNETES`] with the targets of the whole Kubernetes family.
pub(crate) fn compile_tenant(tenant: &str) -> Made {
    compile(&format!("{KUBERNETES}{tenant}"), &crate::all())
}

impl Made {
    /// The kind and name of each object that the manifest lists as unproven.
    pub(crate) fn unproven(&self) -> Vec<String> {
        let outputs = self.built.outputs.iter();
        outputs
            .flat_map(|output| output.artifacts.iter())
            .flat_map(|artifact| &artifact.objects)
            .filter(|object| object.unproven)
            .map(|object| format!("{} {}", object.kind, object.name))
            .collect()
    }

    /// The findings, one line each: `rule: message`.
    pub(crate) fn findings(&self) -> Vec<String> {
        self.built
            .run
            .findings
            .iter()
            .map(|finding| format!("{}: {}", finding.rule.name(), finding.message))
            .collect()
    }

    /// The files by path, from an estate without errors.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        assert!(
            !self.built.outputs.is_empty(),
            "nothing was built: {:#?}",
            self.findings()
        );
        self.built
            .outputs
            .iter()
            .flat_map(|output| output.artifacts.iter())
            .map(|artifact| {
                let text = String::from_utf8(artifact.bytes.clone()).unwrap();
                (artifact.path.as_str().to_owned(), text)
            })
            .collect()
    }

    /// The Kubernetes objects, in the order of their files.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.files()
            .iter()
            .filter(|(path, _)| {
                path.starts_with("kubernetes/") && !path.ends_with("kustomization.yaml")
            })
            .flat_map(|(_, text)| {
                Deserializer::from_str(text)
                    .map(|document| Value::deserialize(document).unwrap())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// The object of that kind and name.
    pub(crate) fn object(&self, kind: &str, name: &str) -> Value {
        let objects = self.objects();
        let found = objects
            .iter()
            .find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
        found.cloned().unwrap_or_else(|| {
            let there: Vec<String> = objects
                .iter()
                .map(|object| format!("{:?} {:?}", object["kind"], object["metadata"]["name"]))
                .collect();
            panic!("no {kind} {name} among {there:#?}")
        })
    }

    /// The object without its metadata, as YAML to compare with what a test expects.
    pub(crate) fn spec(&self, kind: &str, name: &str) -> String {
        serde_yaml::to_string(&self.object(kind, name)["spec"]).unwrap()
    }

    /// When an object is applied, by the name that the graph gives it: `Deployment shop/web`.
    pub(crate) fn wave(&self, name: &str) -> u32 {
        let graphs = self.built.graphs.iter().flat_map(|(_, graph)| &graph.nodes);
        let mut found = graphs.filter(|node| node.name == name);
        let node = found
            .next()
            .unwrap_or_else(|| panic!("no {name} in the graph"));
        node.wave.unwrap_or_else(|| panic!("{name} is not applied"))
    }

    /// Whether there is such an object.
    pub(crate) fn has(&self, kind: &str, name: &str) -> bool {
        self.objects()
            .iter()
            .any(|object| object["kind"] == kind && object["metadata"]["name"] == name)
    }
}
