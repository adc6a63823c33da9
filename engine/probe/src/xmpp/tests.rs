use super::{answered, attribute, tags};

#[test]
fn features_are_found_in_either_kind_of_quotes() {
    let features = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>\
                    </starttls><c xmlns=\"http://jabber.org/protocol/caps\" ver='x'/></stream:features>";
    let found: Vec<_> = tags(features)
        .filter_map(|tag| attribute(tag, "xmlns"))
        .collect();
    assert_eq!(
        found,
        [
            "urn:ietf:params:xml:ns:xmpp-tls",
            "http://jabber.org/protocol/caps"
        ]
    );
    assert_eq!(attribute("feature var='a'", "var"), Some("a"));
    assert_eq!(attribute("feature", "var"), None);
}

#[test]
fn an_answer_is_whole_at_its_end() {
    assert!(!answered("<iq type='result'"));
    assert!(answered("<iq type='result' id='probe' to='a'/>"));
    assert!(!answered("<iq id='probe'><query><feature var='a'/>"));
    assert!(answered(
        "<iq id='probe'><query><feature var='a'/></query></iq>"
    ));
}
