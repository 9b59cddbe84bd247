use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_derive::{Deserialize, Serialize};

use vici_serde::Text;

/// The address of a host as the daemon spells it, such as `192.0.2.1`, `::1.2.3.4` or `%any`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(Text);

over_text!(Address);

impl Address {
    /// The address; none for `%any` and `%any6`.
    ///
    /// ```
    /// # use vici_types::Address;
    /// assert_eq!(Address::from("192.0.2.1").ip(), Some([192, 0, 2, 1].into()));
    /// assert_eq!(Address::from("%any").ip(), None);
    /// ```
    pub fn ip(&self) -> Option<IpAddr> {
        self.0.as_str()?.parse().ok()
    }

    /// Whether it is unspecified: `%any` or `%any6`.
    pub fn is_any(&self) -> bool {
        matches!(self.0.as_bytes(), b"%any" | b"%any4" | b"%any6")
    }
}

macro_rules! from_ip {
    ($($ip:ty)*) => {$(
        impl From<$ip> for Address {
            fn from(ip: $ip) -> Self {
                Self(ip.to_string().into())
            }
        }
    )*};
}

from_ip! { IpAddr Ipv4Addr Ipv6Addr }

/// A traffic selector as the daemon spells it, such as `10.1.0.0/16[tcp/80]`.
///
/// Ranges (`10.0.0.1..10.0.0.9`) and `OPAQUE` ports of this spelling are no valid input for
/// `load-conn`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrafficSelector(Text);

over_text!(TrafficSelector);

impl TrafficSelector {
    /// The network: its address and the length of its prefix.
    ///
    /// None for `dynamic` and for a range that is not written as a network.
    ///
    /// ```
    /// # use vici_types::TrafficSelector;
    /// let selector = TrafficSelector::from("10.1.0.0/16[tcp/80-90]");
    /// assert_eq!(selector.network(), Some(([10, 1, 0, 0].into(), 16)));
    /// assert_eq!(selector.protocol(), Some("tcp"));
    /// assert_eq!(selector.port(), Some("80-90"));
    /// ```
    pub fn network(&self) -> Option<(IpAddr, u8)> {
        let (address, bits) = self.split()?.0.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let bits = bits.parse().ok()?;
        (bits <= width(address)).then_some((address, bits))
    }

    /// The first and the last address.
    pub fn range(&self) -> Option<(IpAddr, IpAddr)> {
        let addresses = self.split()?.0;
        if let Some((first, last)) = addresses.split_once("..") {
            return Some((first.parse().ok()?, last.parse().ok()?));
        }
        let Some((address, bits)) = self.network() else {
            let address = addresses.parse().ok()?;
            return Some((address, address));
        };
        let host_bits = u32::from(width(address) - bits);
        Some(match address {
            IpAddr::V4(ip) => {
                let hosts = u32::MAX.checked_shr(32 - host_bits).unwrap_or(0);
                let ip = ip.to_bits();
                (
                    Ipv4Addr::from_bits(ip & !hosts).into(),
                    Ipv4Addr::from_bits(ip | hosts).into(),
                )
            }
            IpAddr::V6(ip) => {
                let hosts = u128::MAX.checked_shr(128 - host_bits).unwrap_or(0);
                let ip = ip.to_bits();
                (
                    Ipv6Addr::from_bits(ip & !hosts).into(),
                    Ipv6Addr::from_bits(ip | hosts).into(),
                )
            }
        })
    }

    /// Whether it stands for the address of the host or for its virtual address.
    pub fn is_dynamic(&self) -> bool {
        self.split()
            .is_some_and(|(addresses, _)| addresses == "dynamic")
    }

    /// The protocol, by name or number, if the selector is limited to one.
    pub fn protocol(&self) -> Option<&str> {
        let limit = self.split()?.1?;
        Some(
            limit
                .split_once('/')
                .map_or(limit, |(protocol, _)| protocol),
        )
    }

    /// The port by number, range or the name of its service, or `OPAQUE`, if it is limited to one.
    pub fn port(&self) -> Option<&str> {
        Some(self.split()?.1?.split_once('/')?.1)
    }

    /// The addresses, and what stands in brackets behind them.
    fn split(&self) -> Option<(&str, Option<&str>)> {
        let text = self.0.as_str()?;
        Some(match text.split_once('[') {
            Some((addresses, limit)) => (addresses, limit.strip_suffix(']')),
            None => (text, None),
        })
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Option<String> {
        let (first, last) = TrafficSelector::from(text).range()?;
        Some(format!("{first} {last}"))
    }

    #[test]
    fn selectors_parse() {
        assert_eq!(range("10.1.0.0/16").unwrap(), "10.1.0.0 10.1.255.255");
        assert_eq!(range("0.0.0.0/0").unwrap(), "0.0.0.0 255.255.255.255");
        assert_eq!(range("10.1.0.7/32[udp]").unwrap(), "10.1.0.7 10.1.0.7");
        assert_eq!(range("10.1.0.7[tcp/http]").unwrap(), "10.1.0.7 10.1.0.7");
        assert_eq!(
            range("10.0.0.1..10.0.0.9[1/8]").unwrap(),
            "10.0.0.1 10.0.0.9"
        );
        assert_eq!(
            range("::/0").unwrap(),
            ":: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        );
        assert_eq!(
            range("fec1::/16").unwrap(),
            "fec1:: fec1:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        );
        for none in ["dynamic", "10.0.0.0/33", "10.0.0.0/", "", "x..y"] {
            assert_eq!(range(none), None, "{none}");
        }
        let dynamic = TrafficSelector::from("dynamic[udp/OPAQUE]");
        assert!(dynamic.is_dynamic());
        assert_eq!(dynamic.protocol(), Some("udp"));
        assert_eq!(dynamic.port(), Some("OPAQUE"));
        assert_eq!(dynamic, "dynamic[udp/OPAQUE]");
        assert_eq!(TrafficSelector::from("10.0.0.0/8").protocol(), None);
        assert_eq!(TrafficSelector::from(&b"\xff"[..]).range(), None);
    }

    #[test]
    fn addresses_keep_their_spelling() {
        let address = Address::from("::1.2.3.4");
        assert_eq!(address.ip().unwrap().to_string(), "::102:304");
        assert_eq!(address.to_string(), "::1.2.3.4");
        assert!(Address::from("%any6").is_any() && !address.is_any());
    }
}
