//! Pages to read: nothing in here is code.

/// # From `swanctl.conf` to Rust
///
#[doc = include_str!("../docs/swanctl_conf.md")]
pub mod swanctl_conf {}

/// # Coming from other libraries
///
#[doc = include_str!("../docs/coming_from.md")]
pub mod coming_from {}

/// # Blocking or async
///
#[doc = include_str!("../docs/blocking_or_async.md")]
pub mod blocking_or_async {}

/// # Errors and what to do
///
#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

/// # Security
///
#[doc = include_str!("../docs/security.md")]
pub mod security {}

/// Makes a page of each program in the folder `examples`, so that other pages can link to it.
macro_rules! examples {
    ($($(#[$title:meta])* $name:ident)*) => {
        /// # Examples
        ///
        /// Programs that are short and whole, from the folder `examples`. Each tells at its top how
        /// to run it. They talk to the daemon at `VICI_URI` where that is set, else to the one on the
        /// default socket.
        pub mod examples {
            $(
                $(#[$title])*
                ///
                #[doc = concat!(
                    "```no_run\n",
                    include_str!(concat!("../examples/", stringify!($name), ".rs")),
                    "```"
                )]
                pub mod $name {}
            )*
        }
    };
}

examples! {
    /// Connects, and loads, lists and unloads a connection.
    quickstart
    /// What the daemon is and how busy it is.
    version_and_stats
    /// What is up, with its traffic.
    list_tunnels
    /// A tunnel between two sites, from typed structs.
    site_to_site
    /// A server with a certificate, EAP and a pool.
    road_warrior
    /// Connections from a file, and from structs of one's own.
    from_toml
    /// Connections from a file that Ansible and its like write.
    from_yaml
    /// Brings a tunnel up, and shows the log meanwhile.
    initiate
    /// Brings up any number of tunnels at once.
    initiate_many
    /// Tells what comes up and goes down, across restarts of the daemon, until it is interrupted.
    monitor
    /// The same for async programs.
    #[cfg(feature = "tokio")]
    monitor_async
    /// Tunnels as JSON, up and down, and as server-sent events, for many browsers at once.
    #[cfg(feature = "tokio")]
    web_service
    /// Any command, without its type.
    raw
    /// Several daemons in one thread, with an event loop of one's own.
    several_daemons
}
