//! The tree as a map, and as a format of its own.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_derive::{Deserialize, Serialize};
use vici_serde::{
    MAX_DEPTH, MAX_MESSAGE_LEN, Message, Section, Text, Value, from_message, from_slice, to_vec,
};

fn home() -> Message {
    let net = |number: u32| Section::from([("bytes-in", number)]);
    Message::new().key("limit", 1).section(
        "home",
        Section::new()
            .key("timeout", 5)
            .list("local_ts", ["10.1.0.0/16", "10.2.0.0/16"])
            .key("timeout", 6)
            .section("net", net(84))
            .section("net", net(85)),
    )
}

#[test]
fn set_replaces_where_it_stands_and_drops_doubles() {
    let mut tree = home();
    tree.set("home.timeout", 10).unwrap();
    tree.set("home.net.bytes-in", 86).unwrap();
    tree.set("home.net", Section::new()).unwrap();
    tree.set("home.local_ts[1]", "dynamic").unwrap();
    tree.set("new.section.key", true).unwrap();
    assert_eq!(
        tree.one_line().to_string(),
        "limit = 1, home = { timeout = 10, local_ts = [ 10.1.0.0/16, dynamic ], net = { } }, \
         new = { section = { key = yes } }"
    );
}

#[test]
fn add_keeps_what_is_there() {
    let mut tree = Message::new();
    tree.add("timeout", 5).unwrap();
    tree.add("timeout", 10).unwrap();
    assert_eq!(tree.one_line().to_string(), "timeout = 5, timeout = 10");
    assert_eq!(tree.get::<u32>("timeout").unwrap(), 5);
}

#[test]
fn what_cannot_be_set_changes_nothing() {
    let tree = home();
    let error = |path: &str, value: Value| {
        let mut tree = home();
        let error = tree.set(path, value).unwrap_err().to_string();
        assert_eq!(tree, home(), "{error}");
        error
    };
    let text = || Value::from("x");
    assert_eq!(error("", text()), "missing key `a name`");
    assert_eq!(error("home[0].x", text()), "missing key `a name`");
    assert_eq!(
        error("limit.x", text()),
        "limit: expected a section, found a value"
    );
    assert_eq!(
        error("home.local_ts.x", text()),
        "home.local_ts: expected a section, found a list"
    );
    assert_eq!(
        error("home.local_ts[2]", text()),
        "missing key `home.local_ts[2]`"
    );
    assert_eq!(
        error("home.local_ts[0]", Section::new().into()),
        "home.local_ts[0]: expected a value, found a section"
    );
    let deep = (0..MAX_DEPTH).fold(Section::new(), |inner, _| {
        Section::new().section("s", inner)
    });
    assert!(error("a", deep.into()).contains("more than 128 sections"));
    assert!(error(&vec!["s"; MAX_DEPTH + 2].join("."), text()).contains("more than 128"));
    assert_eq!(tree, home());
}

#[test]
fn remove_takes_all_of_a_name_or_an_item() {
    let mut tree = home();
    assert_eq!(tree.remove("home.timeout").unwrap(), "5");
    assert_eq!(tree.remove("home.timeout"), None);
    assert_eq!(tree.remove("home.local_ts[0]").unwrap(), "10.1.0.0/16");
    assert_eq!(tree.remove("home.local_ts[1]"), None);
    assert_eq!(tree.remove("limit.x"), None);
    assert_eq!(tree.remove(""), None);
    tree.remove("home.net").unwrap();
    assert_eq!(
        tree.one_line().to_string(),
        "limit = 1, home = { local_ts = [ 10.2.0.0/16 ] }"
    );
}

#[test]
fn what_is_found_can_be_changed() {
    let mut tree = home();
    *tree.find_mut("limit").unwrap() = "2".into();
    let list = tree.find_mut("home.local_ts").unwrap();
    list.as_list_mut().unwrap().push("dynamic".into());
    let net = tree.find_mut("home.net").unwrap().as_section_mut().unwrap();
    net.set("bytes-in", 86).unwrap();
    assert_eq!(tree.find_mut("home.local_ts[0]"), None);
    assert_eq!(tree.find_mut("home.reqid"), None);
    for (name, value) in &mut tree {
        if name == b"limit" {
            *value = 3.into();
        }
    }
    assert_eq!(tree.get::<u8>("limit").unwrap(), 3);
    assert_eq!(tree.get::<u8>("home.net.bytes-in").unwrap(), 86);
    assert_eq!(
        tree.find("home.local_ts").unwrap().as_list().unwrap().len(),
        3
    );
    assert!(tree.contains("home.local_ts[2]") && !tree.contains("home.local_ts[3]"));
    assert!(tree.contains("home.net") && !tree.contains("home.net.x") && !tree.contains(""));
}

#[test]
fn sections_are_built_and_taken_apart_like_maps() {
    let mut section = Section::from([("a", 1), ("b", 2)]);
    section.extend([("c", Value::from(["x", "y"]))]);
    assert_eq!(section.names().collect::<Vec<_>>(), [b"a", b"b", b"c"]);
    assert_eq!(
        section
            .values()
            .filter(|value| value.as_text().is_some())
            .count(),
        2
    );
    let taken: BTreeMap<Text, Value> = section.into_iter().collect();
    assert_eq!(taken[&Text::from("b")], "2");
    assert_eq!(taken[&Text::from("c")], Value::list(["x", "y"]));
}

#[test]
fn values_compare_with_text_and_are_made_of_much() {
    let value = Value::from("home");
    assert_eq!(value, "home");
    assert_eq!(value, "home".to_owned());
    assert_eq!(value, Text::from("home"));
    assert_ne!(value, "work");
    assert_ne!(Value::list(["home"]), "home");
    assert_eq!(Value::from(Ipv4Addr::LOCALHOST), "127.0.0.1");
    assert_eq!(Value::from('é'), "é");
    assert_eq!(Value::from(vec!["a".to_owned()]), Value::list(["a"]));
    assert_eq!(Value::from("84").get::<u64>().unwrap(), 84);
    assert_eq!(Value::list(["1", "2"]).get::<Vec<u8>>().unwrap(), [1, 2]);
    assert_eq!(
        Value::list(["1", "x"])
            .get::<Vec<u8>>()
            .unwrap_err()
            .to_string(),
        "[1]: invalid number: invalid digit found in string"
    );
}

#[test]
fn trees_of_any_size_are_read() {
    let long = "x".repeat(MAX_MESSAGE_LEN);
    let tree = Message::new().key("k", &long).section("s", home());
    assert_eq!(tree.get::<String>("k").unwrap(), long);
    #[derive(Deserialize)]
    struct Borrowed<'a> {
        k: &'a str,
    }
    assert_eq!(
        from_message::<Borrowed<'_>>(&tree).unwrap().k.len(),
        long.len()
    );
    assert_eq!(tree.get::<Section>("s").unwrap(), home());
    assert_eq!(tree.get::<Option<Section>>("t").unwrap(), None);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Variant {
    Unit,
    New(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct All {
    variants: Vec<Part>,
    number: i64,
    pair: (u8, char),
    float: f64,
    flag: bool,
    none: Option<u8>,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
    map: BTreeMap<u8, String>,
    empty: Vec<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Part {
    variant: Variant,
}

#[test]
fn a_tree_is_read_as_its_bytes_are() {
    let variants = [
        Variant::Unit,
        Variant::New(1),
        Variant::Tuple(1, 2),
        Variant::Struct { a: 1 },
    ];
    let all = All {
        variants: variants
            .into_iter()
            .map(|variant| Part { variant })
            .collect(),
        number: -7,
        pair: (1, 'x'),
        float: 0.5,
        flag: true,
        none: None,
        bytes: b"\xff".to_vec(),
        map: BTreeMap::from([(1, "one".to_owned())]),
        empty: Vec::new(),
    };
    let bytes = to_vec(&all).unwrap();
    let tree: Message = from_slice(&bytes).unwrap();
    assert_eq!(from_message::<All>(&tree).unwrap(), all);

    // Whatever is wrong, the words are the same, but for the byte.
    for path in [
        "number",
        "pair",
        "variants",
        "flag",
        "map",
        "variants.0.variant",
        "bytes",
    ] {
        for value in [
            Value::from("x"),
            Value::list(["1"]),
            Section::new().into(),
            Section::from([("1", Section::new())]).into(),
            Section::from([("New", "x")]).into(),
        ] {
            let mut wrong = tree.clone();
            wrong.set(path, value).unwrap();
            let told = |error: vici_serde::Error| {
                let text = error.to_string();
                text.split(" (at byte").next().unwrap().to_owned()
            };
            let read = from_message::<All>(&wrong).map_err(told);
            let bytes = to_vec(&wrong).unwrap();
            assert_eq!(read, from_slice::<All>(&bytes).map_err(told), "{path}");
        }
    }
}

#[test]
fn an_array_of_numbers_is_text_only_where_text_has_no_other_way() {
    let read = serde_json::from_str::<Message>;
    assert_eq!(
        read(r#"{"id": [255, 0]}"#).unwrap(),
        Message::new().key("id", b"\xff\x00")
    );
    for json in [r#"{"ports": [50, 45]}"#, r#"{"ports": [[50, 45], "x"]}"#] {
        let error = read(json).unwrap_err().to_string();
        assert!(error.contains("the items of a list are text"), "{error}");
    }
}

#[test]
fn sections_put_too_deep_into_each_other_are_refused_where_they_are_written() {
    let nested = (0..MAX_DEPTH).fold(Section::new(), |inner, _| {
        Section::new().section("s", inner)
    });
    let mut tree = Message::new().section("s", Section::new());
    *tree.find_mut("s").unwrap() = nested.into();
    assert!(
        to_vec(&tree)
            .unwrap_err()
            .to_string()
            .contains("more than 128")
    );
    let read = from_message::<Message>(&tree).unwrap_err();
    assert!(read.to_string().contains("more than 128"), "{read}");
}
