//! The pages of the rules: their listings, and the estates that the listings are examples in.

use tenantry_core::load::ROOT_FILE;

use crate::estate::Files;

/// The estate that examples are added to.
const BASE: &str = include_str!("rules/base.kdl");

/// The listing that shows what a rule finds.
pub const BAD: &str = "```kdl bad";
/// The listing that shows how it should have been.
pub const GOOD: &str = "```kdl good";

/// The only listing of a page that opens with this line, if it has one.
///
/// # Errors
/// It has two.
pub fn listing(page: &str, opening: &str) -> Result<Option<String>, String> {
    let opening = format!("{opening}\n");
    let mut found = page.split(&opening).skip(1);
    let text = found.next().and_then(|rest| rest.split("\n```").next());
    match found.next() {
        Some(_) => Err(format!("has two listings {}", opening.trim_end())),
        None => Ok(text.map(|text| format!("{text}\n"))),
    }
}

/// The files of a listing's estate: it is added to the base, or stands alone where it declares an
/// estate itself. What stands below a line such as `// vendor/pg/tenantry.kdl` is a file of that
/// name.
pub fn files(listing: &str) -> Files {
    let mut path = "example.kdl";
    let mut files = Files::from([(path.to_owned(), String::new())]);
    for line in listing.lines() {
        if let Some(named) = line.strip_prefix("// ").filter(|it| it.ends_with(".kdl")) {
            path = named;
        } else {
            let text = files.entry(path.to_owned()).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    let example = files.remove("example.kdl").unwrap_or_default();
    if example.lines().any(|line| line.starts_with("estate ")) {
        files.insert(ROOT_FILE.to_owned(), example);
    } else {
        files.insert("example.kdl".to_owned(), example);
        files.insert(ROOT_FILE.to_owned(), BASE.to_owned());
    }
    files
}
