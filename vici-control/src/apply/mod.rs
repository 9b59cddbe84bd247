//! Doing what a plan says: which command comes next, and what its answer means. The doors are the two
//! clients.

mod door;
mod report;
pub(crate) mod request;
mod run;

pub(crate) use self::door::list;
pub use self::report::{OnRefusal, Outcome, Report};
