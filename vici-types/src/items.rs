//! Items of a stream as types of your own.

use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::time::Duration;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::command::{Command, Event, InvalidRequest, Request, StreamingCommand};
use crate::record::{Record, deserialize_record, ignore};
use crate::value::Text;

/// A streaming command whose items are read as `T`: a struct of the few keys that matter.
///
/// What an item holds is one section, named after its connection, in most of the streams: that is an
/// [`Entry`]. The items of `list-certs` and the logs of `initiate` and `terminate` are keys.
///
/// ```
/// use serde_derive::Deserialize;
/// use vici_types::{Entry, IkeState, ListSas};
///
/// #[derive(Deserialize)]
/// struct Sa {
///     state: IkeState,
///     established: Option<u64>,
/// }
///
/// // `Client::stream` gives what can be used as an `Entry<Sa>` for each IKE_SA of it.
/// let request = ListSas::new().noblock(true).items_as::<Entry<Sa>>();
/// # fn is_streaming(_: impl vici_types::StreamingCommand) {}
/// # is_streaming(request);
/// ```
pub struct ItemsAs<R, T> {
    request: R,
    item: PhantomData<fn() -> T>,
}

impl<R, T> ItemsAs<R, T> {
    /// The request, with items of the type `T`.
    pub fn new(request: R) -> Self {
        Self {
            request,
            item: PhantomData,
        }
    }

    /// The request itself.
    pub fn into_inner(self) -> R {
        self.request
    }
}

impl<R: Clone, T> Clone for ItemsAs<R, T> {
    fn clone(&self) -> Self {
        Self::new(self.request.clone())
    }
}

impl<R: fmt::Debug, T> fmt::Debug for ItemsAs<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ItemsAs").field(&self.request).finish()
    }
}

impl<R: Serialize, T> Serialize for ItemsAs<R, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.request.serialize(serializer)
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request, T> Request for ItemsAs<R, T> {
    const NAME: &'static str = R::NAME;

    type Response = R::Response;

    fn check(&self) -> Result<(), InvalidRequest> {
        self.request.check()
    }

    fn wait(&self) -> Duration {
        self.request.wait()
    }
}

#[diagnostic::do_not_recommend]
impl<R: Command, T> Command for ItemsAs<R, T> {}

#[diagnostic::do_not_recommend]
impl<R: StreamingCommand, T: DeserializeOwned> StreamingCommand for ItemsAs<R, T> {
    type Event = ItemAs<R, T>;
}

/// An item of the stream of `R`, read as `T`, which it can be used as.
pub struct ItemAs<R, T> {
    item: T,
    request: PhantomData<fn(R)>,
}

impl<R, T> ItemAs<R, T> {
    /// The item itself.
    pub fn into_inner(self) -> T {
        self.item
    }
}

#[diagnostic::do_not_recommend]
impl<R: StreamingCommand, T: DeserializeOwned> Event for ItemAs<R, T> {
    const NAME: &'static str = R::Event::NAME;
}

impl<'de, R, T: Deserialize<'de>> Deserialize<'de> for ItemAs<R, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            item: T::deserialize(deserializer)?,
            request: PhantomData,
        })
    }
}

impl<R, T> Deref for ItemAs<R, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}

impl<R, T: fmt::Debug> fmt::Debug for ItemAs<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.item.fmt(f)
    }
}

/// The one section of a message, and its name.
///
/// For own structs, in the place of [`ListSa`](crate::ListSa), [`ListConn`](crate::ListConn) and
/// their like. Other keys and further sections are skipped.
///
/// ```
/// use serde_derive::Deserialize;
/// use vici_types::Entry;
///
/// #[derive(Deserialize)]
/// struct Conn {
///     version: String,
/// }
///
/// let item: Entry<Conn> = serde_json::from_str(r#"{"home": {"version": "IKEv2"}}"#)?;
/// assert_eq!(item.name, "home");
/// assert_eq!(item.value.version, "IKEv2");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a name and what is called by it")]
pub struct Entry<T> {
    /// The name of the section: as a rule that of the connection.
    pub name: Text,
    /// What is in the section.
    pub value: T,
}

impl<T: Serialize> Serialize for Entry<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&self.name, &self.value)?;
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_record::<First<T>, D>(deserializer)
    }
}

struct First<T>(Option<Entry<T>>);

impl<T> Default for First<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Record<'de> for First<T> {
    type Value = Entry<T>;

    fn is_variable(&self, _: &[u8]) -> bool {
        self.0.is_none()
    }

    fn variable<D: Deserializer<'de>>(&mut self, name: &[u8], value: D) -> Result<(), D::Error> {
        let value = T::deserialize(value)?;
        let name = name.into();
        self.0 = Some(Entry { name, value });
        Ok(())
    }

    fn key<D: Deserializer<'de>>(&mut self, _: &[u8], value: D) -> Result<(), D::Error> {
        ignore(value)
    }

    fn finish<E: Error>(self) -> Result<Entry<T>, E> {
        self.0.ok_or_else(|| E::custom("missing a section"))
    }
}
