//! Who is hosted.

use super::world::{address, two_tenants};
use crate::Directory;
use crate::directory::{DirectoryError, Resolution, Target};
use waxseal_mail::Domain;

/// What an address leads to, as text: `alice@example.test`, `alice@example.test (detail)`,
/// `-> elsewhere`, `unknown`, `not hosted`.
async fn ends<S: Directory + ?Sized>(storage: &S, of: &str) -> String {
    let targets = match storage.resolve(&address(of)).await.unwrap() {
        Resolution::NotHosted => return "not hosted".to_owned(),
        Resolution::Unknown => return "unknown".to_owned(),
        Resolution::Targets(targets) => targets,
    };
    assert!(!targets.is_empty(), "Targets has at least one");
    let mut ends: Vec<_> = targets.iter().map(end).collect();
    ends.sort();
    ends.join(", ")
}

fn end(target: &Target) -> String {
    match target {
        Target::Account { account, detail } => match detail {
            Some(detail) => format!("{} ({detail})", account.address),
            None => account.address.to_string(),
        },
        Target::Remote(mailbox) => format!("-> {mailbox}"),
    }
}

pub(super) async fn order_of_resolution<S: Directory + ?Sized>(storage: &S) {
    two_tenants(storage).await;
    storage
        .add_account(&address("alice+exact@example.test"), "x")
        .await
        .unwrap();
    let targets = [address("bob@other.test")];
    storage
        .add_alias(&address("alice+alias@example.test"), &targets)
        .await
        .unwrap();
    storage
        .add_alias(&address("sales@example.test"), &targets)
        .await
        .unwrap();
    for (of, expected) in [
        ("alice@example.test", "alice@example.test"),
        ("ALICE@Example.TEST", "alice@example.test"),
        ("alice+exact@example.test", "alice+exact@example.test"),
        ("alice+alias@example.test", "bob@other.test"),
        ("alice+lists@example.test", "alice@example.test (lists)"),
        ("sales@example.test", "bob@other.test"),
        ("nobody@example.test", "unknown"),
        ("alice@nowhere.test", "not hosted"),
        ("alice@other.test", "unknown"),
    ] {
        assert_eq!(ends(storage, of).await, expected, "{of}");
    }
    let through_alias = ends(storage, "sales+lists@example.test").await;
    assert!(
        through_alias.starts_with("bob@other.test"),
        "{through_alias}"
    );
}

pub(super) async fn aliases_are_followed_to_their_ends<S: Directory + ?Sized>(storage: &S) {
    two_tenants(storage).await;
    let alias = async |from: &str, to: &[&str]| {
        let targets: Vec<_> = to.iter().map(|to| address(to)).collect();
        storage.add_alias(&address(from), &targets).await.unwrap();
    };
    alias(
        "team@example.test",
        &["alice@example.test", "all@other.test"],
    )
    .await;
    alias("all@other.test", &["bob@other.test", "x@elsewhere.test"]).await;
    alias("team@example.test", &["alice@example.test"]).await;
    let everyone = "-> x@elsewhere.test, alice@example.test, bob@other.test";
    assert_eq!(ends(storage, "team@example.test").await, everyone);

    alias("loop@example.test", &["pool@example.test"]).await;
    alias("pool@example.test", &["loop@example.test"]).await;
    assert_eq!(ends(storage, "loop@example.test").await, "unknown");
    alias("pool@example.test", &["alice@example.test"]).await;
    assert_eq!(
        ends(storage, "loop@example.test").await,
        "alice@example.test"
    );
}

pub(super) async fn catch_all<S: Directory + ?Sized>(storage: &S) {
    two_tenants(storage).await;
    let domain = Domain::parse("example.test").unwrap();
    let to = address("alice@example.test");
    storage.set_catch_all(&domain, Some(&to)).await.unwrap();
    assert_eq!(
        ends(storage, "anyone@example.test").await,
        "alice@example.test"
    );
    assert_eq!(ends(storage, "anyone@other.test").await, "unknown");
    let to = address("x@elsewhere.test");
    storage.set_catch_all(&domain, Some(&to)).await.unwrap();
    assert_eq!(
        ends(storage, "anyone@example.test").await,
        "-> x@elsewhere.test"
    );
    let info = storage.domains().await.unwrap();
    assert_eq!(
        info.first().and_then(|info| info.catch_all.clone()),
        Some(to)
    );
    storage.set_catch_all(&domain, None).await.unwrap();
    assert_eq!(ends(storage, "anyone@example.test").await, "unknown");
    let missing = Domain::parse("nowhere.test").unwrap();
    let refused = storage.set_catch_all(&missing, None).await;
    assert!(matches!(refused, Err(DirectoryError::NoSuchDomain(_))));
}

pub(super) async fn passwords<S: Directory + ?Sized>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    let check = async |user: &str, password: &str| {
        let account = storage.authenticate(user, password).await.unwrap();
        account.map(|account| account.id)
    };
    assert_eq!(check("alice@example.test", "secret1").await, Some(alice));
    assert_eq!(check("Alice@EXAMPLE.test", "secret1").await, Some(alice));
    for (user, password) in [
        ("alice@example.test", "secret2"),
        ("alice@example.test", ""),
        ("alice@example.test", "SECRET1"),
        ("alice@other.test", "secret1"),
        ("nobody@example.test", "secret1"),
        ("", "secret1"),
        ("not an address", "secret1"),
    ] {
        assert_eq!(check(user, password).await, None, "{user} {password}");
    }
    let address = address("alice@example.test");
    storage.set_password(&address, "changed").await.unwrap();
    assert_eq!(check("alice@example.test", "secret1").await, None);
    assert_eq!(check("alice@example.test", "changed").await, Some(alice));
}

pub(super) async fn senders<S: Directory + ?Sized>(storage: &S) {
    let (alice, bob) = two_tenants(storage).await;
    let targets = [address("alice@example.test")];
    let alias = address("sales@example.test");
    storage.add_alias(&alias, &targets).await.unwrap();
    let domain = Domain::parse("example.test").unwrap();
    let catch_all = Some(&targets[0]);
    storage.set_catch_all(&domain, catch_all).await.unwrap();
    for (account, sender, expected) in [
        (alice, "alice@example.test", true),
        (alice, "ALICE@example.test", true),
        (alice, "alice+lists@example.test", true),
        (alice, "sales@example.test", true),
        (alice, "bob@other.test", false),
        (alice, "anyone@example.test", false),
        (alice, "alice@elsewhere.test", false),
        (bob, "sales@example.test", false),
        (bob, "alice@example.test", false),
    ] {
        let may = storage.may_send_as(account, &address(sender)).await;
        assert_eq!(may.unwrap(), expected, "{account:?} as {sender}");
    }
}

pub(super) async fn rows_come_and_go<S: Directory + ?Sized>(storage: &S) {
    two_tenants(storage).await;
    let (domain, alice) = (
        Domain::parse("example.test").unwrap(),
        address("alice@example.test"),
    );
    let names = async || {
        let domains = storage.domains().await.unwrap();
        let names: Vec<_> = domains.iter().map(|d| d.name.to_string()).collect();
        names.join(" ")
    };
    assert_eq!(names().await, "example.test other.test");
    let again = storage
        .add_domain(&Domain::parse("EXAMPLE.test").unwrap())
        .await;
    assert!(matches!(again, Err(DirectoryError::Exists(_))));
    let again = storage
        .add_account(&address("Alice@example.test"), "x")
        .await;
    assert!(matches!(again, Err(DirectoryError::Exists(_))));
    let over = storage
        .add_alias(&alice, std::slice::from_ref(&alice))
        .await;
    assert!(matches!(over, Err(DirectoryError::Exists(_))));
    let nowhere = storage.add_account(&address("x@nowhere.test"), "x").await;
    assert!(matches!(nowhere, Err(DirectoryError::NoSuchDomain(_))));
    let used = storage.remove_domain(&domain).await;
    assert!(matches!(used, Err(DirectoryError::InUse(..))));

    let in_domain = storage.accounts(Some(&domain)).await.unwrap();
    assert_eq!(in_domain.len(), 1);
    assert_eq!(storage.accounts(None).await.unwrap().len(), 2);
    storage.remove_account(&alice).await.unwrap();
    let gone = storage.remove_account(&alice).await;
    assert!(matches!(gone, Err(DirectoryError::NoSuchAccount(_))));
    let gone = storage.set_password(&alice, "x").await;
    assert!(matches!(gone, Err(DirectoryError::NoSuchAccount(_))));

    let alias = address("info@example.test");
    let targets = [address("x@elsewhere.test")];
    storage.add_alias(&alias, &targets).await.unwrap();
    let aliases = storage.aliases(Some(&domain)).await.unwrap();
    assert_eq!((aliases.len(), &aliases[0].targets[..]), (1, &targets[..]));
    storage.remove_alias(&alias).await.unwrap();
    let gone = storage.remove_alias(&alias).await;
    assert!(matches!(gone, Err(DirectoryError::NoSuchAlias(_))));
    storage.remove_domain(&domain).await.unwrap();
    assert_eq!(names().await, "other.test");
    let gone = storage.remove_domain(&domain).await;
    assert!(matches!(gone, Err(DirectoryError::NoSuchDomain(_))));
}
