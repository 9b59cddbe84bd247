//! Items that are read where they lie, over either kind of socket.

use serde_derive::Deserialize;
use vici_client::Client;
use vici_types::{Conn, Entry, ListConns, LoadConn};

use crate::charon::{Charon, each_generation};

each_generation! { items_are_read_where_they_lie }

mod over_tcp {
    use super::*;

    each_generation! { of crate::charon::run_tcp; items_are_read_where_they_lie }
}

#[derive(Deserialize)]
struct Info<'a> {
    #[serde(borrow)]
    remote_addrs: Vec<&'a str>,
    version: &'a str,
}

/// More than the buffer has room for at first.
const COUNT: usize = 200;

fn names() -> impl Iterator<Item = (String, String)> {
    (0..COUNT).map(|number| (format!("conn-{number}"), format!("192.0.2.{number}")))
}

fn items_are_read_where_they_lie(charon: &Charon) {
    let mut client = charon.direct();
    for (name, address) in names() {
        let conn = Conn::new().version(2).remote_addrs([address]);
        client.call(&LoadConn::new(name, conn)).unwrap();
    }
    let mut seen = blocking(&mut client);
    seen.sort();
    let mut expected: Vec<_> = names().collect();
    expected.sort();
    assert_eq!(seen, expected);
    #[cfg(feature = "tokio")]
    {
        let mut seen = asynchronous(charon);
        seen.sort();
        assert_eq!(seen, expected);
    }
}

fn shown(entry: &Entry<Info<'_>>) -> (String, String) {
    let Info {
        remote_addrs,
        version,
    } = &entry.value;
    assert_eq!(*version, "IKEv2");
    (entry.name.to_string(), remote_addrs.concat())
}

fn blocking(client: &mut Client) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    let mut conns = client.stream(&ListConns::new()).unwrap();
    while let Some(conn) = conns.next_as::<Entry<Info<'_>>>() {
        seen.push(shown(&conn.unwrap()));
    }
    conns.finish().unwrap();
    seen
}

#[cfg(feature = "tokio")]
fn asynchronous(charon: &Charon) -> Vec<(String, String)> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    runtime.block_on(async {
        let mut seen = Vec::new();
        let client = charon.config().connect_async().await.unwrap();
        let mut conns = client.stream(&ListConns::new()).unwrap();
        while let Some(conn) = conns.next_as::<Entry<Info<'_>>>().await {
            seen.push(shown(&conn.unwrap()));
        }
        conns.finish().await.unwrap();
        seen
    })
}
