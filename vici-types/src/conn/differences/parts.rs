//! What the parts of a connection have, key by key.

use super::compare::Compare;
use super::spelling::{Method, plain, same_id, same_lists, same_selectors};
use crate::conn::{AuthInfo, ChildInfo, Conn, ConnAuth, ConnChild, ConnInfo};
use crate::named::Named;
use crate::value::{Action, Text, Time, Volume};
use crate::word::{ChildMode, IkeVersion, RevocationResult, Unique};

/// The keys of which something can be seen.
const CONN: &[&str] = &[
    "version",
    "local_addrs",
    "remote_addrs",
    "local_port",
    "remote_port",
    "unique",
    "reauth_time",
    "rekey_time",
    "dpd_delay",
    "dpd_timeout",
    "ppk_id",
    "ppk_required",
];
const AUTH: &[&str] = &[
    "round",
    "auth",
    "id",
    "ca_id",
    "aaa_id",
    "eap_id",
    "xauth_id",
    "revocation",
    "groups",
    "cert_policy",
];
const CHILD: &[&str] = &[
    "mode",
    "label",
    "rekey_time",
    "rekey_bytes",
    "rekey_packets",
    "dpd_action",
    "close_action",
    "local_ts",
    "remote_ts",
    "interface",
    "priority",
];

impl Compare {
    pub(super) fn conn(&mut self, wanted: &Conn, loaded: &ConnInfo) {
        self.version(wanted.version.as_ref(), loaded);
        let any = ["%any".into()];
        for (key, wanted, loaded) in [
            ("local_addrs", &wanted.local_addrs, &loaded.local_addrs),
            ("remote_addrs", &wanted.remote_addrs, &loaded.remote_addrs),
        ] {
            self.texts(key, wanted.as_ref(), loaded, |wanted, loaded| {
                same_lists(if wanted.is_empty() { &any } else { wanted }, loaded)
            });
        }
        // Without one it is the port of the socket, whichever that is.
        let port = wanted.local_port.filter(|port| *port != 0);
        if port.is_some() {
            let loaded = loaded.local_port.map(u64::from);
            self.number(
                "local_port",
                port.as_ref(),
                |port| Some((*port).into()),
                &[],
                loaded,
            );
        }
        let port = wanted.remote_port;
        self.number(
            "remote_port",
            port.as_ref(),
            |port| Some((*port).into()),
            &[500],
            loaded.remote_port.map(Into::into),
        );
        match (&wanted.unique, &loaded.unique) {
            (wanted, Some(loaded)) => {
                let policy = wanted.as_ref().map_or(Unique::No, plain);
                let same = Unique::from(loaded.clone()) == policy;
                let shown = wanted.as_ref().map_or("(no)".to_owned(), Unique::to_string);
                self.check("unique", same.into(), Some(shown), Some(loaded.to_string()));
            }
            (Some(_), None) => self.unseen("unique"),
            (None, None) => {}
        }
        self.time(
            "reauth_time",
            wanted.reauth_time.as_ref(),
            &[0],
            loaded.reauth_time,
        );
        let rekey_time = if wanted.reauth_time.is_some() {
            0
        } else {
            14_400
        };
        self.time(
            "rekey_time",
            wanted.rekey_time.as_ref(),
            &[rekey_time],
            loaded.rekey_time,
        );
        // Since 5.6.2, as the actions of children are, and only if it is not zero.
        let tells_dpd = loaded
            .children
            .values()
            .all(|child| child.dpd_action.is_some());
        for (key, wanted, loaded) in [
            ("dpd_delay", &wanted.dpd_delay, loaded.dpd_delay),
            ("dpd_timeout", &wanted.dpd_timeout, loaded.dpd_timeout),
        ] {
            let loaded = if tells_dpd {
                Some(loaded.unwrap_or(0))
            } else {
                loaded
            };
            self.time(key, wanted.as_ref(), &[0], loaded);
        }
        self.text(
            "ppk_id",
            wanted.ppk_id.as_ref(),
            loaded.ppk_id.as_ref(),
            same_id,
        );
        if wanted.ppk_required.unwrap_or(false) != loaded.ppk_required {
            let shown = |value: bool| Some(if value { "yes" } else { "no" }.to_owned());
            self.differ(
                "ppk_required",
                wanted.ppk_required.map_or(Some("(no)".into()), shown),
                shown(loaded.ppk_required),
            );
        }
        self.rounds("local", &wanted.local, &loaded.local);
        self.rounds("remote", &wanted.remote, &loaded.remote);
        let none = Named::new();
        let children = wanted.children.as_ref().unwrap_or(&none);
        self.within("children", |compare| {
            compare.children(children, &loaded.children)
        });
        let children = Text::from("children");
        let sections = wanted
            .local
            .names()
            .chain(wanted.remote.names())
            .chain([&children]);
        self.others(wanted, CONN, &sections.collect::<Vec<_>>());
    }

    fn version(&mut self, wanted: Option<&IkeVersion>, loaded: &ConnInfo) {
        let version = IkeVersion::from(loaded.version.clone());
        let same = match wanted {
            Some(wanted) => *wanted == version,
            // Either, and since 6.1.0 IKEv2.
            None => matches!(version, IkeVersion::Any | IkeVersion::V2),
        };
        let shown = wanted.map_or("(0)".to_owned(), IkeVersion::to_string);
        self.check(
            "version",
            same.into(),
            Some(shown),
            Some(loaded.version.to_string()),
        );
    }

    /// The rounds of one side: the daemon numbers them in the order of their `round`.
    fn rounds(&mut self, side: &str, wanted: &Named<ConnAuth>, loaded: &Named<AuthInfo>) {
        let mut rounds: Vec<(&Text, &ConnAuth)> = wanted.iter().collect();
        rounds.sort_by_key(|(_, auth)| auth.round.unwrap_or(0));
        for (name, auth) in rounds.iter().skip(loaded.len()) {
            let method = auth
                .auth
                .as_ref()
                .map_or("pubkey".to_owned(), Text::to_string);
            self.differ(&name.to_string_lossy(), Some(method), None);
        }
        for (index, info) in loaded.values().enumerate().skip(rounds.len()) {
            let class = info.class.as_ref().map(ToString::to_string);
            if index == 0 && is_made_up(info) {
                continue;
            }
            self.differ(
                side,
                None,
                Some(class.unwrap_or_else(|| "public key".to_owned())),
            );
        }
        for ((name, auth), info) in rounds.into_iter().zip(loaded.values()) {
            self.within(&name.to_string_lossy(), |compare| compare.auth(auth, info));
        }
    }

    fn auth(&mut self, wanted: &ConnAuth, loaded: &AuthInfo) {
        let same = Method::new(wanted.auth.as_ref()).is(loaded);
        let shown = wanted
            .auth
            .as_ref()
            .map_or("(pubkey)".to_owned(), Text::to_string);
        self.check("auth", same, Some(shown), Some(Method::shown(loaded)));
        let has_certs =
            wanted.certs.is_some() || wanted.pubkeys.is_some() || !wanted.cert.is_empty();
        // Without one it is the subject of the certificate.
        if wanted.id.is_some() || !has_certs {
            let loaded = loaded.id.as_ref();
            // What is not set may be listed as any.
            let loaded = loaded.filter(|id| wanted.id.is_some() || **id != "%any");
            self.text("id", wanted.id.as_ref(), loaded, same_id);
        }
        self.text(
            "ca_id",
            wanted.ca_id.as_ref(),
            loaded.ca_id.as_ref(),
            same_id,
        );
        self.text(
            "aaa_id",
            wanted.aaa_id.as_ref(),
            loaded.aaa_id.as_ref(),
            same_id,
        );
        self.text(
            "eap_id",
            wanted.eap_id.as_ref(),
            loaded.eap_id.as_ref(),
            same_id,
        );
        self.text(
            "xauth_id",
            wanted.xauth_id.as_ref(),
            loaded.xauth_id.as_ref(),
            same_id,
        );
        let revocation = wanted.revocation.as_ref();
        let policy = revocation.map(|policy| policy.as_ref().to_ascii_lowercase());
        let same = matches!(
            (&loaded.revocation, policy.as_deref()),
            (None, None | Some("relaxed"))
                | (Some(RevocationResult::Good), Some("strict"))
                | (Some(RevocationResult::Skipped), Some("ifuri"))
        );
        let shown = revocation.map_or("(relaxed)".to_owned(), ToString::to_string);
        let loaded_revocation = loaded.revocation.as_ref().map(ToString::to_string);
        self.check("revocation", same.into(), Some(shown), loaded_revocation);
        self.texts("groups", wanted.groups.as_ref(), &loaded.groups, same_lists);
        match &loaded.cert_policy {
            Some(loaded) => self.texts(
                "cert_policy",
                wanted.cert_policy.as_ref(),
                loaded,
                same_lists,
            ),
            None if wanted.cert_policy.is_some() => self.unseen("cert_policy"),
            None => {}
        }
        self.others(wanted, AUTH, &[]);
    }

    fn children(&mut self, wanted: &Named<ConnChild>, loaded: &Named<ChildInfo>) {
        for (name, child) in wanted {
            let shown = name.to_string_lossy();
            match loaded.get(name) {
                Some(info) => self.within(&shown, |compare| compare.child(child, info)),
                None => self.differ(&shown, Some("a child".to_owned()), None),
            }
        }
        for name in loaded.names().filter(|name| !wanted.contains(name)) {
            self.differ(&name.to_string_lossy(), None, Some("a child".to_owned()));
        }
    }

    fn child(&mut self, wanted: &ConnChild, loaded: &ChildInfo) {
        let mode = wanted.mode.as_ref().map_or(ChildMode::Tunnel, plain);
        let same = ChildMode::from(loaded.mode.clone()) == mode;
        let shown = wanted
            .mode
            .as_ref()
            .map_or("(tunnel)".to_owned(), ChildMode::to_string);
        self.check(
            "mode",
            same.into(),
            Some(shown),
            Some(loaded.mode.to_string()),
        );
        let label = loaded.label.as_ref().map(|label| {
            let mut bytes = label.to_bytes().unwrap_or_default();
            if bytes.last() == Some(&0) {
                bytes.pop();
            }
            Text::from(bytes)
        });
        self.text("label", wanted.label.as_ref(), label.as_ref(), |a, b| {
            (a == b).into()
        });

        let life_time = wanted.life_time.as_ref().and_then(Time::as_secs);
        let times = defaults(life_time, &[3600]);
        self.time(
            "rekey_time",
            wanted.rekey_time.as_ref(),
            &times,
            loaded.rekey_time,
        );
        let life_bytes = wanted.life_bytes.as_ref().and_then(Volume::as_bytes);
        let bytes = defaults(life_bytes, &[0]);
        self.number(
            "rekey_bytes",
            wanted.rekey_bytes.as_ref(),
            Volume::as_bytes,
            &bytes,
            loaded.rekey_bytes,
        );
        let packets = defaults(wanted.life_packets, &[0]);
        self.number(
            "rekey_packets",
            wanted.rekey_packets.as_ref(),
            |n| Some(*n),
            &packets,
            loaded.rekey_packets,
        );
        self.action(
            "dpd_action",
            wanted.dpd_action.as_ref(),
            loaded.dpd_action.as_ref(),
        );
        self.action(
            "close_action",
            wanted.close_action.as_ref(),
            loaded.close_action.as_ref(),
        );
        for (key, wanted, loaded) in [
            ("local_ts", &wanted.local_ts, &loaded.local_ts),
            ("remote_ts", &wanted.remote_ts, &loaded.remote_ts),
        ] {
            let loaded: Vec<Text> = loaded.iter().map(Text::from).collect();
            self.texts(key, wanted.as_ref(), &loaded, same_selectors);
        }
        self.text(
            "interface",
            wanted.interface.as_ref(),
            loaded.interface.as_ref(),
            |a, b| (a == b).into(),
        );
        let priority = Some(loaded.priority.unwrap_or(0).into());
        self.number(
            "priority",
            wanted.priority.as_ref(),
            |n| Some((*n).into()),
            &[0],
            priority,
        );
        self.others(wanted, CHILD, &[]);
    }

    fn action(&mut self, key: &str, wanted: Option<&Action>, loaded: Option<&Action>) {
        let Some(loaded) = loaded else {
            if wanted.is_some() {
                self.unseen(key);
            }
            return;
        };
        let does = |action: &Action| (action.traps(), action.starts());
        let same = wanted.map_or((false, false), does) == does(loaded);
        let shown = wanted.map_or("(none)".to_owned(), Action::to_string);
        self.check(key, same.into(), Some(shown), Some(loaded.to_string()));
    }
}

/// Whether it is the round that the daemon makes up where there is no section: one of any method,
/// in which nothing is set.
fn is_made_up(info: &AuthInfo) -> bool {
    let policies = info.cert_policy.as_deref().unwrap_or_default();
    let cert_policy = None;
    policies.is_empty()
        && AuthInfo::default()
            == AuthInfo {
                cert_policy,
                ..info.clone()
            }
}

/// What a soft limit is by default: of the hard one, or what it always was before 5.9.9.
fn defaults(hard: Option<u64>, always: &[u64]) -> Vec<u64> {
    let soft = hard.map(|hard| {
        let soft = u128::from(hard) * 10 / 11;
        u64::try_from(soft).unwrap_or(u64::MAX)
    });
    // Rounded in either way.
    let near = soft
        .into_iter()
        .flat_map(|soft| [soft, soft.saturating_add(1), soft.saturating_sub(1)]);
    near.chain(always.iter().copied()).collect()
}
