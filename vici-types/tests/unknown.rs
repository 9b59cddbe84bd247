//! Keys that a request does not know: refused, wherever they stand and whatever they are called.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde::de::DeserializeOwned;
use vici_serde::{Message, Section};
use vici_types::*;

/// Why the message, and the same in JSON, is none of these requests.
fn refused<T: DeserializeOwned + std::fmt::Debug>(message: &Message) -> String {
    let error = vici_serde::from_message::<T>(message).unwrap_err();
    let text = error.to_string();
    let text = text.split(" (at byte").next().unwrap().to_owned();
    let json = serde_json::to_string(message).unwrap();
    let error = serde_json::from_str::<T>(&json).unwrap_err().to_string();
    assert_eq!(error.split(" at line").next().unwrap(), text, "{json}");
    text
}

/// `home` with this entry.
fn home(section: Section) -> Message {
    Message::new().section("home", section)
}

fn in_conn(section: Section) -> String {
    refused::<LoadConn>(&home(section))
}

#[test]
fn a_misspelled_key_is_named_with_its_path_and_the_nearest_known_one() {
    let section = || Section::new();
    assert_eq!(
        in_conn(section().list("remote_adrs", ["192.0.2.4"])),
        "home.remote_adrs: unknown key, did you mean remote_addrs?"
    );
    assert_eq!(
        in_conn(section().key("remote_adrs", "192.0.2.4")),
        "home.remote_adrs: unknown key, did you mean remote_addrs?"
    );
    assert_eq!(
        in_conn(section().key("local-ports", "500")),
        "home.local-ports: unknown key, did you mean local_port?"
    );
    assert_eq!(
        in_conn(section().key("remote_id", "moon")),
        "home.remote_id: unknown key, only sections have names that begin with remote"
    );
    assert_eq!(
        in_conn(section().key("keyingtrys", "3")),
        "home.keyingtrys: unknown key, did you mean keyingtries?"
    );
    assert_eq!(
        in_conn(section().key("nonsense", "3")),
        "home.nonsense: unknown key"
    );
    assert_eq!(
        in_conn(section().section("childen", section().section("net", section()))),
        "home.childen: unknown key, did you mean children?"
    );
}

#[test]
fn every_part_of_a_request_refuses_them() {
    let section = || Section::new();
    let child = |key: &str| section().section("net", section().key(key, "x"));
    assert_eq!(
        in_conn(section().section("children", child("remote_t"))),
        "home.children.net.remote_t: unknown key, did you mean remote_ts?"
    );
    assert_eq!(
        in_conn(section().section("children", section().key("net", "x"))),
        "home.children.net: unknown key, only sections stand here"
    );
    assert_eq!(
        in_conn(section().section("remote-2", section().key("ids", "moon"))),
        "home.remote-2.ids: unknown key, did you mean id?"
    );
    let cert = section().section("cert1", section().key("fil", "/x"));
    assert_eq!(
        in_conn(section().section("local", cert)),
        "home.local.cert1.fil: unknown key, did you mean file?"
    );
    assert_eq!(
        refused::<LoadConn>(&Message::new().key("version", "2")),
        "version: unknown key, only sections stand here"
    );

    let pool = |section: Section| refused::<LoadPool>(&home(section));
    assert_eq!(
        pool(section().key("addr", "10.3.0.0/24")),
        "home.addr: unknown key, did you mean addrs?"
    );
    assert_eq!(
        pool(
            section()
                .key("addrs", "10.3.0.0/24")
                .list("dsn", ["10.1.0.53"])
        ),
        "home.dsn: unknown key, did you mean dns?"
    );
    assert_eq!(
        refused::<LoadAuthority>(&home(section().key("ca_cert", "PEM"))),
        "home.ca_cert: unknown key, did you mean cacert?"
    );
    assert_eq!(
        refused::<Terminate>(&Message::new().key("ike_id", "3")),
        "ike_id: unknown key, did you mean ike-id?"
    );
    assert_eq!(
        refused::<Version>(&Message::new().key("version", "3")),
        "version: unknown key"
    );
}

#[test]
fn the_path_of_names_with_dots_can_be_told() {
    let message = Message::new().section("a.b", Section::new().key("mobik", "no"));
    assert_eq!(
        refused::<LoadConn>(&message),
        r#""a.b".mobik: unknown key, did you mean mobike?"#
    );
}

/// One error leaves nothing behind for the next one.
#[test]
fn paths_begin_anew() {
    for _ in 0..3 {
        assert_eq!(
            in_conn(Section::new().section("local", Section::new().key("idd", "x"))),
            "home.local.idd: unknown key, did you mean id?"
        );
    }
}

#[test]
fn configuration_files_are_refused_as_well() {
    let error = toml::from_str::<LoadConn>("[home]\nremote_adrs = ['192.0.2.4']\n").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("home.remote_adrs: unknown key, did you mean remote_addrs?"),
        "{error}"
    );
    let yaml = "home:\n  children:\n    net:\n      remote_t: 10.0.0.0/8\n";
    let error = serde_yaml_ng::from_str::<LoadConn>(yaml).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("home.children.net.remote_t: unknown key, did you mean remote_ts?"),
        "{error}"
    );
    // A key without a value is one all the same.
    let yaml = "home:\n  remote_adrs:\n";
    let error = serde_yaml_ng::from_str::<LoadConn>(yaml).unwrap_err();
    assert!(error.to_string().contains("home.remote_adrs: unknown key"));
}

#[test]
fn raw_keys_are_sent_and_are_unknown_when_they_come_back() {
    let request = LoadConn::new("home", Conn::new().raw("multi_path", "yes"));
    let message = vici_serde::to_message(&request).unwrap();
    assert_eq!(message.to_string(), "home = {\n  multi_path = yes\n}\n");
    assert_eq!(
        refused::<LoadConn>(&message),
        "home.multi_path: unknown key"
    );
}
