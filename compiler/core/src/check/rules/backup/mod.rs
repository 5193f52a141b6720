//! Copies: whether there are any, where they lie, how long they are kept.

family!(
    backup_beside_data,
    backup_in_the_clear,
    backup_of_nothing,
    backup_without_snapshots,
    backups_at_once,
    core_backup_short,
    core_without_backup,
    restore_untried,
    rpo_not_kept,
    disks_saved_apart,
    snapshot_as_backup,
);
