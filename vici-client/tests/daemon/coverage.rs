//! The table of what the suite exercises: commands, events and states by versions of the daemon.
//!
//! Each test records what was seen on the wire, in a file of its own. The table is made of the files
//! of the last run, when all tests are through: `cargo test -p vici-client --test daemon -- --ignored`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::{env, fs};

use vici_client::vici_serde;
use vici_types::{Alert, COMMANDS, EVENTS, Event as _, IkeVersion, ListSa};

use crate::charon::script;
use crate::shared::outside::{REQUIRE, say};

/// The generations, oldest first, and the Debian releases that they are taken from.
const GENERATIONS: [&str; 3] = ["bookworm", "trixie", "forky"];

/// The commands that the daemon never refuses.
const NEVER_REFUSED: &[&str] = &[
    "version",
    "stats",
    "list-sas",
    "list-policies",
    "list-conns",
    "get-conns",
    "list-certs",
    "list-authorities",
    "get-authorities",
    "get-keys",
    "get-shared",
    "clear-creds",
    "get-pools",
    "get-algorithms",
];

/// What else there is to see of tunnels.
const STATES: &[&str] = &[
    "IKEv1",
    "IKEv2",
    "tunnel over IPv4",
    "tunnel over IPv6",
    "virtual address",
    "IKE_SA CREATED",
    "IKE_SA CONNECTING",
    "IKE_SA ESTABLISHED",
    "IKE_SA REKEYING",
    "IKE_SA REKEYED",
    "IKE_SA DELETING",
    "CHILD_SA INSTALLED",
    "CHILD_SA REKEYING",
    "CHILD_SA REKEYED",
    "CHILD_SA DELETING",
    "CHILD_SA DELETED",
];

/// What can be brought about of what there are alerts for.
const ALERTS: &[&str] = &[
    "shutdown-signal",
    "local-auth-failed",
    "peer-auth-failed",
    "peer-addr-failed",
    "peer-init-unreachable",
    "retransmit-send",
    "retransmit-send-cleared",
    "retransmit-send-timeout",
    "proposal-mismatch-ike",
    "proposal-mismatch-child",
    "ts-mismatch",
    "ts-narrowed",
    "unique-replace",
    "unique-keep",
    "keep-on-child-sa-failure",
    "vip-failure",
    "ike-sa-expired",
    "cert-expired",
    "cert-revoked",
    "cert-validation-failed",
    "cert-no-issuer",
];

/// Whether a daemon of the version has it.
fn is_there(row: &str, version: [u32; 3]) -> bool {
    match row {
        row if row == "alert" || ALERTS.contains(&row) => version >= [6, 0, 3],
        // Debian builds 6.1 without it.
        "IKEv1" => version < [6, 1, 0],
        _ => true,
    }
}

/// Where the records of the last run are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("daemon-coverage")
}

/// Keeps what a test has seen.
pub(crate) fn record(generation: &str, test: &str, version: &str, seen: &BTreeSet<String>) {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        // What earlier runs have left says nothing of this one.
        let _ = fs::remove_dir_all(folder());
    });
    let folder = folder().join(generation);
    fs::create_dir_all(&folder).unwrap();
    let lines: String = seen.iter().map(|line| format!("{line}\n")).collect();
    let file = folder.join(test.replace("::", "."));
    fs::write(file, format!("version {version}\n{lines}")).unwrap();
}

/// What else there is to see in an event.
pub(crate) fn facts(event: &str, message: &[u8]) -> Vec<String> {
    if event == Alert::NAME {
        let alert = vici_serde::from_slice::<Alert>(message);
        return alert
            .iter()
            .map(|alert| format!("alert {}", alert.type_))
            .collect();
    }
    let (ListSa::NAME, Ok(sa)) = (event, vici_serde::from_slice::<ListSa>(message)) else {
        return Vec::new();
    };
    let sa = sa.ike_sa;
    let mut facts = vec![format!("IKE_SA {}", sa.state)];
    facts.extend(
        sa.children()
            .map(|child| format!("CHILD_SA {}", child.state)),
    );
    if sa.is_up() {
        let number = if sa.version == IkeVersion::V1 { 1 } else { 2 };
        facts.push(format!("IKEv{number}"));
        if let Some(ip) = sa.remote_host.ip() {
            let number = if ip.is_ipv6() { 6 } else { 4 };
            facts.push(format!("tunnel over IPv{number}"));
        }
        if sa.local_vips.is_some() || sa.remote_vips.is_some() {
            facts.push("virtual address".to_owned());
        }
    }
    facts
}

/// What was seen of a generation.
struct Column {
    version: String,
    seen: BTreeSet<String>,
}

impl Column {
    fn read(generation: &str) -> Option<Self> {
        let mut seen = BTreeSet::new();
        for entry in fs::read_dir(folder().join(generation)).ok()? {
            let entry = entry.unwrap();
            // What the clients of others were answered is nothing to this one.
            if entry.file_name().to_string_lossy().starts_with("parity") {
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            seen.extend(text.lines().map(str::to_owned));
        }
        let mut versions = seen.iter().filter_map(|line| line.strip_prefix("version "));
        let version = versions.next()?.to_owned();
        assert_eq!(versions.next(), None, "daemons of several versions");
        Some(Self { version, seen })
    }

    /// What was seen, in words; or what should have been.
    fn cell(&self, row: &str, wanted: &[(&str, String)]) -> Result<String, String> {
        if !is_there(row, number(&self.version)) {
            return Ok("–".to_owned());
        }
        let (seen, missing): (Vec<_>, Vec<_>) = wanted
            .iter()
            .partition(|(_, line)| self.seen.contains(line));
        if let Some((_, line)) = missing.first() {
            return Err(format!("{}: {line}", self.version));
        }
        let words: Vec<_> = seen.iter().map(|(word, _)| *word).collect();
        Ok(words.join(", "))
    }
}

/// The first three numbers of a version.
pub(crate) fn number(version: &str) -> [u32; 3] {
    let mut parts = version
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

const HEAD: &str = "\
# What the suite exercises

Written by the suite itself, see README.md. A command was *answered* with success or data, and
*refused* where the daemon can refuse it; – is what that version does not have.
";

fn table(columns: &[Column]) -> Result<String, Vec<String>> {
    let versions: Vec<_> = columns.iter().map(|column| &*column.version).collect();
    let mut text = HEAD.to_owned();
    let mut missing = Vec::new();
    let mut rows = |title: &str, rows: Vec<(&str, Vec<(&str, String)>)>| {
        text += &format!("\n| {title} | {} |\n", versions.join(" | "));
        text += &format!("| --- |{}\n", " --- |".repeat(versions.len()));
        for (row, wanted) in rows {
            text += &format!("| {row} |");
            for column in columns {
                match column.cell(row, &wanted) {
                    Ok(cell) => text += &format!(" {cell} |"),
                    Err(reason) => missing.push(reason),
                }
            }
            text += "\n";
        }
    };
    let command = |name: &&'static str| {
        let mut wanted = vec![("answered", format!("command {name} answered"))];
        if !NEVER_REFUSED.contains(name) {
            wanted.push(("refused", format!("command {name} refused")));
        }
        (*name, wanted)
    };
    rows("command", COMMANDS.iter().map(command).collect());
    let event = |name: &&'static str| (*name, vec![("seen", format!("event {name}"))]);
    rows("event", EVENTS.iter().map(event).collect());
    let alert = |name: &&'static str| (*name, vec![("seen", format!("alert {name}"))]);
    rows("alert", ALERTS.iter().map(alert).collect());
    let state = |name: &&'static str| (*name, vec![("seen", (*name).to_owned())]);
    rows(
        "tunnels, and states of `list-sas`",
        STATES.iter().map(state).collect(),
    );
    if missing.is_empty() {
        Ok(text)
    } else {
        Err(missing)
    }
}

/// A table without its versions, which stand above a line of dashes.
fn cells(table: &str) -> Vec<&str> {
    let lines: Vec<_> = table.lines().collect();
    let is_head = |at: usize| {
        lines
            .get(at + 1)
            .is_some_and(|next| next.starts_with("| ---"))
    };
    let cells = (0..lines.len()).filter(|at| !is_head(*at));
    cells.map(|at| lines[at]).collect()
}

/// Every cell that should be filled is, and the table in the repository says what the run saw.
///
/// It is written anew where it does not, so that the difference can be looked at and committed. A
/// version alone is no failure: Debian testing moves on.
#[test]
#[ignore = "comes after the others, whose records it reads"]
fn the_table_is_what_the_last_run_saw() {
    let columns: Vec<_> = GENERATIONS.iter().filter_map(|g| Column::read(g)).collect();
    if columns.len() < GENERATIONS.len() && env::var_os(REQUIRE).is_none() {
        say("the table is left out: not all daemons were there");
        return;
    }
    assert_eq!(
        columns.len(),
        GENERATIONS.len(),
        "run the other tests first"
    );
    let table = table(&columns).unwrap_or_else(|missing| {
        panic!("not exercised by the last run:\n{}", missing.join("\n"));
    });
    let file = script("coverage.md");
    let old = fs::read_to_string(&file).unwrap_or_default();
    if old != table {
        fs::write(&file, &table).unwrap();
        say("daemons/coverage.md is written anew, commit it");
    }
    let is_same = cells(&old) == cells(&table);
    assert!(is_same, "daemons/coverage.md was out of date");
}
