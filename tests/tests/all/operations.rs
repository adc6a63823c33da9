//! What an administrator watches and does.

use waxseal_tests::Server;

#[test]
fn health_and_metrics_are_there() {
    let server = Server::start("metrics").unwrap();
    server.python("smtplib_session.py").succeed().unwrap();
    for path in ["/healthz", "/readyz"] {
        let answer = server.http("GET", path).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    let metrics = server.http("GET", "/metrics").unwrap();
    for name in [
        "waxseal_intake_",
        "waxseal_delivery_",
        "waxseal_storage_",
        "waxseal_plugin_",
    ] {
        assert!(metrics.contains(name), "no {name}* in {metrics}");
    }
}

/// SIGTERM in the middle of a transaction: the message under way is taken, then the server ends with 0,
/// and nothing is lost.
#[test]
fn sigterm_finishes_what_is_under_way() {
    let mut server = Server::start("sigterm").unwrap();
    let text = server
        .python("stop_in_data.py")
        .arg(server.pid())
        .succeed()
        .unwrap();
    assert!(text.contains("250"), "{text}\n{}", server.log());
    assert_eq!(server.terminate().unwrap_or(0), 0, "{}", server.log());
    server.kill().unwrap();
    server.restart().unwrap();
    let listed = server.python("list_inbox.py").succeed().unwrap();
    assert_eq!(listed.lines().count(), 1, "{listed}");
}

/// A message for elsewhere waits in the demo's queue, can be seen and removed, and tells its story.
#[test]
fn the_queue_can_be_managed_and_traced() {
    let server = Server::start("queue").unwrap();
    let id = server.python("submit_elsewhere.py").succeed().unwrap();
    let id = id.trim();
    let run = |arguments: &[&str]| server.command(arguments).unwrap().succeed().unwrap();
    assert!(run(&["queue", "list"]).contains(id));
    assert!(run(&["queue", "show", id]).contains("someone@elsewhere.test"));
    run(&["queue", "retry", id]);
    let story = run(&["message", "trace", id]);
    for word in ["commit", "rules", "route"] {
        assert!(story.contains(word), "no {word} in\n{story}");
    }
    run(&["queue", "remove", id]);
    assert!(!run(&["queue", "list"]).contains(id));
}
