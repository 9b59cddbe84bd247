//! Bringing tunnels up and taking them down, with the reason where it does not work.

mod door;
mod outcome;
mod reason;
mod run;
mod story;
#[cfg(test)]
mod tests;
mod way;

pub use self::door::{bring_up, take_down};
#[cfg(feature = "tokio")]
pub use self::door::{bring_up_async, take_down_async};
pub use self::outcome::{Down, Failure, Up};
pub use self::reason::Reason;
