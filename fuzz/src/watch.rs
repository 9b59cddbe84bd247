//! The state machine of a watch, given whatever comes in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use vici_client::RawEvent;
use vici_control::watch::{Change, EVENTS, Table, Tracker};
use vici_types::{
    AnyEvent, ChildRekey, ChildRekeyed, ChildSa, ChildState, ChildUpdown, IkeRekey, IkeSa, IkeSpi,
    IkeState, IkeUpdate, IkeUpdown, IkeVersion, ListSa, Named, Spi,
};

use crate::input::Input;

/// No panic; what is told makes the table; no CHILD_SA is there twice; and a daemon without SAs is an
/// empty table after a bounded number of lists.
///
/// The input is a list of steps: events and items of a few SAs, and of any bytes.
pub fn watch(data: &[u8]) {
    let mut tracker = Tracker::new();
    let mut copy = Copied::default();
    let mut input = Input::new(data);
    let mut asked = 0;
    while !input.is_empty() {
        match input.below(16) {
            0 => tracker.connected(),
            1 => tracker.disconnected("the end"),
            2 => tracker.lost(1),
            3 => asked += usize::from(tracker.begin_list().is_some()),
            4 => tracker.finish_list(),
            5 => tracker.cancel_list(),
            6..9 => tracker.item(&item(&mut input)),
            9 => {
                let name = EVENTS[input.below(EVENTS.len())];
                let event = RawEvent::new(name, input.chunk());
                match event.decode_any() {
                    Ok(Some(event)) => tracker.event(&event),
                    _ => tracker.lost(1),
                }
            }
            _ => tracker.event(&event(&mut input)),
        }
        copy.follow(&mut tracker);
    }
    tracker.connected();
    let mut lists = 0;
    while tracker.begin_list().is_some() {
        lists += 1;
        tracker.finish_list();
    }
    assert!(lists <= 1 && tracker.is_current(), "{lists} after {asked}");
    copy.follow(&mut tracker);
    assert!(tracker.table().is_empty());
}

/// The numbers of IKE_SAs, and of what they have.
#[derive(Debug, Default, PartialEq)]
struct Copied(BTreeMap<u32, BTreeSet<u32>>);

impl Copied {
    fn follow(&mut self, tracker: &mut Tracker) {
        while let Some(change) = tracker.next_change() {
            assert!(!change.to_string().is_empty());
            self.apply(&change, tracker.table());
        }
        assert_eq!(*self, of_table(tracker.table()));
    }

    fn apply(&mut self, change: &Change, table: &Table) {
        match change {
            Change::Listed => *self = of_table(table),
            Change::IkeUp(ike) => assert!(self.children(ike.id).is_empty()),
            Change::IkeDown(ike) => {
                let gone = self.0.remove(&ike.id);
                assert_eq!(gone, Some(BTreeSet::new()), "{change}");
            }
            Change::IkeRekeyed { old, new } => {
                let moved = self.0.remove(&old.id).expect("it was there");
                self.0.entry(new.id).or_default().extend(moved);
            }
            Change::ChildUp { ike, child } => assert!(self.children(ike.id).insert(child.id)),
            Change::ChildDown { ike, child } => assert!(self.children(ike.id).remove(&child.id)),
            Change::ChildRekeyed { ike, old, new } => {
                assert!(
                    self.children(ike.id).remove(&old.id) && self.children(ike.id).insert(new.id)
                );
            }
            Change::ChildMoved { from, to, child } => {
                assert!(self.children(from.id).remove(&child.id));
                assert!(self.children(to.id).insert(child.id));
            }
            _ => {}
        }
    }

    fn children(&mut self, id: u32) -> &mut BTreeSet<u32> {
        self.0.entry(id).or_default()
    }
}

fn of_table(table: &Table) -> Copied {
    let mut all = BTreeSet::new();
    let sas = table.iter().map(|sa| {
        let children = sa.children.iter().map(|child| child.id);
        for id in children.clone() {
            assert!(all.insert(id), "{id} is there twice");
            assert_eq!(table.child(id).map(|(ike, _)| ike.id), Some(sa.ike.id));
        }
        (sa.ike.id, children.collect())
    });
    let sas = sas.collect();
    assert_eq!(all.len(), table.children());
    Copied(sas)
}

const IKE_STATES: [IkeState; 5] = [
    IkeState::Established,
    IkeState::Rekeying,
    IkeState::Connecting,
    IkeState::Rekeyed,
    IkeState::Deleting,
];

const CHILD_STATES: [ChildState; 3] = [
    ChildState::Installed,
    ChildState::Rekeyed,
    ChildState::Installing,
];

/// An IKE_SA of a few, in two bytes.
fn ike(input: &mut Input<'_>) -> IkeSa {
    let mut sa = IkeSa::default();
    let (id, more) = (input.byte(), usize::from(input.byte()));
    sa.uniqueid = u32::from(id % 8);
    sa.initiator_spi = IkeSpi::new(u64::from(id / 128));
    sa.state = IKE_STATES[more % 5].clone();
    if more / 5 % 3 == 0 {
        sa.version = IkeVersion::V1;
    }
    sa.remote_host = ["192.0.2.1", "192.0.2.2"][more / 15 % 2].into();
    sa
}

fn child(input: &mut Input<'_>) -> ChildSa {
    let mut sa = ChildSa::default();
    let byte = usize::from(input.byte());
    sa.uniqueid = (byte != 255).then_some(input.byte().into());
    sa.uniqueid = sa.uniqueid.map(|id: u32| id % 16);
    sa.state = CHILD_STATES[byte % 3].clone();
    sa.reqid = [1, 2][byte / 3 % 2];
    sa.spi_in = (byte / 6 % 2 == 0).then_some(Spi::new(7));
    sa
}

fn item(input: &mut Input<'_>) -> ListSa {
    let mut item = ListSa::default();
    item.name = "home".into();
    item.ike_sa = ike(input);
    let count = input.below(4);
    let children = (0..count).map(|_| ("net", child(input)));
    item.ike_sa.child_sas = Some(children.collect());
    item
}

fn event(input: &mut Input<'_>) -> AnyEvent {
    match input.below(8) {
        0 | 1 => {
            let mut event = IkeUpdown::default();
            (event.up, event.name) = (input.below(2) == 0, "home".into());
            event.ike_sa = ike(input);
            event.into()
        }
        2 | 3 => {
            let mut event = ChildUpdown::default();
            (event.up, event.name) = (input.below(2) == 0, "home".into());
            event.ike_sa = ike(input);
            event.ike_sa.child_sas = Some(Named::from([("net", child(input))]));
            event.into()
        }
        4 => {
            let mut event = IkeRekey::default();
            event.name = "home".into();
            (event.ike_sa.old, event.ike_sa.new) = (ike(input), ike(input));
            event.into()
        }
        5 | 6 => {
            let mut event = ChildRekey::default();
            event.name = "home".into();
            let mut both = ChildRekeyed::default();
            event.ike_sa = ike(input).map_children(|_| ChildRekeyed::default());
            (both.old, both.new) = (child(input), child(input));
            event.ike_sa.child_sas = Some(Named::from([("net", both)]));
            event.into()
        }
        _ => {
            let mut event = IkeUpdate::default();
            event.ike_sa = ike(input);
            event.remote_host = "192.0.2.3".into();
            event.into()
        }
    }
}
