//! Flattened structs, untagged and internally tagged enums.

use std::collections::BTreeMap;

use serde_derive::{Deserialize, Serialize};
use vici_serde::{Message, Section, from_slice, to_vec};

use crate::common::{assert_maps, assert_roundtrip};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    name: String,
    note: Option<String>,
    #[serde(flatten)]
    numbers: Numbers,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Numbers {
    #[serde(with = "vici_serde::text")]
    count: u64,
    #[serde(with = "vici_serde::text")]
    time: i64,
    #[serde(with = "vici_serde::text")]
    encap: bool,
    #[serde(with = "vici_serde::text")]
    ports: Vec<u16>,
    #[serde(with = "vici_serde::text")]
    ratio: f64,
    #[serde(with = "vici_serde::text")]
    letter: char,
    #[serde(default, with = "vici_serde::text")]
    missing: Option<u8>,
    #[serde(default, with = "vici_serde::text")]
    present: Option<u8>,
}

#[test]
fn flattened_structs_hold_text_numbers_and_booleans() {
    let flat = Flat {
        name: "net".to_owned(),
        note: None,
        numbers: Numbers {
            count: u64::MAX,
            time: -5,
            encap: true,
            ports: vec![500, 4500],
            ratio: 0.5,
            letter: 'x',
            missing: None,
            present: Some(1),
        },
        rest: BTreeMap::from([("other".to_owned(), "text".to_owned())]),
    };
    let tree = Message::new()
        .key("name", "net")
        .key("count", u64::MAX)
        .key("time", -5)
        .key("encap", true)
        .list("ports", ["500", "4500"])
        .key("ratio", "0.5")
        .key("letter", "x")
        .key("present", 1)
        .key("other", "text");
    assert_maps(&flat, tree);
    // In a format that has numbers, nothing changes.
    let json = serde_json::to_string(&flat).unwrap();
    assert!(json.contains("\"time\":-5"), "{json}");
    assert_eq!(serde_json::from_str::<Flat>(&json).unwrap(), flat);
}

#[test]
fn flattened_sections_keep_their_shape() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct UpDown {
        #[serde(default, with = "vici_serde::text")]
        up: bool,
        #[serde(flatten)]
        sas: BTreeMap<String, Sa>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sa {
        #[serde(with = "vici_serde::text")]
        uniqueid: u32,
    }

    let value = UpDown {
        up: true,
        sas: BTreeMap::from([("home".to_owned(), Sa { uniqueid: 7 })]),
    };
    let section = Section::new().key("uniqueid", 7);
    assert_maps(
        &value,
        Message::new().key("up", true).section("home", section),
    );
}

#[test]
fn a_wrong_number_behind_the_helper_is_an_error() {
    let tree = Message::new().key("count", "many");
    let error = from_slice::<Numbers>(&to_vec(&tree).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "count: invalid number: invalid digit found in string (at byte 9)"
    );
}

#[test]
fn untagged_enums_take_the_first_that_fits() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        #[serde(with = "vici_serde::text")]
        Number(u32),
        Text(String),
        List(Vec<String>),
        Section {
            text: String,
        },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        a: Either,
        b: Either,
        c: Either,
        d: Either,
    }

    let holder = Holder {
        a: Either::Number(5),
        b: Either::Text("x".to_owned()),
        c: Either::List(vec!["1".to_owned()]),
        d: Either::Section {
            text: "t".to_owned(),
        },
    };
    assert_roundtrip(&holder);
}

#[test]
fn internally_and_adjacently_tagged_enums_work() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Tagged {
        Empty,
        Sa {
            name: String,
            #[serde(with = "vici_serde::text")]
            id: u32,
        },
        Wrapped(Inner),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        text: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        Number(u32),
        Struct { x: u8 },
    }

    let tagged = Tagged::Sa {
        name: "home".to_owned(),
        id: 7,
    };
    let tree = Message::new()
        .key("type", "Sa")
        .key("name", "home")
        .key("id", 7);
    assert_maps(&tagged, tree);
    assert_roundtrip(&Tagged::Empty);
    assert_roundtrip(&Tagged::Wrapped(Inner {
        text: "x".to_owned(),
    }));
    assert_roundtrip(&BTreeMap::from([("k".to_owned(), tagged)]));
    assert_roundtrip(&Adjacent::Number(5));
    assert_roundtrip(&Adjacent::Struct { x: 5 });
}

#[test]
fn flattened_maps_of_numbers_are_parsed() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Counted {
        name: String,
        #[serde(flatten, with = "vici_serde::text")]
        counts: BTreeMap<String, u32>,
    }

    let counted = Counted {
        name: "net".to_owned(),
        counts: BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]),
    };
    assert_roundtrip(&counted);
}
