//! The states of SAs that wait for a peer that does not answer.

use std::fs;

use vici_types::{
    ChildState, IkeState, Initiate, ListSas, LoadConn, Rekey, ReloadSettings, Task, Terminate,
};

use super::{Lab, MOON, SUN, conn, each_lab, initiate, load_psk, net, psk, sa, until};
use crate::charon::list;

each_lab! {
    an_ike_sa_is_listed_in_its_states
    a_child_is_listed_in_its_states
    what_is_rekeyed_stays_until_it_is_deleted
    an_ike_sa_waits_for_an_address
}

fn an_ike_sa_is_listed_in_its_states(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    lab.run("moon ip link set veth0 down");
    moon.call(&initiate().timeout(-1)).unwrap();
    let connecting = until(&mut moon, |sas| sas.first().cloned());
    assert_eq!(connecting.state, IkeState::Connecting);
    assert!(connecting.initiator && !connecting.is_up());
    assert_eq!(connecting.established, None);
    assert!(connecting.tasks_active.unwrap().contains(&Task::IkeInit));
    // The retransmission finds the way.
    lab.run("moon ip link set veth0 up");
    until(&mut moon, |sas| sas[0].is_up().then_some(()));

    lab.run("moon ip link set veth0 down");
    moon.call(&Rekey::new().ike("home")).unwrap();
    let rekeying = until(&mut moon, |sas| {
        let mut sas = sas.iter();
        sas.find(|sa| sa.state == IkeState::Rekeying).cloned()
    });
    assert_eq!(rekeying.tasks_active.unwrap(), [Task::IkeRekey]);
    lab.run("moon ip link set veth0 up");
    let renewed = until(&mut moon, |sas| match sas {
        [sa] if sa.is_up() && sa.uniqueid > rekeying.uniqueid => Some(sa.clone()),
        _ => None,
    });
    assert!(renewed.child("net").is_some());

    lab.run("moon ip link set veth0 down");
    moon.call(&Terminate::new().ike("home").timeout(-1))
        .unwrap();
    let deleting = until(&mut moon, |sas| {
        let mut sas = sas.iter();
        sas.find(|sa| sa.state == IkeState::Deleting).cloned()
    });
    assert_eq!(deleting.tasks_active.unwrap(), [Task::IkeDelete]);
    // Not one that is busy, or all that are there: either way at once.
    assert!(list(&mut moon, &ListSas::new().noblock(true)).len() <= 1);
    moon.call(&Terminate::new().ike("home").force(true).timeout(-1))
        .unwrap();
    until(&mut moon, |sas| sas.is_empty().then_some(()));
}

fn a_child_is_listed_in_its_states(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    // An IKE_SA without children comes first.
    moon.call(&Initiate::new().ike("home").timeout(10_000))
        .unwrap();
    assert_eq!(sa(&mut moon).children().count(), 0);
    moon.call(&initiate()).unwrap();
    let of = |wanted: ChildState| {
        move |sas: &[vici_types::IkeSa]| {
            let mut children = sas[0].children();
            children.find(|child| child.state == wanted).cloned()
        }
    };
    let installed = until(&mut moon, of(ChildState::Installed));
    assert_eq!(installed.bytes_in, Some(0));
    assert_eq!(installed.use_in, None);

    lab.run("moon ip link set veth0 down");
    moon.call(&Rekey::new().child("net")).unwrap();
    let rekeying = until(&mut moon, of(ChildState::Rekeying));
    assert_eq!(rekeying.uniqueid, installed.uniqueid);
    assert_eq!(sa(&mut moon).tasks_active.unwrap(), [Task::ChildRekey]);
    lab.run("moon ip link set veth0 up");
    let renewed = until(&mut moon, of(ChildState::Installed));
    assert!(renewed.uniqueid > installed.uniqueid);
    // The old one stays for a moment.
    let deleted = until(&mut moon, of(ChildState::Deleted));
    assert_eq!(deleted.uniqueid, installed.uniqueid);
    until(&mut moon, |sas| {
        (sas[0].children().count() == 1).then_some(())
    });

    lab.run("moon ip link set veth0 down");
    let request = Terminate::new().child_id(renewed.uniqueid.unwrap());
    moon.call(&request.timeout(-1)).unwrap();
    let deleting = until(&mut moon, of(ChildState::Deleting));
    assert_eq!(deleting.uniqueid, renewed.uniqueid);
    lab.run("moon ip link set veth0 up");
    until(&mut moon, |sas| {
        (sas[0].children().count() == 0).then_some(())
    });
}

fn what_is_rekeyed_stays_until_it_is_deleted(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    moon.call(&initiate()).unwrap();
    let before = sa(&mut sun);
    // One request passes at once, the next takes a second.
    let slow = "root tbf rate 1kbit burst 350 latency 20s";
    let child = before.child("net").unwrap().uniqueid;
    lab.run(&format!("moon tc qdisc add dev veth0 {slow}"));
    moon.call(&Rekey::new().child("net")).unwrap();
    until(&mut sun, |sas| {
        let mut children = sas[0].children();
        let old = children.find(|old| old.uniqueid == child)?;
        (old.state == ChildState::Rekeyed).then_some(())
    });
    lab.run("moon tc qdisc del dev veth0 root");
    until(&mut sun, |sas| {
        (sas[0].children().count() == 1).then_some(())
    });
    until(&mut moon, |sas| {
        (sas[0].children().count() == 1).then_some(())
    });

    lab.run(&format!("moon tc qdisc add dev veth0 {slow}"));
    moon.call(&Rekey::new().ike("home")).unwrap();
    let rekeyed = until(&mut sun, |sas| {
        let mut sas = sas.iter();
        sas.find(|sa| sa.state == IkeState::Rekeyed).cloned()
    });
    assert_eq!(rekeyed.uniqueid, before.uniqueid);
    assert_eq!(rekeyed.children().count(), 0);
    lab.run("moon tc qdisc del dev veth0 root");
    until(&mut sun, |sas| (sas.len() == 1).then_some(()));
}

fn an_ike_sa_waits_for_an_address(lab: &mut Lab) {
    let mut moon = lab.moon.client();
    let file = lab.moon.dir().join("strongswan.conf");
    let settings = fs::read_to_string(&file).unwrap();
    let again = "charon {\n  retry_initiate_interval = 1";
    fs::write(&file, settings.replace("charon {", again)).unwrap();
    moon.call(&ReloadSettings::new()).unwrap();
    let nobody = psk(conn(&MOON, &SUN), &MOON, &SUN)
        .remote_addrs(["nobody.invalid"])
        .child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("nobody", nobody)).unwrap();
    moon.call(&initiate().ike("nobody").timeout(-1)).unwrap();
    let created = until(&mut moon, |sas| sas.first().cloned());
    assert_eq!(created.state, IkeState::Created);
    assert!(created.tasks_queued.unwrap().contains(&Task::IkeInit));
    moon.call(&Terminate::new().ike("nobody").force(true))
        .unwrap();
}
