//! The dynamic tree.

use serde_derive::{Deserialize, Serialize};
use vici_serde::{
    MAX_DEPTH, Message, Section, Value, from_message, from_slice, to_message, to_vec,
};

use crate::common::assert_roundtrip;

fn tree() -> Message {
    Message::new()
        .key("up", true)
        .section(
            "home",
            Section::new()
                .key("uniqueid", 7)
                .key("id", b"\xff\x00".as_slice())
                .list("local-ts", ["10.1.0.0/16", "10.2.0.0/16"])
                .section("net", Section::new().key("bytes-in", 84))
                .section("net", Section::new().key("bytes-in", 85)),
        )
        .section("", Section::new().key("a.b", "dotted"))
}

#[test]
fn order_and_duplicates_are_kept() {
    let tree = tree();
    assert_roundtrip(&tree);
    let home = tree.find("home").unwrap().as_section().unwrap();
    let names: Vec<_> = home.iter().map(|(name, _)| name).collect();
    let expected: [&[u8]; 5] = [b"uniqueid", b"id", b"local-ts", b"net", b"net"];
    assert_eq!(names, expected);
}

#[test]
fn lookup_follows_the_path_and_nothing_else() {
    let tree = tree();
    assert!(tree.get::<bool>("up").unwrap());
    assert_eq!(tree.get::<u32>("home.uniqueid").unwrap(), 7);
    assert_eq!(tree.get::<u64>("home.net.bytes-in").unwrap(), 84);
    assert_eq!(tree.get::<Vec<String>>("home.local-ts").unwrap().len(), 2);
    assert_eq!(
        tree.get::<String>("home.local-ts[1]").unwrap(),
        "10.2.0.0/16"
    );
    assert_eq!(tree.get::<String>(["", "a.b"]).unwrap(), "dotted");
    assert_eq!(tree.get::<String>(r#""".a.b"#).ok(), None);
    assert_eq!(tree.get::<String>(r#""".""#).ok(), None);
    assert_eq!(tree.get::<Option<u32>>("home.reqid").unwrap(), None);
    assert_eq!(
        tree.find("home.id").unwrap().as_bytes(),
        Some(b"\xff\x00".as_slice())
    );
    assert_eq!(tree.find("home.id").unwrap().as_str(), None);
    assert_eq!(
        tree.find("home.local-ts").unwrap().as_list().unwrap().len(),
        2
    );
    // What a section lacks is not found in its neighbour, nor in a value.
    assert_eq!(tree.find("home.a.b"), None);
    assert_eq!(tree.find("up.x"), None);
    assert_eq!(tree.find("home.local-ts[2]"), None);
    assert_eq!(tree.find(""), None);
}

#[test]
fn sections_are_gone_through_from_both_ends() {
    let section = Section::new().key("a", 1).key("b", 2).key("c", 3);
    let mut names = Vec::new();
    for (name, value) in &section {
        assert!(value.as_str().is_some());
        names.push(name);
    }
    assert_eq!(names, [b"a", b"b", b"c"]);
    let mut iter = section.iter();
    assert_eq!(iter.next_back(), Some((b"c".as_slice(), &Value::from(3))));
    assert_eq!(iter.len(), 2);
    assert_eq!(format!("{iter:?}"), r#"{"a": "1", "b": "2"}"#);
}

#[test]
fn names_and_values_are_taken_wherever_they_come_from() {
    let (name, text) = ("home".to_owned(), "x".to_owned());
    let mut message = Message::new().key(&name, &text).key("bytes", b"\xff");
    message.add(format!("{name}2.net"), text).unwrap();
    assert_eq!(message.get::<String>(name.clone()).unwrap(), "x");
    assert_eq!(message.get::<String>(format!("{name}2.net")).unwrap(), "x");
    let bytes = message.find("bytes").unwrap();
    assert_eq!(bytes.as_bytes(), Some(b"\xff".as_slice()));
}

#[test]
fn lookup_errors_name_the_path() {
    let tree = tree();
    let error = |path: &str| tree.get::<u32>(path).unwrap_err().to_string();
    assert_eq!(error("home.reqid"), "missing key `home.reqid`");
    assert_eq!(error("home"), "home: expected a value, found a section");
    assert_eq!(
        error("home.local-ts[0]"),
        "home.local-ts[0]: invalid number: invalid digit found in string"
    );
    assert_eq!(
        tree.get::<Vec<u32>>("home.local-ts")
            .unwrap_err()
            .to_string(),
        "home.local-ts[0]: invalid number: invalid digit found in string"
    );
}

#[test]
fn keys_can_be_added_anywhere() {
    let mut tree = Message::new().section("home", Section::new().key("version", 2));
    tree.add("home.children.net.mode", "tunnel").unwrap();
    tree.add("home.children.net.local_ts", Value::list(["10.0.0.0/8"]))
        .unwrap();
    tree.add(["x.y"], 1).unwrap();
    let error = tree.add("home.version.x", 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "home.version: expected a section, found a value"
    );
    assert!(tree.add("", 1).is_err());
    assert!(tree.add("home[0]", 1).is_err());
    assert_eq!(
        tree.to_string(),
        "home = {\n  version = 2\n  children = {\n    net = {\n      mode = tunnel\n      \
         local_ts = [ 10.0.0.0/8 ]\n    }\n  }\n}\nx.y = 1\n"
    );
}

#[test]
fn trees_print_in_the_markup_of_the_protocol() {
    let tree = tree()
        .key("pem", "-----BEGIN\n")
        .key("empty", "")
        .list("none", [""; 0])
        .list("blank", [""]);
    assert_eq!(
        tree.to_string(),
        r#"up = yes
home = {
  uniqueid = 7
  id = 0xff00
  local-ts = [ 10.1.0.0/16, 10.2.0.0/16 ]
  net = {
    bytes-in = 84
  }
  net = {
    bytes-in = 85
  }
}
"" = {
  a.b = dotted
}
pem = "-----BEGIN\n"
empty = ""
none = [ ]
blank = [ "" ]
"#
    );
}

#[test]
fn debug_output_is_readable() {
    assert_eq!(
        format!("{:?}", tree()),
        r#"{"up": "yes", "home": {"uniqueid": "7", "id": 0xff00, "local-ts": ["10.1.0.0/16", "10.2.0.0/16"], "net": {"bytes-in": "84"}, "net": {"bytes-in": "85"}}, "": {"a.b": "dotted"}}"#
    );
}

#[test]
fn json_keeps_everything() {
    let tree = tree()
        .list("none", [""; 0])
        .list("mixed", [b"\xff".as_slice(), b"text"]);
    let json = serde_json::to_string(&tree).unwrap();
    assert_eq!(
        json,
        r#"{"up":"yes","home":{"uniqueid":"7","id":[255,0],"local-ts":["10.1.0.0/16","10.2.0.0/16"],"net":{"bytes-in":"84"},"net":{"bytes-in":"85"}},"":{"a.b":"dotted"},"none":[],"mixed":[[255],"text"]}"#
    );
    assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), tree);
}

#[test]
fn json_written_by_hand_becomes_text() {
    let json = r#"{"timeout": 5000, "slack": -1, "force": true, "none": false}"#;
    let tree: Message = serde_json::from_str(json).unwrap();
    let expected = Message::new()
        .key("timeout", 5000)
        .key("slack", -1)
        .key("force", true)
        .key("none", false);
    assert_eq!(tree, expected);
    for bad in [
        r#"{"a": null}"#,
        r#"{"a": ["x", 1]}"#,
        r#"{"a": [256]}"#,
        r#"["a"]"#,
        r#"{"a": [["x"]]}"#,
    ] {
        assert!(serde_json::from_str::<Message>(bad).is_err(), "{bad}");
    }
}

#[test]
fn structs_and_trees_turn_into_each_other() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Conn {
        version: u8,
        remote_addrs: Vec<String>,
    }

    let conn = Conn {
        version: 2,
        remote_addrs: vec!["192.0.2.1".to_owned()],
    };
    let mut tree = to_message(&conn).unwrap();
    assert_eq!(
        tree,
        Message::new()
            .key("version", 2)
            .list("remote_addrs", ["192.0.2.1"])
    );
    tree.add("new-key", "x").unwrap();
    assert_eq!(from_message::<Conn>(&tree).unwrap(), conn);
}

fn nested(depth: usize) -> Section {
    (0..depth).fold(Section::new(), |inner, _| {
        Section::new().section("s", inner)
    })
}

#[test]
fn depth_is_limited_when_building() {
    let tree = nested(MAX_DEPTH);
    assert_eq!(tree.clone(), tree);
    assert_eq!(tree.to_string().lines().count(), 2 * MAX_DEPTH);
    assert_roundtrip(&tree);

    let too_deep = nested(MAX_DEPTH + 1);
    let error = to_vec(&too_deep).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("more than 128 sections inside of each other"),
        "{error}"
    );
    assert!(serde_json::to_string(&too_deep).is_err());
    // Whatever is built from it cannot be sent either, and a hundred thousand levels do no harm.
    assert!(to_vec(&Message::new().section("x", too_deep)).is_err());
    assert!(to_vec(&nested(100_000)).is_err());

    let mut message = Message::new();
    let path = vec!["s"; MAX_DEPTH + 1];
    message.add(path.as_slice(), "deepest").unwrap();
    assert_roundtrip(&message);
    let error = message.add(path.as_slice(), Section::new()).unwrap_err();
    assert!(
        error.to_string().contains("more than 128 sections"),
        "{error}"
    );
    let path = vec!["s"; 100_000];
    assert!(message.add(path.as_slice(), 1).is_err());
    assert_roundtrip(&message);
}

#[test]
fn depth_is_limited_when_reading() {
    let open = b"\x01\x01s".repeat(MAX_DEPTH);
    let message = [open.clone(), vec![2; MAX_DEPTH]].concat();
    assert_eq!(from_slice::<Message>(&message).unwrap(), nested(MAX_DEPTH));
    let message = [open, b"\x01\x01s\x02".to_vec(), vec![2; MAX_DEPTH]].concat();
    let error = from_slice::<Message>(&message).unwrap_err();
    assert_eq!(error.path().segments().len(), MAX_DEPTH + 1);
    let json = format!("{}{}", "{\"s\":".repeat(200), "}".repeat(200));
    assert!(serde_json::from_str::<Message>(&json).is_err());
}
