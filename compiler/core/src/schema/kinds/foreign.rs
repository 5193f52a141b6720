//! Syntax of somebody else's, where the language has no word: objects that stand beside ours, and
//! changes to what we write. Both say why, because no proof covers them.

use super::{prelude::*, *};

kind! {
    /// An object of the cluster's API that the language has no word for. It is applied as it
    /// stands and listed as unproven.
    pub struct Raw = "raw", key("name"), one_of("object", "values") {
        /// What it is called here.
        arg name: V<Name>;
        /// Why it is needed.
        prop because: V<Arc<str>>;
        /// The cluster that it is for; may be left out where its tenant lives in one.
        prop cluster: Option<V<NameOf<Cluster>>>;
        /// The wave that it is applied in, at the earliest.
        prop wave: Option<V<u16>>;
        /// The object, as YAML.
        child object: Option<RawObject>;
        /// The object, as free data.
        child values: Option<Values>;
    }
}

kind! {
    /// An object, as YAML.
    pub struct RawObject = "object" {
        /// The text of one document.
        arg text: V<Text>;
        /// Whether `${…}` in the text is worked out. Left out, the text is what it is: shell and
        /// cloud-init are full of dollar signs.
        prop expand: V<bool> = "#false";
    }
}

kind! {
    /// A change to what is emitted here. It holds for the objects of the node that it stands in.
    pub struct Patch = "patch", key("kind", "name") {
        /// The kind of the emitted object: `Deployment`.
        arg kind as "kind": V<Arc<str>>;
        /// Its name; all of the kind when left out.
        arg name: Option<V<Arc<str>>>;
        /// Why it is needed.
        prop because: V<Arc<str>>;
        /// The target whose object it is, where several emit one of the kind.
        prop target: Option<V<TargetName>>;
        /// What is laid over the object: maps merge by key, all else is replaced.
        child merge as "merge": Option<Values>;
        /// What is taken away.
        child remove: Vec<PatchRemove>;
    }
}

kind! {
    /// What is taken away from an object.
    pub struct PatchRemove = "remove", key("pointer") {
        /// Where it is, as a JSON pointer: "/spec/template/spec/tolerations".
        arg pointer: V<Arc<str>>;
    }
}
