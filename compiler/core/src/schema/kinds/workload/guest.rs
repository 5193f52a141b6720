//! What a machine is set up with when it first starts.

use super::super::{prelude::*, *};

kind! {
    /// A user of the machine.
    pub struct User = "user", key("name") {
        /// The name.
        arg name: V<Arc<str>>;
        /// Whether it may do all with `sudo`.
        prop sudo: V<bool> = "#false";
        /// The secret with its password's hash.
        prop password: Option<V<NameOf<Secret>>>;
        /// Its shell.
        prop shell: Option<V<Arc<str>>>;
        /// A key that lets it in.
        child ssh_key: Vec<SshKey>;
        /// The groups that it is in.
        child group: Option<UserGroups>;
    }
}

kind! {
    /// A key that lets a user in.
    pub struct SshKey = "ssh-key", key("key") {
        /// The public key, in one line.
        arg key: V<Arc<str>>;
    }
}

kind! {
    /// The groups that a user is in.
    pub struct UserGroups = "group" {
        /// Their names.
        arg names: Vec<V<Arc<str>>>;
    }
}

kind! {
    /// What a machine does when it first starts.
    pub struct CloudInit = "cloud-init" {
        /// Its host name; the instance's name when left out.
        prop hostname: Option<V<Host>>;
        /// A config of the tenant with the whole of it.
        prop from: Option<V<NameOf<Config>>>;
        /// The packages to install.
        child package: Option<Packages>;
        /// A command to run.
        child run: Vec<RunCommand>;
        /// A file to write.
        child write: Vec<WriteFile>;
    }
}

kind! {
    /// The packages to install.
    pub struct Packages = "package" {
        /// Their names.
        arg names: Vec<V<Arc<str>>>;
    }
}

kind! {
    /// A command to run.
    pub struct RunCommand = "run", ordered {
        /// The command.
        arg text: V<Text>;
        /// Whether `${…}` in the text is worked out. Left out, the text is what it is: shell and
        /// cloud-init are full of dollar signs.
        prop expand: V<bool> = "#false";
    }
}

kind! {
    /// A file to write.
    pub struct WriteFile = "write", key("path") {
        /// Its path.
        arg path: V<Arc<str>>;
        /// What is in it.
        arg text: V<Text>;
        /// Whether `${…}` in the text is worked out. Left out, the text is what it is: shell and
        /// cloud-init are full of dollar signs.
        prop expand: V<bool> = "#false";
        /// Its mode: "0644".
        prop mode: Option<V<Arc<str>>>;
    }
}
