//! A rule is a page with a function: declared once, and `explain`, the listing, the settings
//! in `rules { set … }` and the fixtures hang on that declaration.

use std::sync::Arc;

use tenantry_syntax::Span;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not reported.
    Off,
    /// Worth knowing.
    Note,
    /// Probably wrong; does not stop a build.
    Warn,
    /// Wrong; nothing is written.
    Error,
}

impl Level {
    /// As written in `rules { set NAME LEVEL }` and printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warn => "warning",
            Self::Error => "error",
        }
    }
}

/// What a rule is about; the listing is grouped by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Text that is not KDL.
    Syntax,
    /// Files, limits, locks.
    Load,
    /// Nodes, properties and values against the vocabulary.
    Types,
    /// Names and what they refer to.
    References,
    /// Parameters, profiles, environments.
    Language,
    /// Cores, topology, pinning.
    Cpu,
    /// Memory and huge pages.
    Memory,
    /// GPUs.
    Gpu,
    /// Nodes of memory, and what must lie on one.
    Numa,
    /// Disks and storage classes.
    Storage,
    /// Networks, flows, addresses.
    Network,
    /// Tenants' separation.
    Isolation,
    /// Images.
    Images,
    /// Secrets, and what a workload may do to its host.
    Secrets,
    /// Replicas, spread, quorum.
    Availability,
    /// What fits on the machines.
    Capacity,
    /// What tenants may take.
    Quotas,
    /// Copies, and how long they are kept.
    Backup,
    /// Metrics, alerts, logs.
    Observability,
    /// What the cluster's backend can do.
    Platform,
    /// How many objects a cluster bears.
    Scale,
    /// How a change reaches what runs.
    Rollout,
    /// What it costs.
    Cost,
    /// The order of things.
    Graph,
    /// What a target could not emit, or a defect of ours.
    Output,
    /// What the spec itself asks for.
    Own,
}

impl Family {
    /// The name in listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Load => "load",
            Self::Types => "types",
            Self::References => "references",
            Self::Language => "language",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Gpu => "gpu",
            Self::Numa => "numa",
            Self::Storage => "storage",
            Self::Network => "network",
            Self::Isolation => "isolation",
            Self::Images => "images",
            Self::Secrets => "secrets",
            Self::Availability => "availability",
            Self::Capacity => "capacity",
            Self::Quotas => "quotas",
            Self::Backup => "backup",
            Self::Observability => "observability",
            Self::Platform => "platform",
            Self::Scale => "scale",
            Self::Rollout => "rollout",
            Self::Cost => "cost",
            Self::Graph => "graph",
            Self::Output => "output",
            Self::Own => "own",
        }
    }
}

/// Who refuses, when objects are applied, what a rule finds beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Admission {
    /// The validation of Kubernetes' own API server.
    ApiServer,
    /// KubeVirt's admission webhooks.
    KubeVirt,
}

impl Admission {
    /// The name in listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiServer => "the API server",
            Self::KubeVirt => "KubeVirt",
        }
    }
}

/// A rule's declaration.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case, the pattern found: it must read well after "allow".
    pub name: &'static str,
    /// What it is about.
    pub family: Family,
    /// Its level unless the estate sets another.
    pub level: Level,
    /// One line for listings.
    pub summary: &'static str,
    /// The page that `explain` prints: Markdown with `kdl bad` and `kdl good` examples, which
    /// are its fixtures.
    pub page: &'static str,
    /// Whether its findings bring a mend that is certain, for `check --fix`.
    pub fixable: bool,
    /// Who would refuse the objects of its bad example; the conformance suite holds it to that.
    pub refused_by: Option<Admission>,
}

impl Rule {
    /// A rule with what every rule has.
    pub const fn new(
        name: &'static str,
        family: Family,
        level: Level,
        summary: &'static str,
        page: &'static str,
    ) -> Self {
        Self {
            name,
            family,
            level,
            summary,
            page,
            fixable: false,
            refused_by: None,
        }
    }

    /// The rule, with certain mends.
    #[must_use]
    pub const fn fixable(self) -> Self {
        Self {
            fixable: true,
            ..self
        }
    }

    /// The rule, mirroring what this admission refuses.
    #[must_use]
    pub const fn refused_by(self, who: Admission) -> Self {
        Self {
            refused_by: Some(who),
            ..self
        }
    }
}

/// A rule that the spec declares.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnRule {
    /// Its name, as the estate says it: `no-spot`, or `pg.no-spot` of a package.
    pub name: Arc<str>,
    /// Its level unless the estate sets another.
    pub level: Level,
    /// What it is for, in its own words.
    pub doc: Option<Arc<str>>,
    /// Where its name stands.
    pub declared: Span,
}

/// The rule of a finding: one of ours, or one of the spec's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleRef {
    /// Ours.
    BuiltIn(&'static Rule),
    /// The spec's own.
    Own(Arc<OwnRule>),
}

impl RuleRef {
    /// Its name; the code of its findings.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn(rule) => rule.name,
            Self::Own(rule) => &rule.name,
        }
    }

    /// What it is about.
    pub fn family(&self) -> Family {
        match self {
            Self::BuiltIn(rule) => rule.family,
            Self::Own(_) => Family::Own,
        }
    }

    /// Its level unless the estate sets another.
    pub fn level(&self) -> Level {
        match self {
            Self::BuiltIn(rule) => rule.level,
            Self::Own(rule) => rule.level,
        }
    }
}

impl From<&'static Rule> for RuleRef {
    fn from(rule: &'static Rule) -> Self {
        Self::BuiltIn(rule)
    }
}

impl From<Arc<OwnRule>> for RuleRef {
    fn from(rule: Arc<OwnRule>) -> Self {
        Self::Own(rule)
    }
}

impl PartialEq<&'static Rule> for RuleRef {
    fn eq(&self, rule: &&'static Rule) -> bool {
        matches!(self, Self::BuiltIn(own) if own == rule)
    }
}

/// Declares a rule as a static: `declare_rule! { pub RULE = "name", Family, Level, "summary", page }`.
/// Behind the page: `; fixable` where its findings bring a certain mend, `; refused_by = KubeVirt`
/// where an admission refuses the same.
macro_rules! declare_rule {
    ($(#[$meta:meta])* $vis:vis $ident:ident = $name:literal, $family:ident, $level:ident, $summary:literal, $page:expr $(; $with:ident $(= $who:ident)?)*) => {
        #[doc = $summary]
        $(#[$meta])*
        $vis static $ident: $crate::diag::Rule = $crate::diag::Rule::new(
            $name,
            $crate::diag::Family::$family,
            $crate::diag::Level::$level,
            $summary,
            $page,
        )$(.$with($($crate::diag::Admission::$who)?))*;
    };
}
pub(crate) use declare_rule;

/// Declares rules that share a file, and the list of them that `explain` walks.
macro_rules! rule_set {
    ($(#[$meta:meta])* $vis:vis $list:ident; $($ident:ident = $name:literal, $family:ident, $level:ident, $summary:literal, $page:expr $(, $with:ident $(= $who:ident)?)*;)*) => {
        $($crate::diag::declare_rule! { pub $ident = $name, $family, $level, $summary, $page $(; $with $(= $who)?)* })*
        $(#[$meta])*
        $vis static $list: &[&$crate::diag::Rule] = &[$(&$ident),*];
    };
}
pub(crate) use rule_set;
