//! Settings and `swanctl.conf`: a folder from bytes.

use std::fmt::Write as _;

use vici_control::settings::{Error, Folder, MAX_DEPTH, Section, Tree};
use vici_control::swanctl::Reader;
use vici_control::{Action, Kind, Loaded, Memory, Plan, Scope, Why};
use vici_serde::to_vec;
use vici_types::{LoadAuthority, LoadConn, LoadPool, Request};

const MAIN: &str = "/swanctl.conf";

/// The first file, and behind each byte 0xff another one, whose first line is its path.
fn folder(data: &[u8]) -> Folder {
    let mut parts = data.split(|byte| *byte == 0xff);
    let mut folder = Folder::new();
    folder.insert(MAIN, parts.next().unwrap_or_default());
    for part in parts {
        let end = part
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(part.len());
        let (path, rest) = part.split_at(end);
        let path = String::from_utf8_lossy(path);
        folder.insert(format!("/{path}"), rest.get(1..).unwrap_or_default());
    }
    folder
}

/// Settings are read or refused with a place; written out they are read again as the same.
pub fn settings(data: &[u8]) {
    let tree = match Tree::read(MAIN, &folder(data)) {
        Ok(tree) => tree,
        Err(error) => return assert_is_shown(&error.to_string()),
    };
    let mut left = 10_000;
    let Ok(Some(text)) = written(&tree.root(), &mut left, 0) else {
        // Sections that refer to what is around them have no end.
        return;
    };
    let again = Folder::from([(MAIN, text.clone())]);
    let tree = Tree::read(MAIN, &again).expect("what is written is read");
    let again = written(&tree.root(), &mut 20_000, 0).expect("there are no references");
    assert_eq!(again, Some(text));
}

/// A section as text without references; none if there is too much in it.
fn written(section: &Section<'_>, left: &mut usize, depth: usize) -> Result<Option<String>, Error> {
    if depth > MAX_DEPTH {
        return Ok(None);
    }
    let mut text = String::new();
    for value in section.values() {
        assert!(!value.bytes.contains(&0) && value.place.line() > 0);
        // Any bytes may be in quotes.
        let Ok(bytes) = std::str::from_utf8(value.bytes) else {
            return Ok(None);
        };
        let quoted = bytes
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\r', "\\r");
        let _ = writeln!(text, "{} = \"{quoted}\"", value.name);
    }
    for (name, inner) in section.sections()? {
        *left = left.saturating_sub(1 + text.len() / 64);
        if *left == 0 {
            return Ok(None);
        }
        let Some(inner) = written(&inner, left, depth + 1)? else {
            return Ok(None);
        };
        let _ = writeln!(text, "{name}{{\n{inner}}}");
    }
    Ok(Some(text))
}

/// A folder is read or refused; what is read can be checked, sent, planned and printed.
pub fn swanctl(data: &[u8]) {
    let files = folder(data);
    // So that what is encrypted is decrypted where the file does not say how.
    let reader = Reader::new().passphrase(|_| Some("fish".into()));
    let config = match reader.files(&files).read(MAIN) {
        Ok(config) => config,
        Err(error) => {
            assert!(!error.problems().is_empty());
            return assert_is_shown(&error.to_string());
        }
    };
    for problem in config.check() {
        assert_is_shown(&problem.to_string());
    }
    for (name, conn) in &config.connections {
        assert_is_sent(&LoadConn::new(name, conn.clone()));
        assert!(config.place(&format!("connections.{name}")).is_some());
    }
    for (name, pool) in &config.pools {
        assert_is_sent(&LoadPool::new(name, pool.clone()));
    }
    for (name, authority) in &config.authorities {
        assert_is_sent(&LoadAuthority::new(name, authority.clone()));
    }
    config.secrets.iter().for_each(assert_is_sent);
    config.certs.iter().for_each(assert_is_sent);
    config.keys.iter().for_each(assert_is_sent);
    config.tokens.iter().for_each(assert_is_sent);

    let mut memory = Memory::new();
    let plan = Plan::new(&config, &Loaded::default(), &memory, &Scope::all());
    assert!(plan.steps.iter().all(|step| step.action == Action::Load));
    assert_is_shown(&plan.to_string());
    // What is remembered and listed by its name is equal, whatever it is.
    memory.adopt(&config);
    let mut loaded = Loaded::default();
    loaded.conns = config
        .connections
        .names()
        .map(ToString::to_string)
        .collect();
    loaded.authorities = config
        .authorities
        .names()
        .map(ToString::to_string)
        .collect();
    let kinds = [Kind::Connection, Kind::Authority];
    let plan = Plan::new(&config, &loaded, &memory, &Scope::only(kinds));
    for step in &plan.steps {
        // A daemon lists the certificates of authorities.
        assert!(
            matches!(&step.why, Why::Differs(keys) if keys[0].key == "cacert"),
            "{plan}"
        );
    }
}

/// What has an encoding at all is within the limits of a message.
fn assert_is_sent<R: Request>(request: &R) {
    if request.check().is_ok() {
        let _ = to_vec(request);
    }
}

/// A text for a terminal.
fn assert_is_shown(text: &str) {
    let odd = |char: char| char.is_control() && char != '\n';
    assert!(!text.contains(odd), "{text:?}");
}
