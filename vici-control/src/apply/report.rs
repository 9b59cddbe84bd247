//! How the steps of a plan ended.

use std::fmt;

use crate::plan::{Plan, Step};

/// What happens when a daemon refuses a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnRefusal {
    /// The other steps are done all the same. Default.
    #[default]
    GoOn,
    /// The other steps are left out.
    Stop,
}

/// How a step ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It is done.
    Done,
    /// It failed: the daemon refused it, or the connection is gone.
    Failed(vici_client::Error),
    /// It was not tried, or what became of it is not known, since an earlier one failed.
    LeftOut,
}

impl Outcome {
    /// Whether it is done.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}

/// How each step of a plan ended, in the order of the plan.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// One for each step.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Whether all steps are done.
    pub fn is_complete(&self) -> bool {
        self.outcomes.iter().all(Outcome::is_done)
    }

    /// The steps that failed, and why.
    pub fn failures<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> impl Iterator<Item = (&'a Step, &'a vici_client::Error)> {
        let all = plan.steps.iter().zip(&self.outcomes);
        all.filter_map(|(step, outcome)| match outcome {
            Outcome::Failed(error) => Some((step, error)),
            _ => None,
        })
    }

    /// How many are done.
    pub fn done(&self) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| outcome.is_done())
            .count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = |outcome: &&Outcome| matches!(outcome, Outcome::Failed(_));
        let failed = self.outcomes.iter().filter(failed).count();
        let left_out = self.outcomes.len() - self.done() - failed;
        write!(
            f,
            "{} done, {failed} failed, {left_out} left out",
            self.done()
        )
    }
}
