//! The table of faults in the crate's documentation names tests that there are.

#[test]
fn every_test_in_the_table_exists() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let table = include_str!("../src/lib.rs");
    let mut count = 0;
    for row in table.lines().filter_map(|line| line.strip_prefix("//! |")) {
        let tests = row.trim_end_matches(" |").rsplit('|').next().unwrap();
        for name in tests.split('`').filter(|text| text.contains("::")) {
            let (file, test) = name.split_once("::").unwrap();
            let source = std::fs::read_to_string(format!("{folder}/{file}.rs")).unwrap();
            assert!(source.contains(&format!("fn {test}(")), "{name}");
            count += 1;
        }
    }
    assert!(count >= 35, "{count}");
}
