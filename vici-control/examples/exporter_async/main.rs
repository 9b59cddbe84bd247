//! The metrics of the example `exporter`, asked for and served by async code.
//!
//! ```sh
//! cargo run --example exporter_async
//! cargo run --example exporter_async -- unix:///run/moon.vici tcp://192.0.2.1:4502
//! cargo run --example exporter_async -- --limit 0.5
//! ```
//!
//! `--listen 127.0.0.1:9814` serves them at `/metrics`. The limit is 5 seconds unless it is given.
//! All questions are asked before the first is answered, and several clients are served at once.

#[path = "../exporter/arguments.rs"]
pub(crate) mod arguments;
#[path = "../exporter/metrics.rs"]
mod metrics;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use vici_client::vici_types::{
    GetCounters, GetPools, ListCerts, ListConns, ListSas, Stats, Version,
};
use vici_client::{Config, Result};

use arguments::{Arguments, is_for_metrics, now, response};
use metrics::{Answers, Scrape};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let arguments = Arc::new(Arguments::parse(std::env::args().skip(1))?);
    let Some(listen) = &arguments.listen else {
        print!("{}", scrape(&arguments).await);
        return Ok(());
    };
    let listener = TcpListener::bind(listen).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let arguments = Arc::clone(&arguments);
        tokio::spawn(async move {
            // Reading, asking and writing.
            let limit = arguments.limit * 3;
            match timeout(limit, serve(stream, &arguments)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => eprintln!("{error}"),
                Err(_) => eprintln!("a client takes too long"),
            }
        });
    }
}

async fn serve(mut stream: TcpStream, arguments: &Arguments) -> std::io::Result<()> {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).await?;
    let request = &request[..length];
    let metrics = match is_for_metrics(request) {
        true => scrape(arguments).await,
        false => String::new(),
    };
    let response = response(request, || metrics);
    stream.write_all(response.as_bytes()).await
}

pub(crate) async fn scrape(arguments: &Arguments) -> String {
    let mut asking = Vec::new();
    for (daemon, config) in &arguments.daemons {
        let (daemon, asking_it) = (daemon.clone(), ask(config.clone()));
        let limit = arguments.limit;
        asking.push(tokio::spawn(async move {
            let begin = Instant::now();
            let answers = match timeout(limit, asking_it).await {
                Ok(answers) => answers
                    .inspect_err(|error| eprintln!("{daemon}: {error}"))
                    .ok(),
                Err(_) => {
                    eprintln!("{daemon}: no answer in time");
                    None
                }
            };
            let seconds = begin.elapsed().as_secs_f64();
            Scrape {
                daemon,
                seconds,
                answers,
            }
        }));
    }
    let mut scrapes = Vec::new();
    for one in asking {
        scrapes.extend(one.await);
    }
    metrics::text(&scrapes, now())
}

async fn ask(config: Config) -> Result<Answers> {
    let client = config.connect_async().await?;
    let counters = client.call(&GetCounters::new());
    let (version, stats, pools) = (Version::new(), Stats::new(), GetPools::new());
    let sas = ListSas::new().noblock(true);
    let (conns, certs) = (ListConns::new(), ListCerts::new());
    let (version, stats, pools, conns, sas, certs) = tokio::try_join!(
        client.call(&version),
        client.call(&stats),
        client.call(&pools),
        client.list(&conns),
        client.list(&sas),
        client.list(&certs),
    )?;
    Ok(Answers {
        version,
        stats,
        conns,
        sas,
        pools,
        counters: counters.await.ok(),
        certs,
    })
}
