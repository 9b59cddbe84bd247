//! `record!` for shapes that derive cannot express, `request!` for requests, `open_enum!` for words.

#[macro_use]
mod field;
#[macro_use]
mod open_enum;

/// A struct whose section mixes fixed keys with sections (or lists) of any name.
///
/// Each line is the wire key, the field, the kind of the field and its type; the keys are written
/// in this order. The kinds are
///
/// - `opt`: may be absent; `list`: a list that may be absent, of items of the type,
/// - `bool`: `yes` or `no`; `num`: a number in any spelling of the daemon; either may be absent,
/// - `need`: always there; `flag`: `yes`, or absent,
/// - `section`: a section that may be absent, of sections of any name,
/// - `parts`: sections of any name; `prefix`: those whose names begin with the key,
/// - `attributes`: the lists of a pool.
///
/// What a kind does is its `Kind`. `named` comes last: the one section of any name, and the field
/// for its name. Keys that it does not know are skipped.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$attr:meta])* $wire:literal $field:ident: $kind:ident $type:ty,)*
            $(named $(#[$sattr:meta])* $section:ident: $stype:ty,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$attr])* pub $field: field_type!($kind $type),)*
            $(
                /// The name of the section.
                pub name: $crate::value::Text,
                $(#[$sattr])*
                pub $section: $stype,
            )?
        }

        record! { @state $name { $($wire $field: $kind $type,)* $(named $section: $stype,)? } {} {
            fn unknown<D: serde::Deserializer<'de>>(
                _: &[u8],
                value: D,
            ) -> Result<(), D::Error> {
                $crate::record::ignore(value)
            }
        } }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $(<field_kind!($kind) as $crate::kind::Kind<$type>>::write(&self.$field, $wire, &mut map)?;)*
                $(map.serialize_entry(&self.name, &self.$section)?;)?
                map.end()
            }
        }
    };
    (
        @state $name:ident
        { $($wire:literal $field:ident: $kind:ident $type:ty,)* $(named $section:ident: $stype:ty,)? }
        { $($more:tt)* }
        { $($unknown:tt)* }
    ) => {
        const _: () = {
            #[derive(Default)]
            #[allow(clippy::empty_structs_with_brackets, reason = "some requests have no keys")]
            struct State {
                $($field: Option<field_type!($kind $type)>,)*
                $($section: Option<($crate::value::Text, $stype)>,)?
            }

            #[allow(unused_variables, reason = "not every record has keys and sections")]
            impl<'de> $crate::record::Record<'de> for State {
                type Value = $name;

                #[inline]
                fn is_variable(&self, name: &[u8]) -> bool {
                    false
                    $(|| <field_kind!($kind) as $crate::kind::Kind<$type>>::is_variable($wire, name))*
                    $(|| self.$section.is_none())?
                }

                fn variable<D: serde::Deserializer<'de>>(
                    &mut self,
                    name: &[u8],
                    value: D,
                ) -> Result<(), D::Error> {
                    $(
                        if <field_kind!($kind) as $crate::kind::Kind<$type>>::is_variable($wire, name) {
                            return <field_kind!($kind) as $crate::kind::Kind<$type>>::read(&mut self.$field, name, value);
                        }
                    )*
                    $(
                        if self.$section.is_none() {
                            self.$section = Some((name.into(), <$stype as serde::Deserialize>::deserialize(value)?));
                            return Ok(());
                        }
                    )?
                    Self::unknown(name, value)
                }

                #[inline]
                fn key<D: serde::Deserializer<'de>>(
                    &mut self,
                    name: &[u8],
                    value: D,
                ) -> Result<(), D::Error> {
                    $(
                        if <field_kind!($kind) as $crate::kind::Kind<$type>>::is_key($wire, name) {
                            return <field_kind!($kind) as $crate::kind::Kind<$type>>::read(&mut self.$field, name, value);
                        }
                    )*
                    Self::unknown(name, value)
                }

                fn finish<E: serde::de::Error>(self) -> Result<$name, E> {
                    $(
                        let Some((name, $section)) = self.$section else {
                            return Err(E::custom(concat!("missing the section of `", stringify!($section), "`")));
                        };
                    )?
                    Ok($name {
                        $($field: <field_kind!($kind) as $crate::kind::Kind<$type>>::finish(self.$field, $wire)?,)*
                        $(name, $section,)?
                        $($more)*
                    })
                }
            }

            impl<'de> State {
                $($unknown)*
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::record::deserialize_record::<State, D>(deserializer)
                }
            }
        };
    };
}

/// A request or a part of one: as [`record!`], but with setters, the check, and an error for keys
/// that it does not know.
///
/// `need { .. }` holds the required keys, which `new` takes; a struct `by hand` has its own `new`.
/// The setters of sections and attributes are written by hand.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(by $hand:ident)? {
            $(need { $($(#[$nattr:meta])* $nwire:literal $need:ident: $ntype:ty,)* })?
            $($(#[$attr:meta])* $wire:literal $field:ident: $kind:ident $type:ty,)*
        }
        $(check($this:ident) $check:block)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        #[allow(clippy::exhaustive_structs, reason = "the hidden field leaves room for more keys")]
        pub struct $name {
            $($($(#[$nattr])* pub $need: $ntype,)*)?
            $($(#[$attr])* pub $field: field_type!($kind $type),)*
            /// Keys, lists and sections that this crate does not know, sent as they are behind the
            /// others. See [`raw`](Self::raw).
            pub raw: vici_serde::Section,
            #[doc(hidden)]
            pub __non_exhaustive: (),
        }

        request! { @new $name [$($hand)? $(need { $($need: $ntype,)* })?] $($field)* }

        impl $name {
            $(field_setter! { $kind, $field, $type, $(#[$attr])* })*

            /// Adds a key, a list or a section that this crate does not know, as it is: for what a
            /// newer daemon or a patched one reads.
            ///
            /// Nothing of it is checked. Written to a file and read again it is an unknown key.
            #[must_use]
            pub fn raw(mut self, name: impl AsRef<[u8]>, value: impl Into<vici_serde::Value>) -> Self {
                self.raw = self.raw.key(name, value);
                self
            }

            /// Refuses what the daemon would misread or silently ignore; a client does it before
            /// sending.
            ///
            /// # Errors
            ///
            /// [`InvalidRequest`](crate::InvalidRequest) names the key and what is wrong with it.
            pub fn check(&self) -> Result<(), $crate::command::InvalidRequest> {
                $crate::check::Check::check(self)
            }

            /// Calls a setter if there is a value for it, and goes on with the chain either way.
            ///
            #[doc = concat!("`request.maybe(value, ", stringify!($name), "::setter)`")]
            /// is `request.setter(value)` for `Some(value)`.
            #[must_use]
            pub fn maybe<V>(self, value: Option<V>, setter: impl FnOnce(Self, V) -> Self) -> Self {
                match value {
                    Some(value) => setter(self, value),
                    None => self,
                }
            }
        }

        /// Shows what is set.
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let mut debug = f.debug_struct(stringify!($name));
                $($(debug.field(stringify!($need), &self.$need);)*)?
                $(
                    if let Some(shown) = <field_kind!($kind) as $crate::kind::Kind<$type>>::shown(&self.$field) {
                        debug.field(stringify!($field), shown);
                    }
                )*
                if !self.raw.is_empty() {
                    // Nobody knows which of the values is a secret.
                    debug.field("raw", &$crate::kind::Names(&self.raw));
                }
                debug.finish()
            }
        }

        record! { @state $name
            { $($($nwire $need: need $ntype,)*)? $($wire $field: $kind $type,)* }
            { raw: vici_serde::Section::new(), __non_exhaustive: (), }
            {
                fn unknown<D: serde::Deserializer<'de>>(
                    name: &[u8],
                    _: D,
                ) -> Result<(), D::Error> {
                    Err($crate::unknown::error(
                        name,
                        &[
                            $($(($nwire, $crate::unknown::Known::Key),)*)?
                            $(($wire, <field_kind!($kind) as $crate::kind::Kind<$type>>::KNOWN),)*
                        ],
                    ))
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $($(map.serialize_entry($nwire, &self.$need)?;)*)?
                $(<field_kind!($kind) as $crate::kind::Kind<$type>>::write(&self.$field, $wire, &mut map)?;)*
                $crate::kind::write_raw(&self.raw, &mut map)?;
                map.end()
            }
        }

        impl $crate::check::Check for $name {
            // Inlined, so that it is compiled only where it is called.
            #[inline]
            fn check(&self) -> Result<(), $crate::command::InvalidRequest> {
                $($($crate::check::Check::check(&self.$need).map_err(|e| e.within($nwire))?;)*)?
                $(<field_kind!($kind) as $crate::kind::Kind<$type>>::check(&self.$field, $wire)?;)*
                $(
                    let $this = self;
                    $check
                )?
                Ok(())
            }
        }
    };
    (@new $name:ident [] $($field:ident)*) => {
        impl $name {
            /// Nothing set.
            pub fn new() -> Self {
                Self::default()
            }
        }

        request! { @new $name [hand] $($field)* }
    };
    (@new $name:ident [hand] $($field:ident)*) => {
        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: Default::default(),)*
                    raw: vici_serde::Section::new(),
                    __non_exhaustive: (),
                }
            }
        }
    };
    (@new $name:ident [need { $($need:ident: $ntype:ty,)* }] $($field:ident)*) => {
        impl $name {
            /// The required keys set, and nothing else.
            pub fn new($($need: impl Into<$ntype>),*) -> Self {
                Self {
                    $($need: $need.into(),)*
                    $($field: Default::default(),)*
                    raw: vici_serde::Section::new(),
                    __non_exhaustive: (),
                }
            }
        }
    };
}
