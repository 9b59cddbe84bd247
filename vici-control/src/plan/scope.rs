use super::item::Kind;

/// What a plan may touch. Default: all.
///
/// ```
/// use vici_control::{Kind, Scope};
///
/// // What other programs have loaded is left alone.
/// let mine = Scope::all().prefix("mine-");
/// let connections = Scope::only([Kind::Connection]).prefix("mine-").keep_unwanted();
/// # let _ = (mine, connections);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Scope {
    kinds: Vec<Kind>,
    prefix: String,
    unload: bool,
    reload: bool,
}

impl Scope {
    /// All that a daemon has: what is not wanted is unloaded, as `swanctl --load-all` does it.
    pub fn all() -> Self {
        Self::only(Kind::ALL.iter().copied())
    }

    /// Only these kinds.
    pub fn only(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self {
            kinds: kinds.into_iter().collect(),
            prefix: String::new(),
            unload: true,
            reload: false,
        }
    }

    /// Only what has a name that begins so; what is wanted by another name is left alone, and told in
    /// [`Plan::unseen`](super::Plan::unseen). What has no name (keys, tokens and certificates) is loaded, and
    /// unloaded only if it is remembered. The name of a shared secret is its
    /// [`id`](vici_types::LoadShared::id), in a `swanctl.conf` the name of its section, which begins with its
    /// kind.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Unloads nothing.
    pub fn keep_unwanted(mut self) -> Self {
        self.unload = false;
        self
    }

    /// Loads again what is loaded and of which it can't be told whether it is as wanted. Default: leaves it
    /// alone, and says so in [`Plan::unseen`](super::Plan::unseen).
    pub fn reload_unseen(mut self) -> Self {
        self.reload = true;
        self
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    pub(super) fn has_name(&self, kind: Kind, name: &str) -> bool {
        self.has(kind) && name.starts_with(&self.prefix)
    }

    pub(super) fn is_all_names(&self) -> bool {
        self.prefix.is_empty()
    }

    pub(super) fn unloads(&self) -> bool {
        self.unload
    }

    pub(super) fn reloads(&self) -> bool {
        self.reload
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::all()
    }
}
