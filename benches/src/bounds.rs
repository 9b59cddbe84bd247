//! What is not to be exceeded, whatever it was before.

use crate::case::{CALL, OURS, SMALL_CONN, TREE};
use crate::daemon;
use crate::end_to_end;
use crate::footprint::Footprint;
use crate::held::{self, Held};
use crate::load;
use crate::measure::Cost;

/// A number and its limit.
pub(crate) struct Bound {
    pub(crate) what: String,
    pub(crate) is: f64,
    pub(crate) at_most: f64,
}

impl Bound {
    fn new(what: impl Into<String>, is: f64, at_most: f64) -> Self {
        let what = what.into();
        Self { what, is, at_most }
    }

    pub(crate) fn holds(&self) -> bool {
        self.is <= self.at_most
    }
}

const INPUT: &str = "list-sa, 100 children";
const CHILDREN: f64 = 100.0;

/// The bounds of the libraries, on a `list-sa` of 100 children. `serde_vici` is how often that one
/// allocates for the owned structs.
pub(crate) fn of_costs(costs: &[Cost<'_>], serde_vici: Option<u64>) -> Vec<Bound> {
    let find = |work: &str| {
        let is_it = |cost: &&Cost<'_>| {
            (cost.case.input, cost.case.work, cost.case.library) == (INPUT, work, OURS)
        };
        costs.iter().find(is_it)
    };
    let mut bounds = Vec::new();
    let mut at_most = |work: &str, limit: f64| {
        bounds.extend(
            find(work).map(|cost| Bound::new(format!("{work}, instr/B"), cost.per_byte(), limit)),
        );
    };
    at_most("skip", 2.5);
    at_most("decode, borrowed", 12.5);
    at_most("decode, typed", 19.5);
    at_most("encode", 9.0);
    at_most("encode, typed", 10.0);
    at_most("decode, tree", 25.0);
    at_most("encode, tree", 8.0);
    let mut more = |work: &str, than: &str, limit: f64| {
        if let (Some(more), Some(less)) = (find(work), find(than)) {
            let what = format!("{work}, instr/B more than {than}");
            bounds.push(Bound::new(what, more.per_byte() - less.per_byte(), limit));
        }
    };
    more("decode, owned", "decode, borrowed", 12.0);
    more("decode, reader", "decode, owned", 1.5);

    let count = |cost: &Cost<'_>| cost.allocations.count() as f64;
    if let (Some(cost), Some(theirs)) = (find("decode, owned"), serde_vici) {
        let what = "decode, owned, allocations, of serde_vici's";
        bounds.push(Bound::new(what, count(cost), theirs as f64));
    }
    if let Some(cost) = find("decode, typed") {
        bounds.push(Bound::new(
            "decode, typed, allocations per child",
            count(cost) / CHILDREN,
            5.0,
        ));
    }
    for work in ["encode", "encode, typed"] {
        if let Some(cost) = find(work) {
            let what = format!("{work}, buffers allocated");
            bounds.push(Bound::new(what, cost.allocations.blocks as f64, 1.0));
        }
    }
    for work in ["encode, reused", "encode, typed, reused"] {
        bounds.extend(
            find(work).map(|cost| Bound::new(format!("{work}, allocations"), count(cost), 0.0)),
        );
    }
    let call = costs
        .iter()
        .find(|cost| (cost.case.input, cost.case.work) == (SMALL_CONN, CALL));
    bounds.extend(call.map(|cost| {
        let what = format!("{}, {CALL}, instructions", cost.case.input);
        Bound::new(what, cost.instructions as f64, 10_000.0)
    }));
    bounds.extend(linear(costs));
    bounds
}

/// Of each work on hostile input: the instructions per byte, as multiple of those where the input
/// is an eighth. Not of trees: the allocator takes longer for blocks that it keeps in lists.
fn linear(costs: &[Cost<'_>]) -> Vec<Bound> {
    let large = costs
        .iter()
        .filter(|cost| cost.case.is_hostile() && cost.case.work != TREE);
    let ratios = large.filter_map(|large| {
        let small = costs.iter().find(|small| {
            let name = small.case.input.strip_suffix(", small");
            name == Some(large.case.input) && small.case.work == large.case.work
        })?;
        Some((large, large.per_byte() / small.per_byte()))
    });
    // What does not even look at the values is all set-up.
    let ratios = ratios.filter(|(cost, _)| cost.per_byte() > 0.1);
    let worst = ratios.max_by(|(_, a), (_, b)| a.total_cmp(b));
    let bound = worst.map(|(cost, ratio)| {
        let what = format!(
            "worst growth of instr/B with length ({}, {})",
            cost.case.input, cost.case.work
        );
        Bound::new(what, ratio, 1.1)
    });
    bound.into_iter().collect()
}

/// The bounds of the clients.
pub(crate) fn of_clients(costs: &[end_to_end::Cost]) -> Vec<Bound> {
    let fastest = |way: &str| {
        let ways = costs
            .iter()
            .filter(|cost| cost.work == end_to_end::EVENTS && cost.way.starts_with(way));
        ways.min_by_key(|cost| cost.time)
    };
    let ours = fastest("vici, ListSa");
    let mut bounds = Vec::new();
    for (theirs, limit) in [("rsvici", 1.0 / 3.0), ("rustici", 1.0)] {
        if let (Some(ours), Some(cost)) = (ours, fastest(theirs)) {
            let what = format!("10,000 events into ListSa, of the time of {theirs}");
            bounds.push(Bound::new(
                what,
                ours.time.as_secs_f64() / cost.time.as_secs_f64(),
                limit,
            ));
        }
    }
    if let Some(ours) = ours {
        let what = "peak memory of 10,000 events, of that of 1,000";
        bounds.push(Bound::new(
            what,
            ours.peak as f64 / ours.peak_of_few as f64,
            1.1,
        ));
    }
    #[cfg(feature = "peers")]
    bounds.extend(of_async(costs));
    bounds
}

/// The bounds of the async client: half of what rsvici takes, both in their better way.
#[cfg(feature = "peers")]
fn of_async(costs: &[end_to_end::Cost]) -> Vec<Bound> {
    let mut bounds = Vec::new();
    for work in [end_to_end::EVENTS, end_to_end::CALLS_AT_ONCE] {
        let least = |client: &str, number: fn(&end_to_end::Cost) -> f64| {
            let ways = costs
                .iter()
                .filter(|cost| cost.work == work && cost.way.starts_with(client));
            ways.map(number).reduce(f64::min)
        };
        let numbers: [(&str, fn(&end_to_end::Cost) -> f64); 2] = [
            ("CPU", |cost| cost.cpu.as_secs_f64()),
            ("system calls", |cost| cost.system_calls as f64),
        ];
        for (what, number) in numbers {
            if let (Some(ours), Some(theirs)) =
                (least("vici async", number), least("rsvici", number))
            {
                let what = format!("{work}, async: {what}, of that of rsvici");
                bounds.push(Bound::new(what, ours / theirs, 0.5));
            }
        }
    }
    bounds
}

/// The bounds of a call on a real daemon.
pub(crate) fn of_daemon(costs: &[daemon::Cost]) -> Vec<Bound> {
    let mut bounds = Vec::new();
    for (way, system_calls) in [("vici", 3.3), ("vici, with a deadline", 4.5)] {
        let ours = costs.iter().filter(|cost| cost.way == way);
        for cost in ours {
            let what = format!("{}, {}", cost.work, cost.way);
            if cost.work == daemon::CALL {
                let what = format!("{what}: system calls");
                bounds.push(Bound::new(what, cost.unix.1, system_calls));
            }
            if let Some((time, _)) = cost.tcp {
                let what = format!("{what}: time over TCP, of that over a Unix socket");
                bounds.push(Bound::new(what, time / cost.unix.0, 2.0));
            }
        }
    }
    bounds
}

/// The bounds of loading connections.
pub(crate) fn of_load(costs: &[load::Cost]) -> Vec<Bound> {
    let all = costs.iter().filter(|cost| cost.step == load::ALL);
    all.map(|cost| {
        let what = format!("{} connections loaded from a text, ms", load::COUNT);
        Bound::new(what, cost.time.as_secs_f64() * 1e3, 500.0)
    })
    .collect()
}

/// The bounds of what is held by our own.
pub(crate) fn of_held(all: &[Held]) -> Vec<Bound> {
    let mut bounds = Vec::new();
    for held in all {
        let what = format!("{}, {}", held.what, held.way);
        match (held.what, held.way) {
            (held::DECODED, "vici, ListSa") => {
                let what = format!("{what}: memory, kB");
                bounds.push(Bound::new(what, held.resident as f64 / 1e3, 1.5));
            }
            (held::IDLE, "vici") => {
                let resident = format!("{what}: memory, kB");
                bounds.push(Bound::new(resident, held.resident as f64 / 1e3, 8.0));
                let reserved = format!("{what}: address space, kB");
                bounds.push(Bound::new(reserved, held.reserved as f64 / 1e3, 64.0));
            }
            _ => {}
        }
    }
    bounds
}

/// The bounds of what it takes to depend on the client.
pub(crate) fn of_footprints(footprints: &[Footprint]) -> Vec<Bound> {
    let [ours, theirs, ..] = footprints else {
        return Vec::new();
    };
    let half = |what: &str, ours: f64, theirs: f64| {
        Bound::new(format!("{what}, of that of rsvici"), ours / theirs, 0.5)
    };
    vec![
        half("number of crates", ours.crates as f64, theirs.crates as f64),
        half(
            "time of a release build",
            ours.release.time.as_secs_f64(),
            theirs.release.time.as_secs_f64(),
        ),
        half(
            "size added to a program",
            ours.size as f64,
            theirs.size as f64,
        ),
    ]
}
