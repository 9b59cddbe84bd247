//! What the kinds of fields of `record!` and `request!` mean.

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
        $crate::record::LIST
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
