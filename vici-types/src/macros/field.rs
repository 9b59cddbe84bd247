//! What `record!` and `request!` have to know of the kinds of fields before there are types: all
//! else of a kind is its `Kind`.

/// The type that stands for a kind; here is the list of them.
macro_rules! field_kind {
    (need) => {
        $crate::kind::Need
    };
    (opt) => {
        $crate::kind::Opt
    };
    (list) => {
        $crate::kind::List
    };
    (bool) => {
        $crate::kind::Bool
    };
    (num) => {
        $crate::kind::Num
    };
    (flag) => {
        $crate::kind::Flag
    };
    (section) => {
        $crate::kind::Section
    };
    (parts) => {
        $crate::kind::Parts
    };
    (prefix) => {
        $crate::kind::Prefix
    };
    (attributes) => {
        $crate::kind::Attributes
    };
    ($kind:ident) => {
        compile_error!(concat!(
            "`",
            stringify!($kind),
            "` is no kind of a field, which are: ",
            "need, opt, list, bool, num, flag, section, parts, prefix, attributes"
        ))
    };
}

/// The type of a field, spelled out for its documentation.
macro_rules! field_type {
    (need $type:ty) => { $type };
    (opt $type:ty) => { Option<$type> };
    (list $type:ty) => { Option<Vec<$type>> };
    (bool $type:ty) => { Option<$type> };
    (num $type:ty) => { Option<$type> };
    (flag $type:ty) => { $type };
    (section $type:ty) => { Option<$crate::named::Named<$type>> };
    (parts $type:ty) => { $crate::named::Named<$type> };
    (prefix $type:ty) => { $crate::named::Named<$type> };
    (attributes $type:ty) => { $crate::named::Named<Vec<$type>> };
    ($kind:ident $type:ty) => { field_kind!($kind) };
}

/// The setter of a field; those of sections are written by hand.
macro_rules! field_setter {
    (opt, $field:ident, $type:ty, $(#[$attr:meta])*) => {
        $(#[$attr])*
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (list, $field:ident, $type:ty, $(#[$attr:meta])*) => {
        $(#[$attr])*
        ///
        /// An empty list is sent as such.
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item: Into<$type>>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
    (bool, $field:ident, $type:ty, $(#[$attr:meta])*) => {
        field_setter! { num, $field, $type, $(#[$attr])* }
    };
    (num, $field:ident, $type:ty, $(#[$attr:meta])*) => {
        $(#[$attr])*
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
    (flag, $field:ident, $type:ty, $(#[$attr:meta])*) => {
        $(#[$attr])*
        ///
        /// Not sent if it is false.
        #[must_use]
        pub fn $field(mut self, $field: bool) -> Self {
            self.$field = $field;
            self
        }
    };
    // Those of sections; what is no kind has no type either.
    ($kind:ident, $($rest:tt)*) => {};
}
