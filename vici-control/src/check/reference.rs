//! What connections need and is not there.

use std::borrow::Cow;

use vici_types::{ConnAuth, LoadShared, SharedType, Text};

use crate::config::Config;
use crate::key;
use crate::problem::{Problem, did_you_mean};

/// Pools that plugins of the daemon bring.
const OF_PLUGINS: &[&str] = &["dhcp", "radius"];

pub(super) fn check(config: &Config, problems: &mut Vec<Problem>) {
    for (name, conn) in &config.connections {
        let path = format!("connections.{name}");
        let mut problem = |key: String, reason: String| {
            problems.push(Problem::new(config.place(&key).cloned(), key, reason));
        };
        let pools = conn.pools.iter().flatten();
        // An item may hold several.
        let pools: Vec<_> = pools.map(|item| item.to_string_lossy()).collect();
        for pool in pools.iter().flat_map(|item| item.split(',')).map(str::trim) {
            if config.pools.get(pool).is_none() && !OF_PLUGINS.contains(&pool) {
                let names: Vec<String> = config.pools.names().map(ToString::to_string).collect();
                let hint = did_you_mean(pool, names.iter().map(String::as_str));
                let pool = pool.escape_debug();
                problem(
                    format!("{path}.pools"),
                    format!("there is no pool {pool}{hint}"),
                );
            }
        }
        let mut ids = Vec::new();
        for (_, auth) in conn.local.iter().chain(&conn.remote) {
            ids.extend(auth.id.as_ref().map(Text::to_string_lossy));
        }
        for (round, auth) in &conn.local {
            let path = format!("{path}.{round}");
            if auth.auth.as_ref().is_some_and(|auth| *auth == "psk")
                && !has_secret(&config.secrets, &ids)
            {
                let reason = "there is no secret ike for these identities".to_owned();
                problem(format!("{path}.auth"), reason);
            }
            if uses_keys(auth) && config.tokens.is_empty() {
                for cert in auth.certs.iter().flatten() {
                    if lacks_key(config, cert.as_bytes()) {
                        let reason = "there is no private key for this certificate".to_owned();
                        problem(format!("{path}.certs"), reason);
                    }
                }
            }
        }
    }
}

fn has_secret(secrets: &[LoadShared], ids: &[Cow<'_, str>]) -> bool {
    secrets
        .iter()
        .filter(|secret| secret.type_ == SharedType::Ike)
        .any(|secret| {
            let owners = secret.owners.as_deref().unwrap_or_default();
            // Without identities it is the address that counts, which is not known here, and owners may
            // be patterns.
            owners.is_empty()
                || ids.is_empty()
                || owners.iter().map(Text::to_string_lossy).any(|owner| {
                    let plain = |id: &str| id.trim_start_matches('@').to_ascii_lowercase();
                    owner.starts_with(['%', '~', '/'])
                        || owner.contains('*')
                        || ids
                            .iter()
                            .any(|id| plain(id) == plain(&owner) || id.starts_with('%'))
                })
        })
}

fn uses_keys(auth: &ConnAuth) -> bool {
    let method = auth.auth.as_ref().map(Text::to_string_lossy);
    let method = method.as_deref().unwrap_or("pubkey");
    !["psk", "eap", "xauth"]
        .iter()
        .any(|other| method.starts_with(other))
}

/// Whether it is certain that the key of a certificate is none of those that are there.
fn lacks_key(config: &Config, cert: &[u8]) -> bool {
    let Some(wanted) = key::identifier_of_certificate(cert) else {
        return false;
    };
    let keys = config.keys.iter();
    let mut identifiers = keys.map(|key| key::identifier(key.data.expose()));
    identifiers.all(|identifier| identifier.is_some_and(|identifier| identifier != wanted))
}
