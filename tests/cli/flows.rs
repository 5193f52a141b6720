//! `flows`: who may talk to whom.

mod ends;
mod estate;
mod manifests;

use crate::harness::Folder;

/// Asks of an estate, and holds what is told: what is to be there, and behind `!` what is not.
fn told(folder: &Folder, cases: &[(&str, &[&str])]) {
    for (args, parts) in cases {
        let run = folder.run(&format!("flows {args}")).ends_with(0);
        let out = run.out.replace("\n    ", " ");
        for part in *parts {
            let (part, wanted) = match part.strip_prefix('!') {
                Some(part) => (part, false),
                None => (*part, true),
            };
            assert_eq!(out.contains(part), wanted, "{args}: {part}\n{out}");
        }
    }
}
