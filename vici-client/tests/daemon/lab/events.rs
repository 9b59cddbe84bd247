//! What changes about a tunnel while it is up: its addresses, and where it leads to.

use vici_types::{IkeUpdate, IkeUpdown, LoadConn, Redirect};

use super::{
    Lab, MOON, SUN, Side, conn, each_lab, event, initiate, load_psk, load_secret, net, psk, sa,
    until, watcher,
};
use crate::charon::refusal;

each_lab! {
    an_address_moves
    a_client_is_redirected
}

fn an_address_moves(lab: &mut Lab) {
    // There is no other way than that of IPv4.
    lab.run("moon ip address del 2001:db8::1/64 dev veth0");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    // From whatever address it has.
    let home = psk(conn(&MOON, &SUN).local_addrs(["%any"]), &MOON, &SUN);
    let home = home.child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    let (mut at_moon, mut at_sun) = (watcher(&lab.moon), watcher(&lab.sun));
    moon.call(&initiate()).unwrap();
    assert_eq!(sa(&mut moon).local_host, "192.0.2.1");

    lab.run("moon ip address del 192.0.2.1/24 dev veth0");
    lab.run("moon ip address add 192.0.2.11/24 dev veth0");
    let update: IkeUpdate = event(&mut at_moon, |update: &IkeUpdate| {
        update.local_host == "192.0.2.11"
    });
    assert_eq!(update.name, "home");
    assert_eq!(update.remote_host, "192.0.2.2");
    let update: IkeUpdate = event(&mut at_sun, |update: &IkeUpdate| {
        update.remote_host == "192.0.2.11"
    });
    assert_eq!((update.local_port, update.remote_port), (4500, 4500));
    assert_eq!(update.ike_sa.remote_host, "192.0.2.1");
    until(&mut sun, |sas| {
        (sas[0].remote_host == "192.0.2.11").then_some(())
    });
    lab.run("moon ping -q -c 3 -i 0.2 -w 5 -I 10.1.0.1 10.2.0.1");
}

fn a_client_is_redirected(lab: &mut Lab) {
    let other = Side {
        outer: "192.0.2.3",
        ..SUN
    };
    lab.run("sun ip address add 192.0.2.3/24 dev veth0");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let home = psk(conn(&MOON, &SUN), &MOON, &SUN).child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    for (name, own) in [("here", &SUN), ("there", &other)] {
        let guests = psk(conn(own, &MOON), own, &MOON).child("net", net(own, &MOON));
        sun.call(&LoadConn::new(name, guests)).unwrap();
    }
    for client in [&mut moon, &mut sun] {
        load_secret(client, "what they share");
    }
    let mut watcher = watcher(&lab.moon);
    moon.call(&initiate()).unwrap();
    assert_eq!(sa(&mut sun).local_host, "192.0.2.2");

    let reason = refusal(&mut sun, &Redirect::new("192.0.2.3").peer_ip("192.0.2.99"));
    assert!(reason.contains("no matching"), "{reason}");
    let request = Redirect::new("192.0.2.3")
        .peer_ip("192.0.2.1")
        .peer_id(MOON.id);
    assert_eq!(sun.call(&request).unwrap().matches, Some(1));
    let updown: IkeUpdown = event(&mut watcher, |updown: &IkeUpdown| {
        updown.up && updown.ike_sa.remote_host == "192.0.2.3"
    });
    assert_eq!(updown.name, "home");
    let sa = until(&mut sun, |sas| match sas {
        [sa] if sa.is_up() && sa.local_host == "192.0.2.3" => Some(sa.clone()),
        _ => None,
    });
    assert_eq!(sa.remote_host, "192.0.2.1");
    lab.run("moon ping -q -c 3 -i 0.2 -w 5 -I 10.1.0.1 10.2.0.1");
}
