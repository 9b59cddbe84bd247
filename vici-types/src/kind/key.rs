//! What a kind of field is, and the kinds that are keys.

use core::fmt::Debug;

use serde::de::{Deserializer, Error};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::command::InvalidRequest;
use crate::format::some;
use crate::unknown::Known;
use crate::value::{Text, lax};

/// What a kind does with its field. `wire` is the key of the field, `T` the type in its line.
pub(crate) trait Kind<T> {
    /// The type of the field.
    type Field;

    /// What an error for an unknown key has to know of the field.
    const KNOWN: Known = Known::Key;

    /// Whether a section of this name belongs to the field.
    #[inline]
    fn is_variable(_wire: &str, _name: &[u8]) -> bool {
        false
    }

    /// Whether a value, a list or a section of this name belongs to the field.
    #[inline]
    fn is_key(wire: &str, name: &[u8]) -> bool {
        name == wire.as_bytes()
    }

    /// Reads an element that belongs to the field.
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Self::Field>,
        name: &[u8],
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>;

    /// The field once everything is read.
    fn finish<E: Error>(field: Option<Self::Field>, wire: &'static str) -> Result<Self::Field, E>;

    /// Writes what belongs to the field.
    fn write<M: SerializeMap>(
        field: &Self::Field,
        wire: &'static str,
        map: &mut M,
    ) -> Result<(), M::Error>
    where
        T: Serialize;

    /// Checks what is sent of the field.
    fn check(field: &Self::Field, wire: &str) -> Result<(), InvalidRequest>
    where
        T: Check;

    /// What `Debug` shows of the field, if it is set.
    fn shown(field: &Self::Field) -> Option<&dyn Debug>
    where
        T: Debug;
}

/// A key that is always there.
pub(crate) struct Need;

impl<T> Kind<T> for Need {
    type Field = T;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<T>,
        _: &[u8],
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        *field = Some(T::deserialize(value)?);
        Ok(())
    }

    #[inline]
    fn finish<E: Error>(field: Option<T>, wire: &'static str) -> Result<T, E> {
        field.ok_or_else(|| E::missing_field(wire))
    }

    #[inline]
    fn write<M: SerializeMap>(field: &T, wire: &'static str, map: &mut M) -> Result<(), M::Error>
    where
        T: Serialize,
    {
        map.serialize_entry(wire, field)
    }

    #[inline]
    fn check(field: &T, wire: &str) -> Result<(), InvalidRequest>
    where
        T: Check,
    {
        field.check().map_err(|error| error.within(wire))
    }

    fn shown(field: &T) -> Option<&dyn Debug>
    where
        T: Debug,
    {
        Some(field)
    }
}

/// What the kinds have in common whose field is an `Option` of something that is written and checked
/// as it is. They differ in how it is read: most by the value alone.
macro_rules! optional {
    ($inner:ty, $value:ident => $read:expr) => {
        optional! { $inner }

        #[inline]
        fn read<'de, D: Deserializer<'de>>(
            field: &mut Option<Self::Field>,
            _: &[u8],
            $value: D,
        ) -> Result<(), D::Error>
        where
            T: Deserialize<'de>,
        {
            *field = Some($read);
            Ok(())
        }
    };
    ($inner:ty) => {
        type Field = Option<$inner>;

        #[inline]
        fn finish<E: Error>(field: Option<Self::Field>, _: &'static str) -> Result<Self::Field, E> {
            Ok(field.flatten())
        }

        #[inline]
        fn write<M: SerializeMap>(
            field: &Self::Field,
            wire: &'static str,
            map: &mut M,
        ) -> Result<(), M::Error>
        where
            T: Serialize,
        {
            match field {
                // The option itself: there are formats that ask for `Some`.
                Some(_) => map.serialize_entry(wire, field),
                None => Ok(()),
            }
        }

        #[inline]
        fn check(field: &Self::Field, wire: &str) -> Result<(), InvalidRequest>
        where
            T: Check,
        {
            match field {
                Some(value) => value.check().map_err(|error| error.within(wire)),
                None => Ok(()),
            }
        }

        fn shown(field: &Self::Field) -> Option<&dyn Debug>
        where
            T: Debug,
        {
            field.as_ref().map(|value| value as &dyn Debug)
        }
    };
}

/// A key that may be absent.
pub(crate) struct Opt;

impl<T> Kind<T> for Opt {
    optional! { T, value => some(value)? }
}

/// A list that may be absent.
pub(crate) struct List;

impl<T> Kind<T> for List {
    optional! { Vec<T>, value => lax::list(value)? }
}

/// `yes` or `no`, or absent.
pub(crate) struct Bool;

impl<T: From<bool>> Kind<T> for Bool {
    optional! { T, value => lax::boolean(value)?.map(T::from) }
}

/// A number in any spelling of the daemon, or absent.
pub(crate) struct Num;

impl<T: lax::Lax> Kind<T> for Num {
    optional! { T, value => lax::number(value)? }
}

/// `yes`, or absent.
pub(crate) struct Flag;

impl Kind<bool> for Flag {
    type Field = bool;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<bool>,
        _: &[u8],
        value: D,
    ) -> Result<(), D::Error> {
        *field = Some(lax::presence(value)?);
        Ok(())
    }

    #[inline]
    fn finish<E: Error>(field: Option<bool>, _: &'static str) -> Result<bool, E> {
        Ok(field.unwrap_or_default())
    }

    #[inline]
    fn write<M: SerializeMap>(
        field: &bool,
        wire: &'static str,
        map: &mut M,
    ) -> Result<(), M::Error> {
        match field {
            true => map.serialize_entry(wire, &true),
            false => Ok(()),
        }
    }

    fn check(_: &bool, _: &str) -> Result<(), InvalidRequest> {
        Ok(())
    }

    fn shown(field: &bool) -> Option<&dyn Debug> {
        field.then_some(field as &dyn Debug)
    }
}

/// The keys that are sent as they are.
pub(crate) fn write_raw<M: SerializeMap>(
    raw: &vici_serde::Section,
    map: &mut M,
) -> Result<(), M::Error> {
    raw.iter()
        .try_for_each(|(name, value)| map.serialize_entry(&Text::from(name), value))
}

/// Shows the names only.
pub(crate) struct Names<'a>(pub(crate) &'a vici_serde::Section);

impl Debug for Names<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let names = self.0.iter().map(|(name, _)| Text::from(name));
        f.debug_list().entries(names).finish()
    }
}
