//! What a watch over many SAs takes.

use peak_alloc::PeakAlloc;
use vici_control::watch::Tracker;
use vici_types::{
    AnyEvent, ChildRekey, ChildRekeyed, ChildSa, ChildState, IkeRekey, IkeSa, IkeSpi, IkeState,
    ListSa, Named, Spi,
};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const SAS: u32 = 10_000;

/// The most bytes that may be taken for each of them.
const MOST: usize = 1000;

fn ike(id: u32, daemon: u64) -> IkeSa {
    let mut sa = IkeSa::default();
    sa.uniqueid = id;
    sa.state = IkeState::Established;
    (sa.local_host, sa.remote_host) = ("192.0.2.1".into(), "2001:db8:1234:5678::1".into());
    (sa.local_port, sa.remote_port) = (Some(4500), Some(4500));
    sa.local_id = "gateway.example.org".into();
    sa.remote_id = format!("C=CH, O=Example, OU=Road warriors, CN=user{id}@example.org").into();
    sa.remote_vips = Some(vec!["10.3.0.1".into()]);
    (sa.initiator_spi, sa.responder_spi) = (IkeSpi::new(daemon + u64::from(id)), IkeSpi::new(1));
    sa
}

fn child(id: u32) -> ChildSa {
    let mut sa = ChildSa::default();
    (sa.name, sa.uniqueid, sa.reqid) = (Some("net".into()), Some(id), id);
    sa.state = ChildState::Installed;
    (sa.spi_in, sa.spi_out) = (Some(Spi::new(id)), Some(Spi::new(id)));
    (sa.local_ts, sa.remote_ts) = (vec!["0.0.0.0/0".into()], vec!["10.3.0.1/32".into()]);
    sa
}

/// The bytes that are taken for each of them, and the most that were while it was listed.
fn list(tracker: &mut Tracker, before: usize, daemon: u64, first: u32) -> (usize, usize) {
    ALLOCATED.reset_peak_usage();
    assert!(tracker.begin_list().is_some());
    for id in first..first + SAS {
        let mut item = ListSa::default();
        item.name = "road-warriors".into();
        item.ike_sa = ike(id, daemon);
        item.ike_sa.child_sas = Some(Named::from([("net", child(id))]));
        tracker.item(&item);
    }
    tracker.finish_list();
    let peak = (ALLOCATED.peak_usage() - before) / SAS as usize;
    while tracker.next_change().is_some() {}
    assert_eq!(tracker.table().children(), SAS as usize);
    ((ALLOCATED.current_usage() - before) / SAS as usize, peak)
}

// One test, as the allocations of all threads are counted together.
#[test]
fn an_sa_takes_less_than_a_kilobyte() {
    let before = ALLOCATED.current_usage();
    let mut tracker = Tracker::new();
    tracker.connected();
    let first = list(&mut tracker, before, 0, 1);
    tracker.lost(1);
    let again = list(&mut tracker, before, 0, 1);
    for id in 1..=SAS {
        let mut event = ChildRekey::default();
        event.name = "road-warriors".into();
        event.ike_sa = ike(id, 0).map_children(|_| ChildRekeyed::default());
        let mut both = ChildRekeyed::default();
        (both.old, both.new) = (child(id), child(SAS + id));
        event.ike_sa.child_sas = Some(Named::from([("net", both)]));
        tracker.event(&AnyEvent::from(event));
        let mut event = IkeRekey::default();
        event.name = "road-warriors".into();
        (event.ike_sa.old, event.ike_sa.new) = (ike(id, 0), ike(SAS + id, 0));
        tracker.event(&AnyEvent::from(event));
        while tracker.next_change().is_some() {}
    }
    assert!(tracker.begin_list().is_none(), "it lists without need");
    let rekeyed = (ALLOCATED.current_usage() - before) / SAS as usize;
    tracker.connected();
    let restarted = list(&mut tracker, before, 1 << 40, 1);
    let text = format!(
        "bytes an SA: {} listed, {} at most while listed again, {rekeyed} rekeyed, {} after a restart, {} \
         at most meanwhile",
        first.0, again.1, restarted.0, restarted.1
    );
    println!("{text}");
    let all = [first.0, first.1, again.0, again.1, rekeyed, restarted.0];
    assert!(all.iter().all(|bytes| *bytes <= MOST), "{text}");
    // Both are there until they are compared.
    assert!(restarted.1 <= 2 * MOST, "{text}");
}
