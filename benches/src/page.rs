//! The page of results: made here, and read here again by `--check`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;

use crate::bounds;
use crate::case::{self, Case, OURS};
use crate::daemon;
use crate::end_to_end;
use crate::footprint;
use crate::held;
use crate::load;
use crate::measure::{Cost, measure};
use crate::table;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");

/// An instruction count may be so much larger than on the page.
const RISE: f64 = 1.1;

/// Measures everything and writes the page.
pub(crate) fn write() -> Result<(), String> {
    if !cfg!(feature = "peers") {
        return Err("the page holds the peers: build with --features peers".to_owned());
    }
    let cases = case::all();
    let cases: Vec<_> = cases.iter().enumerate().collect();
    let clients = end_to_end::measure()?;
    let on_daemon = daemon::measure()?;
    let load = load::measure()?;
    let costs = measure(&cases, true)?;
    let held = held::measure()?;
    let footprints = footprint::measure()?;

    let theirs = costs.iter().find(|cost| is_owned_of_serde_vici(cost));
    let mut bounds = bounds::of_costs(&costs, theirs.map(|cost| cost.allocations.count()));
    bounds.extend(bounds::of_clients(&clients));
    bounds.extend(bounds::of_daemon(&on_daemon));
    bounds.extend(bounds::of_load(&load));
    bounds.extend(bounds::of_held(&held));
    bounds.extend(bounds::of_footprints(&footprints));
    let (hostile, usual): (Vec<_>, Vec<_>) = costs.iter().partition(|cost| cost.case.is_hostile());
    let alone = counts_alone()?;
    let page = format!(
        include_str!("../page.md"),
        compiler = compiler()?,
        processors = thread::available_parallelism().map_or(1, usize::from),
        architecture = env::consts::ARCH,
        bounds = table::bounds(&bounds),
        alone = alone,
        costs = table::costs(&usual),
        hostile = table::costs(&hostile),
        end_to_end = table::end_to_end(&clients),
        daemon = table::daemon(&on_daemon),
        load = table::load(&load),
        held = table::held(&held),
        footprint = table::footprint(&footprints),
        tree = tree()?,
    );
    fs::write(PATH, page).map_err(|error| format!("{PATH}: {error}"))
}

/// What the async client depends on.
fn tree() -> Result<String, String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../vici-client/Cargo.toml");
    let output = Command::new("cargo")
        .args(["tree", "--locked", "--manifest-path", manifest])
        .args([
            "--features",
            "tokio",
            "--edges",
            "normal",
            "--format",
            "{p}",
        ])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    let tree = String::from_utf8_lossy(&output.stdout);
    // Without the paths of what lies in this repository.
    let lines = tree
        .trim_end()
        .lines()
        .map(|line| match line.split_once(" (/") {
            Some((package, rest)) => {
                package.to_owned() + rest.split_once(')').map_or("", |(_, end)| end)
            }
            None => line.to_owned(),
        });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn is_owned_of_serde_vici(cost: &Cost<'_>) -> bool {
    let case = cost.case;
    (case.input, case.work, case.library) == OWNED_OF_SERDE_VICI
}

const OWNED_OF_SERDE_VICI: (&str, &str, &str) =
    ("list-sa, 100 children", "decode, owned", "serde_vici");

/// Prints the instruction counts that `--check` compares.
pub(crate) fn print_counts() -> Result<(), String> {
    let cases = case::all();
    print!("{}", table::counts(&measure(&ours(&cases), false)?));
    Ok(())
}

/// The same by the program without the peers, which is built here: what else is in a program changes
/// what the compiler inlines.
fn counts_alone() -> Result<String, String> {
    let output = Command::new("cargo")
        .args(["run", "--quiet", "--release", "--target-dir"])
        .arg(env::temp_dir().join("vici-benches-alone"))
        .args(["--", "--counts"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the program without the peers: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn ours(cases: &[Case]) -> Vec<(usize, &Case)> {
    cases
        .iter()
        .enumerate()
        .filter(|(_, case)| case.library == OURS)
        .collect()
}

/// Compares our instruction counts with those of the page, and with the bounds.
pub(crate) fn check() -> Result<(), String> {
    let page = fs::read_to_string(PATH).map_err(|error| format!("{PATH}: {error}"))?;
    let page = Page::parse(&page);
    let cases = case::all();
    let costs = measure(&ours(&cases), false)?;

    print!(
        "{}",
        table::bounds(&bounds::of_costs(&costs, page.allocations_of_serde_vici))
    );
    println!();
    let risen = page.compare(&costs);
    let compiler = compiler()?;
    if page.compiler != compiler {
        println!(
            "The page is of {}, this is {compiler}: nothing to fail for.",
            page.compiler
        );
        return Ok(());
    }
    if risen > 0 {
        return Err(format!(
            "{risen} instruction counts are more than a tenth above those of {PATH}"
        ));
    }
    println!("No instruction count is more than a tenth above that of the page.");
    Ok(())
}

/// What is compared of the page.
struct Page {
    compiler: String,
    /// Instructions by input and work, ours only.
    instructions: BTreeMap<(String, String), u64>,
    allocations_of_serde_vici: Option<u64>,
}

impl Page {
    fn parse(page: &str) -> Self {
        let compiler = page.split('`').find(|code| code.starts_with("rustc "));
        let mut parsed = Self {
            compiler: compiler.unwrap_or("an unknown compiler").to_owned(),
            instructions: BTreeMap::new(),
            allocations_of_serde_vici: None,
        };
        for line in page.lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            match cells[..] {
                ["", input, work, instructions, ""] => {
                    if let Ok(instructions) = instructions.parse() {
                        let key = (input.to_owned(), work.to_owned());
                        parsed.instructions.insert(key, instructions);
                    }
                }
                ["", input, work, library, _, _, _, _, allocations, _, ""]
                    if (input, work, library) == OWNED_OF_SERDE_VICI =>
                {
                    parsed.allocations_of_serde_vici = allocations.parse().ok();
                }
                _ => {}
            }
        }
        parsed
    }

    /// Prints what has changed, and returns how many counts have risen too far.
    fn compare(&self, costs: &[Cost<'_>]) -> usize {
        let mut risen = 0;
        let mut rows = Vec::new();
        for cost in costs {
            let key = (cost.case.input.to_owned(), cost.case.work.to_owned());
            let before = self.instructions.get(&key).copied();
            let ratio = before.map(|before| cost.instructions as f64 / before as f64);
            let too_far = ratio.is_some_and(|ratio| ratio > RISE);
            risen += usize::from(too_far);
            rows.push(vec![
                key.0,
                key.1,
                if too_far { "risen" } else { "" }.to_owned(),
                before.map_or_else(|| "new".to_owned(), |before| before.to_string()),
                cost.instructions.to_string(),
                format!("{:.2}", cost.per_byte()),
                ratio.map_or_else(String::new, |ratio| {
                    format!("{:+.1} %", (ratio - 1.0) * 100.0)
                }),
            ]);
        }
        let head = ["input", "work", "", "page", "now", "instr/B", "change"];
        print!("{}", table::table(&head, 3, &rows));
        println!();
        risen
    }
}

/// The compiler, as it calls itself.
fn compiler() -> Result<String, String> {
    let output = Command::new("rustc")
        .arg("-V")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let output = output.map_err(|error| format!("rustc: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
