//! Plans: nothing to do after `swanctl`, nothing left for it to do after one, and exactly the step that a
//! change needs.

use std::path::Path;
use std::process::Command;

use vici_control::{Action, Config, Kind, Loaded, Memory, OnRefusal, Outcome, Plan, Scope};
use vici_types::{Conn, ConnAuth, LoadShared, Pool, SharedType};

use crate::charon::{Charon, each_generation};
use crate::outside::is_there;

each_generation! {
    after_swanctl_there_is_nothing_to_do
    after_a_plan_there_is_nothing_left_for_swanctl
    a_change_gives_exactly_its_step
    what_the_daemon_refuses_is_told_of_its_step
    thousands_of_connections_go_into_few_commands
}

const CONF: &str = "
base {
  version = 2
  dpd_delay = 30s
  local {
    auth = psk
    id = moon.example.org
  }
}
connections {
  home : base {
    remote_addrs = 192.0.2.1, 2001:db8::1
    proposals = aes256-sha256-x25519
    pools = home
    rekey_time = 4h
    remote {
      auth = psk
      id = sun.example.org
    }
    children {
      net {
        remote_ts = 10.2.0.0/16
        mode = tunnel
        updown = /bin/true
        mark_in = 7
      }
      dmz {
        remote_ts = 10.3.0.0/16
      }
    }
  }
  office {
    local_addrs = 192.0.2.7
    remote_addrs = 192.0.2.2
    local {
      auth = pubkey
      certs = rsa.pem
    }
    remote {
      auth = pubkey
      cacerts = ca.der
    }
  }
}
pools {
  home {
    addrs = 10.9.0.0/24
    dns = 192.0.2.53
  }
}
secrets {
  ike-home {
    id-1 = moon.example.org
    id-2 = sun.example.org
    secret = swordfish
  }
}
authorities {
  ca {
    cacert = ca.der
    crl_uris = http://192.0.2.1/ca.crl
  }
}
";

fn openssl(charon: &Charon, words: &str) {
    let output = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(charon.folder())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {words}: {errors}");
}

/// Writes the folder; false if there is no OpenSSL to make its keys.
fn write(charon: &Charon) -> bool {
    charon.write("swanctl.conf", CONF);
    let ca = include_bytes!("../../../vici-testing/tests/shared/ca.der");
    charon.write("x509ca/ca.der", ca);
    for folder in ["private", "x509", "ecdsa"] {
        std::fs::create_dir(charon.folder().join(folder)).unwrap();
    }
    if !is_there(Path::new("openssl"), "openssl to make keys") {
        return false;
    }
    openssl(
        charon,
        "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out private/rsa.pem",
    );
    openssl(
        charon,
        "req -x509 -key private/rsa.pem -out x509/rsa.pem -days 10 -subj /CN=moon.example.org",
    );
    openssl(
        charon,
        "ecparam -name prime256v1 -genkey -noout -out ecdsa/ec.pem",
    );
    // It takes calculating to tell which one it is.
    if cfg!(feature = "decrypt") {
        openssl(charon, "genpkey -algorithm ed25519 -out private/ed.pem");
    }
    true
}

fn plan(charon: &Charon, config: &Config, memory: &Memory) -> Plan {
    Plan::new(config, &charon.loaded(), memory, &Scope::all())
}

fn apply(charon: &Charon, plan: &Plan, memory: &mut Memory) {
    let report = plan.apply(&mut charon.client(), memory, OnRefusal::GoOn);
    assert!(report.is_complete(), "{plan}{report}: {report:?}");
}

fn after_swanctl_there_is_nothing_to_do(charon: &Charon) {
    if !write(charon) {
        return;
    }
    charon.swanctl(&["--load-all", "--noprompt"]);
    let config = charon.config();
    assert_eq!(config.check(), []);

    let without = plan(charon, &config, &Memory::new());
    assert_eq!(without.steps, [], "{without}");
    // It says what it has not seen.
    let unseen: Vec<(Kind, Vec<String>)> = without
        .unseen
        .iter()
        .map(|unseen| (unseen.kind, unseen.names.clone()))
        .collect();
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        unseen,
        [
            (Kind::Secret, names(&["ike-home"])),
            (Kind::Authority, names(&["ca"])),
            (Kind::Pool, names(&["home"])),
            (Kind::Connection, names(&["home", "office"])),
        ]
    );

    let mut memory = Memory::new();
    memory.adopt(&config);
    let with = plan(charon, &config, &memory);
    assert_eq!((with.steps.len(), with.unseen.len()), (0, 0), "{with}");

    // Without memory it finds what a daemon lists.
    let changed = CONF
        .replace("192.0.2.2", "192.0.2.3")
        .replace("dpd_delay = 30s", "dpd_delay = 31s")
        .replace("10.2.0.0/16", "10.4.0.1")
        .replace("      dmz {", "      dmz2 {");
    charon.write("swanctl.conf", changed);
    let drift = plan(charon, &charon.config(), &Memory::new());
    assert_eq!(
        drift.to_string().split("not compared").next().unwrap(),
        "replace connection home\n  children.dmz: not wanted, loaded there\n  \
         children.dmz2: wanted there, not loaded\n  \
         children.net.remote_ts: wanted 10.4.0.1/32, loaded 10.2.0.0/16\n  \
         dpd_delay: wanted 31s, loaded 30s\n\
         replace connection office\n  remote_addrs: wanted 192.0.2.3, loaded 192.0.2.2\n\
         0 to load, 2 to replace, 0 to unload\n"
    );

    let all = Plan::new(
        &config,
        &charon.loaded(),
        &Memory::new(),
        &Scope::all().reload_unseen(),
    );
    assert_eq!(
        (all.count(Action::Replace), all.steps.len()),
        (5, 5),
        "{all}"
    );
}

fn after_a_plan_there_is_nothing_left_for_swanctl(charon: &Charon) {
    if !write(charon) {
        return;
    }
    let config = charon.config();
    let mut memory = Memory::new();
    let first = plan(charon, &config, &memory);
    assert_eq!(first.count(Action::Load), first.steps.len(), "{first}");
    apply(charon, &first, &mut memory);
    let second = plan(charon, &config, &memory);
    assert_eq!(
        (second.steps.len(), second.unseen.len()),
        (0, 0),
        "{second}"
    );

    // Sorted, as certificates come in any order.
    let state = |loaded: &Loaded| {
        let mut lines: Vec<String> = format!("{loaded:#?}").lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let before = charon.loaded();
    let said = charon.swanctl(&["--load-all", "--noprompt"]);
    let after = charon.loaded();
    assert_eq!(state(&after), state(&before), "{said}");
    for line in said.lines().filter(|line| line.contains("unloaded")) {
        assert!(line.ends_with(" 0 unloaded"), "{line}");
    }
    // It goes through any serde format, and no secret is in it.
    let json = serde_json::to_string(&memory).unwrap();
    assert!(!json.contains("swordfish"), "{json}");
    let again: Memory = serde_json::from_str(&json).unwrap();
    assert!(plan(charon, &config, &again).is_empty());
    let printed = format!("{first}{first:?}{}", serde_json::to_string(&first).unwrap());
    assert!(
        !printed.contains("swordfish") && !printed.contains("PRIVATE KEY"),
        "{printed}"
    );
}

/// What is replaced in the file by what, and the steps that it takes.
const CHANGES: &[(&str, &str, &str)] = &[
    (
        "    remote_addrs = 192.0.2.2\n",
        "    remote_addrs = 192.0.2.3\n",
        "replace connection office\n  remote_addrs: wanted 192.0.2.3, loaded 192.0.2.2\n",
    ),
    // Of what a daemon does not list.
    (
        "updown = /bin/true",
        "updown = /bin/false",
        "replace connection home\n  children.net.updown: wanted /bin/false, loaded /bin/true\n",
    ),
    (
        "mark_in = 7",
        "",
        "replace connection home\n  children.net.mark_in: not wanted, loaded 7\n",
    ),
    (
        "      dmz {",
        "      dmz2 {",
        "replace connection home\n  children.dmz: not wanted, loaded there\n  \
         children.dmz.remote_ts: not wanted, loaded 10.3.0.0/16\n  \
         children.dmz2: wanted there, not loaded\n  \
         children.dmz2.remote_ts: wanted 10.3.0.0/16, not loaded\n",
    ),
    // By reference.
    (
        "dpd_delay = 30s",
        "dpd_delay = 60s",
        "replace connection home\n  dpd_delay: wanted 60s, loaded 30s\n",
    ),
    (
        "secret = swordfish",
        "secret = herring",
        "replace secret ike-home\n  data: is another one\n",
    ),
    (
        "id-2 = sun.example.org",
        "id-2 = sun2.example.org",
        "replace secret ike-home\n  owners: wanted moon.example.org, sun2.example.org, \
         loaded moon.example.org, sun.example.org\n",
    ),
    (
        "dns = 192.0.2.53",
        "dns = 192.0.2.54",
        "replace pool home\n  dns: wanted 192.0.2.54, loaded 192.0.2.53\n",
    ),
    (
        "ca.crl",
        "other.crl",
        "replace authority ca\n  crl_uris: wanted http://192.0.2.1/other.crl, \
         loaded http://192.0.2.1/ca.crl\n",
    ),
    (
        "  ike-home {",
        "  ike-house {",
        "load secret ike-house\n  is not loaded\nunload secret ike-home\n  is not wanted\n",
    ),
    (
        "  office {",
        "  bureau {",
        "unload connection office\n  is not wanted\nload connection bureau\n  is not loaded\n",
    ),
    (
        "authorities {\n  ca {",
        "authorities {\n  root {",
        "load authority root\n  is not loaded\nunload authority ca\n  is not wanted\n",
    ),
    // Another spelling of the same.
    ("rekey_time = 4h", "rekey_time = 240m", ""),
    ("mode = tunnel", "mode = Tunnel", ""),
    ("secret = swordfish", "secret = 0x73776f726466697368", ""),
];

fn a_change_gives_exactly_its_step(charon: &Charon) {
    if !write(charon) {
        return;
    }
    let mut memory = Memory::new();
    apply(
        charon,
        &plan(charon, &charon.config(), &memory),
        &mut memory,
    );
    for (from, to, expected) in CHANGES {
        assert_eq!(CONF.matches(from).count(), 1, "{from}");
        for (text, is_back) in [(CONF.replace(from, to), false), (CONF.to_owned(), true)] {
            charon.write("swanctl.conf", &text);
            let config = charon.config();
            let plan = plan(charon, &config, &memory);
            if !is_back {
                let printed = plan.to_string();
                let steps = printed.rsplit_once('\n').unwrap().0;
                let steps = steps.rsplit_once('\n').map_or("", |(steps, _)| steps);
                assert_eq!(steps, expected.trim_end(), "{from} -> {to}");
            }
            apply(charon, &plan, &mut memory);
            let after = self::plan(charon, &config, &memory);
            assert!(after.is_empty(), "{from} -> {to}: {after}");
        }
    }
    // A key that is not wanted any more, and one that is new.
    std::fs::remove_file(charon.folder().join("ecdsa/ec.pem")).unwrap();
    openssl(
        charon,
        "ecparam -name secp384r1 -genkey -noout -out ecdsa/new.pem",
    );
    let plan = plan(charon, &charon.config(), &memory);
    let steps: Vec<_> = plan
        .steps
        .iter()
        .map(|step| (step.action, step.kind))
        .collect();
    assert_eq!(
        steps,
        [(Action::Load, Kind::Key), (Action::Unload, Kind::Key)],
        "{plan}"
    );
    apply(charon, &plan, &mut memory);
    assert!(self::plan(charon, &charon.config(), &memory).is_empty());

    // Within a scope the rest is none of its business.
    let empty = Config::new();
    let loaded = charon.loaded();
    let only = Plan::new(
        &empty,
        &loaded,
        &memory,
        &Scope::only([Kind::Connection]).prefix("ho"),
    );
    assert!(
        only.to_string().starts_with("unload connection home\n"),
        "{only}"
    );
    assert_eq!(only.steps.len(), 1, "{only}");
    let keep = Plan::new(&empty, &loaded, &memory, &Scope::all().keep_unwanted());
    assert!(keep.is_empty(), "{keep}");
    // In an order in which nothing is unloaded that is used.
    let all = Plan::new(&empty, &loaded, &memory, &Scope::all());
    apply(charon, &all, &mut memory);
    let after = charon.loaded();
    let left = after.conns.len() + after.pools.len() + after.secrets.len() + after.keys.len();
    assert_eq!(left + after.authorities.len(), 0, "{after:?}");
}

fn what_the_daemon_refuses_is_told_of_its_step(charon: &Charon) {
    let mut config = Config::new();
    for number in 0..250 {
        let mut conn = Conn::new().remote_addrs(["192.0.2.1"]);
        if [7, 8, 149].contains(&number) {
            conn = conn.proposals(["aes128-bogus"]);
        }
        config.connections.push(format!("c{number:03}"), conn);
    }
    config
        .pools
        .push("wrong", Pool::new("10.0.0.0/8").dns(["nonsense"]));
    config
        .secrets
        .push(LoadShared::new(SharedType::Ike, "a").id("s"));
    let mut memory = Memory::new();
    let plan = plan(charon, &config, &memory);
    let report = plan.apply(&mut charon.client(), &mut memory, OnRefusal::GoOn);
    let failures: Vec<String> = report
        .failures(&plan)
        .map(|(step, _)| step.to_string())
        .collect();
    let expected = [
        "load pool wrong",
        "load connection c007",
        "load connection c008",
        "load connection c149",
    ];
    assert_eq!(failures, expected);
    assert_eq!(report.to_string(), "248 done, 4 failed, 0 left out");
    assert_eq!(charon.loaded().conns.len(), 247);
    // They are what is left to do.
    let rest = self::plan(charon, &config, &memory);
    assert_eq!(rest.steps.len(), 4, "{rest}");

    // Stopping at the first.
    let report = rest.apply(&mut charon.client(), &mut memory, OnRefusal::Stop);
    let outcomes: Vec<bool> = report
        .outcomes
        .iter()
        .map(|it| matches!(it, Outcome::LeftOut))
        .collect();
    assert_eq!(outcomes, [false, true, true, true]);

    // A connection that is gone.
    let mut client = charon.client();
    client.shutdown_handle().unwrap().shutdown().unwrap();
    let report = rest.apply(&mut client, &mut memory, OnRefusal::GoOn);
    assert_eq!(report.to_string(), "0 done, 1 failed, 3 left out");
}

fn thousands_of_connections_go_into_few_commands(charon: &Charon) {
    let mut config = Config::new();
    for number in 0..10_000 {
        let conn = Conn::new()
            .remote_addrs([format!("10.{}.{}.1", number / 256, number % 256)])
            .local(ConnAuth::new().auth("psk").id("moon.example.org"))
            .remote(
                ConnAuth::new()
                    .auth("psk")
                    .id(format!("peer-{number}.example.org")),
            );
        config.connections.push(format!("c{number}"), conn);
    }
    let mut memory = Memory::new();
    let plan = plan(charon, &config, &memory);
    apply(charon, &plan, &mut memory);
    let after = self::plan(charon, &config, &memory);
    assert!(
        after.is_empty() && after.unseen.is_empty(),
        "{}",
        after.steps.len()
    );
}

/// The async door does what the blocking one does.
#[cfg(feature = "tokio")]
mod with_tokio {
    use vici_client::AsyncClient;

    use super::*;

    each_generation! {
        a_plan_is_applied_async
    }

    fn a_plan_is_applied_async(charon: &Charon) {
        if !write(charon) {
            return;
        }
        let config = charon.config();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let client = AsyncClient::connect_uri(&charon.uri()).await.unwrap();
            let mut memory = Memory::new();
            let loaded = Loaded::ask_async(&client).await.unwrap();
            let plan = Plan::new(&config, &loaded, &memory, &Scope::all());
            let report = plan
                .apply_async(&client, &mut memory, OnRefusal::GoOn)
                .await;
            assert!(report.is_complete(), "{report:?}");
            let loaded = Loaded::ask_async(&client).await.unwrap();
            let after = Plan::new(&config, &loaded, &memory, &Scope::all());
            assert!(after.is_empty() && after.unseen.is_empty(), "{after}");
        });
    }
}
