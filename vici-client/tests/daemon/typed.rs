//! The types of messages, by the names of commands and events.

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_client::Message;
use vici_client::vici_serde::{self, Deserializer, Section, Value};
use vici_types::*;

/// Decodes a message into its type, with nothing ignored, and encodes it again.
pub(crate) type Again = fn(&[u8]) -> Result<Vec<u8>, String>;

fn again<T: Serialize + DeserializeOwned>(message: &[u8]) -> Result<Vec<u8>, String> {
    let mut ignored = Vec::new();
    let mut deserializer = Deserializer::from_slice(message);
    let value: T =
        serde_ignored::deserialize(&mut deserializer, |path| ignored.push(path.to_string()))
            .map_err(|error| error.to_string())?;
    if !ignored.is_empty() {
        return Err(format!("ignored {ignored:?}"));
    }
    vici_serde::to_vec(&value).map_err(|error| error.to_string())
}

macro_rules! responses {
    ($($request:ident)*) => {
        /// The response of a command.
        pub(crate) fn response(command: &str) -> Option<Again> {
            match command {
                $(<$request as Request>::NAME => Some(again::<<$request as Request>::Response>),)*
                _ => None,
            }
        }
    };
}

responses! {
    Version Stats ReloadSettings Initiate Terminate Rekey Redirect Install Uninstall ListSas
    ListPolicies ListConns GetConns ListCerts ListAuthorities GetAuthorities LoadConn UnloadConn
    LoadCert LoadKey UnloadKey GetKeys LoadToken LoadShared UnloadShared GetShared FlushCerts
    ClearCreds LoadAuthority UnloadAuthority LoadPool UnloadPool GetPools GetAlgorithms GetCounters
    ResetCounters
}

macro_rules! events {
    ($($event:ident)*) => {
        /// An event.
        pub(crate) fn event(name: &str) -> Option<Again> {
            match name {
                $(<$event as Event>::NAME => Some(again::<$event>),)*
                _ => None,
            }
        }
    };
}

events! {
    ListSa ListPolicy ListConn ListCert ListAuthority Log ControlLog IkeUpdown IkeRekey IkeUpdate
    ChildUpdown ChildRekey Alert
}

#[test]
fn every_command_and_event_has_its_type() {
    assert!(COMMANDS.iter().all(|name| response(name).is_some()));
    assert!(EVENTS.iter().all(|name| event(name).is_some()));
}

#[test]
fn what_has_no_field_is_noticed() {
    let known = Message::new().key("success", "yes");
    let again = response("install").unwrap();
    let bytes = |message: &Message| vici_serde::to_vec(message).unwrap();
    assert_eq!(again(&bytes(&known)), Ok(bytes(&known)));
    let unknown = known.key("new", "1");
    assert_eq!(again(&bytes(&unknown)).unwrap_err(), "ignored [\"new\"]");
}

/// A message as a tree, for people.
pub(crate) fn tree(message: &[u8]) -> Message {
    vici_serde::from_slice(message).unwrap()
}

/// Whether a message was encoded as the daemon did. Only what it says of authentication rounds has
/// no order of its own: the single keys come in the reverse order of the request that loaded them.
pub(crate) fn is_same(name: &str, message: &[u8], again: &[u8]) -> bool {
    message == again
        || name == ListConn::NAME && sorted(&tree(message), false) == sorted(&tree(again), false)
}

fn sorted(section: &Section, is_round: bool) -> Section {
    let mut entries: Vec<_> = section.iter().collect();
    if is_round {
        entries.sort_by_key(|(name, value)| (value.as_list().is_some(), *name));
    }
    let entry = |to: Section, (name, value): (&[u8], &Value)| match value {
        Value::Section(inner) => {
            let is_round = name.starts_with(b"local-") || name.starts_with(b"remote-");
            to.section(name, sorted(inner, is_round))
        }
        other => to.key(name, other.clone()),
    };
    entries.into_iter().fold(Section::new(), entry)
}
