//! What the service answers, as an outcome.

use serde_json::Value;
use waxseal_plugin_sdk::{Error, Outcome};

/// How many fields of a name the message has.
pub type Occurrences<'a> = &'a dyn Fn(&str) -> usize;

/// Reads the body of a response.
///
/// # Errors
/// `bad-response`, with what is wrong.
pub fn outcome(body: &[u8], occurrences: Occurrences<'_>) -> Result<Outcome, Error> {
    let value: Value = serde_json::from_slice(body).map_err(|error| bad(&error.to_string()))?;
    let reply = Reply::read(&value["response"]);
    let mut outcome = match value["action"].as_str() {
        Some("accept") => Outcome::next(),
        Some("discard") => Outcome::discard(),
        Some("quarantine") => Outcome::quarantine(line(&reply.text_or("the service said so"), 400)),
        Some("reject") => return Ok(reply.refusal()),
        Some(other) => return Err(bad(&format!("there is no action {other:?}"))),
        None => return Err(bad("it has no action")),
    };
    if let Some(list) = value.get("modifications").filter(|value| !value.is_null()) {
        let list = list
            .as_array()
            .ok_or_else(|| bad("modifications is not a list"))?;
        for modification in list {
            outcome = modify(outcome, modification, occurrences)?;
        }
    }
    Ok(outcome)
}

/// The object `response`.
struct Reply {
    status: Option<u64>,
    enhanced: Option<String>,
    text: Option<String>,
}

impl Reply {
    fn read(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        Self {
            status: value["status"].as_u64(),
            enhanced: text("enhancedStatus"),
            text: text("message"),
        }
    }

    fn text_or(&self, other: &str) -> String {
        self.text
            .clone()
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| other.to_owned())
    }

    /// Temporary with a status of 400 to 459, else permanent.
    fn refusal(&self) -> Outcome {
        let status = self
            .status
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or(550);
        let text = line(&self.text_or("refused"), 490);
        let enhanced = |class: char, other: &'static str| {
            let of_class = self
                .enhanced
                .as_deref()
                .filter(|status| is_enhanced(status, class));
            of_class.unwrap_or(other).to_owned()
        };
        if (400..460).contains(&status) {
            return Outcome::defer(status, &enhanced('4', "4.7.1"), &text);
        }
        let status = if (500..560).contains(&status) {
            status
        } else {
            550
        };
        Outcome::reject(status, &enhanced('5', "5.7.1"), &text)
    }
}

/// `class.subject.detail` (RFC 3463, section 2).
fn is_enhanced(text: &str, class: char) -> bool {
    let mut parts = text.split('.');
    let number = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let first = parts.next().is_some_and(|first| first.chars().eq([class]));
    first && number(parts.next()) && number(parts.next()) && parts.next().is_none()
}

fn modify(
    outcome: Outcome,
    change: &Value,
    occurrences: Occurrences<'_>,
) -> Result<Outcome, Error> {
    let kind = change["type"].as_str().unwrap_or_default();
    let text = |key: &str| {
        let text = change[key].as_str().map(str::to_owned);
        text.ok_or_else(|| bad(&format!("{kind} has no {key}")))
    };
    // Counted among the fields of the name, from 1; 0 is the first one too.
    let index = change["index"].as_u64().unwrap_or(0);
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    Ok(match kind {
        "changeFrom" => outcome.set_sender(text("value")?),
        "addRcpt" | "addRecipient" => outcome.add_recipient(text("value")?),
        "deleteRcpt" | "deleteRecipient" => outcome.remove_recipient(text("value")?),
        "addHeader" => outcome.add_header(text("name")?, text("value")?),
        "insertHeader" => outcome.insert_header(index, text("name")?, text("value")?),
        "changeHeader" => {
            let (name, value) = (text("name")?, text("value")?);
            let index = index.saturating_sub(1);
            if occurrences(&name) > index as usize {
                outcome.replace_header(name, index, value)
            } else {
                outcome.add_header(name, value)
            }
        }
        "deleteHeader" => {
            let name = text("name")?;
            if occurrences(&name) > 1 && change["index"].is_u64() {
                return Err(bad(
                    "deleteHeader names one of several fields, which is not possible",
                ));
            }
            outcome.remove_header(name)
        }
        "replaceContents" => return Err(bad("replaceContents is not possible")),
        other => return Err(bad(&format!("there is no modification {other:?}"))),
    })
}

fn bad(what: &str) -> Error {
    Error::new("bad-response", format!("the service's response: {what}"))
}

/// One line of at most `max` octets.
fn line(text: &str, max: usize) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    while line.len() > max {
        line.pop();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Outcome, String> {
        let two_received = |name: &str| match name {
            "Received" => 2,
            "Subject" => 1,
            _ => 0,
        };
        outcome(json.as_bytes(), &two_received).map_err(|error| error.message)
    }

    #[track_caller]
    fn check(json: &str, expected: Outcome) {
        assert_eq!(read(json), Ok(expected), "{json}");
    }

    #[test]
    fn actions_are_read() {
        check(r#"{"action":"accept"}"#, Outcome::next());
        check(
            r#"{"action":"discard","modifications":null}"#,
            Outcome::discard(),
        );
        check(
            r#"{"action":"quarantine","response":{"message":"a\nvirus"}}"#,
            Outcome::quarantine("a virus"),
        );
        check(
            r#"{"action":"reject"}"#,
            Outcome::reject(550, "5.7.1", "refused"),
        );
        check(
            r#"{"action":"reject","response":{"status":554,"enhancedStatus":"5.6.0","message":"no"}}"#,
            Outcome::reject(554, "5.6.0", "no"),
        );
        check(
            r#"{"action":"reject","response":{"status":451,"enhancedStatus":"5.6.0","message":"later"}}"#,
            Outcome::defer(451, "4.7.1", "later"),
        );
        check(
            r#"{"action":"reject","response":{"status":250,"enhancedStatus":"5.x","message":"no"}}"#,
            Outcome::reject(550, "5.7.1", "no"),
        );
    }

    #[test]
    fn modifications_are_read() {
        let json = r#"{"action":"accept","modifications":[
            {"type":"changeFrom","value":"a@b.example"},
            {"type":"addRcpt","value":"c@b.example"},
            {"type":"deleteRecipient","value":"d@b.example"},
            {"type":"addHeader","name":"X-A","value":"1"},
            {"type":"insertHeader","index":2,"name":"X-B","value":"2"},
            {"type":"changeHeader","index":0,"name":"Subject","value":"s"},
            {"type":"changeHeader","index":2,"name":"Received","value":"r"},
            {"type":"changeHeader","index":1,"name":"X-C","value":"new"},
            {"type":"deleteHeader","index":1,"name":"Subject"}]}"#;
        let expected = Outcome::next()
            .set_sender("a@b.example")
            .add_recipient("c@b.example")
            .remove_recipient("d@b.example")
            .add_header("X-A", "1")
            .insert_header(2, "X-B", "2")
            .replace_header("Subject", 0, "s")
            .replace_header("Received", 1, "r")
            .add_header("X-C", "new")
            .remove_header("Subject");
        check(json, expected);
    }

    #[test]
    fn other_responses_are_errors() {
        let refused = |json: &str| read(json).expect_err("an error");
        assert_eq!(refused("{}"), "the service's response: it has no action");
        assert_eq!(
            refused(r#"{"action":"drop"}"#),
            r#"the service's response: there is no action "drop""#
        );
        for change in [
            r#"{"type":"replaceContents","value":"x"}"#,
            r#"{"type":"addHeader","name":"X"}"#,
            r#"{"type":"deleteHeader","name":"Received","index":1}"#,
            r#"{"type":"other"}"#,
            "3",
        ] {
            let json = format!(r#"{{"action":"accept","modifications":[{change}]}}"#);
            assert!(read(&json).is_err(), "{change}");
        }
        assert!(read("<html>").is_err());
    }
}
