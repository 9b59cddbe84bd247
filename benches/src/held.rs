//! Memory that is held: by what was decoded, and by clients that wait.

use std::any::Any;
use std::env;
use std::fs;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;
use vici_client::{Client, Message};
use vici_types::{ListSa, Version};

use crate::end_to_end::Server;
use crate::{input, owned};

/// What the process that holds something does.
pub(crate) const HOLD: &str = "hold";

/// A list-sa of one child, decoded.
pub(crate) const DECODED: &str = "a list-sa of one child";

/// A client that has called once.
pub(crate) const IDLE: &str = "an idle client";

type Failure = Box<dyn std::error::Error>;

/// What is held, how often, by which library, and how it is made: with the path of a socket.
type Way = (&'static str, &'static str, usize, Make);

type Make = fn(&str, usize) -> Result<Box<dyn Any>, Failure>;

/// What one of many takes.
pub(crate) struct Held {
    pub(crate) what: &'static str,
    pub(crate) way: &'static str,
    /// Memory, in bytes.
    pub(crate) resident: u64,
    /// Address space, in bytes.
    pub(crate) reserved: u64,
}

const SAS: usize = 4000;
const CLIENTS: usize = 300;

fn ways() -> Vec<Way> {
    let mut ways: Vec<Way> = vec![
        (DECODED, "vici, ListSa", SAS, decoded::<ListSa>),
        (
            DECODED,
            "vici, own structs",
            SAS,
            decoded::<owned::ListSa<String>>,
        ),
        (DECODED, "vici, Message", SAS, decoded::<Message>),
    ];
    #[cfg(feature = "peers")]
    ways.push((DECODED, "rustici, flat", SAS, peers::decoded));
    ways.push((IDLE, "vici", CLIENTS, idle));
    #[cfg(feature = "peers")]
    ways.extend([
        (IDLE, "vici async", CLIENTS, peers::idle_async as Make),
        (IDLE, "rsvici", CLIENTS, peers::idle_rsvici),
        (IDLE, "rustici", CLIENTS, peers::idle_rustici),
    ]);
    ways
}

/// Measures all that is held, each in a process of its own.
pub(crate) fn measure() -> Result<Vec<Held>, String> {
    let server = Server::start(50)?;
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for (index, (what, way, ..)) in ways().into_iter().enumerate() {
        let output = Command::new(&program)
            .args([HOLD, &index.to_string()])
            .arg(server.socket())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
        let (Some(resident), Some(reserved)) = (numbers.next(), numbers.next()) else {
            return Err(format!("{what}, {way}: {text}"));
        };
        all.push(Held {
            what,
            way,
            resident,
            reserved,
        });
    }
    Ok(all)
}

/// What the process does: it prints how many bytes of memory and of address space each one takes.
pub(crate) fn hold(index: usize, socket: &str) -> Result<(), String> {
    let ways = ways();
    let &(_, _, count, make) = ways.get(index).ok_or("there is no such way")?;
    // What is loaded and set up only once.
    drop(make(socket, 2).map_err(|error| error.to_string())?);
    let before = [memory("VmRSS:")?, memory("VmSize:")?];
    let held = make(socket, count).map_err(|error| error.to_string())?;
    let after = [memory("VmRSS:")?, memory("VmSize:")?];
    drop(held);
    for (before, after) in before.into_iter().zip(after) {
        println!("{}", after.saturating_sub(before) / count as u64);
    }
    Ok(())
}

fn memory(name: &str) -> Result<u64, String> {
    let text = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    let kilobytes = kilobytes.ok_or("the kernel does not tell the memory of a process")?;
    Ok(kilobytes * 1024)
}

fn decoded<T: DeserializeOwned + 'static>(_: &str, count: usize) -> Result<Box<dyn Any>, Failure> {
    let message = input::list_sa(1);
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        all.push(vici_serde::from_slice::<T>(&message)?);
    }
    Ok(Box::new(all))
}

fn idle(socket: &str, count: usize) -> Result<Box<dyn Any>, Failure> {
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let mut client = Client::new(UnixStream::connect(socket)?);
        client.call(&Version::new())?;
        all.push(client);
    }
    Ok(Box::new(all))
}

#[cfg(feature = "peers")]
mod peers {
    use std::any::Any;
    use std::collections::BTreeMap;

    use tokio::net::UnixStream;
    use tokio::runtime::{Builder, Runtime};
    use vici_client::AsyncClient;
    use vici_types::Version;

    use super::Failure;
    use crate::input;

    pub(super) fn decoded(_: &str, count: usize) -> Result<Box<dyn Any>, Failure> {
        let message = input::list_sa(1);
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(rustici::Message::decode(&message)?);
        }
        Ok(Box::new(all))
    }

    fn runtime() -> Result<Runtime, Failure> {
        Ok(Builder::new_current_thread().enable_io().build()?)
    }

    pub(super) fn idle_async(socket: &str, count: usize) -> Result<Box<dyn Any>, Failure> {
        let runtime = runtime()?;
        let all = runtime.block_on(async {
            let mut all = Vec::with_capacity(count);
            for _ in 0..count {
                let (client, driver) = AsyncClient::new(UnixStream::connect(socket).await?);
                tokio::spawn(driver);
                client.call(&Version::new()).await?;
                all.push(client);
            }
            Ok::<_, Failure>(all)
        })?;
        Ok(Box::new((all, runtime)))
    }

    pub(super) fn idle_rsvici(socket: &str, count: usize) -> Result<Box<dyn Any>, Failure> {
        let runtime = runtime()?;
        let all = runtime.block_on(async {
            let mut all = Vec::with_capacity(count);
            for _ in 0..count {
                let mut client = rsvici::unix::connect(socket).await?;
                let _: BTreeMap<String, String> = client.request("version", ()).await?;
                all.push(client);
            }
            Ok::<_, Failure>(all)
        })?;
        Ok(Box::new((all, runtime)))
    }

    pub(super) fn idle_rustici(socket: &str, count: usize) -> Result<Box<dyn Any>, Failure> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            let mut client = rustici::Client::connect(socket)?;
            client.call("version", &rustici::Message::new())?;
            all.push(client);
        }
        Ok(Box::new(all))
    }
}
