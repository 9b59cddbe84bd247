//! Keeping tunnels up.

mod schedule;
mod wanted;

use std::collections::VecDeque;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use vici_client::{Config, Error, Result, ShutdownHandle};

pub use self::wanted::{Patience, Tunnel};

use self::schedule::Schedule;
use crate::tunnel::{Failure, Reason, Up, bring_up};
use crate::watch::{Change, Table, Watch};

/// Keeps tunnels up, over restarts of their peers and of the daemon, and tells what it does.
///
/// ```no_run
/// use vici_client::Config;
/// use vici_control::keeper::{Keeper, Tunnel};
///
/// # fn main() -> vici_client::Result<()> {
/// let mut keeper = Keeper::connect(&Config::from_env()?, [Tunnel::new("home", "net")])?;
/// while let Some(report) = keeper.next(None)? {
///     println!("{report}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// The example `controller` is a whole program.
///
/// A [`Watch`] tells it what is up. What is not is brought up by [`bring_up`], on a connection and a thread
/// of its own, so that one tunnel does not wait for another; no thread of the daemon waits meanwhile. What
/// fails is tried again after a pause, which grows and is a random part shorter; what has lasted and goes
/// down is tried at once. How long and how many is in [`Patience`].
///
/// It loads nothing: after a restart of the daemon the attempts fail for
/// [`NoSuchConfiguration`](Reason::NoSuchConfiguration) until somebody loads it again, such as
/// [`Plan::apply`](crate::Plan::apply) when [`Change::Resynchronised`] is told. It works while it waits in
/// [`next`](Self::next). An attempt that is under way when it is dropped ends by itself.
#[derive(Debug)]
pub struct Keeper {
    watch: Watch,
    /// How attempts connect.
    config: Config,
    schedule: Schedule,
    begun: Instant,
    /// Whether the table has changed since it was looked at.
    is_new: bool,
    ends: Receiver<End>,
    end: Sender<End>,
    reports: VecDeque<Report>,
}

/// How the attempt of this number ended.
type End = (usize, std::result::Result<Up, Failure>);

/// What a [`Keeper`] has seen or done.
#[derive(Debug)]
#[non_exhaustive]
pub enum Report {
    /// What its watch tells, of all SAs.
    Change(Change),
    /// A tunnel is not up, and an attempt has begun.
    Trying(Tunnel),
    /// An attempt has ended well.
    Up {
        /// The tunnel.
        tunnel: Tunnel,
        /// What is up.
        up: Box<Up>,
    },
    /// An attempt failed.
    Failed {
        /// The tunnel.
        tunnel: Tunnel,
        /// Why.
        failure: Box<Failure>,
        /// In how long it is tried again.
        again_in: Duration,
    },
}

/// One line, for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(change) => change.fmt(f),
            Self::Trying(tunnel) => write!(f, "{tunnel} is not up, and is tried"),
            Self::Up { tunnel, .. } => write!(f, "{tunnel} is up"),
            Self::Failed {
                failure, again_in, ..
            } => write!(f, "{failure}; again in {:.1} s", again_in.as_secs_f64()),
        }
    }
}

impl Keeper {
    /// Connects, and watches. The tunnels are tried by [`next`](Self::next).
    ///
    /// # Errors
    ///
    /// Those of [`Watch::connect`].
    pub fn connect(config: &Config, tunnels: impl IntoIterator<Item = Tunnel>) -> Result<Self> {
        let (end, ends) = channel();
        // A new one differs each time.
        let seed = RandomState::new().hash_one(0);
        Ok(Self {
            watch: Watch::connect(config)?,
            config: config.clone(),
            schedule: Schedule::new(tunnels, seed),
            begun: Instant::now(),
            is_new: true,
            ends,
            end,
            reports: VecDeque::new(),
        })
    }

    /// Changes how long it waits, and how much it does at once, from now on.
    pub fn set_patience(&mut self, patience: Patience) {
        self.schedule.set_patience(patience);
    }

    /// Does what is to be done, and returns what was seen or done. The timeout is as that of
    /// [`Watch::next`]; nothing is done between the calls.
    ///
    /// # Errors
    ///
    /// Those of [`Watch::next`]. The next call goes on.
    pub fn next(&mut self, timeout: Option<Duration>) -> Result<Option<Report>> {
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            self.work();
            if let Some(report) = self.reports.pop_front() {
                return Ok(Some(report));
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let tick = self.schedule.is_trying().then_some(TICK);
            // Without a table that is right nothing is due.
            let is_current = self.watch.is_current();
            let due = self.schedule.pause(self.begun.elapsed());
            let due = due.filter(|_| is_current);
            let wait = [left, tick, due].into_iter().flatten().min();
            match self.watch.next(wait)? {
                Some(change) => {
                    self.is_new = true;
                    self.reports.push_back(Report::Change(change));
                }
                None if left.is_some_and(|left| Some(left) == wait) => return Ok(None),
                None => {}
            }
        }
    }

    /// The SAs that are up, wanted or not.
    pub fn table(&self) -> &Table {
        self.watch.table()
    }

    /// A handle that ends it from another thread, as [`Watch::shutdown_handle`].
    ///
    /// # Errors
    ///
    /// Those of [`Watch::shutdown_handle`].
    pub fn shutdown_handle(&mut self) -> Result<ShutdownHandle> {
        self.watch.shutdown_handle()
    }

    /// Takes what attempts have come to, and begins those that are due.
    fn work(&mut self) {
        let now = self.begun.elapsed();
        while let Ok((number, result)) = self.ends.try_recv() {
            let is_up = result.is_ok();
            let again_in = self.schedule.ended(number, is_up, self.watch.table(), now);
            let Some(tunnel) = self.schedule.tunnel(number).cloned() else {
                continue;
            };
            self.is_new = true;
            self.reports.push_back(match result {
                Ok(up) => {
                    let up = Box::new(up);
                    Report::Up { tunnel, up }
                }
                Err(failure) => Report::Failed {
                    tunnel,
                    failure: Box::new(failure),
                    again_in,
                },
            });
        }
        if !self.watch.is_current() {
            return;
        }
        if std::mem::take(&mut self.is_new) {
            self.schedule.look(self.watch.table(), now);
        }
        while let Some(number) = self.schedule.start(now) {
            if let Some(tunnel) = self.schedule.tunnel(number).cloned() {
                self.reports.push_back(Report::Trying(tunnel.clone()));
                self.attempt(number, tunnel);
            }
        }
    }

    /// One attempt, on a thread of its own.
    fn attempt(&self, number: usize, tunnel: Tunnel) {
        let (config, end) = (self.config.clone(), self.end.clone());
        let limit = self.schedule.patience().attempt;
        let run = {
            let tunnel = tunnel.clone();
            move || {
                let result = match config.connect() {
                    Ok(mut client) => bring_up(&mut client, &tunnel.ike, &tunnel.child, limit),
                    Err(error) => Err(not_tried(tunnel, error)),
                };
                // Nobody may be there any more.
                let _ = end.send((number, result));
            }
        };
        if let Err(error) = thread::Builder::new().spawn(run) {
            let failure = not_tried(tunnel, Error::Io(error));
            let _ = self.end.send((number, Err(failure)));
        }
    }
}

/// An attempt that could not begin.
fn not_tried(tunnel: Tunnel, error: Error) -> Failure {
    Failure {
        ike: tunnel.ike,
        child: Some(tunnel.child),
        up: true,
        reason: Reason::Disconnected,
        words: error.to_string(),
        log: Vec::new(),
        error: Some(Box::new(error)),
    }
}

/// How often it is looked whether an attempt has ended, while one is under way. What comes up is told by the
/// watch at once.
const TICK: Duration = Duration::from_millis(50);
