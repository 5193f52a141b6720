//! What a spec builds its own vocabulary with: `let`, `table`, `define`, `profile`, and the
//! nodes that any block may hold.

use super::{param::*, prelude::*, rule::RuleDecl};

kind! {
    /// A name for a value: `let replicas 3`, `let zones a b c`, `let twice "${replicas * 2}"`.
    /// Used as `$name`, or in an expression with `_` for each `-`.
    pub struct Let = "let", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its value; several are a list.
        arg values as "value": Vec<V<Lit>>;
    }
}

kind! {
    /// Rows of values, for `each … in=TABLE`.
    pub struct Table = "table", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// What each row has.
        child column: Vec<Column>;
        /// A row: its key, and a property for each column. In an expression a row has the fields
        /// `key`, `index` (from 0) and its columns.
        child row: Vec<Row>;
    }
}

kind! {
    /// A column of a table.
    pub struct Column = "column", key("name") {
        /// Its name: the property of the rows.
        arg name: V<Name>;
        /// Its type.
        arg r#type: V<ParamType>;
        /// What a row has that says nothing; without it every row must say.
        prop default: Option<V<Lit>>;
        /// The least that a number may be.
        prop min: Option<V<i64>>;
        /// The most that a number may be.
        prop max: Option<V<i64>>;
        /// What a string must match.
        prop pattern: Option<V<Pattern>>;
        /// The only values it may have.
        child one_of: Option<OneOf>;
    }
}

kind! {
    /// A row of a table: its key, and a property for each column.
    pub struct Row = "row", ordered {
        /// What it is called; each row has another.
        arg key: V<Arc<str>>;
    }
}

kind! {
    /// A kind of your own, that stands for nodes of other kinds: used like a built-in one, in
    /// the blocks that can hold its body.
    pub struct Define = "define", key("name") {
        /// The name of the kind.
        arg name: V<Name>;
        /// Its arguments, in order.
        child arg: Vec<DefineArg>;
        /// Its properties.
        child param: Vec<DefineParam>;
        /// Where children of the caller go.
        child slot: Vec<DefineSlot>;
        /// What it stands for.
        child body: Option<DefineBody>;
    }
}

kind! {
    /// A place for the caller's children: declared in a `define`, and put into its body where
    /// they go. One without a name takes the children of the call, one with a name those of the
    /// child of that name.
    pub struct DefineSlot = "slot", ordered {
        /// Its name.
        arg name: Option<V<Name>>;
    }
}

kind! {
    /// The nodes that a kind of your own stands for.
    pub struct DefineBody = "body" {
    }
}

choices! {
    /// What a profile has defaults for.
    pub enum ProfileFor {
        /// Workloads.
        Workload = "workload",
        /// Pools.
        Pool = "pool",
        /// Tenants.
        Tenant = "tenant",
        /// Clusters.
        Cluster = "cluster",
    }
}

kind! {
    /// Defaults that are taken with `like NAME`: everything that a node of its kind may hold.
    pub struct Profile = "profile", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// What it has defaults for.
        prop r#for: V<ProfileFor> = "workload";
        /// A rule that holds for what is like it.
        child rule: Vec<RuleDecl>;
    }
}

kind! {
    /// The nodes of its block, once for each element of a list or row of a table.
    pub struct EachUse = "each", ordered {
        /// What the element is called in expressions.
        arg name: V<Name>;
        /// A table, a list, or an expression that is one.
        prop r#in: V<Arc<str>>;
    }
}

kind! {
    /// What differs in some environments; nearer than anything else.
    pub struct InUse = "in", ordered {
        /// The environments.
        arg environments as "environment": Vec<V<Name>>;
    }
}

kind! {
    /// Silences a rule for the node that it stands in and all in its block.
    pub struct AllowUse = "allow", key("rule") {
        /// The rule's name.
        arg rule: V<Arc<str>>;
        /// Why it is right here.
        prop because: V<Arc<str>>;
    }
}

kind! {
    /// A label of the objects that the node becomes.
    pub struct LabelUse = "label", key("key") {
        /// The key.
        arg key: V<Arc<str>>;
        /// The value.
        arg value: V<Arc<str>>;
    }
}

kind! {
    /// An annotation of the objects that the node becomes.
    pub struct AnnotationUse = "annotation", key("key") {
        /// The key.
        arg key: V<Arc<str>>;
        /// The value.
        arg value: V<Arc<str>>;
    }
}

kind! {
    /// Takes away what a profile, a definition or the surroundings brought.
    pub struct OmitUse = "omit", ordered {
        /// The kind.
        arg kind: V<Arc<str>>;
        /// Its key, for a kind that repeats; all of them without it.
        arg key: Option<V<Arc<str>>>;
    }
}
