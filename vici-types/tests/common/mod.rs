//! Recorded frames, and the types by the names of commands and events.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vici_types::*;

pub struct Frame {
    pub daemon: String,
    pub name: String,
    pub source: String,
    pub message: Vec<u8>,
}

impl Frame {
    pub fn title(&self) -> String {
        format!("{} of {} ({})", self.name, self.daemon, self.source)
    }

    /// Recorded from requests that were wrong on purpose, and that the daemon let pass.
    pub fn is_excused(&self) -> bool {
        self.source.ends_with("/bad") || self.source.ends_with("/key-at-the-root")
    }

    /// A definition without the section around it, which the daemon takes for nothing.
    pub fn has_stray_key(&self) -> bool {
        let root_of_sections =
            ["load-conn", "load-pool", "load-authority"].contains(&self.name.as_str());
        let tree: vici_serde::Message = vici_serde::from_slice(&self.message).unwrap();
        root_of_sections && tree.iter().any(|(_, value)| value.as_section().is_none())
    }
}

/// The frames of a file of this repository.
pub fn frames(file: &str) -> Vec<Frame> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames");
    frames_in(&folder, file)
}

/// The frames of a file of any folder.
pub fn frames_in(folder: &Path, file: &str) -> Vec<Frame> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| line[name].as_str().unwrap().to_owned();
            Frame {
                daemon: field("daemon"),
                name: field("name"),
                source: field("source"),
                message: STANDARD.decode(field("base64")).unwrap(),
            }
        })
        .collect()
}

pub trait Typed: Serialize + DeserializeOwned + Debug + Clone + PartialEq {}

impl<T: Serialize + DeserializeOwned + Debug + Clone + PartialEq> Typed for T {}

/// What to do with a type that is known by name only.
pub trait Visit {
    type Output;

    fn visit<T: Typed>(self) -> Self::Output;
}

/// As [`Visit`], for requests.
pub trait VisitRequest {
    type Output;

    fn visit<T: Request + Typed>(self) -> Self::Output
    where
        T::Response: Typed;
}

macro_rules! requests {
    ($($request:ident)*) => {
        pub fn with_request<V: VisitRequest>(name: &str, visit: V) -> Option<V::Output> {
            match name {
                $(<$request as Request>::NAME => Some(visit.visit::<$request>()),)*
                _ => None,
            }
        }

        pub fn with_response<V: Visit>(name: &str, visit: V) -> Option<V::Output> {
            match name {
                $(<$request as Request>::NAME => Some(visit.visit::<<$request as Request>::Response>()),)*
                _ => None,
            }
        }
    };
}

requests! {
    Version Stats ReloadSettings Initiate Terminate Rekey Redirect Install Uninstall ListSas
    ListPolicies ListConns GetConns ListCerts ListAuthorities GetAuthorities LoadConn UnloadConn
    LoadCert LoadKey UnloadKey GetKeys LoadToken LoadShared UnloadShared GetShared FlushCerts
    ClearCreds LoadAuthority UnloadAuthority LoadPool UnloadPool GetPools GetAlgorithms GetCounters
    ResetCounters
}

macro_rules! events {
    ($($event:ident)*) => {
        pub fn with_event<V: Visit>(name: &str, visit: V) -> Option<V::Output> {
            match name {
                $(<$event as Event>::NAME => Some(visit.visit::<$event>()),)*
                _ => None,
            }
        }
    };
}

events! {
    ListSa ListPolicy ListConn ListCert ListAuthority Log ControlLog IkeUpdown IkeRekey IkeUpdate
    ChildUpdown ChildRekey Alert
}

/// The value of a message, and the paths of what was ignored.
pub fn decode<T: Typed>(message: &[u8]) -> Result<(T, Vec<String>), vici_serde::Error> {
    let mut ignored = Vec::new();
    let mut deserializer = vici_serde::Deserializer::from_slice(message);
    let value =
        serde_ignored::deserialize(&mut deserializer, |path| ignored.push(path.to_string()))?;
    deserializer.end()?;
    Ok((value, ignored))
}

/// Decodes a message with nothing ignored, and encodes it again: itself, and through JSON.
pub struct RoundTrip<'a>(pub &'a [u8]);

impl Visit for RoundTrip<'_> {
    type Output = Result<Vec<u8>, String>;

    fn visit<T: Typed>(self) -> Self::Output {
        let (value, ignored) = decode::<T>(self.0).map_err(|error| error.to_string())?;
        if !ignored.is_empty() {
            return Err(format!("ignored {ignored:?}"));
        }
        let again = vici_serde::to_vec(&value).map_err(|error| error.to_string())?;
        let json = serde_json::to_string(&value).map_err(|error| error.to_string())?;
        let from_json: T =
            serde_json::from_str(&json).map_err(|error| format!("{error}: {json}"))?;
        if from_json != value || value.clone() != value {
            return Err(format!("differs through JSON: {json}"));
        }
        let through_json = vici_serde::to_vec(&from_json).map_err(|error| error.to_string())?;
        if through_json != again {
            return Err(format!("encodes otherwise through JSON: {json}"));
        }
        Ok(again)
    }
}

impl VisitRequest for RoundTrip<'_> {
    type Output = Result<Vec<u8>, String>;

    fn visit<T: Request + Typed>(self) -> Self::Output
    where
        T::Response: Typed,
    {
        Visit::visit::<T>(self)
    }
}
