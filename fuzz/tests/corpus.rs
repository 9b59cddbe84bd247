//! Replays the seeds and what was found, and holds the targets against their folders.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use vici_fuzz::TARGETS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn stems(folder: &Path) -> BTreeSet<String> {
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files(folder).iter().map(stem).collect()
}

#[test]
fn seeds_and_finds_pass() {
    let mut replayed = 0;
    for (name, target) in TARGETS {
        for file in files(&folder("corpus").join(name)) {
            let data = fs::read(&file).unwrap();
            if catch_unwind(|| target(&data)).is_err() {
                panic!("{} fails, see above", file.display());
            }
            replayed += 1;
        }
    }
    assert!(replayed >= 50, "{replayed} seeds");
}

#[test]
fn every_target_has_its_file_its_binary_and_its_seeds() {
    let names: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stems(&folder("fuzz_targets")), names);
    assert_eq!(stems(&folder("corpus")), names);
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    for name in &names {
        assert!(
            manifest.contains(&format!("fuzz_targets/{name}.rs")),
            "{name}"
        );
        assert!(!files(&folder("corpus").join(name)).is_empty(), "{name}");
    }
}
