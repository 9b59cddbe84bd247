//! Events in an order that no daemon is known for.

use vici_control::watch::Tracker;
use vici_types::{
    ChildRekey, ChildRekeyed, ChildSa, ChildState, IkeRekey, IkeSa, IkeSpi, IkeState, IkeUpdown,
    IkeVersion, ListSa, Named, Spi,
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

fn ike_rekeyed(old: u32, new: IkeSa) -> IkeRekey {
    let mut event = IkeRekey::default();
    event.name = "home".into();
    (event.ike_sa.old, event.ike_sa.new) = (ike(old), new);
    event
}

#[test]
fn a_number_that_is_used_again_is_no_rekeying() {
    let mut tracker = listed(&[(1, &[4, 5]), (2, &[6])]);
    let mut mirror = Mirror::default();
    follow(&mut tracker, &mut mirror);
    // The first is replaced by the third, the second by one with the number of the first.
    let mut again = item(1, &[6]);
    again.ike_sa.initiator_spi = IkeSpi::new(7);
    tracker.connected();
    assert!(tracker.begin_list().is_some());
    tracker.event(&ike_rekeyed(1, ike(3)).into());
    tracker.event(&ike_rekeyed(2, again.ike_sa.clone()).into());
    tracker.event(&rekeyed(3, 5, 9).into());
    tracker.event(&rekeyed(3, 4, 5).into());
    let mut third = item(3, &[9]);
    let children = third.ike_sa.child_sas.as_mut().unwrap();
    let mut with_another_spi = child(5);
    with_another_spi.spi_in = Some(Spi::new(8));
    children.push("net-5", with_another_spi);
    tracker.item(&again);
    tracker.item(&third);
    tracker.finish_list();
    follow(&mut tracker, &mut mirror);
    let children = |id| tracker.table().get(id).map(|sa| sa.children.len());
    assert_eq!([1, 2, 3].map(children), [Some(1), None, Some(2)]);
}
