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
/// - `section`: a section that may be absent, whose name the daemon takes in any case,
/// - `prefix`: sections whose names begin with the key, in any case,
/// - `lists`: lists of any name.
///
/// `named` comes last: the one section of any name, and the field for its name.
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

        record! { @impl $name [] $($wire $field: $kind $type,)* $(named $section: $stype,)? }
    };
    (
        @impl $name:ident [$($hidden:ident)?]
        $($wire:literal $field:ident: $kind:ident $type:ty,)*
        $(named $section:ident: $stype:ty,)?
    ) => {
        const _: () = {
            #[derive(Default)]
            #[allow(clippy::empty_structs_with_brackets, reason = "some requests have no keys")]
            struct State {
                $($field: Option<field_type!($kind $type)>,)*
                $($section: Option<($crate::value::Text, $stype)>,)?
            }

            #[allow(unused_variables, unreachable_code, reason = "not every record has keys and sections")]
            impl<'de> $crate::record::Record<'de> for State {
                type Value = $name;

                const VARIABLE: &'static str = {
                    let variable = $crate::record::SECTION;
                    $(let variable = field_variable!($kind, variable);)*
                    variable
                };

                #[inline]
                fn is_variable(&self, name: &$crate::value::Text) -> bool {
                    false
                    $(|| field_is_variable!($kind, $wire, name))*
                    $(|| self.$section.is_none())?
                }

                fn variable<D: serde::Deserializer<'de>>(
                    &mut self,
                    name: $crate::value::Text,
                    value: D,
                ) -> Result<(), D::Error> {
                    $(field_variable!($kind, self.$field, $wire, name, value);)*
                    $(
                        self.$section = Some((name, <$stype as serde::Deserialize>::deserialize(value)?));
                        return Ok(());
                    )?
                    $crate::record::ignore(value)
                }

                #[inline]
                fn key<D: serde::Deserializer<'de>>(
                    &mut self,
                    name: &$crate::value::Text,
                    value: D,
                ) -> Result<(), D::Error> {
                    $(field_key!($kind, self.$field, $wire, name, value);)*
                    $crate::record::ignore(value)
                }

                fn finish<E: serde::de::Error>(self) -> Result<$name, E> {
                    $(
                        let Some((name, $section)) = self.$section else {
                            return Err(E::custom(concat!("missing the section of `", stringify!($section), "`")));
                        };
                    )?
                    Ok($name {
                        $($field: field_finish!($kind, self.$field, $wire),)*
                        $(name, $section,)?
                        $($hidden: (),)?
                    })
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::record::deserialize_record::<State, D>(deserializer)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    #[allow(unused_imports, reason = "some requests have no keys")]
                    use serde::ser::SerializeMap as _;
                    #[allow(unused_mut, reason = "some requests have no keys")]
                    let mut map = serializer.serialize_map(None)?;
                    $(field_write!($kind, &self.$field, $wire, map);)*
                    $(map.serialize_entry(&self.name, &self.$section)?;)?
                    map.end()
                }
            }
        };
    };
}

/// A request or a part of one: [`record!`] with setters, the check, and room for more keys.
///
/// `need { .. }` holds the required keys, which `new` takes. The setters of `prefix` and `lists`
/// are written by hand.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(need { $($(#[$nattr:meta])* $nwire:literal $need:ident: $ntype:ty,)* })?
            $($(#[$attr:meta])* $wire:literal $field:ident: $kind:ident $type:ty,)*
        }
        $(check($this:ident) $check:block)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(clippy::exhaustive_structs, reason = "the hidden field leaves room for more keys")]
        pub struct $name {
            $($($(#[$nattr])* pub $need: $ntype,)*)?
            $($(#[$attr])* pub $field: field_type!($kind $type),)*
            #[doc(hidden)]
            pub __non_exhaustive: (),
        }

        request! { @new $name [$(need { $($need: $ntype,)* })?] $($field)* }

        impl $name {
            $(field_setter! { $kind, $field, $type, $wire })*
        }

        record! {
            @impl $name [__non_exhaustive]
            $($($nwire $need: need $ntype,)*)?
            $($wire $field: $kind $type,)*
        }

        impl $crate::check::Check for $name {
            // Inlined, so that it is compiled only where it is called.
            #[inline]
            fn check(&self) -> Result<(), $crate::command::InvalidRequest> {
                $($($crate::check::Check::check(&self.$need).map_err(|e| e.within($nwire))?;)*)?
                $(field_check!($kind, &self.$field, $wire);)*
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

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: Default::default(),)*
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
                    __non_exhaustive: (),
                }
            }
        }
    };
}

/// A section name of the daemon's: `local*` and the like, in any case.
pub(crate) fn has_prefix(name: &crate::value::Text, prefix: &str) -> bool {
    name.as_bytes()
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}
