//! Where a daemon listens: addresses, parsed and printed.

use core::fmt;
use core::str::FromStr;
use std::ffi::OsStr;
use std::io;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Where a daemon listens when its configuration says nothing else, as a URI: the default of a
/// command line, for instance.
pub const DEFAULT_URI: &str = if cfg!(unix) {
    "unix:///var/run/charon.vici"
} else {
    "tcp://127.0.0.1:4502"
};

/// Where a daemon listens, as the setting `charon.plugins.vici.socket` of the daemon says it.
///
/// It is parsed from a URI or from an absolute path, and printed as a URI. Parsing looks nothing up,
/// and is the same on every system: what a system can't connect to is told when it is tried.
///
/// | text | address |
/// | --- | --- |
/// | `unix:///run/charon.vici`, `/run/charon.vici` | the path of a Unix socket |
/// | `unix://@name` | a Unix socket in the abstract namespace of Linux |
/// | `tcp://127.0.0.1:4502`, `tcp://moon.example:4502` | a host and a port |
/// | `tcp://[2001:db8::1]:4502`, `tcp://[fe80::1%eth0]:4502` | an IPv6 address, with a zone by name or number |
///
/// ```
/// use vici_client::Address;
///
/// # fn main() -> Result<(), vici_client::AddressError> {
/// let address: Address = "/run/charon.vici".parse()?;
/// assert_eq!(address, Address::Unix("/run/charon.vici".into()));
/// assert_eq!(address.to_string(), "unix:///run/charon.vici");
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// The path of a Unix socket. A relative one, which no text is parsed as, is relative to the
    /// working folder of the process at the time of connecting.
    Unix(PathBuf),
    /// A name in the abstract namespace of Linux, without the `@`.
    Abstract(String),
    /// A host and a port.
    Tcp {
        /// The name of the host, or its address: that of IPv6 without brackets.
        host: String,
        /// The port.
        port: u16,
    },
}

impl Address {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(address) = text.strip_prefix("tcp://") {
            return Self::parse_tcp(address);
        }
        let path = match text.strip_prefix("unix://") {
            Some("@") => return Err("the name of the socket is missing, as in unix://@name"),
            Some(path) => match path.strip_prefix('@') {
                Some(name) => return Ok(Self::Abstract(name.to_owned())),
                None => path,
            },
            None if text.starts_with('/') => text,
            None => return Err("expected unix:///path, tcp://host:port or an absolute path"),
        };
        if !path.starts_with('/') {
            return Err("the path of a Unix socket is absolute, as in unix:///path");
        }
        Ok(Self::Unix(path.into()))
    }

    fn parse_tcp(address: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "expected tcp://host:port or tcp://[IPv6 address]:port";

        let Some((host, port)) = address.rsplit_once(':') else {
            return Err("a port is missing, as in tcp://127.0.0.1:4502");
        };
        let host = match host.strip_prefix('[').map(|host| host.strip_suffix(']')) {
            Some(Some(host)) if is_ipv6(host) => host,
            None if !host.is_empty() && !host.contains([':', '[', ']']) => host,
            _ => return Err(EXPECTED),
        };
        // `parse` would take a sign.
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        match port.parse() {
            Ok(port) if digits => Ok(Self::Tcp {
                host: host.to_owned(),
                port,
            }),
            _ => Err("the port is not a number up to 65535"),
        }
    }
}

/// Whether it is an IPv6 address, maybe with a zone.
fn is_ipv6(host: &str) -> bool {
    let (address, zone) = host.split_once('%').unwrap_or((host, "0"));
    address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && !zone.contains(['[', ']', '%'])
}

/// The default socket: whichever is there of `/var/run/charon.vici` and `/run/charon.vici`, the first
/// where neither is; on Windows `tcp://127.0.0.1:4502`. This looks into the file system.
impl Default for Address {
    fn default() -> Self {
        if cfg!(unix) {
            let [first, second] = ["/var/run/charon.vici", "/run/charon.vici"].map(Path::new);
            let there = !first.exists() && second.exists();
            Self::from(if there { second } else { first })
        } else {
            Self::Tcp {
                host: "127.0.0.1".to_owned(),
                port: 4502,
            }
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text).map_err(|what| AddressError {
            text: text.to_owned(),
            what,
        })
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Self {
        Self::Unix(path)
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::Unix(path.to_owned())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Abstract(name) => write!(f, "unix://@{name}"),
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
        }
    }
}

/// A text that is no [`Address`]. It tells what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an address: {what}")]
pub struct AddressError {
    text: String,
    what: &'static str,
}

impl AddressError {
    pub(crate) fn not_text(value: &OsStr) -> Self {
        Self {
            text: value.to_string_lossy().into_owned(),
            what: "it is not UTF-8",
        }
    }
}

impl From<AddressError> for Error {
    fn from(error: AddressError) -> Self {
        Self::connect(
            error.text,
            io::Error::new(io::ErrorKind::InvalidInput, error.what),
        )
    }
}
