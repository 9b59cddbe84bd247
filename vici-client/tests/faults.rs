//! The table of faults in the crate's documentation, and the page about security, name tests that there
//! are.

/// How many tests the backticks in a text name, all of which must exist below `folder`.
fn named_tests(text: &str, folder: &str, extension: &str) -> usize {
    let mut count = 0;
    for name in text.split('`').filter(|text| text.contains("::")) {
        let Some((file, test)) = name.rsplit_once("::") else {
            continue;
        };
        let file = file.replace("::", "/");
        let path = format!("{folder}/{file}{extension}");
        let source = std::fs::read_to_string(&path);
        let source = source.unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(source.contains(&format!("fn {test}(")), "{name}");
        count += 1;
    }
    count
}

#[test]
fn every_test_in_the_table_exists() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let table = include_str!("../src/lib.rs");
    let rows = table.lines().filter_map(|line| line.strip_prefix("//! |"));
    let tests = rows.map(|row| {
        row.trim_end_matches(" |")
            .rsplit('|')
            .next()
            .unwrap_or_default()
    });
    let count: usize = tests.map(|tests| named_tests(tests, folder, ".rs")).sum();
    assert!(count >= 35, "{count}");
}

#[test]
fn every_test_on_the_page_about_security_exists() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let page = include_str!("../docs/security.md");
    // Links to types are none.
    let claims = page.split('`').filter(|name| name.contains(".rs::"));
    let count: usize = claims
        .map(|name| named_tests(&format!("`{name}`"), root, ""))
        .sum();
    assert!(count >= 24, "{count}");
}
