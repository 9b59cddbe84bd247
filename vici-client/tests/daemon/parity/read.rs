//! Listing: the same, with the same words, at the same moment.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use serde::Serialize;
use vici_client::vici_serde::{Section, Value, to_message};
use vici_client::{Client, Message};
use vici_types::{
    Authority, CertFlag, CertType, Conn, ConnAuth, ConnChild, GetAlgorithms, GetAuthorities,
    GetConns, GetCounters, GetKeys, GetPools, GetShared, Install, KeyType, ListAuthorities,
    ListCerts, ListConns, ListPolicies, ListSas, LoadAuthority, LoadCert, LoadConn, LoadKey,
    LoadPool, LoadShared, Pool, SharedType, StreamingCommand, Version,
};

use super::{json, output, swanctl};
use crate::charon::{Daemon, left_out, list, script, started};
use crate::lab::{Lab, each_lab, initiate, load_psk};
use crate::pki::Pki;
use crate::shared::outside::test_name;

each_lab! {
    swanctl_lists_the_same
    python_lists_the_same
}

/// Something of all that can be listed, and an IKE_SA.
fn load(lab: &Lab) {
    let pki = Pki::new();
    pki.issue("moon");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let net = ConnChild::new()
        .remote_ts(["10.8.0.0/16[tcp/80-90]", "10.9.0.1-10.9.0.7"])
        .rekey_bytes("1g");
    let other = Conn::new()
        .remote_addrs(["sun.example.org"])
        .proposals(["aes256gcm16-prfsha384-ecp384", "aes128-sha256-x25519"])
        .reauth_time("3h")
        .local(ConnAuth::new().auth("pubkey").certs([pki.cert("moon")]))
        .local(ConnAuth::new().auth("eap-md5").id("a b=c").eap_id("carol"))
        .remote(ConnAuth::new().auth("rsa-sha512").cacerts([pki.cert("ca")]))
        .child("net {1}", net)
        .child("none", ConnChild::new());
    moon.call(&LoadConn::new("other", other)).unwrap();
    let ca = LoadCert::new(CertType::X509, pki.cert("ca")).flag(CertFlag::Ca);
    moon.call(&ca).unwrap();
    moon.call(&LoadCert::new(CertType::X509, pki.cert("moon")))
        .unwrap();
    moon.call(&LoadCert::new(CertType::X509Crl, pki.revoke("moon")))
        .unwrap();
    moon.call(&LoadKey::new(KeyType::Any, pki.key("moon")))
        .unwrap();
    moon.call(&LoadShared::new(SharedType::Ike, "secret").id("psk"))
        .unwrap();
    let authority = Authority::new()
        .cacert(pki.cert("ca"))
        .crl_uris(["http://192.0.2.1/ca.crl"]);
    moon.call(&LoadAuthority::new("lab", authority)).unwrap();
    moon.call(&LoadPool::new("home", Pool::new("10.3.0.0/24")))
        .unwrap();
    load_psk(&mut moon, &mut sun);
    moon.call(&initiate()).unwrap();
    moon.call(&Install::new("net {1}")).unwrap();
}

/// What one lists: the events, or the response of a command.
type Lists = BTreeMap<&'static str, Vec<Message>>;

/// As types, which are messages again.
fn typed_lists(client: &mut Client) -> Lists {
    fn events<R: StreamingCommand<Event: Serialize>>(
        client: &mut Client,
        request: &R,
    ) -> (&'static str, Vec<Message>) {
        let events = list(client, request);
        let events = events.iter().map(|event| to_message(event).unwrap());
        (R::NAME, events.collect())
    }

    fn response<R: vici_types::Command<Response: Serialize>>(
        client: &mut Client,
        request: &R,
    ) -> (&'static str, Vec<Message>) {
        let response = client.call(request).unwrap();
        (R::NAME, vec![to_message(&response).unwrap()])
    }

    let policies = ListPolicies::new().trap(true).drop(true).pass(true);
    Lists::from([
        events(client, &ListConns::new()),
        events(client, &ListSas::new()),
        events(client, &policies),
        events(client, &ListCerts::new()),
        events(client, &ListAuthorities::new()),
        response(client, &GetConns::new()),
        response(client, &GetAuthorities::new()),
        response(client, &GetPools::new().leases(true)),
        response(client, &GetKeys::new()),
        response(client, &GetShared::new()),
        response(client, &GetAlgorithms::new()),
        response(client, &GetCounters::new().all(true)),
        response(client, &Version::new()),
    ])
}

/// As they come, in the order in which they come.
fn raw_lists(client: &mut Client) -> Lists {
    let yes = |names: &[&str]| {
        names
            .iter()
            .fold(Message::new(), |message, name| message.key(name, "yes"))
    };
    let policies = yes(&["trap", "drop", "pass"]);
    let streams = [
        ("list-conns", "list-conn", Message::new()),
        ("list-sas", "list-sa", Message::new()),
        ("list-policies", "list-policy", policies),
        ("list-certs", "list-cert", Message::new()),
        ("list-authorities", "list-authority", Message::new()),
    ];
    let mut lists = Lists::new();
    for (command, event, request) in streams {
        let stream = client.stream_raw(command, event, &request).unwrap();
        lists.insert(command, stream.map(Result::unwrap).collect());
    }
    let calls = [
        ("get-conns", Message::new()),
        ("get-authorities", Message::new()),
        ("get-pools", yes(&["leases"])),
        ("get-keys", Message::new()),
        ("get-shared", Message::new()),
        ("get-algorithms", Message::new()),
        ("get-counters", yes(&["all"])),
        ("version", Message::new()),
    ];
    for (command, request) in calls {
        lists.insert(command, vec![client.call_raw(command, &request).unwrap()]);
    }
    lists
}

/// Looks with both clients while nothing changes: it is tried again where a second passes, as the
/// lists of SAs count them.
fn at_once<T>(
    daemon: &Daemon,
    lists: fn(&mut Client) -> Lists,
    other: impl Fn() -> T,
) -> (Lists, T) {
    let mut client = daemon.client();
    for _ in 0..20 {
        let before = lists(&mut client);
        let theirs = other();
        if lists(&mut client) == before {
            return (before, theirs);
        }
    }
    panic!("the lists never stay the same for long enough");
}

/// How `swanctl --raw` shows a message.
fn raw(section: &Section) -> String {
    let scalar = |bytes: &[u8]| {
        if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            String::from_utf8_lossy(bytes).into_owned()
        } else {
            let hex = bytes.iter().map(|byte| format!("{byte:02x}"));
            format!("0x{}", hex.collect::<String>())
        }
    };
    let entry = |(name, value): (&[u8], &Value)| {
        let name = String::from_utf8_lossy(name);
        match value {
            Value::Scalar(bytes) => format!("{name}={}", scalar(bytes)),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| scalar(item)).collect();
                format!("{name}=[{}]", items.join(" "))
            }
            Value::Section(section) => format!("{name} {}", raw(section)),
        }
    };
    let entries: Vec<_> = section.iter().map(entry).collect();
    format!("{{{}}}", entries.join(" "))
}

/// The options of swanctl, and the command that they stand for.
const SWANCTL: [(&[&str], &str); 9] = [
    (&["--list-conns"], "list-conns"),
    (&["--list-sas"], "list-sas"),
    (&["--list-pols"], "list-policies"),
    (&["--list-certs"], "list-certs"),
    (&["--list-authorities"], "list-authorities"),
    (&["--list-pools", "--leases"], "get-pools"),
    (&["--list-algs"], "get-algorithms"),
    (&["--counters", "--all"], "get-counters"),
    (&["--version", "--daemon"], "version"),
];

fn swanctl_lists_the_same(lab: &mut Lab) {
    load(lab);
    for (options, command) in SWANCTL {
        let options = [options, &["--raw"][..]].concat();
        let (ours, theirs) = at_once(&lab.moon, raw_lists, || swanctl(&lab.moon, &options));
        let ours: Vec<_> = ours[command].iter().map(raw).collect();
        // Such as `list-conn event {..}`, and after all of them `list-conns reply {}`.
        let kinds = [" event ", " reply "];
        let theirs: Vec<_> = theirs
            .lines()
            .filter_map(|line| kinds.iter().find_map(|kind| line.split_once(kind)))
            .map(|(_, message)| message)
            .collect();
        let end = if command.starts_with("list-") {
            &["{}".to_owned()][..]
        } else {
            &[]
        };
        assert_eq!([&ours, end].concat(), theirs);
        assert!(!ours.is_empty());
    }
}

fn python_lists_the_same(lab: &mut Lab) {
    let mut python = Command::new(script("python"));
    python.args(["-c", "import vici"]).stderr(Stdio::piped());
    let mut python = python.spawn().unwrap();
    python.wait().unwrap();
    if let Some(reason) = left_out(&mut python, "daemons/python") {
        started::<()>(&test_name(), Err(reason));
        return;
    }
    load(lab);
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/daemon/parity/list.py");
    let socket = lab.moon.uri().replace("unix://", "");
    let (ours, theirs) = at_once(&lab.moon, typed_lists, || {
        output("python", &[program, &socket])
    });
    let theirs: serde_json::Value = serde_json::from_str(&theirs).unwrap();
    for (command, ours) in ours {
        let ours: serde_json::Value = ours.iter().map(json).collect();
        assert_eq!(ours, theirs[command], "{command}");
        assert!(
            ours.as_array().is_some_and(|ours| !ours.is_empty()),
            "{command}"
        );
    }
}
