//! Each change of a file gives exactly its step.

use vici_control::{Action, Config, Kind, Memory, Plan, Scope};

use crate::charon::{Charon, each_generation};
use crate::folder::{CONF, apply, openssl, plan, write};

each_generation! {
    a_change_gives_exactly_its_step
}

/// What is replaced in the file by what, and the steps that it takes.
const CHANGES: &[(&str, &str, &str)] = &[
    (
        "    remote_addrs = 192.0.2.2\n",
        "    remote_addrs = 192.0.2.3\n",
        "replace connection office\n  remote_addrs: wanted [192.0.2.3], loaded [192.0.2.2]\n",
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
        "replace connection home\n  children.dmz: not wanted, loaded a child\n  \
         children.dmz.remote_ts: not wanted, loaded 10.3.0.0/16\n  \
         children.dmz2: wanted a child, not loaded\n  \
         children.dmz2.remote_ts: wanted 10.3.0.0/16, not loaded\n",
    ),
    // By reference.
    (
        "dpd_delay = 30s",
        "dpd_delay = 60s",
        "replace connection home\n  dpd_delay: wanted 60s, loaded 30\n",
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
            let after = crate::folder::plan(charon, &config, &memory);
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
    assert!(crate::folder::plan(charon, &charon.config(), &memory).is_empty());

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
