//! The exporters, on a simulated daemon: their text is read by the parser of Prometheus' own client for
//! Python, and kept to its conventions.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]
#![allow(clippy::duplicate_mod, reason = "the two programs share files")]

#[path = "../../vici-testing/tests/shared/outside.rs"]
mod outside;

#[path = "../examples/exporter/main.rs"]
#[allow(dead_code, reason = "it is not run as a program")]
mod blocking;
#[path = "../examples/exporter_async/main.rs"]
#[allow(dead_code, reason = "it is not run as a program")]
mod with_tokio;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use vici_testing::SimulatedDaemon;
use vici_types::{
    CertFlag, CertType, Conn, ConnAuth, ConnChild, Initiate, LoadCert, LoadConn, LoadPool,
    LoadShared, Pool, SharedType,
};

use outside::{leave_out, test_name};

const LABELS: &[&str] = &[
    "daemon",
    "version",
    "state",
    "priority",
    "ike",
    "child",
    "direction",
    "pool",
    "event",
    "common_name",
    "serial",
    "role",
];

/// A name that has all that has to be escaped in it.
const ODD: &str = "o\"d\\d";

fn daemon() -> (SimulatedDaemon, String) {
    let daemon = SimulatedDaemon::new();
    let mut client = daemon.connect().unwrap();
    let conn = || {
        Conn::new()
            .remote_addrs(["192.0.2.1"])
            .local(ConnAuth::new().auth("psk").id("moon"))
            .remote(ConnAuth::new().auth("psk").id("sun"))
            .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]))
            .child("dmz", ConnChild::new().remote_ts(["10.2.0.0/16"]))
    };
    for name in ["home", "office", ODD] {
        client.call(&LoadConn::new(name, conn())).unwrap();
    }
    client
        .call(&LoadShared::new(SharedType::Ike, "swordfish"))
        .unwrap();
    let pool = LoadPool::new("home", Pool::new("10.9.0.0/24"));
    client.call(&pool).unwrap();
    let ca = include_bytes!("../../vici-testing/tests/shared/ca.der");
    let ca = LoadCert::new(CertType::X509, &ca[..]).flag(CertFlag::Ca);
    client.call(&ca).unwrap();
    // Twice the same, as after a rekeying, is one series.
    for child in ["net", "net", "dmz"] {
        let request = Initiate::new().ike("home").child(child);
        let _ = client.call(&request);
    }
    daemon.transfer("net", 100, 23);
    let uri = daemon.server().listen().unwrap();
    (daemon, uri)
}

/// A sample, and the family that it is of.
#[derive(Debug, serde_derive::Deserialize)]
struct Sample(String, BTreeMap<String, String>, f64);

#[derive(Debug, serde_derive::Deserialize)]
struct Family {
    name: String,
    #[serde(rename = "type")]
    type_: String,
    help: String,
    samples: Vec<Sample>,
}

const PARSER: &str = "import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps([
    dict(name=f.name, type=f.type, help=f.documentation, samples=[s[:3] for s in f.samples])
    for f in parse(sys.stdin.read())
]))";

/// What the parser reads; none if it is not there.
fn parse(text: &str) -> Option<Vec<Family>> {
    // Debian's own may not be the first that is found.
    let has_client = |python: &&&str| {
        let mut python = Command::new(python);
        python.args(["-c", "import prometheus_client"]);
        let status = python.stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let Some(python) = ["/usr/bin/python3", "python3"].iter().find(has_client) else {
        let reason = "no python3 with prometheus_client to read metrics";
        leave_out(&test_name(), reason);
        return None;
    };
    let mut python = Command::new(python)
        .args(["-c", PARSER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn samples(families: &[Family]) -> Vec<&Sample> {
    families.iter().flat_map(|family| &family.samples).collect()
}

/// The only sample of a name with these labels.
#[track_caller]
fn value(families: &[Family], name: &str, labels: &[(&str, &str)]) -> f64 {
    let fits = |sample: &&&Sample| {
        let mut labels = labels.iter();
        let has =
            |(label, value): &(&str, &str)| sample.1.get(*label).is_some_and(|it| it == value);
        sample.0 == name && labels.all(has)
    };
    let all = samples(families);
    let found: Vec<&&Sample> = all.iter().filter(fits).collect();
    let [sample] = found[..] else {
        panic!("{name} {labels:?}: {found:?}")
    };
    sample.2
}

#[test]
fn the_text_is_read_by_a_parser_and_keeps_to_the_conventions() {
    let (daemon, uri) = daemon();
    let dir = tempfile::tempdir().unwrap();
    // Nobody is there; and somebody is there, but never answers.
    let gone = format!("unix://{}", dir.path().join("gone").display());
    let silent = dir.path().join("silent");
    let _silent = UnixListener::bind(&silent).unwrap();
    let silent = format!("unix://{}", silent.display());
    let uris = [uri.clone(), gone.clone(), silent.clone()];
    let arguments = ["--limit", "1.5"]
        .map(str::to_owned)
        .into_iter()
        .chain(uris);
    let arguments = blocking::arguments::Arguments::parse(arguments).unwrap();
    let text = blocking::scrape(&arguments);
    let Some(families) = parse(&text) else {
        return;
    };

    for (daemon, is_up) in [(&uri, 1.0), (&gone, 0.0), (&silent, 0.0)] {
        let labels = [("daemon", daemon.as_str())];
        assert_eq!(value(&families, "strongswan_up", &labels), is_up);
        assert!(value(&families, "strongswan_scrape_duration_seconds", &labels) < 10.0);
    }
    let labels = |ike, child| [("ike", ike), ("child", child)];
    let up = |ike, child| value(&families, "strongswan_child_sas", &labels(ike, child));
    // What is configured and down is there.
    let ups = [
        up("home", "net"),
        up("home", "dmz"),
        up("office", "net"),
        up(ODD, "dmz"),
    ];
    assert_eq!(ups, [1.0, 1.0, 0.0, 0.0], "{text}");
    let established = "strongswan_connection_established_ike_sas";
    assert_eq!(value(&families, established, &[("ike", "home")]), 1.0);
    assert_eq!(value(&families, established, &[("ike", ODD)]), 0.0);
    let bytes = [("ike", "home"), ("child", "net"), ("direction", "in")];
    assert_eq!(
        value(&families, "strongswan_child_sas_bytes", &bytes),
        100.0
    );
    assert_eq!(
        value(&families, "strongswan_pool_size", &[("pool", "home")]),
        254.0
    );
    let expiry = "strongswan_certificate_expiry_timestamp_seconds";
    let ca = [("common_name", "Root"), ("role", "ca")];
    assert_eq!(value(&families, expiry, &ca), 2_110_532_387.0);
    let sent = [("event", "ike-init-out-req")];
    assert!(value(&families, "strongswan_ike_events_total", &sent) >= 1.0);
    let version = [("version", "5.9.8")];
    assert_eq!(value(&families, "strongswan_build_info", &version), 1.0);

    for family in &families {
        assert!(!family.help.is_empty(), "{family:?}");
        let is_counter = family.type_ == "counter";
        assert!(is_counter || family.type_ == "gauge", "{family:?}");
        for Sample(name, labels, _) in &family.samples {
            assert_eq!(name.ends_with("_total"), is_counter, "{family:?}");
            // Whatever comes in any number is no label.
            for label in labels.keys() {
                assert!(LABELS.contains(&label.as_str()), "{family:?}");
            }
        }
    }
    let names: BTreeSet<&String> = families.iter().map(|family| &family.name).collect();
    assert_eq!(names.len(), families.len(), "{names:?}");
    let all = samples(&families);
    let series: BTreeSet<String> = all
        .iter()
        .map(|it| format!("{} {:?}", it.0, it.1))
        .collect();
    assert_eq!(series.len(), all.len(), "{text}");
    // More SAs make no more series.
    let mut client = daemon.connect().unwrap();
    for ike in ["home", "office"] {
        let _ = client.call(&Initiate::new().ike(ike).child("net"));
    }
    let again = parse(&blocking::scrape(&arguments)).unwrap();
    // But for the time when the first one of the other connection was established.
    assert_eq!(samples(&again).len(), all.len() + 1);
}

#[test]
fn it_is_served_over_http() {
    let (_daemon, uri) = daemon();
    let arguments = blocking::arguments::Arguments::parse([uri].into_iter()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let ask = |request: &str| {
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let server = listener.accept().unwrap().0;
        client
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        client.write_all(request.as_bytes()).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| blocking::serve(server, &arguments).unwrap());
            let mut response = String::new();
            client.read_to_string(&mut response).unwrap();
            response
        })
    };
    let response = ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains(&format!("Content-Length: {}", body.len())),
        "{head}"
    );
    assert!(body.starts_with("# HELP strongswan_up "), "{body}");
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "POST /metrics HTTP/1.1\r\n\r\n",
        "\0",
    ] {
        assert!(ask(request).starts_with("HTTP/1.1 404 "), "{request:?}");
    }
}

#[test]
fn the_async_twin_tells_the_same() {
    let (_daemon, uri) = daemon();
    let dir = tempfile::tempdir().unwrap();
    let silent = dir.path().join("silent");
    let _silent = UnixListener::bind(&silent).unwrap();
    let silent = format!("unix://{}", silent.display());
    let words = || {
        [
            "--limit".to_owned(),
            "1.5".to_owned(),
            uri.clone(),
            silent.clone(),
        ]
    };
    let lines = |text: String| {
        let lines = text.lines().map(str::to_owned);
        let lasting = |line: &String| !line.contains("_duration_") && !line.contains("_timestamp_");
        lines.filter(lasting).collect::<Vec<_>>()
    };
    let arguments = blocking::arguments::Arguments::parse(words().into_iter()).unwrap();
    let expected = lines(blocking::scrape(&arguments));
    let arguments = with_tokio::arguments::Arguments::parse(words().into_iter()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let text = runtime.unwrap().block_on(with_tokio::scrape(&arguments));
    assert_eq!(lines(text), expected);
}
