//! `init`: a first estate that is right from the start.

use crate::harness::Folder;

#[test]
fn what_it_writes_has_nothing_wrong() {
    let folder = Folder::of([]);
    let run = folder.run("init my-estate").ends_with(0);
    assert!(
        run.out
            .ends_with("next: tenantry check my-estate, then tenantry build my-estate\n"),
        "{}",
        run.out
    );
    folder.run("fmt --check my-estate").ends_with(0);
    let run = folder.run("check my-estate").ends_with(0);
    assert_eq!(run.out, "ok my-estate: 1 cluster, 1 tenant, 1 workload\n");
}

#[test]
fn it_refuses_a_folder_that_is_not_empty() {
    let folder = Folder::of([("shop/notes.txt", "mine")]);
    let run = folder.run("init shop").ends_with(2);
    assert_eq!(
        run.err,
        "error: shop is not empty\n help: `init` writes into a new or empty folder: name another one\n"
    );
    assert!(!folder.path("shop/tenantry.kdl").exists());
}

#[test]
fn a_repository_that_was_just_made_is_empty() {
    let folder = Folder::of([("shop/.git/HEAD", "ref: refs/heads/main")]);
    folder.run("init shop").ends_with(0);
}

#[test]
fn a_name_must_be_a_dns_label() {
    let run = Folder::of([]).run("init My_Estate").ends_with(2);
    assert!(
        run.err
            .starts_with("error: `My_Estate` cannot be an estate's name\n"),
        "{}",
        run.err
    );
}
