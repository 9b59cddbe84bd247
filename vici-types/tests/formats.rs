//! Every request, response and event through every format that serde has for people and programs.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Frame, Typed, Visit, VisitRequest, frames, with_event, with_request, with_response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_types::*;

/// A format: writes a value and reads it again.
trait Format {
    const NAME: &'static str;

    fn through<T: Serialize + DeserializeOwned>(value: &T) -> Result<T, String>;
}

macro_rules! formats {
    ($($name:ident: $through:expr;)*) => {
        $(
            struct $name;

            impl Format for $name {
                const NAME: &'static str = stringify!($name);

                fn through<T: Serialize + DeserializeOwned>(value: &T) -> Result<T, String> {
                    let through: fn(&T) -> Result<T, Box<dyn std::error::Error>> = $through;
                    through(value).map_err(|error| error.to_string())
                }
            }
        )*

        /// Tries a value with each of them.
        fn in_all<T: Typed>(value: &T, title: &str) {
            $(
                match $name::through(value) {
                    Ok(again) => assert!(again == *value, "{}, {title}: {again:?} of {value:?}", $name::NAME),
                    Err(error) => panic!("{}, {title}: {error}", $name::NAME),
                }
            )*
        }
    };
}

formats! {
    Json: |value| Ok(serde_json::from_str(&serde_json::to_string(value)?)?);
    Yaml: |value| Ok(serde_yaml_ng::from_str(&serde_yaml_ng::to_string(value)?)?);
    Toml: |value| Ok(toml::from_str(&toml::to_string(value)?)?);
    Ron: |value| Ok(ron::from_str(&ron::to_string(value)?)?);
    Cbor: |value| {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes)?;
        Ok(ciborium::from_reader(bytes.as_slice())?)
    };
    MessagePack: |value| Ok(rmp_serde::from_slice(&rmp_serde::to_vec_named(value)?)?);
}

struct InAll<'a>(&'a Frame);

impl Visit for InAll<'_> {
    type Output = ();

    fn visit<T: Typed>(self) {
        let value: T = vici_serde::from_slice(&self.0.message).unwrap();
        in_all(&value, &self.0.title());
    }
}

impl VisitRequest for InAll<'_> {
    type Output = ();

    fn visit<T: Request + Typed>(self)
    where
        T::Response: Typed,
    {
        Visit::visit::<T>(self);
    }
}

/// One in so many, since those of one kind are much alike.
fn some(kind: &str, step: usize) -> Vec<Frame> {
    let frames = frames(&format!("{kind}s.jsonl")).into_iter();
    let frames = frames.filter(|frame| !frame.is_excused() && frame.name != "no-such-command");
    frames.step_by(step).collect()
}

#[test]
fn requests() {
    for frame in some("request", 1) {
        if frame.has_stray_key() {
            continue;
        }
        with_request(&frame.name, InAll(&frame)).unwrap();
    }
}

#[test]
fn responses() {
    for frame in some("response", 1) {
        with_response(&frame.name, InAll(&frame)).unwrap();
    }
}

#[test]
fn events() {
    for frame in some("event", 3) {
        with_event(&frame.name, InAll(&frame)).unwrap();
    }
}

#[test]
fn text_that_is_not_utf8() {
    let bytes = b"caf\xe9\0";
    let mut sa = ListSa::default();
    sa.name = "home".into();
    sa.ike_sa.remote_id = bytes.into();
    sa.ike_sa.local_host = bytes.into();
    sa.ike_sa.state = IkeState::from(&bytes[..]);
    sa.ike_sa.remote_eap_id = Some(bytes.into());
    sa.ike_sa.tasks_active = Some(vec![Task::IkeDpd, Task::from(&bytes[..])]);
    in_all(&sa, "list-sa");

    let cert = LoadCert::new(CertType::X509, b"\x30\x82\x00\xff").flag(CertFlag::Ca);
    in_all(&cert, "load-cert");
    let conn = Conn::new()
        .local(
            ConnAuth::new()
                .certs([&b"\x30\x82\xff"[..], b"PEM"])
                .id(bytes),
        )
        .remote(ConnAuth::new().cacert(ConnCert::new().handle("4d")));
    in_all(&LoadConn::new("home", conn), "load-conn");
    let pool = Pool::new("10.3.0.0/24").attribute("25", [bytes]);
    in_all(&LoadPool::new("p", pool), "load-pool");
    let shared = LoadShared::new(SharedType::Ike, b"\xffsecret");
    in_all(&shared, "load-shared");
}

/// Those that are the names of maps where the format can have them: as text they are lossless, and
/// an empty one is a name as well.
#[test]
fn odd_names() {
    for name in [
        "",
        "a.b",
        "caf\u{e9}",
        "0",
        "true",
        "null",
        "~",
        "a: b",
        "a\nb",
        "\"",
        "[x]",
        "children",
    ] {
        let conn = Conn::new().child(name, ConnChild::new().priority(1));
        in_all(&LoadConn::new(name, conn), name);
        let mut event = IkeUpdown::default();
        (event.name, event.up) = (name.into(), true);
        in_all(&event, name);
    }
}

#[test]
fn absent_empty_and_empty_items_stay_apart() {
    let none: [&str; 0] = [];
    for conn in [
        Conn::new(),
        Conn::new().vips(none),
        Conn::new().vips([""]),
        Conn::new().vips(["", "x"]),
        Conn::new().ppk_id(""),
        Conn {
            children: Some(Named::new()),
            ..Conn::new()
        },
    ] {
        in_all(&LoadConn::new("home", conn), "load-conn");
    }
}
