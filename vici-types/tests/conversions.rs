//! What constructors and setters take: text wherever it comes from, as it does for a `String`.

use vici_types::{
    Action, Authority, Blob, ChildMode, ConfiguredVersion, Conn, ConnChild, IkeVersion,
    LoadAuthority, LoadConn, LoadPool, Mark, Mode, Pool, Secret, Text, Time, Unique, UniquePolicy,
    Volume,
};

#[test]
fn borrowed_strings_are_taken_by_every_setter() {
    let [time, action, version] = ["1h", "trap", "2"].map(String::from);
    let child = ConnChild::new().rekey_time(&time).start_action(&action);
    assert_eq!(child.rekey_time, Some(Time::from("1h")));
    assert_eq!(child.start_action, Some(Action::trap()));
    let conn = Conn::new().version(&version);
    assert_eq!(conn.version, Some(IkeVersion::V2));

    let text = "7".to_owned();
    assert_eq!(Mark::from(&text), "7");
    assert_eq!(Volume::from(&text), "7");
    assert_eq!(Blob::from(&text), Blob::from(b"7"));
    assert_eq!(Secret::from(&text).expose(), b"7");
    assert_eq!(Text::from(b"\xff").as_bytes(), b"\xff");
}

/// What the daemon has listed can be loaded again, whatever its bytes are.
#[test]
fn names_that_came_from_the_daemon_are_taken_as_they_are() {
    let name = Text::from(b"net\xff");
    let request = LoadConn::new(&name, Conn::new());
    assert_eq!(request.conns.first(), Some((&name, &Conn::new())));
    let request = LoadPool::new(&name, Pool::new("10.3.0.0/24"));
    assert!(request.pools.get(&name).is_some());
    let request = LoadAuthority::new(name.clone(), Authority::new());
    assert!(request.authorities.get(&name).is_some());
}

#[test]
fn words_of_the_daemon_become_those_of_requests() {
    assert_eq!(
        ChildMode::from(Mode::TransportProxy),
        ChildMode::TransportProxy
    );
    assert_eq!(ChildMode::from(Mode::Beet), ChildMode::Beet);
    assert_eq!(Unique::from(UniquePolicy::Keep), Unique::Keep);
    assert_eq!(IkeVersion::from(ConfiguredVersion::V2), IkeVersion::V2);
    assert_eq!(IkeVersion::from(ConfiguredVersion::from("IKEv3")), "IKEv3");
    assert_eq!(IkeVersion::from(1), IkeVersion::V1);
}
