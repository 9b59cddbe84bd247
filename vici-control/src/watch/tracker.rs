//! The state machine: events and lists in, changes out.

use std::collections::VecDeque;
use std::sync::Arc;

use vici_types::{AnyEvent, IkeState, ListSa, ListSas};

use super::book::Book;
use super::change::{Change, Why};
use super::difference;
use super::sa::{Child, Ike, is_child_up, is_ike_up};
use super::table::Table;

/// A [`Watch`](super::Watch) without its connection: it is given events and lists, and says when it wants
/// a list.
///
/// For drivers of your own. The rules are:
///
/// - When the events [`EVENTS`](super::EVENTS) are subscribed on a connection, call
///   [`connected`](Self::connected).
/// - Give it each event that comes, in their order.
/// - Whenever [`begin_list`](Self::begin_list) returns a request, send it, give it each item, and then
///   each event that had come before the response, whether it came before an item or behind it. Events may
///   be given later than the items that came behind them, but never earlier. Then call
///   [`finish_list`](Self::finish_list).
/// - Where events are missing, call [`lost`](Self::lost). What came before them has to be given before the
///   next list begins.
/// - Take the changes with [`next_change`](Self::next_change).
///
/// ```
/// use vici_control::watch::{Change, Tracker};
/// use vici_types::{AnyEvent, IkeUpdown};
///
/// let mut tracker = Tracker::new();
/// tracker.connected();
/// assert!(tracker.begin_list().is_some());
/// tracker.finish_list();
/// assert_eq!(tracker.next_change(), Some(Change::Listed));
///
/// let mut event = IkeUpdown::default();
/// event.up = true;
/// event.name = "home".into();
/// event.ike_sa.uniqueid = 1;
/// tracker.event(&AnyEvent::from(event));
/// assert!(matches!(tracker.next_change(), Some(Change::IkeUp(ike)) if ike.name == "home"));
/// assert_eq!(tracker.table().len(), 1);
/// ```
#[derive(Debug, Default)]
pub struct Tracker {
    is_connected: bool,
    /// What was told.
    book: Book,
    /// What is being listed, until all of it is known.
    fresh: Option<Book>,
    /// Why all has to be listed; `None` before the first list as well.
    why: Option<Why>,
    is_listed: bool,
    asked: Option<Asked>,
    changes: VecDeque<Change>,
}

/// A list that was asked for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    All,
    /// Of one IKE_SA, and whether it has come.
    One(u32, bool),
}

impl Tracker {
    /// Without a connection, and with an empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// There is a connection, the first or another one, and the events are subscribed.
    pub fn connected(&mut self) {
        self.cancel_list();
        self.is_connected = true;
        if self.is_listed {
            self.why = Some(Why::Reconnected);
        }
    }

    /// The connection has ended, for this reason. The table stays.
    pub fn disconnected(&mut self, reason: impl Into<String>) {
        if !self.is_connected {
            return;
        }
        self.cancel_list();
        self.is_connected = false;
        let reason = reason.into();
        self.changes.push_back(Change::Disconnected { reason });
    }

    /// So many events were lost. A list that has begun is given up.
    pub fn lost(&mut self, events: u64) {
        self.cancel_list();
        if !self.is_listed {
            return;
        }
        self.why = match self.why {
            Some(Why::Reconnected) => Some(Why::Reconnected),
            Some(Why::Lost { events: before }) => Some(Why::Lost {
                events: before.saturating_add(events),
            }),
            None => Some(Why::Lost { events }),
        };
    }

    /// An event has come. Those that are about no SA are passed over.
    pub fn event(&mut self, event: &AnyEvent) {
        if let AnyEvent::Alert(alert) = event {
            let alert = Arc::new(alert.clone());
            return self.changes.push_back(Change::Alert(alert));
        }
        if let Some(fresh) = &mut self.fresh {
            fresh.event(event);
            // It may have answered what the next list was to tell.
            self.conclude();
        } else if self.is_listed && self.why.is_none() {
            self.change(|book| book.event(event));
        }
        // Else it comes before a list that will show what it has done.
    }

    /// The list that is wanted now, if one is. It has begun then.
    pub fn begin_list(&mut self) -> Option<ListSas> {
        let asked = self.wanted()?;
        self.asked = Some(asked);
        Some(match asked {
            Asked::All => {
                self.fresh = Some(Book::default());
                ListSas::new()
            }
            Asked::One(id, _) => ListSas::new().ike_id(id),
        })
    }

    /// Whether a list is wanted now: whether [`begin_list`](Self::begin_list) would return one.
    pub fn wants_list(&self) -> bool {
        self.wanted().is_some()
    }

    fn wanted(&self) -> Option<Asked> {
        if !self.is_connected || self.asked.is_some() {
            return None;
        }
        let wants_all = !self.is_listed || self.why.is_some();
        if wants_all && self.fresh.is_none() {
            return Some(Asked::All);
        }
        let book = self.fresh.as_ref().unwrap_or(&self.book);
        let id = *book.partial.first()?;
        Some(Asked::One(id, false))
    }

    /// An item of the list has come.
    pub fn item(&mut self, item: &ListSa) {
        let (sa, id) = (&item.ike_sa, item.ike_sa.uniqueid);
        let is_up = is_ike_up(&sa.state);
        match &mut self.asked {
            None => return,
            Some(Asked::All) => {}
            Some(Asked::One(one, _)) if *one != id => return,
            Some(Asked::One(_, seen)) => *seen = is_up,
        }
        let mut ike = Arc::new(Ike::new(&item.name, sa));
        if matches!(sa.state, IkeState::Created | IkeState::Connecting) {
            return self.in_list(|book, _| book.ike_down(id));
        }
        if !is_up {
            return self.in_list(|book, _| book.ike_goes_down(&ike));
        }
        let children = sa.child_sas.iter().flatten();
        let children = children.filter(|(_, child)| is_child_up(&child.state));
        let children = children.filter_map(|(name, child)| Child::new(name, child));
        let mut children: Vec<Arc<Child>> = children.map(Arc::new).collect();
        self.in_list(|book, table| {
            // Most is as it was, and need not be kept twice.
            if let Some(known) = table.and_then(|table| table.get(id)) {
                if known.ike == ike {
                    ike = Arc::clone(&known.ike);
                }
                for child in &mut children {
                    if let Some(known) = known.child(child.id).filter(|known| *known == child) {
                        *child = Arc::clone(known);
                    }
                }
            }
            book.replace(ike, children);
        });
    }

    /// The list is over, and all events that had come before its end were given.
    pub fn finish_list(&mut self) {
        match self.asked.take() {
            None => return,
            Some(Asked::All) => {}
            // What was seen is whole, if no event behind it says that it has to be listed again.
            Some(Asked::One(_, true)) => {}
            Some(Asked::One(id, false)) => self.in_list(|book, _| book.is_not_listed(id)),
        }
        self.in_list(|book, _| book.settle());
        self.conclude();
    }

    /// The list failed. It will be wanted again.
    pub fn cancel_list(&mut self) {
        let asked = self.asked.take();
        if let (Some(Asked::One(id, _)), None) = (asked, self.fresh.take()) {
            // What has come of it is not all.
            if self.book.table.get(id).is_some() {
                self.book.partial.insert(id);
            }
            self.change(Book::settle);
        }
    }

    /// The next change.
    pub fn next_change(&mut self) -> Option<Change> {
        let change = self.changes.pop_front();
        if self.changes.is_empty() {
            // What a list has told of thousands.
            self.changes.shrink_to(FEW);
        }
        change
    }

    /// The SAs that are up.
    pub fn table(&self) -> &Table {
        &self.book.table
    }

    /// Whether the table is that of the daemon, as far as all that was given tells: there is a connection,
    /// and no list is wanted or under way.
    pub fn is_current(&self) -> bool {
        self.is_connected
            && self.is_listed
            && self.why.is_none()
            && self.asked.is_none()
            && self.book.partial.is_empty()
    }

    /// Changes what was told, and tells it.
    fn change(&mut self, change: impl FnOnce(&mut Book)) {
        self.book.told = Some(std::mem::take(&mut self.changes));
        change(&mut self.book);
        self.changes = self.book.told.take().unwrap_or_default();
    }

    /// Changes what is being listed, which may be what was told; else that is given beside it.
    fn in_list(&mut self, change: impl FnOnce(&mut Book, Option<&Table>)) {
        match &mut self.fresh {
            Some(fresh) => change(fresh, Some(&self.book.table)),
            None => self.change(|book| change(book, None)),
        }
    }

    /// Shows what was listed, if nothing is missing.
    fn conclude(&mut self) {
        let is_whole = |fresh: &mut Book| fresh.partial.is_empty();
        if self.asked.is_some() {
            return;
        }
        let Some(fresh) = self.fresh.take_if(is_whole) else {
            return;
        };
        let old = std::mem::take(&mut self.book.table);
        match self.why.take() {
            None => self.changes.push_back(Change::Listed),
            Some(why) => {
                self.changes.push_back(Change::Resynchronised(why));
                difference::tell(&mut self.changes, old, &fresh);
            }
        }
        self.is_listed = true;
        self.book = fresh;
        self.book.ikes_were.clear();
    }
}

/// So many changes may wait without that memory is given back.
const FEW: usize = 64;
