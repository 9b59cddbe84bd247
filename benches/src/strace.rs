//! System calls, counted by strace.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What counts the system calls of the program that is appended to it, and of its threads.
pub(crate) fn counting(output: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace.args(ARGUMENTS).arg(output);
    strace
}

/// The command line of that, up to the program.
pub(crate) fn command_line(output: &Path) -> Vec<String> {
    let mut words: Vec<String> = vec!["strace".to_owned()];
    words.extend(ARGUMENTS.map(str::to_owned));
    words.push(output.display().to_string());
    words
}

/// How many they were.
pub(crate) fn total(output: &Path) -> Result<u64, String> {
    let text = fs::read_to_string(output).map_err(|error| format!("strace: {error}"))?;
    let total = text.lines().find(|line| line.ends_with("total"));
    let count = total.and_then(|line| line.split_whitespace().next()?.parse().ok());
    count.ok_or(text)
}

const ARGUMENTS: [&str; 5] = ["-f", "-c", "-U", "calls,name", "-o"];
