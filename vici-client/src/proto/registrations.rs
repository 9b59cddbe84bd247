//! Which events are registered on a connection.

use core::fmt;

/// The events that a connection has registered. They are counted: by the daemon an event that was
/// registered twice is delivered twice, and either side has to be told twice that it is not wanted.
// There are few of them. A map brings more code than all that is done with it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Registrations(Vec<(String, usize)>);

impl Registrations {
    /// No registrations.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Registers an event once more.
    pub fn add(&mut self, event: &str) {
        match self.find(event) {
            Ok(place) => self.0[place].1 += 1,
            Err(place) => self.0.insert(place, (event.to_owned(), 1)),
        }
    }

    /// Takes a registration back; `false` if there is none.
    pub fn remove(&mut self, event: &str) -> bool {
        let Ok(place) = self.find(event) else {
            return false;
        };
        self.0[place].1 -= 1;
        if self.0[place].1 == 0 {
            self.0.remove(place);
        }
        true
    }

    /// Takes all registrations of an event back.
    pub(super) fn forget(&mut self, event: &str) {
        self.0.retain(|(name, _)| name != event);
    }

    /// How often an event is registered.
    pub fn count(&self, event: &str) -> usize {
        self.find(event).map_or(0, |place| self.0[place].1)
    }

    /// The events, in the order of their names.
    pub(super) fn events(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The place of an event, or where it would be.
    fn find(&self, event: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(name, _)| name.as_str().cmp(event))
    }
}

impl fmt::Debug for Registrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.0.iter().map(|(name, count)| (name, count));
        f.debug_map().entries(entries).finish()
    }
}
