//! Configuration as people write it by hand, and as it is written for them.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_types::*;

/// The message that is sent for it.
fn sent<T: DeserializeOwned + Serialize>(request: Result<T, impl std::fmt::Display>) -> String {
    let request = request.unwrap_or_else(|error| panic!("{error}"));
    vici_serde::to_message(&request).unwrap().to_string()
}

const TOML: &str = r#"
[home]
version = 2
local_addrs = "192.0.2.7"
remote_addrs = ["192.0.2.1", "192.0.2.2"]
proposals = "aes256-sha256-modp2048"
dpd_delay = 30
fragmentation = true
mobike = "yes"
send_certreq = false
keyingtries = "0x2"
unique = "no"
rekey_time = 3600
reauth_time = "4h"
local_port = 500
if_id_in = 42
pools = "p"

[home.local]
auth = "psk"

[home.remote]
auth = "pubkey"
cacerts = "-----BEGIN CERTIFICATE-----"

[home.children.net]
remote_ts = "10.1.0.0/16"
mark_in = 42
mark_out = "0x2a/0xff"
rekey_bytes = 1000000
life_bytes = "1g"
hw_offload = true
per_cpu_sas = true
copy_dscp = false
copy_df = 0
tfc_padding = "mtu"
start_action = "trap"
priority = 1
"#;

const JSON: &str = r#"{"home": {
    "version": 2, "local_addrs": "192.0.2.7", "remote_addrs": ["192.0.2.1", "192.0.2.2"],
    "proposals": ["aes256-sha256-modp2048"], "dpd_delay": 30, "fragmentation": true,
    "mobike": "yes", "send_certreq": "no", "keyingtries": 2, "unique": "no", "rekey_time": "3600",
    "reauth_time": "4h", "local_port": "500", "if_id_in": 42, "pools": ["p"],
    "local": {"auth": "psk"},
    "remote": {"auth": "pubkey", "cacerts": ["-----BEGIN CERTIFICATE-----"]},
    "children": {"net": {
        "remote_ts": ["10.1.0.0/16"], "mark_in": 42, "mark_out": "0x2a/0xff",
        "rekey_bytes": 1000000, "life_bytes": "1g", "hw_offload": true, "per_cpu_sas": true,
        "copy_dscp": "no", "copy_df": false, "tfc_padding": "mtu", "start_action": "trap",
        "priority": 1, "label": null, "esp_proposals": null}}}}"#;

const YAML: &str = r#"
home:
  version: 2
  local_addrs: 192.0.2.7
  remote_addrs: [192.0.2.1, 192.0.2.2]
  proposals: aes256-sha256-modp2048
  dpd_delay: 30
  fragmentation: yes
  mobike: yes
  send_certreq: no
  keyingtries: 2
  unique: no
  rekey_time: 3600
  reauth_time: 4h
  local_port: 500
  if_id_in: 42
  pools: p
  local:
    auth: psk
  remote:
    auth: pubkey
    cacerts: -----BEGIN CERTIFICATE-----
  children:
    net:
      remote_ts: 10.1.0.0/16
      mark_in: 42
      mark_out: 0x2a/0xff
      rekey_bytes: 1000000
      life_bytes: 1g
      hw_offload: true
      per_cpu_sas: yes
      copy_dscp: no
      copy_df: false
      tfc_padding: mtu
      start_action: trap
      priority: 1
      label:
"#;

const MESSAGE: &str = "\
home = {
  version = 2
  local_addrs = [ 192.0.2.7 ]
  remote_addrs = [ 192.0.2.1, 192.0.2.2 ]
  local_port = 500
  proposals = [ aes256-sha256-modp2048 ]
  mobike = yes
  dpd_delay = 30
  fragmentation = yes
  send_certreq = no
  keyingtries = 2
  unique = no
  reauth_time = 4h
  rekey_time = 3600
  pools = [ p ]
  if_id_in = 42
  local = {
    auth = psk
  }
  remote = {
    auth = pubkey
    cacerts = [ -----BEGIN CERTIFICATE----- ]
  }
  children = {
    net = {
      remote_ts = [ 10.1.0.0/16 ]
      rekey_bytes = 1000000
      life_bytes = 1g
      start_action = trap
      mark_in = 42
      mark_out = 0x2a/0xff
      tfc_padding = mtu
      priority = 1
      hw_offload = yes
      copy_df = no
      copy_dscp = no
      per_cpu_sas = yes
    }
  }
}
";

#[test]
fn connections_read_the_same_from_every_format() {
    assert_eq!(sent(toml::from_str::<LoadConn>(TOML)), MESSAGE);
    assert_eq!(sent(serde_json::from_str::<LoadConn>(JSON)), MESSAGE);
    assert_eq!(sent(serde_yaml_ng::from_str::<LoadConn>(YAML)), MESSAGE);
}

#[test]
fn pools_and_other_requests_do_as_well() {
    let message =
        "p = {\n  addrs = 10.3.0.0/24\n  dns = [ 10.1.0.53 ]\n  25 = [ example.org ]\n}\n";
    let yaml = "p:\n  addrs: 10.3.0.0/24\n  dns: 10.1.0.53\n  25: example.org\n";
    assert_eq!(sent(serde_yaml_ng::from_str::<LoadPool>(yaml)), message);
    let toml = "[p]\naddrs = '10.3.0.0/24'\ndns = ['10.1.0.53']\n25 = 'example.org'\n";
    assert_eq!(sent(toml::from_str::<LoadPool>(toml)), message);

    let message = "ike = home\ntimeout = 1500\nloglevel = -1\n";
    let toml = "ike = 'home'\ntimeout = 1500\nloglevel = -1\n";
    assert_eq!(sent(toml::from_str::<Initiate>(toml)), message);
    let yaml = "ike: home\ntimeout: 1500\nloglevel: -1\n";
    assert_eq!(sent(serde_yaml_ng::from_str::<Initiate>(yaml)), message);
    let toml = "noblock = true\nike-id = 7\n";
    assert_eq!(
        sent(toml::from_str::<ListSas>(toml)),
        "noblock = yes\nike-id = 7\n"
    );
}

#[test]
fn numbers_and_texts_are_written_as_a_person_would() {
    let child = ConnChild::new()
        .mark_in(42)
        .mark_out("0x2a/0xff")
        .rekey_time("4h")
        .life_time(3600)
        .hw_offload("yes");
    let conn = Conn::new()
        .version(2)
        .mobike(false)
        .dscp(46)
        .remote_addrs(["192.0.2.1"])
        .child("net", child);
    let request = LoadConn::new("home", conn);
    assert_eq!(
        serde_json::to_string(&request).unwrap(),
        concat!(
            r#"{"home":{"version":2,"remote_addrs":["192.0.2.1"],"dscp":"101110","mobike":false,"#,
            r#""children":{"net":{"rekey_time":"4h","life_time":3600,"mark_in":42,"#,
            r#""mark_out":"0x2a/0xff","hw_offload":"yes"}}}}"#
        )
    );
    assert_eq!(
        serde_yaml_ng::to_string(&request).unwrap(),
        "\
home:
  version: 2
  remote_addrs:
  - 192.0.2.1
  dscp: '101110'
  mobike: false
  children:
    net:
      rekey_time: 4h
      life_time: 3600
      mark_in: 42
      mark_out: 0x2a/0xff
      hw_offload: yes
"
    );
    let mut child = ChildSa::default();
    child.esn = true;
    assert!(
        serde_json::to_string(&child)
            .unwrap()
            .contains(r#""esn":true"#)
    );
}

/// What is no number in one way only stays a text: it is sent as it was.
#[test]
fn spellings_are_kept() {
    for time in [
        "007",
        "+5",
        "-1",
        " 5",
        "5 ",
        "",
        "0x10",
        "1e3",
        "99999999999999999999",
        "0",
    ] {
        let conn = Conn::new().dpd_delay(time).reauth_time(time);
        let json = serde_json::to_string(&conn).unwrap();
        assert_eq!(serde_json::from_str::<Conn>(&json).unwrap(), conn, "{json}");
        let yaml = serde_yaml_ng::to_string(&conn).unwrap();
        assert_eq!(
            serde_yaml_ng::from_str::<Conn>(&yaml).unwrap(),
            conn,
            "{yaml}"
        );
    }
}

#[test]
fn a_secret_that_is_a_number_is_refused_and_not_shown() {
    for error in [
        toml::from_str::<LoadToken>("handle = '4d'\npin = 12345\n")
            .unwrap_err()
            .message()
            .to_owned(),
        serde_json::from_str::<LoadToken>(r#"{"handle": "4d", "pin": 12345}"#)
            .unwrap_err()
            .to_string(),
        serde_yaml_ng::from_str::<LoadToken>("handle: 4d\npin: 12345\n")
            .unwrap_err()
            .to_string(),
        serde_json::from_str::<LoadShared>(r#"{"type": "IKE", "data": 12345.5}"#)
            .unwrap_err()
            .to_string(),
    ] {
        assert!(
            error.contains("has to be in quotes") && !error.contains("2345"),
            "{error}"
        );
    }
}

#[test]
fn what_is_none_of_these_is_an_error() {
    for (json, error) in [
        (
            r#"{"mobike": "maybe"}"#,
            r#"invalid value: string "maybe", expected yes or no"#,
        ),
        (
            r#"{"mobike": 2}"#,
            "invalid value: integer `2`, expected yes or no",
        ),
        (
            r#"{"dpd_delay": 1.5}"#,
            "invalid type: floating point `1.5`, expected a text, a whole number or a bool",
        ),
        (
            r#"{"vips": {"a": 1}}"#,
            "invalid type: map, expected a list or one item",
        ),
        (
            r#"{"local_port": 70000}"#,
            "invalid value: integer `70000`, expected a number that fits into u16",
        ),
    ] {
        let found = serde_json::from_str::<Conn>(json).unwrap_err().to_string();
        assert!(found.starts_with(error), "{json}: {found}");
    }
}
