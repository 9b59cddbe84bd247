//! All types of the protocol, by number.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_types::*;

/// What the types of messages have in common.
pub(crate) trait Typed: Serialize + DeserializeOwned + Debug + Clone + PartialEq {}

impl<T: Serialize + DeserializeOwned + Debug + Clone + PartialEq> Typed for T {}

/// What to do with one of the types.
pub(crate) trait Visit {
    fn request<T: Request + Typed>(self);
    fn response<T: Typed>(self, command: &'static str);
    fn event<T: Event + Typed>(self);
}

macro_rules! registry {
    (requests: $($request:ident)*; events: $($event:ident)*;) => {
        type Visitor<V> = fn(V);

        fn visitors<V: Visit>() -> Vec<Visitor<V>> {
            vec![
                $(|visit: V| visit.request::<$request>(),)*
                $(|visit: V| {
                    visit.response::<<$request as Request>::Response>(<$request as Request>::NAME)
                },)*
                $(|visit: V| visit.event::<$event>(),)*
            ]
        }

        /// The names of all, in the order of their numbers.
        pub const TYPES: &[(&str, &str)] = &[
            $(("request", <$request as Request>::NAME),)*
            $(("response", <$request as Request>::NAME),)*
            $(("event", <$event as Event>::NAME),)*
        ];
    };
}

registry! {
    requests: Version Stats ReloadSettings Initiate Terminate Rekey Redirect Install Uninstall
        ListSas ListPolicies ListConns GetConns ListCerts ListAuthorities GetAuthorities LoadConn
        UnloadConn LoadCert LoadKey UnloadKey GetKeys LoadToken LoadShared UnloadShared GetShared
        FlushCerts ClearCreds LoadAuthority UnloadAuthority LoadPool UnloadPool GetPools
        GetAlgorithms GetCounters ResetCounters;
    events: ListSa ListPolicy ListConn ListCert ListAuthority Log ControlLog IkeUpdown IkeRekey
        IkeUpdate ChildUpdown ChildRekey Alert;
}

/// Visits the type of this number; numbers that are too large begin anew.
pub(crate) fn visit<V: Visit>(number: usize, visit: V) {
    let visitors = visitors();
    if let Some(visitor) = visitors.get(number % visitors.len()) {
        visitor(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_complete() {
        let of = |kind: &str| -> Vec<&str> {
            let types = TYPES.iter().filter(|(other, _)| *other == kind);
            types.map(|(_, name)| *name).collect()
        };
        assert_eq!(of("request"), COMMANDS);
        assert_eq!(of("response"), COMMANDS);
        assert_eq!(of("event"), EVENTS);
    }
}
