//! What the VICI crates cost: time, instructions and allocations, beside what else there is.

mod allocations;
mod bounds;
mod callgrind;
mod case;
mod daemon;
mod end_to_end;
mod footprint;
mod held;
mod hostile;
mod input;
mod load;
mod measure;
mod page;
#[cfg(feature = "peers")]
mod peers;
// Two of each, so that neither changes how the code of the other is inlined: a field of a struct is
// the same type whatever the text is.
#[path = "shapes.rs"]
mod borrowed;
#[path = "shapes.rs"]
#[allow(clippy::duplicate_mod, reason = "see above")]
mod owned;
mod strace;
mod table;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), String> {
    match arguments {
        [] => print_table("").and_then(|()| print_end_to_end()),
        ["--check"] => page::check(),
        ["--counts"] => page::print_counts(),
        ["--write"] => page::write(),
        ["--footprint"] => print_footprint(),
        ["--end-to-end"] => print_end_to_end(),
        ["--daemon"] => print_daemon(),
        ["--load"] => print_load(),
        ["--held"] => print_held(),
        ["--only", words] => print_table(words),
        [callgrind::RUN, index, iterations] => {
            let index: usize = parse(index)?;
            let cases = case::all();
            let case = cases.get(index).ok_or("there is no such case")?;
            callgrind::run(case, parse(iterations)?);
            Ok(())
        }
        [end_to_end::SERVE, events, socket] => end_to_end::serve(socket, parse(events)?),
        [end_to_end::CLIENT, index, count, socket] => {
            end_to_end::client(parse(index)?, parse(count)?, socket)
        }
        [held::HOLD, index, socket] => held::hold(parse(index)?, socket),
        [load::CLIENT, uri, raw] => load::client(uri, !raw.is_empty()),
        [daemon::CLIENT, index, count, uri] => daemon::client(parse(index)?, parse(count)?, uri),
        _ => Err(USAGE.to_owned()),
    }
}

const USAGE: &str = "
Without an argument: the costs, and the clients end to end.
--only <words>       the costs of inputs, works and libraries with these words, as `skip | vici`
--end-to-end         the clients end to end
--daemon             the clients on a real daemon, which needs root and daemons/prepare
--load               connections loaded into a real daemon, which needs root and daemons/prepare
--held               the memory that decoded messages and idle clients hold
--footprint          what it takes to depend on a client
--check              our instruction counts beside those of RESULTS.md, and the bounds
--counts             our instruction counts, as --check compares them
--write              all of it, into RESULTS.md";

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

fn print_table(words: &str) -> Result<(), String> {
    let cases = case::all();
    let chosen: Vec<_> = cases
        .iter()
        .enumerate()
        .filter(|(_, case)| {
            format!("{} | {} | {}", case.input, case.work, case.library).contains(words)
        })
        .collect();
    print!(
        "{}",
        table::costs(&measure::measure(&chosen, true)?.iter().collect::<Vec<_>>())
    );
    Ok(())
}

fn print_end_to_end() -> Result<(), String> {
    print!("{}", table::end_to_end(&end_to_end::measure()?));
    Ok(())
}

fn print_daemon() -> Result<(), String> {
    let costs = daemon::measure()?;
    print!("{}", table::daemon(&costs));
    print!("\n{}", table::bounds(&bounds::of_daemon(&costs)));
    Ok(())
}

fn print_load() -> Result<(), String> {
    let costs = load::measure()?;
    print!("{}", table::load(&costs));
    print!("\n{}", table::bounds(&bounds::of_load(&costs)));
    Ok(())
}

fn print_held() -> Result<(), String> {
    print!("{}", table::held(&held::measure()?));
    Ok(())
}

fn print_footprint() -> Result<(), String> {
    print!("{}", table::footprint(&footprint::measure()?));
    Ok(())
}
