//! Traffic selectors, read in one spelling and written in another.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses, protocol and ports a child is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selector {
    addresses: Addresses,
    protocol: Option<u8>,
    ports: Ports,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Addresses {
    Dynamic,
    Subnet(IpAddr, u8),
    Range(IpAddr, IpAddr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ports {
    Any,
    Opaque,
    Range(u16, u16),
}

impl Selector {
    pub(super) const DYNAMIC: Self = Self {
        addresses: Addresses::Dynamic,
        protocol: None,
        ports: Ports::Any,
    };

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (addresses, traffic) = match text.split_once('[') {
            Some((addresses, rest)) => (addresses, rest.strip_suffix(']')?),
            None => (text, ""),
        };
        let (protocol, ports) = parse_traffic(traffic)?;
        Some(Self {
            addresses: parse_addresses(addresses.trim())?,
            protocol,
            ports,
        })
    }

    /// With the address of a host where it is dynamic.
    pub(super) fn resolve(&self, host: IpAddr) -> Self {
        let addresses = match &self.addresses {
            Addresses::Dynamic => Addresses::Subnet(host, width(host)),
            fixed => fixed.clone(),
        };
        Self {
            addresses,
            ..self.clone()
        }
    }

    /// Whether an address is among its own.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match self.addresses {
            Addresses::Dynamic => false,
            Addresses::Subnet(base, prefix) => {
                base.is_ipv4() == address.is_ipv4() && mask(address, prefix) == base
            }
            Addresses::Range(from, to) => {
                from.is_ipv4() == address.is_ipv4() && from <= address && address <= to
            }
        }
    }

    /// With any address where it is dynamic.
    pub(super) fn resolve_any(&self) -> Self {
        let addresses = match &self.addresses {
            Addresses::Dynamic => Addresses::Subnet(Ipv4Addr::UNSPECIFIED.into(), 0),
            fixed => fixed.clone(),
        };
        Self {
            addresses,
            ..self.clone()
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.addresses {
            Addresses::Dynamic => f.write_str("dynamic")?,
            Addresses::Subnet(base, prefix) => write!(f, "{base}/{prefix}")?,
            Addresses::Range(from, to) => write!(f, "{from}..{to}")?,
        }
        if self.protocol.is_none() && self.ports == Ports::Any {
            return Ok(());
        }
        let protocol = self.protocol.unwrap_or(0);
        match PROTOCOLS.iter().find(|(number, _)| *number == protocol) {
            Some((_, name)) => write!(f, "[{name}")?,
            None => write!(f, "[{protocol}")?,
        }
        match self.ports {
            Ports::Any => {}
            Ports::Opaque => f.write_str("/OPAQUE")?,
            Ports::Range(from, to) if from == to => {
                let service = SERVICES.iter().find(|(port, _)| *port == from);
                match service.filter(|_| !is_icmp(protocol)) {
                    Some((_, name)) => write!(f, "/{name}")?,
                    None => write!(f, "/{from}")?,
                }
            }
            Ports::Range(from, to) => write!(f, "/{from}-{to}")?,
        }
        f.write_str("]")
    }
}

/// An address as a subnet of its own, or a subnet with its host bits cleared.
pub(super) fn parse_subnet(text: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let prefix = match prefix {
        // What is too long is cut.
        Some(prefix) => prefix.parse::<u8>().ok()?.min(width(address)),
        None => width(address),
    };
    Some((mask(address, prefix), prefix))
}

fn parse_addresses(text: &str) -> Option<Addresses> {
    if text == "dynamic" {
        return Some(Addresses::Dynamic);
    }
    if let Some((from, to)) = text.split_once('-') {
        let (from, to): (IpAddr, IpAddr) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        return (from.is_ipv4() == to.is_ipv4()).then_some(Addresses::Range(from, to));
    }
    let (base, prefix) = parse_subnet(text)?;
    Some(Addresses::Subnet(base, prefix))
}

fn parse_traffic(text: &str) -> Option<(Option<u8>, Ports)> {
    if text.is_empty() {
        return Some((None, Ports::Any));
    }
    let (protocol, ports) = text.split_once('/').unwrap_or((text, ""));
    let protocol = match protocol {
        "" => None,
        name => Some(parse_protocol(name)?),
    };
    let ports = match ports {
        "" | "%any" => Ports::Any,
        "opaque" => Ports::Opaque,
        ports => match ports.split_once('-') {
            Some((from, to)) => Ports::Range(from.parse().ok()?, to.parse().ok()?),
            None => {
                let port = parse_port(ports)?;
                Ports::Range(port, port)
            }
        },
    };
    Some((protocol, ports))
}

fn parse_protocol(text: &str) -> Option<u8> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let found = PROTOCOLS.iter().find(|(_, name)| *name == text);
    found.map(|(number, _)| *number)
}

fn parse_port(text: &str) -> Option<u16> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let found = SERVICES.iter().find(|(_, name)| *name == text);
    found.map(|(number, _)| *number)
}

fn is_icmp(protocol: u8) -> bool {
    matches!(protocol, 1 | 58)
}

fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn mask(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(u32::from(128 - prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

/// The best known of `/etc/protocols`.
const PROTOCOLS: &[(u8, &str)] = &[
    (1, "icmp"),
    (6, "tcp"),
    (17, "udp"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "ipv6-icmp"),
    (89, "ospf"),
    (132, "sctp"),
];

/// The best known of `/etc/services`.
const SERVICES: &[(u16, &str)] = &[
    (21, "ftp"),
    (22, "ssh"),
    (23, "telnet"),
    (25, "smtp"),
    (53, "domain"),
    (67, "bootps"),
    (68, "bootpc"),
    (80, "http"),
    (110, "pop3"),
    (123, "ntp"),
    (143, "imap2"),
    (161, "snmp"),
    (179, "bgp"),
    (389, "ldap"),
    (443, "https"),
    (500, "isakmp"),
    (993, "imaps"),
    (4500, "ipsec-nat-t"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_written_as_the_daemon_does() {
        for (text, written) in [
            ("dynamic", Some("dynamic")),
            ("dynamic[tcp/http]", Some("dynamic[tcp/http]")),
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.0.0.0/33", Some("10.0.0.0/32")),
            ("10.7.0.1", Some("10.7.0.1/32")),
            ("fec0::1", Some("fec0::1/128")),
            (
                "10.0.0.1-10.0.0.9[tcp/80-90]",
                Some("10.0.0.1..10.0.0.9[tcp/80-90]"),
            ),
            ("10.1.0.0/16[udp/53]", Some("10.1.0.0/16[udp/domain]")),
            ("10.0.0.0/8[17/opaque]", Some("10.0.0.0/8[udp/OPAQUE]")),
            ("0.0.0.0/0[1/8]", Some("0.0.0.0/0[icmp/8]")),
            ("10.0.0.0/8[/53]", Some("10.0.0.0/8[0/domain]")),
            ("10.0.0.0/8[]", Some("10.0.0.0/8")),
            ("10.0.0.0/8[tcp/frobs]", None),
            ("10.0.0.0/8[%any/53]", None),
            ("[gre]", None),
            ("nonsense", None),
            ("", None),
        ] {
            let parsed = Selector::parse(text).map(|selector| selector.to_string());
            assert_eq!(parsed.as_deref(), written, "{text:?}");
        }
    }
}
