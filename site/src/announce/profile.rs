//! What a purpose asks of a server, to tell what an announcement lacks.

use super::reading::Reading;

/// What is wanted for a purpose.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The extensions; any one of them will do.
    pub any_of: &'static [&'static str],
    /// What goes wrong or slow without it.
    pub why: &'static str,
}

/// A purpose.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// Name in addresses.
    pub id: &'static str,
    /// Words shown.
    pub title: &'static str,
    /// Protocol it is about.
    pub protocol: &'static str,
    /// What is needed.
    pub needs: &'static [Wanted],
    /// What helps.
    pub helps: &'static [Wanted],
    /// What would better not be announced.
    pub avoid: &'static [Wanted],
}

const fn want(any_of: &'static [&'static str], why: &'static str) -> Wanted {
    Wanted { any_of, why }
}

/// All profiles; the first of a protocol is taken when none is chosen.
pub const PROFILES: [Profile; 6] = [
    Profile {
        id: "imap-client",
        title: "A present-day mail client over IMAP",
        protocol: "imap",
        needs: &[
            want(
                &["imap/imap4rev1", "imap/imap4rev2"],
                "It is the protocol itself.",
            ),
            want(
                &["imap/idle"],
                "New mail is noticed only by asking again and again.",
            ),
            want(
                &["imap/uidplus"],
                "A client cannot learn the number of what it stored, nor expunge single messages.",
            ),
            want(
                &["imap/move"],
                "Moving is copying and deleting, which can stop halfway.",
            ),
            want(
                &["imap/special-use"],
                "Sent, Drafts and Junk are found by guessing their names.",
            ),
            want(
                &["imap/namespace"],
                "Shared mailboxes and the separator have to be guessed.",
            ),
            want(&["imap/enable"], "Newer extensions cannot be switched on."),
            want(
                &["imap/literal-plus", "imap/literal-minus"],
                "Every literal costs a further round trip.",
            ),
        ],
        helps: &[
            want(
                &["imap/condstore"],
                "Flags changed elsewhere are fetched whole, not as differences.",
            ),
            want(
                &["imap/qresync"],
                "Coming back to a mailbox costs a comparison of all messages.",
            ),
            want(&["imap/esearch"], "Search results come as long lists."),
            want(
                &["imap/list-extended", "imap/list-status"],
                "Each mailbox needs a question of its own.",
            ),
            want(&["imap/sasl-ir"], "Logging in costs a further round trip."),
            want(
                &["imap/compress"],
                "Large mailboxes load slowly over thin lines.",
            ),
            want(
                &["imap/utf8-accept"],
                "Addresses and folder names outside ASCII need encodings.",
            ),
            want(
                &["imap/objectid"],
                "Renamed mailboxes are downloaded again.",
            ),
            want(&["imap/id"], "Faults are hard to assign to versions."),
        ],
        avoid: &[],
    },
    Profile {
        id: "submission",
        title: "Submission of mail by its authors (port 587 or 465)",
        protocol: "smtp",
        needs: &[
            want(&["smtp/auth"], "Authors cannot say who they are."),
            want(
                &["smtp/starttls"],
                "On port 587 passwords would travel readable. On port 465, where TLS comes first, it is rightly absent.",
            ),
            want(&["smtp/8bitmime"], "Text outside ASCII must be encoded."),
            want(
                &["smtp/size"],
                "A large message is refused only after it was sent.",
            ),
            want(&["smtp/pipelining"], "Every command costs a round trip."),
            want(
                &["smtp/enhancedstatuscodes"],
                "Programs must guess what a refusal means.",
            ),
        ],
        helps: &[
            want(
                &["smtp/dsn"],
                "Authors cannot choose which reports they get.",
            ),
            want(&["smtp/smtputf8"], "Addresses outside ASCII are refused."),
            want(
                &["smtp/chunking"],
                "Large messages need their lines changed.",
            ),
            want(&["smtp/binarymime"], "Attachments grow by a third."),
            want(
                &["smtp/requiretls"],
                "Authors cannot insist on TLS for the whole way.",
            ),
        ],
        avoid: &[
            want(
                &["smtp/turn"],
                "It hands out mail without proof of identity.",
            ),
            want(
                &["smtp/verb", "smtp/onex"],
                "They are relics of one old server.",
            ),
        ],
    },
    Profile {
        id: "mx",
        title: "A server that takes mail for a domain (port 25)",
        protocol: "smtp",
        needs: &[
            want(&["smtp/starttls"], "Mail for the domain travels readable."),
            want(
                &["smtp/8bitmime"],
                "Senders must encode text outside ASCII.",
            ),
            want(
                &["smtp/size"],
                "A large message is refused only after it was sent.",
            ),
            want(
                &["smtp/pipelining"],
                "Every command costs senders a round trip.",
            ),
            want(
                &["smtp/enhancedstatuscodes"],
                "Senders' reports say less about refusals.",
            ),
        ],
        helps: &[
            want(
                &["smtp/smtputf8"],
                "Mail from addresses outside ASCII bounces.",
            ),
            want(&["smtp/dsn"], "Senders get fewer reports."),
            want(
                &["smtp/chunking"],
                "Large messages need their lines changed.",
            ),
            want(&["smtp/requiretls"], "Mail that insists on TLS bounces."),
        ],
        avoid: &[
            want(
                &["smtp/auth"],
                "Logging in belongs on the submission port; here it invites guessing of passwords.",
            ),
            want(
                &["smtp/expn", "smtp/vrfy"],
                "They tell strangers which addresses exist.",
            ),
            want(&["smtp/turn", "smtp/etrn"], "Strangers have no use for it."),
            want(
                &["smtp/xclient", "smtp/xforward"],
                "Only trusted proxies may use it; strangers should not see it.",
            ),
        ],
    },
    Profile {
        id: "pop3-client",
        title: "A mail client over POP3",
        protocol: "pop3",
        needs: &[
            want(
                &["pop3/uidl"],
                "A client that leaves mail on the server cannot tell old from new.",
            ),
            want(
                &["pop3/top"],
                "Headers cannot be looked at before downloading.",
            ),
            want(
                &["pop3/stls"],
                "On port 110 passwords travel readable. On port 995, where TLS comes first, it is rightly absent.",
            ),
            want(
                &["pop3/resp-codes"],
                "Programs must guess why a login failed.",
            ),
        ],
        helps: &[
            want(&["pop3/sasl"], "Only passwords can be used, no tokens."),
            want(&["pop3/pipelining"], "Every message costs a round trip."),
            want(
                &["pop3/auth-resp-code"],
                "A wrong password looks like a server in trouble.",
            ),
            want(
                &["pop3/utf8"],
                "Names and addresses outside ASCII need encodings.",
            ),
        ],
        avoid: &[],
    },
    Profile {
        id: "filters",
        title: "Filters that users edit (Sieve)",
        protocol: "sieve",
        needs: &[
            want(&["sieve/fileinto"], "Mail cannot be put into folders."),
            want(&["sieve/vacation"], "There are no absence notes."),
            want(&["sieve/copy"], "A rule that forwards cannot also keep."),
            want(
                &["sieve/envelope"],
                "Rules cannot look at the real recipient.",
            ),
            want(
                &["sieve/variables"],
                "Rules cannot reuse what they matched.",
            ),
        ],
        helps: &[
            want(&["sieve/imap4flags"], "Rules cannot mark messages."),
            want(
                &["sieve/mailbox"],
                "Folders must exist before mail is filed.",
            ),
            want(
                &["sieve/subaddress"],
                "Rules cannot use the part after the plus.",
            ),
            want(&["sieve/body"], "Rules cannot look into the text."),
            want(&["sieve/date"], "Rules cannot depend on the day."),
            want(&["sieve/duplicate"], "Repeated copies cannot be dropped."),
            want(&["sieve/include"], "Large scripts cannot be split."),
        ],
        avoid: &[want(
            &["sieve/imapflags", "sieve/notify"],
            "A standard extension has taken its place.",
        )],
    },
    Profile {
        id: "jmap-client",
        title: "A mail client over JMAP",
        protocol: "jmap",
        needs: &[
            want(&["jmap/core"], "It is the protocol itself."),
            want(&["jmap/mail"], "There is no mail to read."),
            want(&["jmap/submission"], "Nothing can be sent."),
        ],
        helps: &[
            want(
                &["jmap/websocket"],
                "Changes arrive by a channel of their own only.",
            ),
            want(&["jmap/vacationresponse"], "There are no absence notes."),
            want(&["jmap/quota"], "Users cannot see how full they are."),
        ],
        avoid: &[],
    },
];

/// What of `wanted` an announcement lacks.
pub fn missing(reading: &Reading, wanted: &'static [Wanted]) -> Vec<Wanted> {
    let lacks = |wanted: &&Wanted| !wanted.any_of.iter().any(|id| reading.has(id));
    wanted.iter().filter(lacks).copied().collect()
}
