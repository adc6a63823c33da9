//! LIST, LSUB and STATUS (RFC 9051 §6.3.9 and §6.3.11, RFC 3501 §6.3.9, RFC 5258, RFC 5819, RFC 6154).

use super::cursor::{Cursor, Parsed, SyntaxError};
use super::mailbox::{RawName, list_mailbox, mailbox};

/// Patterns in one LIST.
const PATTERNS_MAX: usize = 64;
/// Options in one list of them.
const OPTIONS_MAX: usize = 16;

/// `LIST` or `LSUB` without its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// `list-select-opts`
    pub select: SelectOptions,
    /// What the patterns are relative to.
    pub reference: RawName,
    /// At least one.
    pub patterns: Vec<RawName>,
    /// `list-return-opts`
    pub returns: ListReturn,
    /// Whether the extended form was used.
    pub extended: bool,
}

/// Which mailboxes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SelectOptions {
    /// `SUBSCRIBED`
    pub subscribed: bool,
    /// `SPECIAL-USE`
    pub special_use: bool,
    /// `RECURSIVEMATCH`
    pub recursive: bool,
}

/// What is told about them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListReturn {
    /// `SUBSCRIBED`
    pub subscribed: bool,
    /// `CHILDREN`
    pub children: bool,
    /// `SPECIAL-USE`
    pub special_use: bool,
    /// `STATUS (…)` (RFC 5819)
    pub status: Option<Vec<StatusItem>>,
}

/// `status-att`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusItem {
    /// `MESSAGES`
    Messages,
    /// `RECENT` (RFC 3501): always 0.
    Recent,
    /// `UIDNEXT`
    UidNext,
    /// `UIDVALIDITY`
    UidValidity,
    /// `UNSEEN`
    Unseen,
    /// `DELETED`
    Deleted,
    /// `SIZE` (RFC 8438)
    Size,
    /// `HIGHESTMODSEQ` (RFC 7162)
    HighestModSeq,
    /// `APPENDLIMIT` (RFC 7889)
    AppendLimit,
}

/// `list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]`, after the
/// first space.
///
/// # Errors
/// Where it is malformed.
pub fn list(cursor: &mut Cursor<'_>) -> Parsed<List> {
    let mut extended = false;
    let mut select = SelectOptions::default();
    if cursor.peek() == Some(b'(') {
        extended = true;
        select = select_options(cursor)?;
        cursor.space()?;
    }
    let reference = mailbox(cursor)?;
    cursor.space()?;
    let patterns = if cursor.peek() == Some(b'(') {
        extended = true;
        cursor.list(PATTERNS_MAX, list_mailbox)?
    } else {
        vec![list_mailbox(cursor)?]
    };
    if patterns.is_empty() {
        return Err(SyntaxError("expected a mailbox pattern"));
    }
    let mut returns = ListReturn::default();
    if cursor.eat_word(" RETURN ") {
        extended = true;
        cursor.list(OPTIONS_MAX, |cursor| return_option(cursor, &mut returns))?;
    }
    Ok(List {
        select,
        reference,
        patterns,
        returns,
        extended,
    })
}

/// `lsub = "LSUB" SP mailbox SP list-mailbox` (RFC 3501), after the first space.
///
/// # Errors
/// Where it is malformed.
pub fn lsub(cursor: &mut Cursor<'_>) -> Parsed<List> {
    let reference = mailbox(cursor)?;
    cursor.space()?;
    Ok(List {
        select: SelectOptions {
            subscribed: true,
            ..SelectOptions::default()
        },
        reference,
        patterns: vec![list_mailbox(cursor)?],
        returns: ListReturn::default(),
        extended: false,
    })
}

fn select_options(cursor: &mut Cursor<'_>) -> Parsed<SelectOptions> {
    let mut options = SelectOptions::default();
    cursor.list(OPTIONS_MAX, |cursor| {
        match cursor.atom()?.to_ascii_uppercase().as_str() {
            "SUBSCRIBED" => options.subscribed = true,
            "SPECIAL-USE" => options.special_use = true,
            "RECURSIVEMATCH" => options.recursive = true,
            // There are no remote mailboxes, so all there are are listed (RFC 5258 §3.1).
            "REMOTE" => {}
            _ => return Err(SyntaxError("unknown LIST selection option")),
        }
        Ok(())
    })?;
    if options.recursive && !options.subscribed && !options.special_use {
        return Err(SyntaxError("RECURSIVEMATCH needs another selection option"));
    }
    Ok(options)
}

fn return_option(cursor: &mut Cursor<'_>, returns: &mut ListReturn) -> Parsed<()> {
    match cursor.atom()?.to_ascii_uppercase().as_str() {
        "SUBSCRIBED" => returns.subscribed = true,
        "CHILDREN" => returns.children = true,
        "SPECIAL-USE" => returns.special_use = true,
        "STATUS" => {
            cursor.space()?;
            returns.status = Some(status_items(cursor)?);
        }
        _ => return Err(SyntaxError("unknown LIST return option")),
    }
    Ok(())
}

/// `status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"`, after the first space.
///
/// # Errors
/// Where it is malformed.
pub fn status(cursor: &mut Cursor<'_>) -> Parsed<(RawName, Vec<StatusItem>)> {
    let name = mailbox(cursor)?;
    cursor.space()?;
    Ok((name, status_items(cursor)?))
}

fn status_items(cursor: &mut Cursor<'_>) -> Parsed<Vec<StatusItem>> {
    let items = cursor.list(OPTIONS_MAX, |cursor| {
        Ok(match cursor.atom()?.to_ascii_uppercase().as_str() {
            "MESSAGES" => StatusItem::Messages,
            "RECENT" => StatusItem::Recent,
            "UIDNEXT" => StatusItem::UidNext,
            "UIDVALIDITY" => StatusItem::UidValidity,
            "UNSEEN" => StatusItem::Unseen,
            "DELETED" => StatusItem::Deleted,
            "SIZE" => StatusItem::Size,
            "HIGHESTMODSEQ" => StatusItem::HighestModSeq,
            "APPENDLIMIT" => StatusItem::AppendLimit,
            _ => return Err(SyntaxError("unknown STATUS item")),
        })
    })?;
    if items.is_empty() {
        return Err(SyntaxError("expected STATUS items"));
    }
    Ok(items)
}
