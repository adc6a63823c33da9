use super::*;
use waxseal_plugin_sdk::glob::Glob;

const DAY: Duration = Duration::from_secs(DAY_SECS);

fn settings(domain: &str) -> SrsSettings {
    SrsSettings {
        domain: domain.to_owned(),
        secrets: Vec::new(),
        days_max: 21,
        own: vec![Glob::new("*.here.example")],
    }
}

/// What another place made of an address, or what is there instead.
#[track_caller]
fn rewritten(domain: &str, secret: &str, sender: &str) -> String {
    let (settings, secrets) = (settings(domain), [secret.to_owned()]);
    let srs = Srs::new(&settings, &secrets, DAY * 20_000);
    srs.rewritten(sender).unwrap().unwrap()
}

fn reversed(secrets: &[&str], day: u32, recipient: &str) -> Option<Result<String, Refused>> {
    let secrets: Vec<_> = secrets.iter().map(ToString::to_string).collect();
    let settings = settings("srs.here.example");
    Srs::new(&settings, &secrets, DAY * day).reversed(recipient)
}

#[test]
fn there_and_back() {
    let there = rewritten("srs.here.example", "s", "Bob=x+y@author.example");
    let (tag, signed) = there.split_at(11);
    assert_eq!(&tag[..5], "SRS0=");
    assert_eq!(signed, "=ra=author.example=Bob=x+y@srs.here.example");
    let back = Some(Ok("Bob=x+y@author.example".to_owned()));
    assert_eq!(reversed(&["s"], 20_000, &there), back);
    assert_eq!(reversed(&["new", "s"], 20_021, &there), back);
    // Hosts on the way may change its case.
    let lower = Some(Ok("bob=x+y@author.example".to_owned()));
    assert_eq!(reversed(&["s"], 20_000, &there.to_lowercase()), lower);
    let upper = Some(Ok("BOB=X+Y@AUTHOR.EXAMPLE".to_owned()));
    assert_eq!(reversed(&["s"], 20_000, &there.to_uppercase()), upper);
}

#[test]
fn forged_and_old_addresses_lead_nowhere() {
    let there = rewritten("srs.here.example", "s", "bob@author.example");
    let refused = |secret, day, recipient: &str| reversed(&[secret], day, recipient).unwrap();
    assert_eq!(refused("other", 20_000, &there), Err(Refused::Forged));
    for changed in [
        there.replace("=bob@", "=eve@"),
        there.replace("=author.", "=victim."),
        there.replace("=ra=", "=rr="),
        there.replace("SRS0=", "SRS0=a"),
    ] {
        assert_eq!(
            refused("s", 20_000, &changed),
            Err(Refused::Forged),
            "{changed}"
        );
    }
    assert_eq!(refused("s", 20_023, &there), Err(Refused::Expired));
    assert_eq!(refused("s", 20_000 - 2, &there), Err(Refused::Expired));
    assert!(refused("s", 20_000 - 1, &there).is_ok());
    for malformed in [
        "SRS0=",
        "SRS0=a=b=c",
        "SRS0=a=bc=d=",
        "SRS0=a=b=c=d",
        "SRS1=a=b=c",
        "SRS1=a==b",
    ] {
        let address = format!("{malformed}@srs.here.example");
        assert_eq!(
            refused("s", 20_000, &address),
            Err(Refused::Malformed),
            "{malformed}"
        );
    }
    for other in [
        "srs0@srs.here.example",
        "bob@srs.here.example",
        "SRS0=a=bc=d=e@else.example",
    ] {
        assert_eq!(reversed(&["s"], 20_000, other), None, "{other}");
    }
}

#[test]
fn a_second_forwarder_leads_back_to_the_first() {
    let first = rewritten("first.example", "f", "bob@author.example");
    let second = rewritten("second.example", "2", &first);
    let third = rewritten("srs.here.example", "s", &second);
    let rest = first
        .strip_prefix("SRS0")
        .unwrap()
        .strip_suffix("@first.example")
        .unwrap();
    assert!(third.starts_with("SRS1="), "{third}");
    assert!(
        third.ends_with(&format!("=first.example={rest}@srs.here.example")),
        "{third}"
    );
    assert_eq!(reversed(&["s"], 25_000, &third), Some(Ok(first.clone())));
    let forged = third.replace("=first.example=", "=fist.example=");
    assert_eq!(
        reversed(&["s"], 25_000, &forged),
        Some(Err(Refused::Forged))
    );
    // Others separate with other characters.
    let plus = first.replacen("SRS0=", "SRS0+", 1);
    let there = rewritten("srs.here.example", "s", &plus);
    assert_eq!(reversed(&["s"], 20_000, &there), Some(Ok(plus)));
}

#[test]
fn some_addresses_stay() {
    let (settings, secrets) = (settings("srs.here.example"), ["s".to_owned()]);
    let srs = Srs::new(&settings, &secrets, DAY);
    for own in ["", "bob@SRS.here.example", "bob@mail.here.example"] {
        assert_eq!(srs.rewritten(own), None, "{own}");
    }
    let quoted = srs.rewritten("\"bob eve\"@author.example");
    assert_eq!(quoted, Some(Err(Unfit::Quoted)));
    let long = format!("{}@author.example", "b".repeat(35));
    assert_eq!(srs.rewritten(&long), Some(Err(Unfit::TooLong)));
    assert!(srs.rewritten(&long[1..]).unwrap().is_ok());
}
