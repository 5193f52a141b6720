//! What a spec says of itself: tests, which `tenantry test` runs and which reach no output.

use super::prelude::*;

kind! {
    /// What must hold of the estate, or of what a package defines: `tenantry test` runs it.
    /// Whatever it expects, an error that it does not expect fails it.
    pub struct Test = "test", key("name") {
        /// What it shows, in words.
        arg name: V<Arc<str>>;
        /// The only environment that it runs in; each in turn where left out.
        prop env: Option<V<Name>>;
        /// What is different for this test, or what there is at all, in a package.
        child given: Option<Given>;
        /// What must be true.
        child expect: Vec<Expect>;
        /// An error that must be found.
        child expect_error: Vec<ExpectError>;
        /// A warning that must be found.
        child expect_warning: Vec<ExpectWarning>;
        /// That no warning is found either, beside those that are expected.
        child expect_clean: Option<ExpectClean>;
    }
}

kind! {
    /// Nodes as they may stand at the top level of a file, laid over those of the estate and
    /// nearest of all: kinds that repeat merge by their key, `omit` takes something away. What
    /// the estate has once by that name is found without its `cluster`.
    pub struct Given = "given" {
    }
}

kind! {
    /// What must be true: `expect "gpu_nodes >= 2"`.
    pub struct Expect = "expect", ordered {
        /// Expressions that are true or false.
        arg conditions as "condition": Vec<V<Arc<str>>>;
    }
}

kind! {
    /// An error that must be found.
    pub struct ExpectError = "expect-error", ordered {
        /// The rule that finds it.
        arg rule: V<Arc<str>>;
        /// What it must be about: `acme.trainer`, or a name of the top level.
        prop at: Option<V<Arc<str>>>;
    }
}

kind! {
    /// A warning that must be found.
    pub struct ExpectWarning = "expect-warning", ordered {
        /// The rule that finds it.
        arg rule: V<Arc<str>>;
        /// What it must be about: `acme.trainer`, or a name of the top level.
        prop at: Option<V<Arc<str>>>;
    }
}

kind! {
    /// That nothing is found but what the test expects, warnings included.
    pub struct ExpectClean = "expect-clean" {
    }
}
