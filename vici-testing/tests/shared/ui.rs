//! What the compiler says to whoever errs.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use super::built::built;
use super::outside::{leave_out, test_name};

/// The release of Rust whose wording is recorded.
const RELEASE: &str = "rustc 1.95.";

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()))
}

/// Compiles each file of `tests/ui`: none may pass, and what is said then is what stands beside it. Where
/// it is not, that is written anew, to be read.
pub(crate) fn none_compiles(externs: &[&str]) {
    let release = rustc().arg("-V").output().unwrap().stdout;
    let release = String::from_utf8(release).unwrap();
    let mut cases = 0;
    let mut changed = Vec::new();
    for entry in fs::read_dir("tests/ui").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        cases += 1;
        let (passed, said) = compile(&path, externs);
        let case = path.display();
        assert!(!passed, "{case} compiles");
        let path = path.with_extension("stderr");
        if fs::read_to_string(&path).unwrap_or_default() == said {
            continue;
        }
        if release.starts_with(RELEASE) {
            fs::write(path, &said).unwrap();
            changed.push(said);
        } else {
            let reason = format!("the wording for {case} is not that of {}", release.trim());
            leave_out(&test_name(), &reason);
        }
    }
    assert!(cases > 0);
    let changed = changed.join("\n");
    assert!(
        changed.is_empty(),
        "told otherwise, which is written down:\n{changed}"
    );
}

/// Compiles each file of `tests/ui/pass`.
pub(crate) fn all_compile(externs: &[&str]) {
    let mut cases = 0;
    for entry in fs::read_dir("tests/ui/pass").unwrap() {
        let path = entry.unwrap().path();
        let (passed, said) = compile(&path, externs);
        assert!(passed, "{}:\n{said}", path.display());
        cases += 1;
    }
    assert!(cases > 0);
}

/// Compiles a program against what has been built: whether it passes, and what is said.
fn compile(path: &Path, externs: &[&str]) -> (bool, String) {
    let mut command = rustc();
    command.args(["--edition", "2024", "--emit", "metadata=-"]);
    command.arg(path);
    for name in externs {
        let file = &built().libraries[*name];
        let dependencies = file.parent().unwrap().display();
        command.args(["-L", &format!("dependency={dependencies}")]);
        command.args(["--extern", &format!("{name}={}", file.display())]);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let lines = said.lines().filter(|line| {
        let tail = [
            "error: aborting due to ",
            "For more information about ",
            "Some errors have ",
        ];
        !tail.iter().any(|tail| line.starts_with(tail))
    });
    let said: Vec<String> = lines.map(normal).collect();
    (
        output.status.success(),
        said.join("\n").trim_end().to_owned() + "\n",
    )
}

/// A line without the numbers of lines, but for the places in the program itself.
fn normal(line: &str) -> String {
    let rest = line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    if let Some(place) = rest.strip_prefix("--> ").or(rest.strip_prefix("::: ")) {
        let own = place.starts_with("tests/ui/") && !place.contains("..");
        let end = place.find(".rs:").filter(|_| !own);
        let shown = end.map_or(place, |end| &place[..end + 3]);
        format!(" {} {shown}", &rest[..3])
    } else if rest.starts_with(['|', '=', '~', '+']) {
        format!("  {rest}")
    } else {
        line.to_owned()
    }
}
