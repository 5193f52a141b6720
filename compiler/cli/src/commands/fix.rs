//! `tenantry check --fix` and `--diff`: what is certain is mended, or shown.

use std::path::Path;

use similar::TextDiff;
use tenantry_core::mend::{Left, Mended, MendedText, Why};

use crate::{console::Console, disk::Disk, estate, exit::Failure, files, render::counted};

/// Writes the mended files. A file that is no longer as it was read is left alone, and then none
/// is written.
pub(super) fn write(world: &Disk, root: &Path, mended: &Mended) -> Result<(), Failure> {
    let mut ready = Vec::new();
    for (path, text) in &mended.texts {
        let shown = estate::within(root, path);
        let real = world.locate(path).map_err(|_| {
            Failure::new(format!(
                "cannot write {}: it does not lie within the estate",
                shown.display()
            ))
        })?;
        files::writable(&real, &shown)?;
        if files::read(&real)? != *text.old {
            return Err(Failure::new(format!(
                "{} was changed while it was checked; nothing is mended",
                shown.display()
            ))
            .help("run `tenantry check --fix` again"));
        }
        ready.push((real, text));
    }
    for (path, text) in ready {
        files::replace(&path, &text.new)?;
    }
    Ok(())
}

/// What would be written, as a unified diff.
pub(super) fn diff(root: &Path, mended: &Mended) -> String {
    let one = |(path, text): (&std::sync::Arc<str>, &MendedText)| {
        let name = estate::within(root, path).display().to_string();
        TextDiff::from_lines(&*text.old, &*text.new)
            .unified_diff()
            .context_radius(3)
            .header(&name, &name)
            .to_string()
    };
    mended.texts.iter().map(one).collect()
}

/// Says what was mended, or would be, and what was left and why.
pub(super) fn tell(
    root: &Path,
    mended: &Mended,
    done: bool,
    console: &mut Console,
) -> Result<(), Failure> {
    let look = console.err.look;
    for left in &mended.left {
        let line = format!(
            "not mended: {}:{} [{}]: {}",
            estate::within(root, &left.path).display(),
            left.line,
            left.rule,
            reason(left)
        );
        console.err.line(&look.wrap(&line, "", "    "))?;
    }
    let what = counted(mended.count, "finding");
    let said = match (mended.count, done) {
        (0, _) => "nothing to mend".to_owned(),
        (_, true) => format!("{what} mended in {}", counted(mended.texts.len(), "file")),
        (_, false) => format!("{what} to mend in {}", counted(mended.texts.len(), "file")),
    };
    Ok(console.err.line(&look.faint(&said))?)
}

fn reason(left: &Left) -> String {
    match &left.why {
        Why::Overlaps => "another mend changes the same text; the next run looks at it".to_owned(),
        Why::NotOurs => "the text is a package's or the library's".to_owned(),
        Why::OtherEnvironments(envs) => format!(
            "only {} {} it, and the text holds in other environments too",
            envs.join(", "),
            if envs.len() == 1 { "has" } else { "have" }
        ),
        Why::Harms(message) => format!("then another error would stand: {message}"),
        Why::Unproven => {
            "too many mends of this run do harm; mend some by hand and run it again".to_owned()
        }
    }
}
