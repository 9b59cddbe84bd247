//! Addresses, parsed and printed.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::io;
use std::path::PathBuf;

use vici_client::{Address, Client, Config, DEFAULT_URI, Error};

#[test]
fn addresses_are_printed_as_they_are_parsed() {
    for uri in [
        "unix:///run/charon.vici",
        "unix:///with a space/and-a-@",
        "unix://@name",
        "unix://@a/b",
        "tcp://127.0.0.1:4502",
        "tcp://moon.strongswan.example:0",
        "tcp://[2001:db8::1]:65535",
        "tcp://[fe80::1%eth0]:4502",
        "tcp://[fe80::1%3]:4502",
        DEFAULT_URI,
    ] {
        let address: Address = uri.parse().unwrap();
        assert_eq!(address.to_string(), uri);
        assert_eq!(Config::from_uri(uri).unwrap(), Config::from(address));
    }
    let path: Address = "/run/charon.vici".parse().unwrap();
    assert_eq!(path.to_string(), "unix:///run/charon.vici");
}

#[test]
fn addresses_say_what_they_are() {
    let parse = |uri: &str| uri.parse::<Address>().unwrap();
    let path = PathBuf::from("/run/charon.vici");
    assert_eq!(parse("/run/charon.vici"), Address::from(path));
    assert_eq!(parse("unix://@name"), Address::Abstract("name".to_owned()));
    match parse("tcp://[fe80::1%eth0]:80") {
        Address::Tcp { host, port, .. } => assert_eq!((&*host, port), ("fe80::1%eth0", 80)),
        other => panic!("{other}"),
    }
}

#[test]
fn texts_that_are_no_address_are_refused() {
    const UNIX: &str = "the path of a Unix socket is absolute, as in unix:///path";
    const KIND: &str = "expected unix:///path, tcp://host:port or an absolute path";
    const TCP: &str = "expected tcp://host:port or tcp://[IPv6 address]:port";
    const PORT: &str = "the port is not a number up to 65535";
    for (uri, what) in [
        ("", KIND),
        ("charon.vici", KIND),
        ("TCP://127.0.0.1:4502", KIND),
        ("unix://run/x", UNIX),
        ("unix://", UNIX),
        (
            "unix://@",
            "the name of the socket is missing, as in unix://@name",
        ),
        (
            "tcp://host",
            "a port is missing, as in tcp://127.0.0.1:4502",
        ),
        ("tcp://host:x", PORT),
        ("tcp://host:", PORT),
        ("tcp://host:+80", PORT),
        ("tcp://host:80/", PORT),
        ("tcp://host:65536", PORT),
        ("tcp://::1:80", TCP),
        ("tcp://:80", TCP),
        ("tcp://[]:80", TCP),
        ("tcp://[host]:80", TCP),
        ("tcp://[::1%]:80", TCP),
        ("tcp://[::1:80", TCP),
        ("tcp://::1]:80", TCP),
    ] {
        let error = uri.parse::<Address>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{uri:?} is not an address: {what}")
        );
        match Client::connect_uri(uri).unwrap_err() {
            Error::Connect { address, error, .. } => {
                assert_eq!(address, uri);
                assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
                assert_eq!(error.to_string(), what);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_default_address_is_the_default() {
    let default: Address = DEFAULT_URI.parse().unwrap();
    let other = Address::from(PathBuf::from("/run/charon.vici"));
    assert!([default, other].contains(&Address::default()));
    assert_eq!(Config::new().address, None);
}
