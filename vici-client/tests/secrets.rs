//! Secrets are gone from memory when their request is. In a process of its own, as it looks at all memory.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "support/memory.rs"]
mod memory;

use memory::{Hidden, forgetful_daemon};
use vici_client::Client;
use vici_client::vici_types::{KeyType, LoadKey, LoadShared, SharedType};

/// One that is short enough for any place, and one that is not.
const LENGTHS: [usize; 2] = [20, 3000];

fn shared(secret: &Hidden) -> LoadShared {
    LoadShared::new(SharedType::Ike, secret.show()).owners(["moon.example.org"])
}

#[test]
fn no_secret_stays_in_memory() {
    blocking();
    #[cfg(feature = "tokio")]
    asynchronous();
}

fn blocking() {
    for len in LENGTHS {
        let secret = Hidden::new(len);
        let (stream, daemon) = forgetful_daemon();
        let mut client = Client::new(stream);
        let request = shared(&secret);
        assert!(secret.count() > 0, "it would not be found");
        client.call(&request).unwrap();
        let copy = request.clone();
        drop(request);
        client.call(&copy).unwrap();
        drop(copy);
        client
            .call(&LoadKey::new(KeyType::Rsa, secret.show()))
            .unwrap();
        assert_eq!(secret.count(), 0, "of {len} bytes, with the client");
        drop(client);
        assert_eq!(daemon.join().unwrap(), 3);
        assert_eq!(secret.count(), 0, "of {len} bytes");
    }
}

#[cfg(feature = "tokio")]
fn asynchronous() {
    use vici_client::AsyncClient;

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_io()
        .build()
        .unwrap();
    for len in LENGTHS {
        let secret = Hidden::new(len);
        let (stream, daemon) = forgetful_daemon();
        stream.set_nonblocking(true).unwrap();
        runtime.block_on(async {
            let stream = tokio::net::UnixStream::from_std(stream).unwrap();
            let (client, driver) = AsyncClient::new(stream);
            // Sent, and given up before it is.
            drop(client.call(&shared(&secret)));
            let driver = tokio::spawn(driver);
            client.call(&shared(&secret)).await.unwrap();
            let given_up = client.call(&shared(&secret));
            drop(given_up);
            client
                .call(&LoadKey::new(KeyType::Rsa, secret.show()))
                .await
                .unwrap();
            assert_eq!(secret.count(), 0, "of {len} bytes, with the client");
            drop(client);
            driver.await.unwrap().unwrap();
        });
        daemon.join().unwrap();
        assert_eq!(secret.count(), 0, "of {len} bytes");
    }
}
