//! Typed requests, built as a program builds them.

use arbitrary::{Arbitrary, Result, Unstructured};
use vici_serde::Section;
use vici_types::*;

use crate::message::assert_is_written;
use crate::registry::Typed;
use crate::typed::{assert_in_json, assert_is_checked};

/// Whatever a program puts into a request: what passes the check is sent and read as it was meant,
/// and nothing panics.
pub fn requests(data: &[u8]) {
    let _ = request(&mut Unstructured::new(data));
}

/// A part of a request.
trait Part: Sized {
    fn any(u: &mut Unstructured<'_>) -> Result<Self>;
}

/// Builds requests and parts of them from all of their fields: a field that is missing here does
/// not compile.
macro_rules! parts {
    ($($name:ident { $($field:ident)* })*) => {$(
        impl Part for $name {
            fn any(u: &mut Unstructured<'_>) -> Result<Self> {
                let _ = &u;
                Ok(Self { $($field: Part::any(u)?,)* raw: Section::new(), __non_exhaustive: () })
            }
        }
    )*};
}

parts! {
    Initiate { child ike timeout init_limits loglevel }
    Terminate { child ike child_id ike_id force timeout loglevel }
    Rekey { child ike child_id ike_id reauth }
    Redirect { gateway ike ike_id peer_ip peer_id }
    Install { child ike }
    Uninstall { child ike }
    ListSas { noblock ike ike_id child child_id }
    ListPolicies { drop pass trap child ike }
    ListConns { ike }
    ListCerts { type_ flag subject }
    ListAuthorities { name }
    LoadConn { conns }
    UnloadConn { name }
    LoadCert { type_ data flag }
    LoadKey { type_ data }
    UnloadKey { id }
    LoadToken { handle slot module pin }
    LoadShared { type_ data id owners }
    UnloadShared { id }
    FlushCerts { type_ }
    LoadAuthority { authorities }
    UnloadAuthority { name }
    LoadPool { pools }
    UnloadPool { name }
    GetPools { leases name }
    GetCounters { name all }
    ResetCounters { name all }
    Version {}
    Stats {}
    ReloadSettings {}
    GetConns {}
    GetAuthorities {}
    GetKeys {}
    GetShared {}
    ClearCreds {}
    GetAlgorithms {}
    Conn {
        version local_addrs remote_addrs local_port remote_port proposals vips aggressive pull dscp
        encap mobike dpd_delay dpd_timeout fragmentation childless send_certreq send_cert ocsp
        ppk_id ppk_required keyingtries unique reauth_time rekey_time over_time rand_time pools
        if_id_in if_id_out mediation mediated_by mediation_peer local remote children
    }
    ConnAuth {
        round auth id ca_id aaa_id eap_id xauth_id revocation groups cert_policy certs cacerts
        pubkeys cert cacert
    }
    ConnCert { file handle slot module }
    ConnChild {
        esp_proposals ah_proposals local_ts remote_ts updown hostaccess mode policies
        policies_fwd_out replay_window rekey_time life_time rand_time rekey_bytes life_bytes
        rand_bytes rekey_packets life_packets rand_packets dpd_action start_action close_action
        ipcomp inactivity reqid mark_in mark_in_sa mark_out set_mark_in set_mark_out tfc_padding
        priority interface hw_offload sha256_96 copy_df copy_ecn copy_dscp icmp if_id_in if_id_out
        label label_mode per_cpu_sas
    }
    Authority { cacert file handle slot module cert_uri_base crl_uris ocsp_uris }
    Pool { addrs attributes }
}

macro_rules! choose {
    ($($name:ident)*) => {
        fn request(u: &mut Unstructured<'_>) -> Result<()> {
            let all: &[fn(&mut Unstructured<'_>) -> Result<()>] = &[$(|u| {
                assert_is_sound(&$name::any(u)?);
                Ok(())
            },)*];
            u.choose(all)?(u)
        }
    };
}

choose! {
    LoadConn LoadConn LoadConn LoadAuthority LoadPool LoadCert LoadKey LoadShared LoadToken
    Initiate Terminate Rekey Redirect Install Uninstall ListSas ListPolicies ListConns ListCerts
    ListAuthorities UnloadConn UnloadKey UnloadShared FlushCerts UnloadAuthority UnloadPool
    GetPools GetCounters ResetCounters Version Stats ReloadSettings GetConns GetAuthorities GetKeys
    GetShared ClearCreds GetAlgorithms
}

fn assert_is_sound<T: Request + Typed>(request: &T) {
    assert!(!format!("{request:?}").is_empty() && request.clone() == *request);
    assert_is_checked(request);
    // What the check refuses may say something else on the wire, but not what it accepts.
    if request.check().is_ok() && vici_serde::to_vec(request).is_ok() {
        assert_is_written(request);
        assert_in_json(request, true);
    }
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Part for $type {
            fn any(u: &mut Unstructured<'_>) -> Result<Self> {
                Self::arbitrary(u)
            }
        }
    )*};
}

plain! { bool u16 u32 u64 i32 }

impl Part for Timeout {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        i32::any(u).map(Self::from)
    }
}

/// What is made of a text, or of bytes.
macro_rules! texts {
    ($($type:ident)*) => {$(
        impl Part for $type {
            fn any(u: &mut Unstructured<'_>) -> Result<Self> {
                String::any(u).map(Self::from)
            }
        }
    )*};
}

texts! {
    Action CertFlag CertType ChildMode Childless CopyDscp Dscp Fragmentation HwOffload IfId
    IkeVersion KeyType LabelMode Mark Ocsp PerCpuSas Revocation SendCert SetMark SharedType
    TfcPadding Time Unique Volume
}

macro_rules! bytes {
    ($($type:ident)*) => {$(
        impl Part for $type {
            fn any(u: &mut Unstructured<'_>) -> Result<Self> {
                Vec::<u8>::arbitrary(u).map(Self::from)
            }
        }
    )*};
}

bytes! { Blob Secret }

impl Part for String {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let word = u.choose(WORDS)?;
        Ok(match word.chars().next() {
            Some('?') => Self::arbitrary(u)?,
            Some('!') => "x".repeat(u.int_in_range(0..=70_000)?),
            _ => (*word).to_owned(),
        })
    }
}

/// What texts are made of: `?` stands for any text, `!` for a long one.
const WORDS: &[&str] = &[
    "?",
    "!",
    "",
    "yes",
    "no",
    "home",
    "net",
    "10.1.0.0/16",
    "dynamic[tcp/80]",
    "%unique",
    "trap|start",
    "0x2a/0xff",
    "101110",
    "4h",
    "1g",
    "mtu",
    "0",
    "2",
    "X509",
    "psk",
    "local-1",
    "Remote",
    "children",
    "cert",
    "cacert-2",
    "dns",
    "é",
];

impl Part for Text {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        if u.ratio(1, 4)? {
            return Vec::<u8>::arbitrary(u).map(Self::from);
        }
        String::any(u).map(Self::from)
    }
}

impl<T: Part> Part for Option<T> {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        // Mostly absent, as in requests of people; all of it, where the input is long.
        if u.is_empty() || u.ratio(2, 3)? {
            return Ok(None);
        }
        T::any(u).map(Some)
    }
}

impl<T: Part> Part for Vec<T> {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let count = if u.is_empty() {
            0
        } else {
            u.int_in_range(0..=3)?
        };
        (0..count).map(|_| T::any(u)).collect()
    }
}

impl<T: Part> Part for Named<T> {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let count = if u.is_empty() {
            0
        } else {
            u.int_in_range(0..=3)?
        };
        (0..count)
            .map(|_| Ok((Text::any(u)?, T::any(u)?)))
            .collect()
    }
}
