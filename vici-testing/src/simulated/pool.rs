//! Pools of virtual addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use vici_serde::{Message, Section, Text, Value};

use super::generation::Generation;
use super::output::{Output, Refused};
use super::request::{Fault, Request, text, text_of_name};

/// A pool as it was loaded, with its leases.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    name: String,
    base: IpAddr,
    /// The first address that is assigned.
    first: IpAddr,
    size: u32,
    leases: Vec<Lease>,
}

/// An address that is or was in use.
#[derive(Clone, Debug)]
struct Lease {
    address: IpAddr,
    identity: String,
    online: bool,
}

/// All that are loaded.
#[derive(Debug, Default)]
pub(super) struct Pools(Vec<Pool>);

impl Pools {
    pub(super) fn load(
        &mut self,
        request: &Request,
        generation: Generation,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let sections = request.sections();
        let count = sections.len();
        for (index, (name, section)) in sections.into_iter().enumerate() {
            let inside = request.fault() == Fault::Inside && index + 1 == count;
            let mut pool = Pool::parse(&name, section, inside, output)?;
            if generation.is_6() {
                pool.base = pool.first;
            }
            self.replace(pool, output)?;
        }
        request.check()
    }

    /// A pool with the same addresses keeps its leases.
    fn replace(&mut self, pool: Pool, output: Output<'_>) -> Result<(), Refused> {
        let base = shown_base(pool.base);
        let entries = format!("{}: {base}, {} entries", pool.name, pool.size);
        let old = self.0.iter().position(|old| old.name == pool.name);
        let Some(index) = old else {
            output.config(&format!("added vici pool {entries}"));
            self.0.push(pool);
            return Ok(());
        };
        let old = self.0.remove(index);
        if (old.base, old.size) == (pool.base, pool.size) {
            output.config(&format!("updated vici pool {entries}"));
            self.0.push(Pool {
                leases: old.leases,
                ..pool
            });
            return Ok(());
        }
        if old.online() > 0 {
            let name = pool.name;
            self.0.insert(index, old);
            return Err(format!(
                "vici pool {name} has online leases, unable to replace"
            ));
        }
        output.config(&format!("replaced vici pool {entries}"));
        self.0.push(pool);
        Ok(())
    }

    pub(super) fn unload(&mut self, request: &Request, output: Output<'_>) -> Result<(), Refused> {
        let name = request.text("name").ok_or("missing pool name to unload")?;
        let index = self.0.iter().position(|pool| pool.name == name);
        let index = index.ok_or_else(|| format!("{name} not found"))?;
        if self
            .0
            .iter()
            .any(|pool| pool.name == name && pool.online() > 0)
        {
            return Err(format!("{name} has online leases, unable to unload"));
        }
        output.config(&format!("unloaded vici pool {name}"));
        self.0.remove(index);
        Ok(())
    }

    pub(super) fn get(&self, request: &Request) -> Message {
        let wanted = request.text("name");
        let leases = request.flag("leases");
        let pools = self.0.iter();
        let pools = pools.filter(|pool| wanted.is_none_or(|name| name == pool.name));
        pools.fold(Message::new(), |message, pool| {
            message.section(&pool.name, pool.shown(leases))
        })
    }

    /// Gives an identity addresses of the pools, one of each family: the one it had, or a new one.
    pub(super) fn lease(&mut self, pools: &[String], identity: &str) -> Vec<String> {
        let mut addresses: Vec<IpAddr> = Vec::new();
        for name in pools {
            let pool = self.0.iter_mut().find(|pool| pool.name == *name);
            let Some(pool) = pool else { continue };
            let taken = addresses.iter();
            if taken
                .clone()
                .any(|address| address.is_ipv4() == pool.base.is_ipv4())
            {
                continue;
            }
            addresses.extend(pool.lease(identity));
        }
        addresses.iter().map(IpAddr::to_string).collect()
    }

    /// Takes addresses back.
    pub(super) fn release(&mut self, addresses: &[String]) {
        let leases = self.0.iter_mut().flat_map(|pool| &mut pool.leases);
        for lease in leases {
            if addresses.contains(&lease.address.to_string()) {
                lease.online = false;
            }
        }
    }
}

impl Pool {
    fn parse(
        name: &str,
        section: &Section,
        inside: bool,
        output: Output<'_>,
    ) -> Result<Self, Refused> {
        let mut addrs = None;
        for (key, value) in section.iter() {
            let key = text_of_name(key);
            match value {
                Value::Scalar(_) if key != "addrs" => {
                    return Err(format!("invalid attribute: {key}"));
                }
                Value::Scalar(_) if addrs.is_some() => {
                    return Err("multiple addrs defined".to_owned());
                }
                Value::Scalar(value) => {
                    let text = text(value).ok_or("invalid addrs value")?;
                    let parsed = parse_addresses(text);
                    if let Some(subnet) = limited(text) {
                        let msg = format!("virtual IP pool too large, limiting to {subnet}");
                        output.config(&msg);
                    }
                    addrs = Some(parsed.ok_or_else(|| format!("invalid addrs value: {text}"))?);
                }
                Value::List(items) if !items.is_empty() => check_attribute(&key, items)?,
                _ => {}
            }
        }
        if inside {
            return Err("parsing request failed".to_owned());
        }
        let addrs = addrs.ok_or_else(|| format!("missing addrs for pool '{name}'"))?;
        let (base, first, size) = addrs;
        Ok(Self {
            name: name.to_owned(),
            base,
            first,
            size,
            leases: Vec::new(),
        })
    }

    fn online(&self) -> usize {
        self.leases.iter().filter(|lease| lease.online).count()
    }

    fn shown(&self, leases: bool) -> Section {
        let online = self.online();
        let shown = Section::new()
            .key("base", shown_base(self.base))
            .key("size", self.size)
            .key("online", online)
            .key("offline", self.leases.len() - online);
        if !leases {
            return shown;
        }
        let listed = self.leases.iter().enumerate().map(|(number, lease)| {
            let status = if lease.online { "online" } else { "offline" };
            let lease = Section::new()
                .key("address", lease.address.to_string())
                .key("identity", lease.identity.as_str())
                .key("status", status);
            (number.to_string(), lease)
        });
        shown.section("leases", listed.collect())
    }

    fn lease(&mut self, identity: &str) -> Option<IpAddr> {
        let offline = |lease: &&mut Lease| !lease.online;
        let mut own = self.leases.iter_mut().filter(offline);
        if let Some(lease) = own.find(|lease| lease.identity == identity) {
            lease.online = true;
            return Some(lease.address);
        }
        let count = u32::try_from(self.leases.len()).ok()?;
        if count < self.size {
            let address = add(self.first, count)?;
            self.leases.push(Lease {
                address,
                identity: identity.to_owned(),
                online: true,
            });
            return Some(address);
        }
        // All were given once: the first that is free changes its owner.
        let lease = self.leases.iter_mut().find(offline)?;
        identity.clone_into(&mut lease.identity);
        lease.online = true;
        Some(lease.address)
    }
}

/// The daemon has another word for no address.
fn shown_base(base: IpAddr) -> String {
    if base.is_unspecified() {
        let family = if base.is_ipv4() { "" } else { "6" };
        return format!("%any{family}");
    }
    base.to_string()
}

/// A pool has that many bits of addresses at most.
const HOST_BITS: u32 = 31;

/// What is taken of a subnet that is larger.
fn limited(addrs: &str) -> Option<String> {
    let (base, prefix) = addrs.split_once('/')?;
    let base: IpAddr = base.parse().ok()?;
    let least = if base.is_ipv4() { 32 } else { 128 } - HOST_BITS;
    let too_large = prefix.parse::<u32>().is_ok_and(|prefix| prefix < least);
    too_large.then(|| format!("{}/{least}", shown_base(base)))
}

/// The base that is shown, the first address and the number of addresses.
fn parse_addresses(text: &str) -> Option<(IpAddr, IpAddr, u32)> {
    if let Some((from, to)) = text.split_once('-') {
        let (from, to): (IpAddr, IpAddr) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        let size = match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                u128::from(to.to_bits().checked_sub(from.to_bits())?) + 1
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                to.to_bits().checked_sub(from.to_bits())?.saturating_add(1)
            }
            _ => return None,
        };
        return Some((from, from, u32::try_from(size).unwrap_or(u32::MAX)));
    }

    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let base: IpAddr = address.parse().ok()?;
    let (width, number) = match base {
        IpAddr::V4(address) => (32, u128::from(address.to_bits())),
        IpAddr::V6(address) => (128, address.to_bits()),
    };
    let host = width - prefix.unwrap_or(width).min(width);
    let host = host.min(HOST_BITS);
    let all = 1_u32 << host;
    if host < 2 {
        return Some((base, base, all));
    }
    // Neither the network nor the broadcast address are assigned.
    let offset = u32::try_from(number & u128::from(all - 1)).ok()?;
    let skipped = offset.max(1);
    let first = add(base, skipped - offset)?;
    Some((base, first, all.checked_sub(skipped + 1)?))
}

fn add(address: IpAddr, count: u32) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits().checked_add(count)?).into(),
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits().checked_add(u128::from(count))?).into()
        }
    })
}

fn check_attribute(name: &str, items: &[Text]) -> Result<(), Refused> {
    let subnets = ["subnet", "split_include", "split_exclude"];
    let addresses = ["address", "dns", "nbns", "dhcp", "netmask", "server"];
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    let is_subnet = |text: &str| super::selector::parse_subnet(text).is_some();
    let valid = |item: &Text| {
        let Some(text) = text(item) else { return false };
        if name == "subnet" || subnets.contains(&name) {
            is_subnet(text)
        } else {
            is_address(text)
        }
    };
    if name.parse::<u16>().is_ok() {
        return Ok(());
    }
    if !subnets.contains(&name) && !addresses.contains(&name) {
        return Err(format!("invalid attribute: {name}"));
    }
    if items.iter().all(valid) {
        return Ok(());
    }
    Err(format!("invalid attribute value for {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_have_the_sizes_that_the_daemon_gives_them() {
        for (addrs, base, first, size) in [
            ("10.3.0.0/24", "10.3.0.0", "10.3.0.1", 254),
            ("10.4.0.1-10.4.0.9", "10.4.0.1", "10.4.0.1", 9),
            ("10.5.0.5", "10.5.0.5", "10.5.0.5", 1),
            ("fec0::/120", "fec0::", "fec0::1", 254),
            ("10.0.0.0/8", "10.0.0.0", "10.0.0.1", 16_777_214),
            ("10.6.0.0/30", "10.6.0.0", "10.6.0.1", 2),
            ("10.6.0.0/31", "10.6.0.0", "10.6.0.0", 2),
            ("10.6.0.0/32", "10.6.0.0", "10.6.0.0", 1),
            ("fec0::/64", "fec0::", "fec0::1", 2_147_483_646),
            ("10.8.0.5/24", "10.8.0.5", "10.8.0.5", 250),
        ] {
            let (parsed, start, count) = parse_addresses(addrs).unwrap();
            assert_eq!(parsed.to_string(), base, "{addrs}");
            assert_eq!(start.to_string(), first, "{addrs}");
            assert_eq!(count, size, "{addrs}");
        }
        for addrs in ["x", "", "10.9.0.9-10.9.0.1", "10.9.0.9-fec0::1"] {
            assert_eq!(parse_addresses(addrs), None, "{addrs}");
        }
    }
}
