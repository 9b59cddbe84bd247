//! What has to be done so that a daemon equals a configuration.

mod drift;
pub(crate) mod item;
mod loaded;
mod make;
pub(crate) mod memory;
mod scope;

use std::collections::BTreeMap;
use std::fmt;

use serde_derive::Serialize;

pub use self::item::{Difference, Kind};
pub use self::loaded::Loaded;
pub use self::memory::Memory;
pub use self::scope::Scope;
use crate::apply::request::Request;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Action {
    /// Loads what is not there.
    Load,
    /// Loads what is there anew.
    Replace,
    /// Unloads what is there.
    Unload,
}

impl Action {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Replace => "replace",
            Self::Unload => "unload",
        }
    }
}

/// Why a step is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// It is not loaded.
    NotLoaded,
    /// It is not wanted.
    NotWanted,
    /// These keys are not as they are wanted.
    Differs(Vec<Difference>),
    /// It can't be told whether it is loaded as it is wanted: [`Scope::reload_unseen`], or what has no
    /// name by which a daemon would list it.
    Unseen,
}

/// One step of a plan.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// To what.
    pub kind: Kind,
    /// Its name. Of a key it is its identifier, or the beginning of a hash where that is not known; of a
    /// certificate the SHA-256 of its DER; of a token its handle.
    pub name: String,
    /// Why.
    pub why: Why,
    /// What is sent. It is neither printed nor serialized.
    #[serde(skip)]
    pub(crate) request: Request,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.escape_debug();
        write!(f, "{} {} {name}", self.action.as_str(), self.kind)
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}: {:?}", self.why)
    }
}

/// What is left alone without being certain that it is as wanted, and which of its keys were not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unseen {
    /// What it is.
    pub kind: Kind,
    /// Its names.
    pub names: Vec<String>,
    /// The wanted keys that were not compared, such as `children.net.updown`; none if it is not about keys.
    pub keys: Vec<String>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, all: &[String], between: &str| {
            for (index, name) in all.iter().take(SHOWN).enumerate() {
                write!(f, "{between}{}", name.escape_debug())?;
                if index + 1 == SHOWN && all.len() > SHOWN {
                    write!(f, "{between}..")?;
                }
            }
            Ok(())
        };
        write!(f, "{}", self.kind)?;
        list(f, &self.names, " ")?;
        f.write_str(":")?;
        list(f, &self.keys, " ")?;
        if !self.keys.is_empty() {
            f.write_str(":")?;
        }
        write!(f, " {}", self.reason)
    }
}

/// What has to be done so that a daemon equals a configuration, in the order in which to do it.
///
/// What is equal is left alone, since loading it again may close or restart what is up. A plan prints as
/// a person would read it, and serializes; neither has any secret in it.
///
/// ```
/// use vici_control::{Config, Loaded, Memory, Plan, Scope};
/// use vici_types::Conn;
///
/// let mut config = Config::new();
/// config.connections.push("home", Conn::new().remote_addrs(["192.0.2.1"]));
/// let mut loaded = Loaded::default();
/// loaded.conns.push("old".to_owned());
///
/// let plan = Plan::new(&config, &loaded, &Memory::new(), &Scope::all());
/// assert_eq!(
///     plan.to_string(),
///     "unload connection old\n  is not wanted\n\
///      load connection home\n  is not loaded\n\
///      1 to load, 0 to replace, 1 to unload\n",
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What is left alone without being certain that it is as wanted, key by key; and the names that lie
    /// outside of the scope.
    pub unseen: Vec<Unseen>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many steps do this.
    pub fn count(&self, action: Action) -> usize {
        let steps = self.steps.iter();
        steps.filter(|step| step.action == action).count()
    }
}

/// How many differences of a step, and names of what was not compared, are printed.
const SHOWN: usize = 12;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{step}")?;
            match &step.why {
                Why::NotLoaded => writeln!(f, "  is not loaded")?,
                Why::NotWanted => writeln!(f, "  is not wanted")?,
                Why::Unseen => writeln!(f, "  can't be compared with what is loaded")?,
                Why::Differs(differences) => {
                    for difference in differences.iter().take(SHOWN) {
                        writeln!(f, "  {difference}")?;
                    }
                    if let Some(more) = differences
                        .len()
                        .checked_sub(SHOWN)
                        .filter(|more| *more > 0)
                    {
                        writeln!(f, "  and {more} more")?;
                    }
                }
            }
        }
        writeln!(
            f,
            "{} to load, {} to replace, {} to unload",
            self.count(Action::Load),
            self.count(Action::Replace),
            self.count(Action::Unload)
        )?;
        for unseen in &self.unseen {
            writeln!(f, "not compared: {unseen}")?;
        }
        Ok(())
    }
}

/// Names by kind, reason and keys, for what is left alone.
#[derive(Default)]
pub(crate) struct UnseenNames(BTreeMap<(Kind, &'static str, Vec<String>), Vec<String>>);

impl UnseenNames {
    pub(crate) fn add(&mut self, kind: Kind, name: &str, keys: Vec<String>, reason: &'static str) {
        self.0
            .entry((kind, reason, keys))
            .or_default()
            .push(name.to_owned());
    }

    pub(crate) fn finish(self) -> Vec<Unseen> {
        let all = self.0.into_iter();
        all.map(|((kind, reason, keys), names)| Unseen {
            kind,
            names,
            keys,
            reason: reason.to_owned(),
        })
        .collect()
    }
}
