//! All commands and events, in one table each.

use core::time::Duration;

use serde::Deserializer;
use serde::de::DeserializeOwned;
use serde_derive::{Deserialize, Serialize};

use crate::authority::{
    GetAuthorities, GetAuthoritiesResponse, ListAuthorities, ListAuthority, LoadAuthority,
    UnloadAuthority,
};
use crate::cert::{ClearCreds, ClearCredsResponse, FlushCerts, ListCert, ListCerts, LoadCert};
use crate::check::Check;
use crate::command::{Command, Event, InvalidRequest, Request, StreamingCommand};
use crate::conn::{GetConns, GetConnsResponse, ListConn, ListConns, LoadConn, UnloadConn};
use crate::control::{
    ControlLog, Done, Initiate, Install, Redirect, RedirectResponse, Rekey, RekeyResponse,
    Terminate, TerminateResponse, Uninstall,
};
use crate::counters::{GetCounters, GetCountersResponse, ResetCounters};
use crate::daemon::{
    GetAlgorithms, GetAlgorithmsResponse, Log, ReloadSettings, Stats, StatsResponse, Version,
    VersionResponse,
};
use crate::items::ItemsAs;
use crate::key::{GetKeys, GetKeysResponse, LoadKey, LoadKeyResponse, LoadToken, UnloadKey};
use crate::policy::{ListPolicies, ListPolicy};
use crate::pool::{GetPools, GetPoolsResponse, LoadPool, UnloadPool};
use crate::sa::{Alert, ChildRekey, ChildUpdown, IkeRekey, IkeUpdate, IkeUpdown, ListSa, ListSas};
use crate::shared::{GetShared, GetSharedResponse, LoadShared, UnloadShared};
use crate::value::Timeout;

macro_rules! commands {
    ($($request:ident => $name:literal, $kind:ident -> $response:ty $(, streams $event:ty)? $(, waits $wait:ident)?;)*) => {
        /// The names of all commands on the wire.
        pub const COMMANDS: &[&str] = &[$($name),*];

        $(
            const _: () = check_name($name);

            #[diagnostic::do_not_recommend]
            impl Request for $request {
                const NAME: &'static str = $name;

                type Response = $response;

                #[inline]
                fn check(&self) -> Result<(), InvalidRequest> {
                    Check::check(self)
                }

                $(
                    fn wait(&self) -> Duration {
                        self.$wait.map_or(Duration::ZERO, Timeout::wait)
                    }
                )?
            }

            commands! { @$kind $request $($event)? }
        )*
    };
    (@call $request:ident) => {
        #[diagnostic::do_not_recommend]
        impl Command for $request {}
    };
    (@stream $request:ident $event:ty) => {
        #[diagnostic::do_not_recommend]
        impl StreamingCommand for $request {
            type Event = $event;
        }

        impl $request {
            #[doc = concat!("The same request, whose items are read as a type of your own instead of [`", stringify!($event), "`].")]
            ///
            /// [`ItemsAs`] has an example.
            #[must_use]
            pub fn items_as<T: DeserializeOwned>(self) -> ItemsAs<Self, T> {
                ItemsAs::new(self)
            }
        }
    };
    (@both $request:ident $event:ty) => {
        commands! { @call $request }
        commands! { @stream $request $event }
    };
}

commands! {
    Version         => "version",          call   -> VersionResponse;
    Stats           => "stats",            call   -> StatsResponse;
    ReloadSettings  => "reload-settings",  call   -> Done;
    Initiate        => "initiate",         both   -> Done,              streams ControlLog, waits timeout;
    Terminate       => "terminate",        both   -> TerminateResponse, streams ControlLog, waits timeout;
    Rekey           => "rekey",            call   -> RekeyResponse;
    Redirect        => "redirect",         call   -> RedirectResponse;
    Install         => "install",          call   -> Done;
    Uninstall       => "uninstall",        call   -> Done;
    ListSas         => "list-sas",         stream -> Empty,             streams ListSa;
    ListPolicies    => "list-policies",    stream -> Empty,             streams ListPolicy;
    ListConns       => "list-conns",       stream -> Empty,             streams ListConn;
    GetConns        => "get-conns",        call   -> GetConnsResponse;
    ListCerts       => "list-certs",       stream -> Empty,             streams ListCert;
    ListAuthorities => "list-authorities", stream -> Empty,             streams ListAuthority;
    GetAuthorities  => "get-authorities",  call   -> GetAuthoritiesResponse;
    LoadConn        => "load-conn",        call   -> Done;
    UnloadConn      => "unload-conn",      call   -> Done;
    LoadCert        => "load-cert",        call   -> Done;
    LoadKey         => "load-key",         call   -> LoadKeyResponse;
    UnloadKey       => "unload-key",       call   -> Done;
    GetKeys         => "get-keys",         call   -> GetKeysResponse;
    LoadToken       => "load-token",       call   -> LoadKeyResponse;
    LoadShared      => "load-shared",      call   -> Done;
    UnloadShared    => "unload-shared",    call   -> Done;
    GetShared       => "get-shared",       call   -> GetSharedResponse;
    FlushCerts      => "flush-certs",      call   -> Done;
    ClearCreds      => "clear-creds",      call   -> ClearCredsResponse;
    LoadAuthority   => "load-authority",   call   -> Done;
    UnloadAuthority => "unload-authority", call   -> Done;
    LoadPool        => "load-pool",        call   -> Done;
    UnloadPool      => "unload-pool",      call   -> Done;
    GetPools        => "get-pools",        call   -> GetPoolsResponse;
    GetAlgorithms   => "get-algorithms",   call   -> GetAlgorithmsResponse;
    GetCounters     => "get-counters",     call   -> GetCountersResponse;
    ResetCounters   => "reset-counters",   call   -> Done;
}

macro_rules! events {
    ($($event:ident => $name:literal;)*) => {
        /// The names of all events on the wire.
        pub const EVENTS: &[&str] = &[$($name),*];

        $(
            const _: () = check_name($name);

            #[diagnostic::do_not_recommend]
            impl Event for $event {
                const NAME: &'static str = $name;
            }

            impl From<$event> for AnyEvent {
                fn from(event: $event) -> Self {
                    Self::$event(event)
                }
            }
        )*

        /// Any of the events, for a `match`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "the large ones are the frequent ones")]
        pub enum AnyEvent {
            $(#[doc = concat!("`", $name, "`")] $event($event),)*
        }

        impl AnyEvent {
            /// Reads the event called `name`; none if there is no such event.
            ///
            /// # Errors
            ///
            /// Those of the deserializer, where the message is not one of this event.
            pub fn deserialize<'de, D: Deserializer<'de>>(
                name: &str,
                deserializer: D,
            ) -> Result<Option<Self>, D::Error> {
                match name {
                    $($name => <$event as serde::Deserialize>::deserialize(deserializer).map(Self::$event).map(Some),)*
                    _ => Ok(None),
                }
            }

            /// The name of the event on the wire.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$event(_) => $name,)*
                }
            }
        }
    };
}

events! {
    ListSa        => "list-sa";
    ListPolicy    => "list-policy";
    ListConn      => "list-conn";
    ListCert      => "list-cert";
    ListAuthority => "list-authority";
    Log           => "log";
    ControlLog    => "control-log";
    IkeUpdown     => "ike-updown";
    IkeRekey      => "ike-rekey";
    IkeUpdate     => "ike-update";
    ChildUpdown   => "child-updown";
    ChildRekey    => "child-rekey";
    Alert         => "alert";
}

/// An empty answer, as the `list-*` commands give it after their events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Empty {}

/// A name that the wire can carry and the daemon reads.
#[allow(dead_code, reason = "Rust 1.85 does not see that constants use it")]
const fn check_name(name: &str) {
    assert!(name.is_ascii() && !name.is_empty() && name.len() <= 255);
}
