//! `record!` for shapes that derive cannot express, `request!` for requests, `open_enum!` for words.

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
        #[derive(Clone, Debug, PartialEq)]
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
            impl<'de> $crate::sections::Record<'de> for State {
                type Value = $name;

                const VARIABLE: &'static str = {
                    let variable = $crate::sections::SECTION;
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
                    $crate::sections::ignore(value)
                }

                #[inline]
                fn key<D: serde::Deserializer<'de>>(
                    &mut self,
                    name: &$crate::value::Text,
                    value: D,
                ) -> Result<(), D::Error> {
                    $(field_key!($kind, self.$field, $wire, name, value);)*
                    $crate::sections::ignore(value)
                }

                fn finish<E: serde::de::Error>(self) -> Result<$name, E> {
                    $(
                        let Some((name, $section)) = self.$section else {
                            return Err(E::custom("the section is missing"));
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
                    $crate::sections::deserialize_record::<State, D>(deserializer)
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
        #[derive(Clone, Debug, PartialEq)]
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

macro_rules! field_type {
    (need $type:ty) => { $type };
    (flag $type:ty) => { $type };
    (prefix $type:ty) => { $crate::sections::Sections<$type> };
    (lists $type:ty) => { $crate::sections::Sections<Vec<$type>> };
    (list $type:ty) => { Option<Vec<$type>> };
    ($kind:ident $type:ty) => { Option<$type> };
}

/// The kind of the elements with variable names; or reads one, if it belongs to the field.
macro_rules! field_variable {
    (lists, $variable:ident) => {
        $crate::sections::LIST
    };
    ($kind:ident, $variable:ident) => {
        $variable
    };
    (prefix, $field:expr, $wire:literal, $name:ident, $value:ident) => {
        if $crate::macros::has_prefix(&$name, $wire) {
            let section = serde::Deserialize::deserialize($value)?;
            $field.get_or_insert_default().push($name, section);
            return Ok(());
        }
    };
    (lists, $field:expr, $wire:literal, $name:ident, $value:ident) => {
        let list = serde::Deserialize::deserialize($value)?;
        $field.get_or_insert_default().push($name, list);
        return Ok(());
    };
    ($kind:ident, $field:expr, $wire:literal, $name:ident, $value:ident) => {};
}

macro_rules! field_is_variable {
    (prefix, $wire:literal, $name:ident) => {
        $crate::macros::has_prefix($name, $wire)
    };
    (lists, $wire:literal, $name:ident) => {
        true
    };
    ($kind:ident, $wire:literal, $name:ident) => {
        false
    };
}

macro_rules! field_key {
    (prefix, $($rest:tt)*) => {};
    (lists, $($rest:tt)*) => {};
    (section, $field:expr, $wire:literal, $name:ident, $value:ident) => {
        if $name.as_bytes().eq_ignore_ascii_case($wire.as_bytes()) {
            $field = Some(field_read!(section, $value));
            return Ok(());
        }
    };
    ($kind:ident, $field:expr, $wire:literal, $name:ident, $value:ident) => {
        if $name.as_bytes() == $wire.as_bytes() {
            $field = Some(field_read!($kind, $value));
            return Ok(());
        }
    };
}

macro_rules! field_read {
    (num, $value:ident) => {
        $crate::value::lax::number($value)?
    };
    (flag, $value:ident) => {
        $crate::value::lax::presence($value)?
    };
    ($kind:ident, $value:ident) => {
        serde::Deserialize::deserialize($value)?
    };
}

macro_rules! field_finish {
    (need, $field:expr, $wire:literal) => {
        match $field {
            Some(value) => value,
            None => return Err(E::missing_field($wire)),
        }
    };
    ($kind:ident, $field:expr, $wire:literal) => {
        $field.unwrap_or_default()
    };
}

macro_rules! field_write {
    (need, $field:expr, $wire:literal, $map:ident) => {
        $map.serialize_entry($wire, $field)?
    };
    (flag, $field:expr, $wire:literal, $map:ident) => {
        if *$field {
            $map.serialize_entry($wire, &true)?;
        }
    };
    (prefix, $field:expr, $wire:literal, $map:ident) => {
        for (name, section) in $field {
            $map.serialize_entry(name, section)?;
        }
    };
    (lists, $field:expr, $wire:literal, $map:ident) => {
        for (name, list) in $field {
            $map.serialize_entry(name, list)?;
        }
    };
    ($kind:ident, $field:expr, $wire:literal, $map:ident) => {
        if let Some(value) = $field {
            $map.serialize_entry($wire, value)?;
        }
    };
}

macro_rules! field_setter {
    (opt, $field:ident, $type:ty, $wire:literal) => {
        #[doc = concat!("Sets `", $wire, "`.")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (list, $field:ident, $type:ty, $wire:literal) => {
        #[doc = concat!("Sets the list `", $wire, "`; an empty one is sent as such.")]
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item: Into<$type>>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
    (flag, $field:ident, $type:ty, $wire:literal) => {
        #[doc = concat!("Sets the flag `", $wire, "`, or takes it back.")]
        #[must_use]
        pub fn $field(mut self, $field: bool) -> Self {
            self.$field = $field;
            self
        }
    };
    (bool, $field:ident, $type:ty, $wire:literal) => {
        field_setter! { num, $field, $type, $wire }
    };
    (num, $field:ident, $type:ty, $wire:literal) => {
        #[doc = concat!("Sets `", $wire, "`.")]
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
    ($kind:ident, $field:ident, $type:ty, $wire:literal) => {};
}

macro_rules! field_check {
    (prefix, $field:expr, $wire:literal) => {
        for name in $field.names() {
            $crate::check::ensure(
                $crate::macros::has_prefix(name, $wire),
                &name.to_string_lossy().escape_debug().to_string(),
                concat!("the name of this section must begin with ", $wire),
            )?;
        }
        $crate::check::Check::check($field)?;
    };
    (lists, $field:expr, $wire:literal) => {
        $crate::check::Check::check($field)?
    };
    ($kind:ident, $field:expr, $wire:literal) => {
        $crate::check::Check::check($field).map_err(|e| e.within($wire))?
    };
}

/// A section name of the daemon's: `local*` and the like, in any case.
pub(crate) fn has_prefix(name: &crate::value::Text, prefix: &str) -> bool {
    name.as_bytes()
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// A set of words that looks closed and is not: a newer daemon may know more.
///
/// Each line is a variant and its word. What is none of the words is kept in `Other`, any bytes.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$attr:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $(#[doc = ""] #[$attr])* $variant,)*
            /// Any other word; read it with `as_str`.
            Other($crate::word::Unknown),
        }

        impl $name {
            /// The word on the wire; of a word that is not UTF-8 only the beginning that is.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word.as_str(),
                }
            }

            /// The word on the wire.
            pub fn as_bytes(&self) -> &[u8] {
                match self {
                    Self::Other(word) => word.as_bytes(),
                    _ => self.as_str().as_bytes(),
                }
            }

            #[inline]
            fn from_bytes(word: &[u8]) -> Self {
                $(
                    if word == $word.as_bytes() {
                        return Self::$variant;
                    }
                )*
                Self::Other($crate::word::Unknown::new(word))
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(&String::from_utf8_lossy(self.as_bytes()))
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl From<$crate::value::Text> for $name {
            fn from(word: $crate::value::Text) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl From<&[u8]> for $name {
            fn from(word: &[u8]) -> Self {
                Self::from_bytes(word)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl serde::Serialize for $name {
            #[inline]
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::Other(word) => word.serialize(serializer),
                    word => serializer.serialize_str(word.as_str()),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_bytes($crate::value::BytesVisitor(
                    |word: &[u8]| Ok(Self::from_bytes(word)),
                ))
            }
        }

        impl $crate::check::Check for $name {
            fn check(&self) -> Result<(), $crate::command::InvalidRequest> {
                $crate::check::printable(self.as_bytes())
            }
        }
    };
}
