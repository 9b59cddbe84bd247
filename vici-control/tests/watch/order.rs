//! Events in an order that no daemon is known for.

use vici_control::watch::Tracker;
use vici_types::{
    ChildRekey, ChildRekeyed, ChildSa, ChildState, IkeSa, IkeState, IkeUpdown, IkeVersion, ListSa,
    Named, Spi,
};

use crate::mirror::{Mirror, of_table};

fn ike(id: u32) -> IkeSa {
    let mut sa = IkeSa::default();
    sa.uniqueid = id;
    sa.version = IkeVersion::V1;
    sa.state = IkeState::Established;
    sa.remote_port = Some(500);
    sa
}

fn child(id: u32) -> ChildSa {
    let mut sa = ChildSa::default();
    sa.uniqueid = Some(id);
    sa.state = ChildState::Installed;
    sa.spi_in = Some(Spi::new(id));
    sa
}

fn item(id: u32, children: &[u32]) -> ListSa {
    let mut item = ListSa::default();
    item.name = "home".into();
    item.ike_sa = ike(id);
    let children = children.iter();
    let children = children.map(|id| (format!("net-{id}"), child(*id)));
    item.ike_sa.child_sas = Some(children.collect());
    item
}

fn updown(id: u32, up: bool) -> IkeUpdown {
    let mut event = IkeUpdown::default();
    (event.up, event.name, event.ike_sa) = (up, "home".into(), ike(id));
    event
}

fn rekeyed(id: u32, old: u32, new: u32) -> ChildRekey {
    let mut both = ChildRekeyed::default();
    (both.old, both.new) = (child(old), child(new));
    let mut event = ChildRekey::default();
    event.name = "home".into();
    event.ike_sa = ike(id).map_children(|_| ChildRekeyed::default());
    event.ike_sa.child_sas = Some(Named::from([("net", both)]));
    event
}

/// A tracker of these IKE_SAs with their CHILD_SAs.
fn listed(items: &[(u32, &[u32])]) -> Tracker {
    let mut tracker = Tracker::new();
    tracker.connected();
    assert!(tracker.begin_list().is_some());
    for (id, children) in items {
        tracker.item(&item(*id, children));
    }
    tracker.finish_list();
    tracker
}

/// What is told makes the table.
fn follow(tracker: &mut Tracker, mirror: &mut Mirror) {
    while let Some(change) = tracker.next_change() {
        mirror.apply(&change, tracker.table());
    }
    assert_eq!(of_table(tracker.table()), mirror.sas);
}

#[test]
fn what_replaces_the_last_of_an_ike_sa_that_is_down_stays() {
    let mut tracker = listed(&[(1, &[4]), (5, &[2])]);
    let mut mirror = Mirror::default();
    follow(&mut tracker, &mut mirror);
    // What it had may be in its successors.
    tracker.event(&updown(1, false).into());
    assert!(tracker.wants_list());
    tracker.event(&rekeyed(1, 4, 2).into());
    follow(&mut tracker, &mut mirror);
    // It has been seen in a newer one, and never goes back to an older one.
    assert_eq!(tracker.table().child(2).map(|(ike, _)| ike.id), Some(5));
}
