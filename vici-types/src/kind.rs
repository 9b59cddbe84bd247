//! The kinds of fields of `record!` and `request!`: each says how a field is read, written, checked
//! and shown.

use core::fmt::Debug;

use serde::de::{Deserializer, Error};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};

use crate::check::{Check, refuse};
use crate::command::InvalidRequest;
use crate::format::some;
use crate::named::{Named, OnlySections};
use crate::pool::is_attribute;
use crate::unknown::{Known, within};
use crate::value::{Text, lax};

/// What a kind does with its field. `wire` is the key of the field, `T` the type in its line.
pub(crate) trait Kind<T> {
    /// The type of the field.
    type Field;

    /// What an error for an unknown key has to know of the field.
    const KNOWN: Known = Known::Key;

    /// Whether a section of this name belongs to the field.
    #[inline]
    fn is_variable(_wire: &str, _name: &Text) -> bool {
        false
    }

    /// Whether a value, a list or a section of this name belongs to the field.
    #[inline]
    fn is_key(wire: &str, name: &Text) -> bool {
        name.as_bytes() == wire.as_bytes()
    }

    /// Reads an element that belongs to the field.
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Self::Field>,
        name: &Text,
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
        _: &Text,
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
/// as it is.
macro_rules! optional {
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
    optional! { T }

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Option<T>>,
        _: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        *field = Some(some(value)?);
        Ok(())
    }
}

/// A list that may be absent.
pub(crate) struct List;

impl<T> Kind<T> for List {
    optional! { Vec<T> }

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Option<Vec<T>>>,
        _: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        *field = Some(lax::list(value)?);
        Ok(())
    }
}

/// `yes` or `no`, or absent.
pub(crate) struct Bool;

impl<T: From<bool>> Kind<T> for Bool {
    optional! { T }

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Option<T>>,
        _: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        *field = Some(lax::boolean(value)?.map(T::from));
        Ok(())
    }
}

/// A number in any spelling of the daemon, or absent.
pub(crate) struct Num;

impl<T: lax::Lax> Kind<T> for Num {
    optional! { T }

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Option<T>>,
        _: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        *field = Some(lax::number(value)?);
        Ok(())
    }
}

/// `yes`, or absent.
pub(crate) struct Flag;

impl Kind<bool> for Flag {
    type Field = bool;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<bool>,
        _: &Text,
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

/// A section that may be absent, and holds sections of any name; the daemon takes its own name in
/// any case.
pub(crate) struct Section;

impl<T> Kind<T> for Section {
    optional! { Named<T> }

    #[inline]
    fn is_key(wire: &str, name: &Text) -> bool {
        name.as_bytes().eq_ignore_ascii_case(wire.as_bytes())
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Option<Named<T>>>,
        name: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        let sections: Option<OnlySections<T>> = within::<D, _>(name, || some(value))?;
        *field = Some(sections.map(|sections| sections.0));
        Ok(())
    }
}

/// What the kinds have in common whose elements stand in the section itself, under names of their
/// own.
macro_rules! inlined {
    ($value:ty) => {
        type Field = Named<$value>;

        #[inline]
        fn finish<E: Error>(field: Option<Self::Field>, _: &'static str) -> Result<Self::Field, E> {
            Ok(field.unwrap_or_default())
        }

        #[inline]
        fn write<M: SerializeMap>(
            field: &Self::Field,
            _: &'static str,
            map: &mut M,
        ) -> Result<(), M::Error>
        where
            T: Serialize,
        {
            field
                .iter()
                .try_for_each(|(name, value)| map.serialize_entry(name, value))
        }

        fn shown(field: &Self::Field) -> Option<&dyn Debug>
        where
            T: Debug,
        {
            (!field.is_empty()).then_some(field as &dyn Debug)
        }
    };
}

fn read_section<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    field: &mut Option<Named<T>>,
    name: &Text,
    value: D,
) -> Result<(), D::Error> {
    let section = within::<D, _>(name, || T::deserialize(value))?;
    field.get_or_insert_default().push(name, section);
    Ok(())
}

/// Sections of any name.
pub(crate) struct Parts;

impl<T> Kind<T> for Parts {
    inlined! { T }

    const KNOWN: Known = Known::Parts;

    #[inline]
    fn is_key(_: &str, _: &Text) -> bool {
        false
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Named<T>>,
        name: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        read_section(field, name, value)
    }

    #[inline]
    fn is_variable(_: &str, _: &Text) -> bool {
        true
    }

    fn check(field: &Named<T>, _: &str) -> Result<(), InvalidRequest>
    where
        T: Check,
    {
        field.check()
    }
}

/// Sections whose names begin with the key, in any case.
pub(crate) struct Prefix;

impl<T> Kind<T> for Prefix {
    inlined! { T }

    const KNOWN: Known = Known::Prefix;

    #[inline]
    fn is_key(_: &str, _: &Text) -> bool {
        false
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Named<T>>,
        name: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        read_section(field, name, value)
    }

    #[inline]
    fn is_variable(wire: &str, name: &Text) -> bool {
        let start = name.as_bytes().get(..wire.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(wire.as_bytes()))
    }

    fn check(field: &Named<T>, wire: &str) -> Result<(), InvalidRequest>
    where
        T: Check,
    {
        match field
            .names()
            .find(|name| !<Self as Kind<T>>::is_variable(wire, name))
        {
            Some(name) => {
                let reason = format!("the name of this section must begin with {wire}");
                Err(refuse(&reason).within(name))
            }
            None => field.check(),
        }
    }
}

/// The attributes of a pool: lists whose names it knows, and those of a number.
pub(crate) struct Attributes;

impl<T> Kind<T> for Attributes {
    inlined! { Vec<T> }

    const KNOWN: Known = Known::Attributes;

    #[inline]
    fn is_key(_: &str, name: &Text) -> bool {
        is_attribute(name.as_bytes())
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Named<Vec<T>>>,
        name: &Text,
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        let items = lax::list(value)?.unwrap_or_default();
        field.get_or_insert_default().push(name, items);
        Ok(())
    }

    fn check(field: &Named<Vec<T>>, _: &str) -> Result<(), InvalidRequest>
    where
        T: Check,
    {
        match field.names().find(|name| !is_attribute(name.as_bytes())) {
            Some(name) => {
                let reason = "must be the name or the number of an attribute";
                Err(refuse(reason).within(name))
            }
            // The items of those of a number are any bytes.
            None => Ok(()),
        }
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
