//! Metrics of strongSwan's daemons for Prometheus: printed once, or served over HTTP.
//!
//! ```sh
//! cargo run --example exporter
//! cargo run --example exporter -- unix:///run/moon.vici tcp://192.0.2.1:4502
//! cargo run --example exporter -- --limit 0.5
//! ```
//!
//! `--listen 127.0.0.1:9814` serves them at `/metrics`. The limit is 5 seconds unless it is given.
//!
//! What is configured and down is a metric as well, and so is a daemon that does not answer within the
//! limit, which is for all of a scrape. There are as many series as there are connections, children, pools
//! and certificates in the configuration: peers, their names and the numbers of SAs make none. The daemon
//! is the one at `VICI_URI`, or on the default socket; several are asked at the same time.

pub(crate) mod arguments;
mod metrics;

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use vici_client::vici_types::{
    GetCounters, GetPools, ListCerts, ListConns, ListSas, Stats, StreamingCommand, Version,
};
use vici_client::{Client, Config, Result};

use arguments::{Arguments, now, response};
use metrics::{Answers, Scrape};

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let Some(listen) = &arguments.listen else {
        print!("{}", scrape(&arguments));
        return Ok(());
    };
    let listener = TcpListener::bind(listen)?;
    println!("http://{}/metrics", listener.local_addr()?);
    for stream in listener.incoming() {
        // One after the other: a scrape is bounded, and so is what a client may take.
        if let Err(error) = stream.and_then(|stream| serve(stream, &arguments)) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

pub(crate) fn serve(mut stream: TcpStream, arguments: &Arguments) -> std::io::Result<()> {
    stream.set_read_timeout(Some(arguments.limit))?;
    stream.set_write_timeout(Some(arguments.limit))?;
    let mut request = [0; 4096];
    let length = stream.read(&mut request)?;
    let response = response(&request[..length], || scrape(arguments));
    stream.write_all(response.as_bytes())
}

pub(crate) fn scrape(arguments: &Arguments) -> String {
    let limit = arguments.limit;
    let scrapes: Vec<Scrape> = thread::scope(|scope| {
        let daemons = arguments.daemons.iter();
        let asking = daemons.map(|(daemon, config)| {
            scope.spawn(move || {
                let begin = Instant::now();
                let answers = ask(config, begin + limit);
                let answers = answers.inspect_err(|error| eprintln!("{daemon}: {error}"));
                Scrape {
                    daemon: daemon.clone(),
                    seconds: begin.elapsed().as_secs_f64(),
                    answers: answers.ok(),
                }
            })
        });
        let asking: Vec<_> = asking.collect();
        asking
            .into_iter()
            .filter_map(|one| one.join().ok())
            .collect()
    });
    metrics::text(&scrapes, now())
}

/// All questions on one connection, up to a deadline.
fn ask(config: &Config, deadline: Instant) -> Result<Answers> {
    let left = || {
        let left = deadline.saturating_duration_since(Instant::now());
        left.max(Duration::from_millis(1))
    };
    let mut client = config.clone().connect_limit(left()).connect()?;
    let in_time = |client: &mut Client| {
        client.set_timeout(Some(left()))?;
        client.set_stream_timeout(Some(left()))
    };
    let mut answers = Answers::default();
    in_time(&mut client)?;
    answers.version = client.call(&Version::new())?;
    in_time(&mut client)?;
    answers.stats = client.call(&Stats::new())?;
    in_time(&mut client)?;
    answers.pools = client.call(&GetPools::new())?;
    in_time(&mut client)?;
    answers.counters = match client.call(&GetCounters::new()) {
        Ok(counters) => Some(counters),
        Err(error) if error.is_closed() || error.is_timeout() => return Err(error),
        Err(_) => None,
    };
    in_time(&mut client)?;
    answers.conns = list(&mut client, &ListConns::new())?;
    in_time(&mut client)?;
    answers.sas = list(&mut client, &ListSas::new().noblock(true))?;
    in_time(&mut client)?;
    answers.certs = list(&mut client, &ListCerts::new())?;
    Ok(answers)
}

fn list<R: StreamingCommand>(client: &mut Client, request: &R) -> Result<Vec<R::Event>> {
    let mut stream = client.stream(request)?;
    let items = stream.by_ref().collect::<Result<_>>()?;
    stream.finish()?;
    Ok(items)
}
