//! What a response means for the delivery.

use waxseal_plugin_sdk::delivery::TransportResult;
use waxseal_plugin_sdk::http::Response;

/// 2xx is done. 408, 425, 429 and 5xx are for now, and so are 401, 403 and 407: there the
/// administrator has to do something, and no mail is to be lost for that. Redirects are not followed
/// and count as those. Other 4xx are for good.
#[must_use]
pub fn result(response: &Response) -> TransportResult {
    let said = first_line(&response.body);
    let text = match said.as_str() {
        "" => format!("the service answered {}", response.status),
        said => format!("the service answered {}: {said}", response.status),
    };
    match response.status {
        200..=299 => TransportResult::done(text),
        413 => TransportResult::failed(552, "5.3.4", &text),
        404 | 410 => TransportResult::failed(550, "5.1.1", &text),
        401 | 403 | 407 => TransportResult::not_now(454, "4.7.0", &text),
        429 => TransportResult::not_now(452, "4.3.1", &text),
        400 | 402 | 405 | 406 | 409 | 411 | 412 | 414..=424 | 426..=428 | 430..=499 => {
            TransportResult::failed(554, "5.3.0", &text)
        }
        _ => TransportResult::not_now(451, "4.3.0", &text),
    }
}

/// What a text says first, at most 200 characters; nothing of HTML.
fn first_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    if line.starts_with('<') {
        return String::new();
    }
    line.chars()
        .filter(|c| (' '..='~').contains(c))
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> TransportResult {
        result(&Response {
            status,
            headers: Vec::new(),
            body: body.into(),
        })
    }

    #[track_caller]
    fn check(status: u16, kind: char) {
        let found = match of(status, "") {
            TransportResult::Delivered(_) => 'd',
            TransportResult::Permanent(reply) => {
                assert!((500..560).contains(&reply.code));
                'p'
            }
            TransportResult::Temporary(reply) => {
                assert!((400..460).contains(&reply.code));
                't'
            }
        };
        assert_eq!(found, kind, "{status}");
    }

    #[test]
    fn statuses_are_results() {
        for status in [200, 201, 202, 204] {
            check(status, 'd');
        }
        for status in [400, 404, 409, 410, 413, 415, 422, 451, 499] {
            check(status, 'p');
        }
        for status in [
            100, 301, 307, 401, 403, 407, 408, 425, 429, 500, 502, 503, 504, 599,
        ] {
            check(status, 't');
        }
    }

    #[test]
    fn the_service_may_say_why() {
        let expected =
            TransportResult::failed(550, "5.1.1", "the service answered 404: no such user");
        assert_eq!(of(404, "\r\n no such\x07 user\r\nmore"), expected);
        let expected = TransportResult::not_now(451, "4.3.0", "the service answered 502");
        assert_eq!(of(502, "<html>Bad gateway"), expected);
    }
}
