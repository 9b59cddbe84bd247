//! What the daemon says, as a kind of reason.

use std::fmt;

use vici_types::AlertType;

use Certainty::{Final, SoFar};
use Reason::{
    AuthenticationFailed, Certificate, Duplicate, NoAddress, NoAnswer, NoProposal, NoSecret,
    TrafficSelectors,
};

/// What kind of reason it is that a tunnel is not up, or not down.
///
/// A daemon has no codes for them. They are told by its answer, by an `alert` where it has them (since
/// 6.0.3), and by the lines that it logs; what is not recognised is [`Other`](Self::Other).
/// [`bring_up`](crate::bring_up) has a table of what tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// There is no such connection, or it has no such child.
    NoSuchConfiguration,
    /// The peer does not answer, or not yet.
    NoAnswer,
    /// The address of the peer, or an own one to reach it from, can't be found out.
    NoAddress,
    /// The two have no proposal in common, for the IKE_SA or for the CHILD_SA.
    NoProposal,
    /// No shared secret or private key is loaded for the identities.
    NoSecret,
    /// One of the two refuses to believe that the other is who it says. A peer does not tell why: that
    /// stands in its log.
    AuthenticationFailed,
    /// The certificate of the peer is not trusted: it has expired, was revoked, or comes from an unknown
    /// authority.
    Certificate,
    /// The peer wants none of these traffic selectors.
    TrafficSelectors,
    /// Another CHILD_SA of the IKE_SA carries the same already. A peer that keeps what it has
    /// (`unique = keep`) does not say so: that is [`AuthenticationFailed`](Self::AuthenticationFailed).
    Duplicate,
    /// The daemon did not answer in time, or refused to take on more.
    DaemonBusy,
    /// The time was over before the attempt was.
    TimeOver,
    /// The connection to the daemon ended.
    Disconnected,
    /// Something else: see the words and the log.
    Other,
}

impl Reason {
    /// The words for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchConfiguration => "there is no such configuration",
            Self::NoAnswer => "the peer does not answer",
            Self::NoAddress => "no address is found",
            Self::NoProposal => "no proposal in common",
            Self::NoSecret => "no secret is loaded for it",
            Self::AuthenticationFailed => "authentication failed",
            Self::Certificate => "the certificate is not trusted",
            Self::TrafficSelectors => "the peer refused the traffic selectors",
            Self::Duplicate => "there is one already",
            Self::DaemonBusy => "the daemon is busy",
            Self::TimeOver => "the time is over",
            Self::Disconnected => "the connection to the daemon ended",
            Self::Other => "the daemon did not say why",
        }
    }

    /// The reason that a line of the log tells, and whether it may still turn out otherwise.
    pub(super) fn of_line(line: &str) -> Option<(Self, Certainty)> {
        let (_, reason, certainty) = LINES.iter().find(|(parts, ..)| {
            let mut rest = line;
            parts.iter().all(|part| {
                let found = rest.split_once(part);
                rest = found.map_or("", |(_, behind)| behind);
                found.is_some()
            })
        })?;
        Some((*reason, *certainty))
    }

    /// The reason that an alert tells. The log comes after it, and tells it with more words.
    pub(super) fn of_alert(alert: &AlertType) -> Option<Self> {
        Some(match alert {
            AlertType::PeerAddrFailed => Self::NoAddress,
            AlertType::PeerInitUnreachable
            | AlertType::RetransmitSend
            | AlertType::RetransmitSendTimeout => Self::NoAnswer,
            AlertType::ProposalMismatchIke | AlertType::ProposalMismatchChild => Self::NoProposal,
            AlertType::TsMismatch => Self::TrafficSelectors,
            AlertType::CertExpired
            | AlertType::CertRevoked
            | AlertType::CertNoIssuer
            | AlertType::CertUntrustedRoot
            | AlertType::CertExceededPathLen
            | AlertType::CertPolicyViolation
            | AlertType::CertValidationFailed => Self::Certificate,
            // It comes of all that goes wrong in authentication.
            AlertType::LocalAuthFailed | AlertType::PeerAuthFailed => Self::AuthenticationFailed,
            _ => return None,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a reason stays when there is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// A line of the log will tell more.
    Hint,
    /// Unless a better one comes.
    SoFar,
    /// It is the end of the attempt.
    Final,
}

/// What stands in lines of the log, one behind the other, and what it means.
type Line = (&'static [&'static str], Reason, Certainty);

static LINES: &[Line] = &[
    (&["no shared key found for "], NoSecret, Final),
    (&["no ", "private key found for "], NoSecret, Final),
    (&["certificate was revoked"], Certificate, Final),
    (&["certificate invalid (valid from "], Certificate, Final),
    (&["no issuer certificate found for "], Certificate, SoFar),
    (&["constraint check failed"], Certificate, SoFar),
    (&["no trusted ", "public key found"], Certificate, SoFar),
    (
        &["received AUTHENTICATION_FAILED "],
        AuthenticationFailed,
        Final,
    ),
    (&["but MAC mismatched"], AuthenticationFailed, Final),
    (&["due to existing duplicate"], Duplicate, Final),
    (&["received NO_PROPOSAL_CHOSEN "], NoProposal, Final),
    (&["received TS_UNACCEPTABLE "], TrafficSelectors, Final),
    (
        &["received INVALID_ID_INFORMATION "],
        TrafficSelectors,
        Final,
    ),
    (&["unable to resolve "], NoAddress, Final),
    (&["giving up after ", " retransmits"], NoAnswer, Final),
    (&["peer not responding"], NoAnswer, SoFar),
    (&["retransmit ", " of request"], NoAnswer, SoFar),
];
