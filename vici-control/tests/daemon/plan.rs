//! Plans: nothing to do after `swanctl`, nothing left for it to do after one, and exactly the step that a
//! change needs.

use vici_control::{Action, Config, Loaded, Memory, OnRefusal, Outcome, Plan, Scope};
use vici_types::{Conn, ConnAuth, LoadShared, Pool, SharedType};

use crate::charon::{Charon, each_generation};
use crate::folder::{CONF, apply, plan, write};

each_generation! {
    after_swanctl_there_is_nothing_to_do
    after_a_plan_there_is_nothing_left_for_swanctl
    what_the_daemon_refuses_is_told_of_its_step
    thousands_of_connections_go_into_few_commands
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
    let unseen: Vec<String> = without.unseen.iter().map(ToString::to_string).collect();
    assert_eq!(
        unseen,
        [
            "secret ike-home: data owners type: get-shared does not tell them",
            "authority ca: cacert: list-authorities does not tell which certificate it has",
            "pool home: dns: get-pools does not tell its attributes",
            "connection home: children.net.mark_in children.net.updown pools proposals: \
             list-conns does not tell them, nor whether there are others",
            "connection office: local.certs remote.cacerts: \
             list-conns does not tell them, nor whether there are others",
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
        "replace connection home\n  children.dmz: not wanted, loaded a child\n  \
         children.dmz2: wanted a child, not loaded\n  \
         children.net.remote_ts: wanted [10.4.0.1], loaded [10.2.0.0/16]\n  \
         dpd_delay: wanted 31s, loaded 30\n\
         replace connection office\n  remote_addrs: wanted [192.0.2.3], loaded [192.0.2.2]\n\
         0 to load, 2 to replace, 0 to unload\n"
    );

    // What is wanted by a name that the scope does not have is told.
    let scope = Scope::all().prefix("o");
    let some = Plan::new(&config, &charon.loaded(), &memory, &scope);
    let unseen: Vec<String> = some.unseen.iter().map(ToString::to_string).collect();
    let outside = [
        "secret ike-home",
        "authority ca",
        "pool home",
        "connection home",
    ]
    .map(|name| {
        format!(
            "{name}: its name does not begin with the prefix of the scope, so that it is left alone"
        )
    });
    assert_eq!(unseen, outside);

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
    let rest = crate::folder::plan(charon, &config, &memory);
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
    let after = crate::folder::plan(charon, &config, &memory);
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
