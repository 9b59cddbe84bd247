//! When which tunnel is tried: tables and times in, attempts out.

use std::collections::HashSet;
use std::time::Duration;

use super::wanted::{Patience, Tunnel};
use crate::watch::Table;

/// The tunnels that are wanted, and what is known of each. Times are counted from any moment.
#[derive(Debug)]
pub(super) struct Schedule {
    wanted: Vec<Wanted>,
    patience: Patience,
    /// How many attempts are under way.
    trying: usize,
    random: u64,
}

#[derive(Debug)]
struct Wanted {
    tunnel: Tunnel,
    state: State,
    /// How often in a row it has failed, or did not last.
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is tried at this time.
    Waits(Duration),
    Trying,
    /// It is up since then.
    Up(Duration),
}

impl Schedule {
    /// All is due at once. The seed makes one keeper wait for other times than the next.
    pub(super) fn new(tunnels: impl IntoIterator<Item = Tunnel>, seed: u64) -> Self {
        let mut seen = HashSet::new();
        let tunnels = tunnels.into_iter();
        let tunnels = tunnels.filter(|tunnel| seen.insert(tunnel.clone()));
        let wanted = tunnels.map(|tunnel| Wanted {
            tunnel,
            state: State::Waits(Duration::ZERO),
            failures: 0,
        });
        Self {
            wanted: wanted.collect(),
            patience: Patience::default(),
            trying: 0,
            random: seed,
        }
    }

    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(super) fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    pub(super) fn tunnel(&self, number: usize) -> Option<&Tunnel> {
        self.wanted.get(number).map(|wanted| &wanted.tunnel)
    }

    /// Looks at a table that is right.
    pub(super) fn look(&mut self, table: &Table, now: Duration) {
        let up: HashSet<(&[u8], &[u8])> = table
            .iter()
            .flat_map(|sa| {
                let children = sa.children.iter();
                children.map(|child| (sa.ike.name.as_bytes(), child.name.as_bytes()))
            })
            .collect();
        for number in 0..self.wanted.len() {
            let wanted = &mut self.wanted[number];
            let names = (wanted.tunnel.ike.as_bytes(), wanted.tunnel.child.as_bytes());
            match (wanted.state, up.contains(&names)) {
                (State::Waits(_), true) => wanted.state = State::Up(now),
                (State::Up(since), false) => {
                    // One that has lasted is missed at once.
                    if now.saturating_sub(since) >= self.patience.longest_pause {
                        wanted.failures = 0;
                    }
                    let pause = self.next_pause(number);
                    self.wanted[number].state = State::Waits(now + pause);
                }
                // What comes of an attempt is told by its end.
                _ => {}
            }
        }
    }

    /// The tunnel that is to be tried now, if there is one.
    pub(super) fn start(&mut self, now: Duration) -> Option<usize> {
        if self.trying >= self.patience.at_once {
            return None;
        }
        let (due, number) = self.first()?;
        if due > now {
            return None;
        }
        self.wanted[number].state = State::Trying;
        self.trying += 1;
        Some(number)
    }

    /// For how long nothing is to be tried; nothing if that is up to what happens.
    pub(super) fn pause(&self, now: Duration) -> Option<Duration> {
        if self.trying >= self.patience.at_once {
            return None;
        }
        let (due, _) = self.first()?;
        Some(due.saturating_sub(now))
    }

    pub(super) fn is_trying(&self) -> bool {
        self.trying > 0
    }

    /// An attempt has ended; in how long it is tried again, if it failed.
    pub(super) fn ended(
        &mut self,
        number: usize,
        is_up: bool,
        table: &Table,
        now: Duration,
    ) -> Duration {
        self.trying = self.trying.saturating_sub(1);
        let Some(wanted) = self.wanted.get(number) else {
            return Duration::ZERO;
        };
        let tunnel = &wanted.tunnel;
        // It may be down again, or the table may not know it yet: then it is looked at again.
        let state = if is_up && table.is_up(&tunnel.ike, &tunnel.child) {
            State::Up(now)
        } else {
            State::Waits(now + self.next_pause(number))
        };
        self.wanted[number].state = state;
        match state {
            State::Waits(due) => due.saturating_sub(now),
            _ => Duration::ZERO,
        }
    }

    /// The one that waits and is due first.
    fn first(&self) -> Option<(Duration, usize)> {
        let waiting = self.wanted.iter().enumerate();
        let waiting = waiting.filter_map(|(number, wanted)| match wanted.state {
            State::Waits(due) => Some((due, number)),
            _ => None,
        });
        waiting.min()
    }

    /// Nothing at first, where it was up; then longer each time, and a random part shorter, so that not all
    /// come at once.
    fn next_pause(&mut self, number: usize) -> Duration {
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from((mixed >> 33) & 0xffff).unwrap_or(0);

        let wanted = &mut self.wanted[number];
        let was_up = matches!(wanted.state, State::Up(_));
        let failures = wanted.failures;
        wanted.failures = failures.saturating_add(1);
        if was_up && failures == 0 {
            return Duration::ZERO;
        }
        let times = 1_u32.checked_shl(failures.min(31)).unwrap_or(u32::MAX);
        let pause = self.patience.first_pause.saturating_mul(times);
        let pause = pause.min(self.patience.longest_pause);
        pause - pause / 2 * part / 0xffff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(1);

    fn schedule(count: usize) -> Schedule {
        let tunnels = (0..count).map(|number| Tunnel::new(format!("home{number}"), "net"));
        Schedule::new(tunnels, 7)
    }

    #[test]
    fn pauses_grow_to_the_longest_and_are_never_less_than_half() {
        let mut schedule = schedule(1);
        let (table, mut now) = (Table::default(), Duration::ZERO);
        let mut pauses = HashSet::new();
        for attempt in 0..40 {
            assert_eq!(schedule.start(now), Some(0));
            assert_eq!(schedule.start(now), None);
            let pause = schedule.ended(0, false, &table, now);
            let most = FIRST.saturating_mul(1 << attempt.min(20));
            let most = most.min(schedule.patience().longest_pause);
            assert!(pause <= most && pause >= most / 2, "{attempt}: {pause:?}");
            assert_eq!(schedule.pause(now), Some(pause));
            assert_eq!(schedule.start(now + pause - Duration::from_nanos(1)), None);
            now += pause;
            pauses.insert(pause);
        }
        assert!(pauses.len() > 30, "{pauses:?}");
    }

    #[test]
    fn no_more_are_tried_at_once_than_is_said() {
        let mut schedule = schedule(20);
        schedule.set_patience(Patience {
            at_once: 3,
            ..Patience::default()
        });
        let (table, now) = (Table::default(), Duration::ZERO);
        let started: Vec<usize> = std::iter::from_fn(|| schedule.start(now)).collect();
        assert_eq!(started, [0, 1, 2]);
        assert_eq!(schedule.pause(now), None);
        schedule.ended(1, false, &table, now);
        assert_eq!(schedule.start(now), Some(3));
    }

    #[test]
    fn a_tunnel_that_is_wanted_twice_is_tried_once() {
        let tunnels = [Tunnel::new("home", "net"), Tunnel::new("home", "net")];
        let mut schedule = Schedule::new(tunnels, 1);
        assert_eq!(schedule.start(Duration::ZERO), Some(0));
        assert_eq!(schedule.start(Duration::ZERO), None);
        assert!(schedule.is_trying());
    }
}
