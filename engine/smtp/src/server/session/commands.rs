//! Command lines: which command is allowed when (RFC 5321 §4.1.4), and what each does.

use super::{Pending, Phase, Session};
use crate::grammar::{
    Command, Hello, Parameters, RcptParameters, SyntaxError, mail_parameters, rcpt_parameters,
};
use crate::server::auth::Exchange;
use crate::server::line::LineFault;
use crate::server::transaction::Transaction;
use crate::server::{Answer, Question, Role, Step, replies};
use waxseal_mail::{ForwardPath, Reply, ReversePath};

impl Session {
    /// Takes a line from `input` and acts on it; `None` to go on with the next.
    pub(super) fn read_line<'i>(&mut self, input: &mut &'i [u8]) -> Option<Step<'i>> {
        let limits = &self.config.limits;
        let command_octets_max = limits.command_line_octets_max;
        let octets_max = limits.auth_line_octets_max.max(command_octets_max);
        let Some(line) = self.lines.take(input, octets_max) else {
            return Some(Step::Read);
        };
        if let Some(exchange) = self.take_exchange() {
            return match line {
                Ok(line) => self.progress(exchange.respond(&line)),
                Err(fault) => self.no_response(fault),
            };
        }
        let line = line.and_then(|line| {
            let whole = line.len().saturating_add(2);
            let auth = line
                .get(..5)
                .is_some_and(|s| s.eq_ignore_ascii_case(b"AUTH "));
            if whole > command_octets_max && !auth {
                Err(LineFault::TooLong)
            } else {
                Ok(line)
            }
        });
        match line {
            Ok(line) => self.command_line(&line),
            Err(fault) => {
                self.misunderstood(&replies::line_fault(fault));
                None
            }
        }
    }

    /// The exchange under way, if there is one.
    fn take_exchange(&mut self) -> Option<Exchange> {
        let phase = std::mem::replace(&mut self.phase, Phase::Commands);
        if let Phase::Exchange(exchange) = phase {
            return Some(exchange);
        }
        self.phase = phase;
        None
    }

    /// A line of an exchange that is too long or ends wrongly (RFC 4954 §4).
    fn no_response<'i>(&mut self, fault: LineFault) -> Option<Step<'i>> {
        let reply = match fault {
            LineFault::TooLong => Reply::own(500, (5, 5, 6), "the response is too long"),
            LineFault::BareLf => replies::line_fault(fault),
        };
        self.auth_failed(&reply);
        None
    }

    fn command_line<'i>(&mut self, line: &[u8]) -> Option<Step<'i>> {
        match Command::parse(line) {
            Ok(Command::Quit) => {
                self.end(&Reply::own(221, (2, 0, 0), "goodbye"));
                None
            }
            Ok(_) if matches!(self.phase, Phase::Refused) => {
                self.misunderstood(&replies::sequence("access was denied: say QUIT"));
                None
            }
            Ok(command) => self.command(command),
            Err(SyntaxError::ChunkSize) => {
                // What follows is a chunk of unknown size: nothing behind it can be trusted.
                let reply = replies::syntax_error(SyntaxError::ChunkSize, false);
                self.end(&reply);
                None
            }
            Err(error) => {
                let sender = line.first().is_some_and(|b| b.eq_ignore_ascii_case(&b'M'));
                self.misunderstood(&replies::syntax_error(error, sender));
                None
            }
        }
    }

    fn command<'i>(&mut self, command: Command<'_>) -> Option<Step<'i>> {
        match command {
            Command::Hello(hello, name) => self.hello_command(hello, name),
            Command::Mail(reverse_path, parameters) => self.mail(reverse_path, parameters),
            Command::Rcpt(forward_path, parameters) => self.rcpt(forward_path, parameters),
            Command::Data => self.data(),
            Command::Bdat { octets, last } => self.bdat(octets, last),
            Command::Auth { mechanism, initial } => self.auth_command(mechanism, initial),
            Command::StartTls => {
                self.starttls_command();
                None
            }
            Command::Rset => {
                self.forget_transaction();
                self.say(Reply::own(250, (2, 0, 0), "forgotten"))
            }
            Command::Noop => self.say(Reply::own(250, (2, 0, 0), "ok")),
            Command::Vrfy => {
                let text = "cannot verify, but will accept a message and try to deliver it";
                self.say(Reply::own(252, (2, 1, 5), text))
            }
            Command::Expn => self.say(replies::not_implemented("EXPN is not offered")),
            Command::Help => self.say(Reply::own(214, (2, 0, 0), "see RFC 5321")),
            Command::Quit => self.say(Reply::own(221, (2, 0, 0), "goodbye")),
        }
    }

    /// Sends a reply and goes on.
    fn say<'i>(&mut self, reply: Reply) -> Option<Step<'i>> {
        self.send(&reply);
        None
    }

    /// A command whose parameters are refused.
    fn refuse_syntax<'i>(&mut self, error: SyntaxError, sender: bool) -> Option<Step<'i>> {
        self.misunderstood(&replies::syntax_error(error, sender));
        None
    }

    /// MAIL (RFC 5321 §4.1.1.2).
    fn mail<'i>(&mut self, path: ReversePath, parameters: Parameters) -> Option<Step<'i>> {
        let Some((hello, _)) = &self.hello else {
            return self.say(replies::sequence("say EHLO first"));
        };
        if *hello == Hello::Helo && !parameters.is_empty() {
            let error = SyntaxError::UnknownParameter("after HELO");
            return self.refuse_syntax(error, true);
        }
        if self.config.role == Role::Submission && !self.authenticated {
            return self.say(Reply::own(530, (5, 7, 0), "authentication required"));
        }
        if self.transaction.is_some() {
            return self.say(replies::sequence("a transaction is under way"));
        }
        if self.transactions >= self.config.limits.transactions_max {
            return self.say(replies::enough("too many messages in one session"));
        }
        let read = match mail_parameters(&parameters) {
            Ok(read) => read,
            Err(error) => return self.refuse_syntax(error, true),
        };
        if read
            .size
            .is_some_and(|size| size > self.config.limits.message_octets_max)
        {
            return self.say(replies::too_large());
        }
        if !read.smtputf8 && matches!(&path, ReversePath::Mailbox(mailbox) if !mailbox.is_ascii()) {
            return self.say(replies::needs_smtputf8());
        }
        self.transactions = self.transactions.saturating_add(1);
        let transaction = Box::new(Transaction::new(path.clone(), read));
        Some(self.ask(Pending::Mail(transaction), Question::Mail(path, parameters)))
    }

    pub(super) fn mail_answered(&mut self, transaction: Transaction, answer: Answer) {
        let reply = match answer {
            Answer::Proceed => Reply::own(250, (2, 1, 0), "sender ok"),
            Answer::Reply(reply) => reply,
        };
        if reply.is_positive() {
            self.transaction = Some(transaction);
        }
        self.send(&reply);
    }

    /// RCPT (RFC 5321 §4.1.1.3).
    fn rcpt<'i>(&mut self, path: ForwardPath, parameters: Parameters) -> Option<Step<'i>> {
        let Some(transaction) = &self.transaction else {
            return self.say(replies::sequence("say MAIL first"));
        };
        if transaction.chunks.is_some() {
            return self.say(replies::sequence("BDAT is under way"));
        }
        if transaction.replies_due() >= self.config.limits.recipients_max {
            return self.say(Reply::own(452, (4, 5, 3), "too many recipients"));
        }
        let utf8 = matches!(&path, ForwardPath::Mailbox(mailbox) if !mailbox.is_ascii());
        if utf8 && !transaction.smtputf8() {
            return self.say(replies::needs_smtputf8());
        }
        if matches!(self.hello, Some((Hello::Helo, _))) && !parameters.is_empty() {
            let error = SyntaxError::UnknownParameter("after HELO");
            return self.refuse_syntax(error, false);
        }
        match rcpt_parameters(&parameters) {
            Ok(read) => {
                let pending = Pending::Rcpt(Box::new((path.clone(), read)));
                Some(self.ask(pending, Question::Rcpt(path, parameters)))
            }
            Err(error) => self.refuse_syntax(error, false),
        }
    }

    pub(super) fn rcpt_answered(
        &mut self,
        (path, parameters): (ForwardPath, RcptParameters),
        answer: Answer,
    ) {
        let reply = match answer {
            Answer::Proceed => Reply::own(250, (2, 1, 5), "recipient ok"),
            Answer::Reply(reply) => reply,
        };
        if reply.is_positive() {
            if let Some(transaction) = &mut self.transaction {
                transaction.add(path, parameters);
            }
        } else if !reply.is_transient() {
            self.refused_recipients = self.refused_recipients.saturating_add(1);
        }
        if self.refused_recipients > self.config.limits.refused_recipients_max {
            self.send(&replies::enough("too many recipients that do not exist"));
        } else {
            self.send(&reply);
        }
    }
}
