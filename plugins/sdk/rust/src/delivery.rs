//! Deciding where an accepted message goes, and taking it there.

pub use crate::bindings::delivery_hooks::{Action, KeepIn, Response, TransportResult};
use crate::{Error, Stage, notes, reply};

/// A delivery plugin: a router ([`Delivery::route`]), a transport ([`Delivery::deliver`]), or both.
/// One value serves one call; CPU time is 5 s.
///
/// ```
/// use waxseal_plugin_sdk::delivery::{Action, Delivery};
/// use waxseal_plugin_sdk::{Error, Stage, delivery, message, testing};
///
/// struct Newsletters;
///
/// impl Delivery for Newsletters {
///     const STAGES: &'static [Stage] = &[Stage::Route];
///
///     fn configure() -> Result<Self, Error> {
///         Ok(Self)
///     }
///
///     fn route(&mut self, _recipient: &str) -> Result<Vec<Action>, Error> {
///         Ok(match message::header("List-Id") {
///             Some(_) => vec![Action::keep_in("Newsletters")],
///             None => Vec::new(),
///         })
///     }
/// }
///
/// delivery!(Newsletters);
///
/// let server = testing::Server::start();
/// server.message("List-Id: <news.example.org>\r\n\r\nHello\r\n");
/// let actions = Newsletters::configure()?.route("alice@example.test")?;
/// assert_eq!(actions, [Action::keep_in("Newsletters")]);
/// # Ok::<(), Error>(())
/// ```
pub trait Delivery: Sized + 'static {
    /// [`Stage::Route`], [`Stage::Transport`], or both.
    const STAGES: &'static [Stage];

    /// Reads the configuration. Called when the plugin is loaded too, where an error refuses the
    /// configuration and its text is shown to the administrator.
    ///
    /// # Errors
    /// When the configuration is not right.
    fn configure() -> Result<Self, Error>;

    /// Where the message goes for this recipient; an empty list is no opinion. At most 32 actions.
    /// Called once for each message and recipient.
    ///
    /// # Errors
    /// When no decision could be made: the administrator's policy decides.
    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        let _unused = recipient;
        Ok(Vec::new())
    }

    /// Takes the message to the recipient. `attempt` counts from 1. After a crash of the server a
    /// delivery that was done may be asked for again.
    ///
    /// # Errors
    /// When the plugin could not do its work; that is a temporary failure.
    fn deliver(&mut self, recipient: &str, attempt: u32) -> Result<TransportResult, Error> {
        let _unused = (recipient, attempt);
        Err(Error::new("no-transport", "this plugin takes no messages"))
    }
}

/// The note in which the server looks for it: the first version of the interface has no other place.
const SENDER_NOTE: &str = "forward-as";

/// Gives what this call sends on with [`Action::Forward`] another reverse-path than the message's; the
/// empty text is the null reverse-path. Failures are then reported there. It is a note of the call.
pub fn forward_as(sender: &str) {
    notes::set(SENDER_NOTE, if sender.is_empty() { "<>" } else { sender });
}

impl Action {
    /// Append to this mailbox of the recipient's account.
    #[must_use]
    pub fn keep_in(mailbox: impl Into<String>) -> Self {
        Self::Keep(KeepIn {
            address: None,
            mailbox: Some(mailbox.into()),
            imap_flags: Vec::new(),
        })
    }

    /// Append to the mailbox that the server would choose.
    #[must_use]
    pub const fn keep() -> Self {
        Self::Keep(KeepIn {
            address: None,
            mailbox: None,
            imap_flags: Vec::new(),
        })
    }

    /// Fail for good and report it: a 5yz code, an enhanced status, one line of text.
    #[must_use]
    pub fn bounce(code: u16, status: &str, text: &str) -> Self {
        Self::Bounce(reply(code, status, text))
    }
}

impl TransportResult {
    /// Done; the text is for the trace, at most 400 octets.
    #[must_use]
    pub fn done(text: impl Into<String>) -> Self {
        Self::Delivered(Some(text.into()))
    }

    /// Failed for good: a 5yz code, an enhanced status, one line of text.
    #[must_use]
    pub fn failed(code: u16, status: &str, text: &str) -> Self {
        Self::Permanent(reply(code, status, text))
    }

    /// Failed for now: a 4yz code, an enhanced status, one line of text.
    #[must_use]
    pub fn not_now(code: u16, status: &str, text: &str) -> Self {
        Self::Temporary(reply(code, status, text))
    }
}
