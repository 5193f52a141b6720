//! What leads back to itself, and chains that only seem to.

use std::os::unix::fs::symlink;

use super::harness::{Estate, GROUND};

#[test]
fn definitions() {
    for text in [
        "define a { body { a } }\na",
        "define a { body { b } }\ndefine b { body { a } }\na",
        "define a { body { each x in=\"range(0, 3)\" { a } } }\na",
        "define a { slot; body { b { slot } } }\ndefine b { slot; body { a { slot } } }\na { tenant t }",
        "define a { body { tenant t if=\"false\"; a if=\"false\" } }\na",
    ] {
        Estate::on_ground(text).check().refused(&["define-circle"]);
    }
    // A call in the caller's own block is no circle: the block is the caller's.
    Estate::on_ground("define a { slot; body { slot } }\na { a { a { tenant t } } }").check();
}

#[test]
fn chains_of_definitions() {
    let mut text = String::from("define d0 { body { tenant t } }\n");
    for at in 1..2_000 {
        text += &format!("define d{at} {{ body {{ d{} }} }}\n", at - 1);
    }
    Estate::on_ground(&(text + "d1999"))
        .check()
        .refused(&["limit-passed"]);
}

#[test]
fn chains_of_names() {
    let mut text = String::from("let a0 1\n");
    for at in 1..2_000 {
        text += &format!("let a{at} \"${{a{} + 1}}\"\n", at - 1);
    }
    Estate::on_ground(&(text + "tenant t { label n $a1999 }")).check();
}

#[test]
fn profiles() {
    Estate::on_ground(
        "profile a { like b }\nprofile b { like a }\ntenant t { workload w { like a } }",
    )
    .check()
    .refused(&["circle"]);
    let mut text = String::from("profile p0 { cpu 1 }\n");
    for at in 1..20_000 {
        text += &format!("profile p{at} {{ like p{} }}\n", at - 1);
    }
    Estate::on_ground(&(text + "tenant t { workload w { like p19999 } }"))
        .check()
        .refused(&["limit-passed"]);
}

/// Each level applies the one below twice: 2^30 ways to the bottom.
#[test]
fn profiles_that_double() {
    let mut text = String::from("profile p0 { label a b }\n");
    for at in 1..30 {
        let below = at - 1;
        text += &format!(
            "profile l{at} {{ like p{below} }}\nprofile r{at} {{ like p{below} }}\nprofile p{at} {{ like l{at} r{at} }}\n"
        );
    }
    Estate::on_ground(&(text + "tenant t { workload w { like p29 } }"))
        .check()
        .refused(&[]);
}

#[test]
fn packages() {
    let estate = Estate::on_ground("use \"vendor/a\"");
    estate.write(
        "vendor/a/tenantry.kdl",
        "package a version=\"1.0.0\"\nuse \"../b\"\nuse \"vendor/a\"",
    );
    estate.write(
        "vendor/b/tenantry.kdl",
        "package b version=\"1.0.0\"\nuse \"../a\"",
    );
    estate.check().refused(&[]);

    let estate = Estate::on_ground("use \"p\"");
    for depth in 0..40 {
        let path = "p/".repeat(depth + 1) + "tenantry.kdl";
        estate.write(
            &path,
            &format!("package p{depth} version=\"1.0.0\"\nuse \"p\" as=q{depth}"),
        );
    }
    estate.check().refused(&[]);
}

#[test]
fn folders_that_contain_themselves() {
    let estate = Estate::on_ground("use \"loop/loop/loop\"");
    symlink(estate.path(), estate.path().join("loop")).unwrap();
    symlink("self.kdl", estate.path().join("self.kdl")).unwrap();
    estate.check().refused(&[]);
}

#[test]
fn links_out_of_the_estate() {
    let outside = Estate::new(&[
        ("tenantry.kdl", "package p version=\"1.0.0\""),
        ("x.kdl", "tenant stolen"),
    ]);
    let estate = Estate::new(&[("tenantry.kdl", &format!("{GROUND}\nuse \"p\""))]);
    symlink(outside.path(), estate.path().join("p")).unwrap();
    symlink(outside.path().join("x.kdl"), estate.path().join("x.kdl")).unwrap();
    let ended = estate.check();
    ended.refused(&[]);
    assert!(!ended.says("stolen"));
}
