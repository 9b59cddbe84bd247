//! The simulated daemon of a generation, request by request beside the real one.

use vici_client::vici_serde::{Section, Value};
use vici_client::{Client, Error, Message};
use vici_testing::SimulatedDaemon;

use super::generation;
use super::watcher::{Told, Watcher};
use crate::charon::{Charon, PATIENCE, each_generation};

each_generation! {
    twins_answer_alike
    twins_log_alike
}

fn twins_answer_alike(charon: &Charon) {
    let generation = generation(charon);
    let simulated = SimulatedDaemon::of(generation);
    let mut twins = [charon.direct(), simulated.connect().unwrap()];
    twins[1].set_timeout(Some(PATIENCE)).unwrap();
    let steps = steps();
    let mut differences = Vec::new();
    for (command, request) in &steps {
        let [real, ours] = twins
            .each_mut()
            .map(|client| answer(client, command, request));
        if real != ours {
            differences.push(format!("{command} {request}\n  real {real}\n  ours {ours}"));
        }
    }
    let count = differences.len();
    eprintln!(
        "{}: {} of {} alike",
        generation.version(),
        steps.len() - count,
        steps.len()
    );
    assert!(count == 0, "{}", differences.join("\n"));
}

fn twins_log_alike(charon: &Charon) {
    let generation = generation(charon);
    let simulated = SimulatedDaemon::of(generation);
    let connect = || [charon.direct(), simulated.connect().unwrap()];
    let mut twins = connect();
    let mut watchers = connect().map(|client| Watcher::new(client, &["log"]));
    let mut differences = Vec::new();
    for (command, request) in steps() {
        let mut expected = Told::default();
        for twin in [1, 0] {
            answer(&mut twins[twin], command, &request);
            let told = watchers[twin].told(&expected);
            if twin == 1 {
                expected = told;
                continue;
            }
            let order = watchers[twin].file(charon, &expected);
            for (real, ours) in [(&told.log, &expected.log), (&order, &expected.order)] {
                if real != ours {
                    differences.push(format!(
                        "{command} {request}\n  real {real:#?}\n  ours {ours:#?}"
                    ));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What comes of a request: the events of its stream, and how it is answered.
fn answer(client: &mut Client, command: &str, request: &Message) -> String {
    let event = match command {
        "list-conns" => Some("list-conn"),
        "list-sas" => Some("list-sa"),
        "list-certs" => Some("list-cert"),
        "list-authorities" => Some("list-authority"),
        "list-policies" => Some("list-policy"),
        _ => None,
    };
    let mut came = String::new();
    let result = match event {
        Some(event) => {
            let mut stream = client.stream_raw(command, event, request).unwrap();
            for item in stream.by_ref() {
                came += &format!("{} ", shown(&item.unwrap()));
            }
            stream.finish()
        }
        None if command == "register" => {
            let name: String = request.get("name").unwrap();
            client.subscribe_raw(&name).map(|()| Message::new())
        }
        None => client.call_raw(command, request),
    };
    came + &match result {
        Ok(response) => shown(&response),
        Err(Error::CommandFailed { response, .. }) => shown(&response),
        Err(error) => error.to_string(),
    }
}

/// In one line, without what is of the machine or of the moment.
fn shown(section: &Section) -> String {
    let entries = section.iter().map(|(name, value)| {
        let name = String::from_utf8_lossy(name).into_owned();
        let value = match (name.as_str(), value) {
            (
                "release" | "machine" | "running" | "since" | "total" | "idle" | "critical"
                | "medium" | "scheduled" | "local_port" | "sbrk" | "mmap" | "used" | "free",
                Value::Scalar(_),
            ) => "..".to_owned(),
            (_, Value::Scalar(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            (_, Value::List(items)) => {
                let items = items.iter().map(|item| String::from_utf8_lossy(item));
                format!("{:?}", items.collect::<Vec<_>>())
            }
            (_, Value::Section(section)) => shown(section),
        };
        format!("{name}={value}")
    });
    format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
}

fn text(pairs: &[(&str, &str)]) -> Message {
    let pairs = pairs.iter();
    pairs.fold(Message::new(), |message, (name, value)| {
        message.key(*name, *value)
    })
}

/// A connection with one key, or a list of one item where it begins with a bracket.
fn with(name: &str, value: &str) -> Message {
    match value.strip_prefix('[') {
        Some(item) => Message::new().list(name, [item]),
        None => text(&[(name, value)]),
    }
}

fn conn(conn: Message) -> (&'static str, Message) {
    ("load-conn", Message::new().section("x", conn))
}

fn child(child: Message) -> (&'static str, Message) {
    let children = Message::new().section("k", child);
    conn(Message::new().section("children", children))
}

/// The requests, in their order.
fn steps() -> Vec<(&'static str, Message)> {
    let mut steps = vec![
        ("version", Message::new()),
        ("stats", Message::new()),
        ("reload-settings", Message::new()),
        ("get-algorithms", Message::new()),
        ("register", text(&[("name", "alert")])),
        ("register", text(&[("name", "nothing")])),
        ("no-such-command", Message::new()),
        conn(Message::new()),
    ];
    let list = || ("list-conns", text(&[("ike", "x")]));
    for (name, value) in CONN {
        steps.extend([conn(with(name, value)), list()]);
    }
    for (name, value) in CHILD {
        steps.extend([child(with(name, value)), list()]);
    }
    for (name, value) in AUTH {
        let local = Message::new().section("local", with(name, value));
        steps.extend([conn(local), list()]);
    }
    for kind in ["any", "rsa", "ecdsa", "bliss", "ed25519", "ed448", "frob"] {
        steps.push(("load-key", text(&[("type", kind), ("data", "x")])));
    }
    for kind in [
        "x509",
        "x509_crl",
        "x509_ac",
        "ocsp_response",
        "pubkey",
        "frob",
    ] {
        steps.push(("load-cert", text(&[("type", kind), ("data", "x")])));
    }
    for kind in ["ike", "eap", "xauth", "ntlm", "ppk", "frob"] {
        let request = text(&[("type", kind), ("data", "x"), ("id", kind)]);
        steps.push(("load-shared", request));
    }
    let pool = |name: &str, addresses: &str| {
        (
            "load-pool",
            Message::new().section(name, text(&[("addrs", addresses)])),
        )
    };
    steps.extend([
        ("get-shared", Message::new()),
        ("unload-shared", text(&[("id", "ike")])),
        ("unload-shared", text(&[("id", "nope")])),
        ("get-shared", Message::new()),
        ("get-keys", Message::new()),
        ("unload-key", text(&[("id", "00")])),
        ("clear-creds", Message::new()),
        pool("p", "10.0.0.0/30"),
        pool("q", "0.0.0.0/0"),
        pool("r", "10.1.0.5-10.1.0.9"),
        pool("s", "fec0::/120"),
        pool("t", "fec0::/64"),
        ("get-pools", text(&[("leases", "yes")])),
        ("unload-pool", text(&[("name", "q")])),
        ("unload-pool", text(&[("name", "nope")])),
        ("get-pools", text(&[("name", "p")])),
        ("get-counters", Message::new()),
        ("get-counters", text(&[("name", "nope")])),
        ("reset-counters", Message::new()),
        ("flush-certs", Message::new()),
        ("load-token", text(&[("handle", "00")])),
        ("initiate", Message::new()),
        ("initiate", text(&[("ike", "nope")])),
        ("initiate", text(&[("child", "nope")])),
        ("terminate", Message::new()),
        ("terminate", text(&[("ike", "x")])),
        ("rekey", Message::new()),
        ("rekey", text(&[("ike", "x")])),
        ("redirect", Message::new()),
        ("install", Message::new()),
        ("install", text(&[("child", "nope")])),
        ("uninstall", text(&[("child", "nope")])),
        ("list-sas", Message::new()),
        ("list-policies", text(&[("trap", "yes")])),
        ("list-certs", Message::new()),
        ("list-authorities", Message::new()),
        (
            "load-authority",
            Message::new().section("a", Message::new()),
        ),
        ("unload-authority", text(&[("name", "a")])),
        ("get-authorities", Message::new()),
        ("unload-conn", text(&[("name", "nope")])),
        ("unload-conn", text(&[("name", "x")])),
        ("get-conns", Message::new()),
    ]);
    steps
}

const CONN: &[(&str, &str)] = &[
    ("version", "1"),
    ("version", "2"),
    ("aggressive", "yes"),
    ("pull", "no"),
    ("dpd_delay", "10"),
    ("dpd_timeout", "20"),
    ("fragmentation", "accept"),
    ("fragmentation", "frob"),
    ("childless", "allow"),
    ("childless", "prefer"),
    ("childless", "frob"),
    ("ocsp", "reply"),
    ("ocsp", "frob"),
    ("ppk_id", "a"),
    ("unique", "replace"),
    ("reauth_time", "1h"),
    ("rekey_time", "1h"),
    ("remote_port", "502"),
    ("bogus", "1"),
    ("proposals", "[default"),
    ("proposals", "[aes128-aes256-sha256-sha1-x25519-modp2048"),
    (
        "proposals",
        "[aes128gcm16-prfsha256-x25519-ke1_mlkem768-ke1_none",
    ),
    ("proposals", "[aes128-sha256-newhope"),
    ("proposals", "[chacha20poly1305-prfsha256-x25519"),
];

const CHILD: &[(&str, &str)] = &[
    ("esp_proposals", "[default"),
    ("esp_proposals", "[aes128gcm16-x25519"),
    ("esp_proposals", "[aes128-sha256-esn-noesn"),
    ("esp_proposals", "[aes128gcm16-x25519-ke1_mlkem768"),
    ("ah_proposals", "[default"),
    ("ah_proposals", "[sha256-x25519"),
    ("life_time", "1h"),
    ("rekey_time", "30m"),
    ("life_bytes", "2000"),
    ("rekey_bytes", "1000"),
    ("life_packets", "22"),
    ("hw_offload", "auto"),
    ("hw_offload", "packet"),
    ("hw_offload", "crypto"),
    ("hw_offload", "frob"),
    ("mode", "transport"),
    ("mode", "beet"),
    ("mode", "iptfs"),
    ("mode", "frob"),
    ("per_cpu_sas", "encap"),
    ("priority", "1"),
    ("interface", "lo"),
    ("dpd_action", "restart"),
    ("close_action", "start"),
    ("start_action", "frob"),
    ("bogus", "1"),
];

const AUTH: &[(&str, &str)] = &[
    ("auth", "psk"),
    ("auth", "pubkey"),
    ("auth", "rsa"),
    ("auth", "ecdsa"),
    ("auth", "bliss"),
    ("auth", "eap-md5"),
    ("auth", "xauth-generic"),
    ("auth", "rsa-2048-sha256"),
    ("auth", "frob"),
    ("id", "carol@example.org"),
    ("ca_id", "C=CH, O=x"),
    ("groups", "[x"),
    ("cert_policy", "[1.2"),
    ("round", "1"),
    ("bogus", "1"),
];
