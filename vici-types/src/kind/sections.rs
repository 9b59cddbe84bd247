//! The kinds of fields that are sections, and the attributes of pools, which have names as those.

use core::fmt::Debug;

use serde::de::{Deserializer, Error};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};

use super::key::Kind;
use crate::check::{Check, refuse};
use crate::command::InvalidRequest;
use crate::format::some;
use crate::named::{Named, OnlySections};
use crate::pool::{ATTRIBUTES, is_attribute};
use crate::unknown::{Known, within};
use crate::value::lax;

/// A section that may be absent, and holds sections of any name; the daemon takes its own name in
/// any case.
pub(crate) struct Section;

impl<T> Kind<T> for Section {
    optional! { Named<T> }

    #[inline]
    fn is_key(wire: &str, name: &[u8]) -> bool {
        name.eq_ignore_ascii_case(wire.as_bytes())
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Option<Named<T>>>,
        name: &[u8],
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
    name: &[u8],
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
    fn is_key(_: &str, _: &[u8]) -> bool {
        false
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Named<T>>,
        name: &[u8],
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        read_section(field, name, value)
    }

    #[inline]
    fn is_variable(_: &str, _: &[u8]) -> bool {
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
    fn is_key(_: &str, _: &[u8]) -> bool {
        false
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Named<T>>,
        name: &[u8],
        value: D,
    ) -> Result<(), D::Error>
    where
        T: Deserialize<'de>,
    {
        read_section(field, name, value)
    }

    #[inline]
    fn is_variable(wire: &str, name: &[u8]) -> bool {
        let start = name.get(..wire.len());
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

    const KNOWN: Known = Known::Attributes(ATTRIBUTES);

    #[inline]
    fn is_key(_: &str, name: &[u8]) -> bool {
        is_attribute(name)
    }

    fn read<'de, D: Deserializer<'de>>(
        field: &mut Option<Named<Vec<T>>>,
        name: &[u8],
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
