//! Where backups go.

use super::{prelude::*, *};

kind! {
    /// Where backups go.
    pub struct BackupStore = "backup-store", key("name"), one_of("s3", "nfs", "pbs", "tape") {
        /// Its name.
        arg name: V<Name>;
        /// The site that it stands on.
        prop site: Option<V<NameOf<Site>>>;
        /// For how long nothing in it can be changed or deleted.
        prop immutable: Option<V<Duration>>;
        /// Any S3-compatible store.
        child s3: Option<S3Store>;
        /// An NFS export.
        child nfs: Option<NfsStore>;
        /// Proxmox Backup Server.
        child pbs: Option<PbsStore>;
        /// Tape.
        child tape: Option<TapeStore>;
    }
}

named!(BackupStore = "backup-store");

kind! {
    /// Any S3-compatible store.
    pub struct S3Store = "s3" {
        /// The bucket.
        prop bucket: V<Arc<str>>;
        /// Where it answers; Amazon's own when left out.
        prop endpoint: Option<V<Arc<str>>>;
        /// Where its credentials lie.
        prop secret: Option<V<SecretUri>>;
        /// The region.
        prop region: V<Arc<str>> = "us-east-1";
    }
}

kind! {
    /// An NFS export.
    pub struct NfsStore = "nfs" {
        /// The server.
        prop server: V<Server>;
        /// The path that it exports.
        prop export: V<Arc<str>>;
    }
}

kind! {
    /// Proxmox Backup Server.
    pub struct PbsStore = "pbs" {
        /// The server.
        prop server: V<Server>;
        /// The datastore.
        prop datastore: V<Arc<str>>;
        /// The fingerprint of its certificate.
        prop fingerprint: Option<V<Arc<str>>>;
    }
}

kind! {
    /// Tape.
    pub struct TapeStore = "tape" {
        /// The library's name.
        prop library: Option<V<Arc<str>>>;
    }
}
