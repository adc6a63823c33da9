//! The commands that run a plugin: `test`, `replay`, `bench`.

use super::queue::Waiting;
use super::{build, cache_folder, print, show, subject, table, tell};
use crate::cli::{BenchArgs, MailArgs, ReplayArgs, TestArgs};
use crate::failure::{Failure, Outcome};
use crate::terminal::printable;
use anyhow::Context;
use bytes::Bytes;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use waxseal_author::case::{CaseResult, Summary, find_cases, read_cases, run_case};
use waxseal_author::project::{CASES, Project};
use waxseal_author::source::{MESSAGE_BYTES_MAX, Maildir, Mbox, Recorded, Replayed, Source};
use waxseal_author::{AuthorError, BenchPlan, Judge, Judged, Mail, Subject, files, with_crlf};

/// Octets of the message that is measured when none is named.
const BENCH_MESSAGE_BYTES: usize = 4096;
/// Messages between two lines of progress.
const PROGRESS_EVERY: u64 = 500;

/// Runs cases and prints each as it ends.
pub(super) async fn test(args: TestArgs) -> Outcome {
    let (subject, cases) = what_to_test(&args)?;
    let mut summary = Summary::default();
    let mut results: Vec<CaseResult> = Vec::new();
    for file in find_cases(&cases)? {
        for case in read_cases(&file)? {
            let wanted = args.filter.as_deref();
            if wanted.is_some_and(|text| !case.name.contains(text)) {
                continue;
            }
            let result = run_case(&subject, &case).await?;
            summary.count(&result);
            if args.output.json {
                results.push(result);
            } else {
                print(&result.to_string())?;
            }
        }
    }
    if args.output.json {
        let json = serde_json::to_string_pretty(&results).context("printing JSON")?;
        print(&(json + "\n"))?;
    } else {
        print(&format!("{summary}\n"))?;
    }
    if summary.passed + summary.failed == 0 {
        let cases = cases.display();
        return Err(AuthorError::Missing(format!("{cases} holds no such case")).into());
    }
    if summary.failed > 0 {
        return Err(AuthorError::Failed(format!("{} cases failed", summary.failed)).into());
    }
    Ok(())
}

/// The component and where its cases are; a project is built first.
fn what_to_test(args: &TestArgs) -> Outcome<(Subject, PathBuf)> {
    if args.target.is_dir() {
        let project = Project::open(&args.target)?;
        let built = build(&project)?;
        let cases = args.cases.clone().unwrap_or_else(|| {
            let beside = args.target.join(CASES);
            let plain = beside.strip_prefix(".").map(Path::to_owned);
            plain.unwrap_or(beside)
        });
        return Ok((Subject::new(&built.component, cache_folder())?, cases));
    }
    let subject = subject(&args.target)?;
    let beside = || subject.folder().join("cases");
    let cases = args.cases.clone().unwrap_or_else(beside);
    Ok((subject, cases))
}

/// Replays mail, with a line for each verdict of interest and progress on a terminal.
pub(super) async fn replay(config_file: &Path, args: ReplayArgs) -> Outcome {
    let one = subject(&args.file)?;
    let first = Judge::load(&one, table(args.settings.as_deref(), &one)?).await?;
    let second = match &args.with {
        None => None,
        Some(file) => {
            let two = subject(file)?;
            let settings = args.with_settings.as_ref().or(args.settings.as_ref());
            Some(Judge::load(&two, table(settings.map(PathBuf::as_path), &two)?).await?)
        }
    };
    let mut waiting = None;
    let mut other;
    let source: &mut dyn Source = if args.mail.queue {
        let queue = waiting.insert(Waiting::open(config_file).await?);
        if queue.is_cut() {
            tell("the queue holds more than is looked at: the oldest 10000 messages");
        }
        queue
    } else {
        other = source(&args.mail)?;
        &mut *other
    };
    let (json, verbose) = (args.output.json, args.verbose);
    let shows_progress = std::io::stderr().is_terminal();
    let mut number = 0_u64;
    let mut told = Ok(());
    let mut hear = |replayed: &Replayed, one: &Judged, two: Option<&Judged>, at: (u64, u64)| {
        number += 1;
        if shows_progress && number.is_multiple_of(PROGRESS_EVERY) {
            tell(&format!(
                "{number} messages, {} %",
                at.0 * 100 / at.1.max(1)
            ));
        }
        let differ = two.is_some_and(|two| two != one);
        if !json && (verbose || differ || one.failed) && told.is_ok() {
            told = print(&line(replayed, one, two));
        }
    };
    let came = waxseal_author::replay(source, &first, second.as_ref(), &mut hear).await;
    if let Some(queue) = waiting {
        queue.close().await;
    }
    let came = came?;
    told?;
    show(&came, args.output)?;
    if came.is_clean() {
        return Ok(());
    }
    let text = "calls failed, messages could not be read, or the versions differ";
    Err(AuthorError::Failed(text.to_owned()).into())
}

fn line(replayed: &Replayed, one: &Judged, two: Option<&Judged>) -> String {
    let place = printable(&replayed.place);
    match two {
        Some(two) if two != one => format!(
            "{place}\n  - {}\n  + {}\n",
            printable(&one.detail),
            printable(&two.detail)
        ),
        _ => format!("{place}  {}\n", printable(&one.detail)),
    }
}

fn source(mail: &MailArgs) -> Outcome<Box<dyn Source>> {
    match (&mail.mbox, &mail.maildir, &mail.recorded) {
        (Some(file), _, _) => Ok(Box::new(Mbox::open(file)?)),
        (None, Some(folder), _) => Ok(Box::new(Maildir::open(folder)?)),
        (None, None, Some(folder)) => Ok(Box::new(Recorded::open(folder)?)),
        (None, None, None) => Err(Failure::wrong(
            "name the mail: --mbox, --maildir, --recorded, --queue",
        )),
    }
}

/// Measures and prints.
pub(super) async fn bench(args: BenchArgs) -> Outcome {
    let subject = subject(&args.file)?;
    let octets = match &args.message {
        Some(file) => with_crlf(&files::read(file, MESSAGE_BYTES_MAX)?),
        None => bench_message(),
    };
    let recipients = ["alice@example.test".to_owned()];
    let plan = BenchPlan {
        mail: Mail::new("sender@example.org", &recipients, octets)?,
        runs: args.runs,
        table: table(args.settings.as_deref().map(Path::new), &subject)?,
    };
    show(&waxseal_author::bench(&subject, &plan).await?, args.output)
}

/// A plain message of the usual size.
fn bench_message() -> Bytes {
    let mut text = String::from(
        "From: <sender@example.org>\r\nTo: <alice@example.test>\r\nSubject: minutes\r\n\
         Date: Tue, 24 Nov 2026 05:29:34 +0000\r\nMessage-ID: <b@example.org>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
    );
    while text.len() < BENCH_MESSAGE_BYTES {
        text.push_str("The committee met on Tuesday and took note of the report.\r\n");
    }
    text.into()
}
