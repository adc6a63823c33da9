use super::*;
use expect_test::{Expect, expect};
use waxseal_ports::read_at::read_all;

fn recipient(action: ReportAction, status: EnhancedStatus) -> ReportedRecipient {
    ReportedRecipient {
        address: "bob@elsewhere.test".to_owned(),
        orcpt: None,
        action,
        status,
        remote_mta: None,
        reply: None,
        will_retry_until: None,
    }
}

fn report(kind: ReportKind, recipients: Vec<ReportedRecipient>) -> Report {
    Report {
        kind,
        reporting_mta: "mx.example.test".to_owned(),
        report_id: "m1".to_owned(),
        queue_id: "m0".to_owned(),
        date: Timestamp::utc(1_795_498_174),
        arrival: Timestamp::utc(1_795_000_000),
        to: Mailbox::parse("alice@example.test").unwrap(),
        envid: None,
        recipients,
        returned: Returned::Headers("Subject: x\r\n\r\n".into()),
    }
}

fn text(report: &Report) -> String {
    let octets = read_all(&*compose(report).message).unwrap();
    String::from_utf8(octets.to_vec()).unwrap()
}

#[track_caller]
fn check(report: &Report, expected: Expect) {
    let text = text(report);
    assert!(
        !text.replace("\r\n", "").contains(['\r', '\n']),
        "bare line ends"
    );
    expected.assert_eq(&text.replace('\r', ""));
}

#[test]
fn a_failure() {
    let mut failed = recipient(ReportAction::Failed, EnhancedStatus(5, 1, 1));
    failed.orcpt = Some("rfc822;robert@example.test".to_owned());
    failed.remote_mta = Some("mx.elsewhere.test".to_owned());
    let long = "no such user here, nor has there been one in the last year as far as we know";
    failed.reply = Some(Reply::own(550, (5, 1, 1), long));
    let mut report = report(ReportKind::Failure, vec![failed]);
    report.envid = Some("QQ314159".to_owned());
    check(
        &report,
        expect![[r#"
        From: Mail Delivery <MAILER-DAEMON@mx.example.test>
        To: <alice@example.test>
        Subject: Your message was not delivered
        Date: Tue, 24 Nov 2026 05:29:34 +0000
        Message-ID: <m1@mx.example.test>
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        	boundary="=_m1"

        --=_m1
        Content-Type: text/plain; charset=us-ascii

        Your message could not be delivered to the recipients below. Nothing
        more will be tried; to reach them, send it again once the cause is gone.

          <bob@elsewhere.test>
              mx.elsewhere.test replied: 550 5.1.1 no such user here, nor has
              there been one in the last year as far as we know

        The message was taken in by mx.example.test on Wed, 18 Nov 2026 11:06:40
        +0000 under the number m0.

        --=_m1
        Content-Type: message/delivery-status

        Original-Envelope-Id: QQ314159
        Reporting-MTA: dns; mx.example.test
        Arrival-Date: Wed, 18 Nov 2026 11:06:40 +0000

        Original-Recipient: rfc822; robert@example.test
        Final-Recipient: rfc822; bob@elsewhere.test
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; mx.elsewhere.test
        Diagnostic-Code: smtp; 550 5.1.1 no such user here, nor has there been one
        	in the last year as far as we know
        Last-Attempt-Date: Tue, 24 Nov 2026 05:29:34 +0000

        --=_m1
        Content-Type: text/rfc822-headers
        Content-Transfer-Encoding: 7bit

        Subject: x


        --=_m1--
    "#]],
    );
}

#[test]
fn a_delay() {
    let mut delayed = recipient(ReportAction::Delayed, EnhancedStatus(4, 4, 1));
    delayed.reply = Some(Reply::own(451, (4, 4, 1), "no answer from elsewhere.test"));
    delayed.will_retry_until = Some(Timestamp::utc(1_795_600_000));
    let mut report = report(ReportKind::Delay, vec![delayed]);
    report.returned = Returned::Full {
        message: Arc::new(Bytes::from_static(b"Subject: x\r\n\r\nhello\r\n")),
        eight_bit: false,
        eight_bit_header: false,
    };
    check(
        &report,
        expect![[r#"
        From: Mail Delivery <MAILER-DAEMON@mx.example.test>
        To: <alice@example.test>
        Subject: Your message is not delivered yet
        Date: Tue, 24 Nov 2026 05:29:34 +0000
        Message-ID: <m1@mx.example.test>
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        	boundary="=_m1"

        --=_m1
        Content-Type: text/plain; charset=us-ascii

        Your message has not reached the recipients below yet. It is still being
        tried; you need not send it again.

          <bob@elsewhere.test>
              no answer from elsewhere.test (tried until Wed, 25 Nov 2026
              09:46:40 +0000)

        The message was taken in by mx.example.test on Wed, 18 Nov 2026 11:06:40
        +0000 under the number m0.

        --=_m1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.test
        Arrival-Date: Wed, 18 Nov 2026 11:06:40 +0000

        Final-Recipient: rfc822; bob@elsewhere.test
        Action: delayed
        Status: 4.4.1
        Last-Attempt-Date: Tue, 24 Nov 2026 05:29:34 +0000
        Will-Retry-Until: Wed, 25 Nov 2026 09:46:40 +0000

        --=_m1
        Content-Type: message/rfc822
        Content-Transfer-Encoding: 7bit

        Subject: x

        hello

        --=_m1--
    "#]],
    );
}

#[test]
fn a_success() {
    let delivered = recipient(ReportAction::Delivered, EnhancedStatus(2, 0, 0));
    let mut relayed = recipient(ReportAction::Relayed, EnhancedStatus(2, 0, 0));
    relayed.remote_mta = Some("old.elsewhere.test".to_owned());
    let text = text(&report(ReportKind::Success, vec![delivered, relayed]));
    for line in [
        "Subject: Your message was delivered\r\n",
        "      is in the mailbox\r\n",
        "      was handed to old.elsewhere.test, which sends no reports\r\n",
        "Action: delivered\r\nStatus: 2.0.0\r\n",
        "Action: relayed\r\nStatus: 2.0.0\r\nRemote-MTA: dns; old.elsewhere.test\r\n",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
}

#[test]
fn internationalized_mail_is_reported_in_seven_bits() {
    let mut failed = recipient(ReportAction::Failed, EnhancedStatus(5, 6, 7));
    failed.address = "pel\u{e9}@b\u{fc}cher.example".to_owned();
    let mut report = report(ReportKind::Failure, vec![failed]);
    report.returned = Returned::Headers("Subject: \u{e4}\r\n\r\n".into());
    let text = text(&report);
    for line in [
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "  <pel=C3=A9@b=C3=BCcher.example>\r\n",
        "Final-Recipient: utf-8; pel\\x{E9}@b\\x{FC}cher.example\r\n",
        "Content-Type: message/global-headers\r\nContent-Transfer-Encoding: base64\r\n",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    assert!(text.is_ascii());
    let composed = compose(&report);
    assert_eq!(
        (composed.body, composed.smtputf8),
        (BodyKind::SevenBit, false)
    );
    report.to = Mailbox::parse("andr\u{e9}@example.test").unwrap();
    let composed = compose(&report);
    assert_eq!(
        (composed.body, composed.smtputf8),
        (BodyKind::EightBitMime, true)
    );
}

#[test]
fn strangers_cannot_end_a_line() {
    let mut failed = recipient(ReportAction::Failed, EnhancedStatus(5, 0, 0));
    failed.address = "\"a\r\nBcc: x\"@b".to_owned();
    failed.orcpt = Some("rf\r\nc822;x\r\ny".to_owned());
    failed.remote_mta = Some("mx\r\n\r\n--=_m1".to_owned());
    let mut report = report(ReportKind::Failure, vec![failed]);
    report.envid = Some("a\r\nb".to_owned());
    let text = text(&report);
    assert!(!text.contains("\r\nBcc") && !text.contains("\r\nc822") && !text.contains("\r\ny"));
    assert_eq!(text.matches("\r\n--=_m1").count(), 4, "{text}");
}

#[test]
fn a_large_returned_message_is_read_in_place() {
    let mut report = report(
        ReportKind::Failure,
        vec![recipient(ReportAction::Failed, EnhancedStatus(5, 0, 0))],
    );
    report.returned = Returned::Full {
        message: Arc::new(Bytes::from(vec![b'x'; 100_000])),
        eight_bit: true,
        eight_bit_header: false,
    };
    let composed = compose(&report);
    assert_eq!(composed.body, BodyKind::EightBitMime);
    let whole = read_all(&*composed.message).unwrap();
    let mut by_pieces = Vec::new();
    let mut piece = [0; 977];
    while let Ok(read @ 1..) = composed
        .message
        .read_at(u64::try_from(by_pieces.len()).unwrap(), &mut piece)
    {
        by_pieces.extend_from_slice(&piece[..read]);
    }
    assert_eq!(by_pieces, whole);
}
