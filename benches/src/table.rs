//! Tables, as text that is also Markdown.

use crate::bounds::Bound;
use crate::daemon;
use crate::end_to_end;
use crate::footprint::{Build, Footprint};
use crate::held::Held;
use crate::load;
use crate::measure::Cost;

/// The table of all costs.
pub(crate) fn costs(costs: &[&Cost<'_>]) -> String {
    let head = [
        "input",
        "work",
        "library",
        "ns/op",
        "MB/s",
        "instr/op",
        "instr/B",
        "allocs/op",
        "alloc B/op",
    ];
    let rows = costs.iter().map(|cost| {
        let nanos = cost.time.as_nanos();
        vec![
            cost.case.input.to_owned(),
            cost.case.work.to_owned(),
            cost.case.library.to_owned(),
            nanos.to_string(),
            format!("{:.0}", cost.len as f64 / cost.time.as_secs_f64() / 1e6),
            cost.instructions.to_string(),
            format!("{:.2}", cost.per_byte()),
            cost.allocations.count().to_string(),
            cost.allocations.bytes.to_string(),
        ]
    });
    table(&head, 3, &rows.collect::<Vec<_>>())
}

/// The table of what `--check` compares.
pub(crate) fn counts(costs: &[Cost<'_>]) -> String {
    let rows = costs.iter().map(|cost| {
        let case = cost.case;
        vec![
            case.input.to_owned(),
            case.work.to_owned(),
            cost.instructions.to_string(),
        ]
    });
    table(&["input", "work", "instr/op"], 2, &rows.collect::<Vec<_>>())
}

/// The table of the clients.
pub(crate) fn end_to_end(costs: &[end_to_end::Cost]) -> String {
    let head = [
        "work",
        "client",
        "ms",
        "CPU ms",
        "peak kB",
        "peak kB of a tenth",
        "allocs each",
        "alloc B each",
        "system calls each",
    ];
    let each = |sum: u64| format!("{:.1}", sum as f64 / end_to_end::COUNT as f64);
    let rows = costs.iter().map(|cost| {
        vec![
            cost.work.to_owned(),
            cost.way.to_owned(),
            format!("{:.1}", cost.time.as_secs_f64() * 1e3),
            format!("{:.1}", cost.cpu.as_secs_f64() * 1e3),
            cost.peak.to_string(),
            cost.peak_of_few.to_string(),
            each(cost.allocations),
            each(cost.allocated),
            format!("{:.2}", cost.system_calls as f64 / end_to_end::COUNT as f64),
        ]
    });
    table(&head, 2, &rows.collect::<Vec<_>>())
}

/// The table of the clients on a real daemon.
pub(crate) fn daemon(costs: &[daemon::Cost]) -> String {
    let head = [
        "work",
        "client",
        "Unix: us",
        "system calls",
        "TCP: us",
        "system calls",
    ];
    let rows = costs.iter().map(|cost| {
        let tcp = |number: fn((f64, f64)) -> f64, digits| {
            let number = cost.tcp.map(number);
            number.map_or_else(String::new, |number| format!("{number:.digits$}"))
        };
        vec![
            cost.work.to_owned(),
            cost.way.to_owned(),
            format!("{:.0}", cost.unix.0),
            format!("{:.2}", cost.unix.1),
            tcp(|(time, _)| time, 0),
            tcp(|(_, calls)| calls, 2),
        ]
    });
    table(&head, 2, &rows.collect::<Vec<_>>())
}

/// The table of connections that are loaded.
pub(crate) fn load(costs: &[load::Cost]) -> String {
    let rows = costs.iter().map(|cost| {
        vec![
            cost.step.to_owned(),
            format!("{:.0}", cost.time.as_secs_f64() * 1e3),
            format!("{:.0}", cost.cpu.as_secs_f64() * 1e3),
        ]
    });
    table(&["step", "ms", "CPU ms"], 1, &rows.collect::<Vec<_>>())
}

/// The table of the memory that is held.
pub(crate) fn held(all: &[Held]) -> String {
    let rows = all.iter().map(|held| {
        vec![
            held.what.to_owned(),
            held.way.to_owned(),
            format!("{:.1}", held.resident as f64 / 1e3),
            format!("{:.1}", held.reserved as f64 / 1e3),
        ]
    });
    table(
        &["of", "library", "memory kB", "address space kB"],
        2,
        &rows.collect::<Vec<_>>(),
    )
}

/// The table of what it takes to depend on a client.
pub(crate) fn footprint(footprints: &[Footprint]) -> String {
    let head = [
        "client",
        "crates",
        "dev build s (CPU s)",
        "release build s (CPU s)",
        "adds kB",
    ];
    let build = |build: Build| {
        format!(
            "{:.1} ({:.1})",
            build.time.as_secs_f64(),
            build.cpu.as_secs_f64()
        )
    };
    let rows = footprints.iter().map(|footprint| {
        vec![
            footprint.client.to_owned(),
            footprint.crates.to_string(),
            build(footprint.dev),
            build(footprint.release),
            format!("{:.1}", footprint.size as f64 / 1e3),
        ]
    });
    table(&head, 1, &rows.collect::<Vec<_>>())
}

/// The table of what is not to be exceeded.
pub(crate) fn bounds(bounds: &[Bound]) -> String {
    let rows = bounds.iter().map(|bound| {
        vec![
            bound.what.clone(),
            if bound.holds() { "yes" } else { "**missed**" }.to_owned(),
            format!("{:.2}", bound.is),
            format!("{:.2}", bound.at_most),
        ]
    });
    table(
        &["bound", "holds", "is", "at most"],
        2,
        &rows.collect::<Vec<_>>(),
    )
}

/// A table whose first `texts` columns are text, and the others numbers.
pub(crate) fn table(head: &[&str], texts: usize, rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&title| title.to_owned()).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| {
            if column < texts {
                format!("| {cell:width$} ")
            } else {
                format!("| {cell:>width$} ")
            }
        });
        cells.collect::<String>() + "|\n"
    };
    let rule = widths.iter().enumerate().map(|(column, &width)| {
        if column < texts {
            format!("| {} ", "-".repeat(width))
        } else {
            format!("| {}: ", "-".repeat(width - 1))
        }
    });
    let rule = rule.collect::<String>() + "|\n";
    line(&head) + &rule + &rows.iter().map(|row| line(row)).collect::<String>()
}
