//! Rules of one's own.

use super::prelude::*;

choices! {
    /// How grave it is where a rule finds something.
    pub enum RuleSeverity {
        /// Wrong; nothing is written.
        Error = "error",
        /// Probably wrong; does not stop a build.
        Warn = "warn",
        /// Worth knowing.
        Note = "note",
    }
}

choices! {
    /// Who asks whether a rule finds something.
    pub enum Enforce {
        /// The compiler.
        Compile = "compile",
        /// The cluster's API server, too, of whatever is applied there by whomever.
        Cluster = "cluster",
    }
}

kind! {
    /// A rule of your own: what no node of a kind may be. At the top level of a file it holds for
    /// all nodes of that kind; in a profile for those that are like it.
    ///
    /// It is silenced and set like a built-in one, by its name; a package's rule is called
    /// `package.name` outside of it.
    pub struct RuleDecl = "rule", key("name") {
        /// Its name: the pattern that it finds, so that it reads well after `allow`.
        arg name: V<Name>;
        /// The kind of the nodes that it looks at, as `workload` or `pool.memory`; in a profile
        /// the kind that the profile is for, unless it says another.
        prop on: Option<V<Arc<str>>>;
        /// How grave it is.
        prop severity: V<RuleSeverity> = "error";
        /// Who asks. What the cluster asks, the compiler has asked before.
        prop enforce: V<Enforce> = "compile";
        /// When something is wrong.
        child when: Option<RuleWhen>;
        /// What is wrong then, in one sentence.
        child say: Option<RuleSay>;
        /// How to put it right.
        child fix: Option<RuleFix>;
    }
}

kind! {
    /// When something is wrong: an expression that is true then. It may name the node by its
    /// kind, what is around it, `cluster`, `estate` and `env`.
    pub struct RuleWhen = "when" {
        /// The expression.
        arg expression: V<Arc<str>>;
    }
}

kind! {
    /// What is wrong, in one sentence; `${…}` in it sees what `when` sees.
    pub struct RuleSay = "say" {
        /// The sentence.
        arg sentence: V<Arc<str>>;
    }
}

kind! {
    /// How to put it right, in one sentence; `${…}` in it sees what `when` sees.
    pub struct RuleFix = "fix" {
        /// The sentence.
        arg sentence: V<Arc<str>>;
    }
}
