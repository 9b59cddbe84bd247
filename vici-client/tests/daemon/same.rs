//! What the simulated daemon is held to as well.

use vici_client::Address;

use crate::charon::{Charon, each_generation};
use crate::shared::{CHECKS, WIRE_CHECKS};

each_generation! {
    it_is_conformant
    what_holds_for_the_simulated_daemon_holds_here
}

fn what_holds_for_the_simulated_daemon_holds_here(charon: &Charon) {
    for (name, check) in CHECKS {
        eprintln!("{name}");
        check(&mut charon.client());
    }
    for (name, check) in WIRE_CHECKS {
        eprintln!("{name}");
        check(&mut charon.direct().into_inner());
    }
}

fn it_is_conformant(charon: &Charon) {
    let socket = charon.dir().join("charon.vici");
    let report = vici_testing::check_conformance(&Address::Unix(socket));
    eprintln!("{report}");
    assert!(report.is_conformant(), "{report}");
}
