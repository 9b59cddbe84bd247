//! Policies that are there without a tunnel.

use vici_types::{
    ChildMode, Conn, ConnChild, Install, LabelMode, ListPolicies, ListPolicy, LoadConn, Mode,
    Uninstall,
};

use super::{Lab, MOON, SUN, conn, each_lab, net, psk};
use crate::charon::{list, refusal};

each_lab! {
    policies_are_installed_and_listed
}

fn policies_are_installed_and_listed(lab: &mut Lab) {
    let mut moon = lab.moon.client();
    let home = psk(conn(&MOON, &SUN), &MOON, &SUN).child(
        "net",
        net(&MOON, &SUN)
            .label("system_u:object_r:lab_t:s0")
            .label_mode(LabelMode::Simple),
    );
    let shunts = Conn::new()
        .child(
            "lan",
            ConnChild::new()
                .mode(ChildMode::Pass)
                .local_ts(["10.1.5.0/24"])
                .remote_ts(["10.1.5.0/24"]),
        )
        .child(
            "mail",
            ConnChild::new()
                .mode(ChildMode::Drop)
                .local_ts(["10.1.6.0/24"])
                .remote_ts(["10.2.6.0/24[tcp/25]"]),
        );
    moon.call(&LoadConn::new("home", home).conn("shunts", shunts))
        .unwrap();
    for (ike, child) in [("home", "net"), ("shunts", "lan"), ("shunts", "mail")] {
        moon.call(&Install::new(child).ike(ike)).unwrap();
    }
    refusal(&mut moon, &Install::new("nobody"));

    let all = ListPolicies::new().trap(true).pass(true).drop(true);
    let policies = list(&mut moon, &all);
    assert_eq!(policies.len(), 3);
    let find =
        |name: &str| -> &ListPolicy { policies.iter().find(|policy| policy.name == name).unwrap() };
    let net = &find("home/net").policy;
    assert_eq!(net.mode, Mode::Tunnel);
    let label = net.label.as_ref().unwrap().to_bytes().unwrap();
    assert_eq!(label, b"system_u:object_r:lab_t:s0\0");
    assert_eq!(net.child.as_ref().unwrap(), "net");
    assert_eq!(net.ike.as_ref().unwrap(), "home");
    assert_eq!(
        (&net.local_ts[..], &net.remote_ts[..]),
        (&[MOON.inner.into()][..], &[SUN.inner.into()][..])
    );
    assert_eq!(net.reqid.is_some(), lab.moon.is_at_least([6, 0, 2]));
    assert_eq!(find("shunts/lan").policy.mode, Mode::Pass);
    let mail = &find("shunts/mail").policy;
    assert_eq!(mail.mode, Mode::Drop);
    assert_eq!(mail.remote_ts, ["10.2.6.0/24[tcp/smtp]"]);

    assert_eq!(list(&mut moon, &ListPolicies::new().trap(true)).len(), 1);
    assert_eq!(list(&mut moon, &ListPolicies::new().drop(true)).len(), 1);
    assert!(list(&mut moon, &all.child("nobody")).is_empty());

    for (ike, child) in [("home", "net"), ("shunts", "lan"), ("shunts", "mail")] {
        moon.call(&Uninstall::new(child).ike(ike)).unwrap();
        refusal(&mut moon, &Uninstall::new(child).ike(ike));
    }
    let all = ListPolicies::new().trap(true).pass(true).drop(true);
    assert!(list(&mut moon, &all).is_empty());
}
