//! Keys on tokens: `token` entries of a `swanctl.conf`, on a real token of SoftHSM.

use std::fs;
use std::path::Path;
use std::process::Command;

use vici_control::{Action, Kind, Memory, OnRefusal};

use crate::charon::{Charon, each_generation, run_in};
use crate::folder::{apply, plan};
use crate::outside::is_there;

each_generation! { of super::run;
    a_key_on_a_token_is_loaded_once
}

fn run(generation: &'static str, test: impl FnOnce(&Charon)) {
    run_in(generation, make_token, test);
}

/// A token in the folder of a daemon, with a key on it, as far as there are programs to make it.
fn make_token(dir: &Path) {
    if !is_there(Path::new("softhsm2-util"), "SoftHSM to make a token")
        || !is_there(Path::new("openssl"), "openssl to make keys")
    {
        return;
    }
    let conf = dir.join("softhsm2.host.conf");
    let tokens = dir.join("tokens");
    fs::create_dir(&tokens).unwrap();
    fs::write(
        &conf,
        format!("directories.tokendir = {}\n", tokens.display()),
    )
    .unwrap();
    for words in [
        "openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out token.pem",
        "softhsm2-util --init-token --free --label lab --pin 1234 --so-pin 5678",
        "softhsm2-util --import token.pem --token lab --label key --id 0badcafe --pin 1234",
    ] {
        let mut words = words.split(' ');
        let output = Command::new(words.next().unwrap())
            .args(words)
            .current_dir(dir)
            .env("SOFTHSM2_CONF", &conf)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

const CONF: &str =
    "secrets {\n  token-1 {\n    handle = 0badcafe\n    module = soft\n    pin = 1234\n  }\n}\n";

fn a_key_on_a_token_is_loaded_once(charon: &Charon) {
    if !charon.dir().join("tokens").exists() {
        return;
    }
    let steps = |memory: &Memory| {
        let plan = plan(charon, &charon.config(), memory);
        let steps = plan.steps.iter();
        (
            steps
                .map(|step| (step.action, step.kind))
                .collect::<Vec<_>>(),
            plan,
        )
    };
    // The daemon says why it does not take it, and its pin is told to nobody.
    charon.write("swanctl.conf", CONF.replace("1234", "98765"));
    let mut memory = Memory::new();
    let (first, wrong) = steps(&memory);
    assert_eq!(first, [(Action::Load, Kind::Token)]);
    let report = wrong.apply(&mut charon.client(), &mut memory, OnRefusal::GoOn);
    let (step, error) = report.failures(&wrong).next().unwrap();
    let said = format!("{step}: {error} {report:?} {wrong:?} {memory:?}");
    assert!(said.starts_with("load token 0badcafe: "), "{said}");
    assert!(said.contains("loading private key"), "{said}");
    assert!(!said.contains("98765"), "{said}");

    charon.write("swanctl.conf", CONF);
    let (_, right) = steps(&memory);
    apply(charon, &right, &mut memory);
    assert_eq!(charon.loaded().keys.len(), 1);
    // It is remembered by what the daemon calls it: nothing is left to do, here and for swanctl.
    let (left, plan) = steps(&memory);
    assert_eq!((left, plan.unseen.len()), (vec![], 0), "{plan}");
    let said = charon.swanctl(&["--load-all", "--noprompt"]);
    assert_eq!(charon.loaded().keys.len(), 1, "{said}");

    // Without memory nobody can tell what the key on it is called, so that it is loaded again and what
    // is loaded is left alone.
    let (again, plan) = steps(&Memory::new());
    assert_eq!(again, [(Action::Load, Kind::Token)]);
    let unseen: Vec<Kind> = plan.unseen.iter().map(|unseen| unseen.kind).collect();
    assert_eq!(unseen, [Kind::Key], "{plan}");

    charon.write("swanctl.conf", "");
    let (gone, plan) = steps(&memory);
    assert_eq!(gone, [(Action::Unload, Kind::Key)], "{plan}");
    apply(charon, &plan, &mut memory);
    assert_eq!(charon.loaded().keys.len(), 0);
    assert!(crate::folder::plan(charon, &charon.config(), &memory).is_empty());
}
