//! What the simulated daemon is held to as well.

use crate::charon::{Charon, each_generation};
use crate::shared::{CHECKS, WIRE_CHECKS};

each_generation! {
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
