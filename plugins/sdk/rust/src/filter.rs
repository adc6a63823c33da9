//! Judging mail while the client waits.

use crate::{Error, Outcome, Param, Stage};

/// A filter: one value for each session. Stages that are not in [`Filter::stages`] are never called.
///
/// Every method answers an [`Outcome`], or an [`Error`] where the filter could not do its work.
pub trait Filter: Sized + 'static {
    /// All stages it may want.
    const STAGES: &'static [Stage];

    /// Those of [`Filter::STAGES`] that it wants with its present [`config`]; at least one. A stage
    /// that is not named costs nothing: a session holds no instance until the first stage that some
    /// filter wants.
    #[must_use]
    fn stages() -> Vec<Stage> {
        Self::STAGES.to_vec()
    }

    /// Reads the configuration ([`config`]) and begins a session. Called when the plugin is loaded
    /// too, where an error refuses the configuration and its text is shown to the administrator.
    ///
    /// # Errors
    /// When the configuration is not right.
    fn configure() -> Result<Self, Error>;

    /// A client connected; nothing was said yet.
    ///
    /// # Errors
    /// When no opinion could be formed.
    fn on_connect(&mut self) -> Result<Outcome, Error> {
        Ok(Outcome::next())
    }

    /// After EHLO, HELO or LHLO, with its argument.
    ///
    /// # Errors
    /// When no opinion could be formed.
    fn on_helo(&mut self, name: &str) -> Result<Outcome, Error> {
        let _unused = name;
        Ok(Outcome::next())
    }

    /// After an attempt to authenticate, on every protocol.
    ///
    /// # Errors
    /// When no opinion could be formed.
    fn on_auth(&mut self, user: &str, mechanism: &str, success: bool) -> Result<Outcome, Error> {
        let _unused = (user, mechanism, success);
        Ok(Outcome::next())
    }

    /// After MAIL: a transaction begins. `sender` is empty for the null reverse-path.
    ///
    /// # Errors
    /// When no opinion could be formed.
    fn on_mail(&mut self, sender: &str, params: &[Param]) -> Result<Outcome, Error> {
        let _unused = (sender, params);
        Ok(Outcome::next())
    }

    /// After RCPT, for a recipient that the server would accept.
    ///
    /// # Errors
    /// When no opinion could be formed.
    fn on_rcpt(&mut self, recipient: &str, params: &[Param]) -> Result<Outcome, Error> {
        let _unused = (recipient, params);
        Ok(Outcome::next())
    }

    /// The header section is complete; the body cannot be read yet.
    ///
    /// # Errors
    /// When no opinion could be formed.
    fn on_headers(&mut self) -> Result<Outcome, Error> {
        Ok(Outcome::next())
    }

    /// The whole message is here.
    ///
    /// # Errors
    /// When no opinion could be formed.
    fn on_message(&mut self) -> Result<Outcome, Error> {
        Ok(Outcome::next())
    }

    /// The session is over.
    fn on_disconnect(&mut self) {}
}
