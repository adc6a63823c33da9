//! All names of an account with what their neighbourhood says about them.

use std::collections::BTreeMap;
use waxseal_mail::{HIERARCHY_DELIMITER, MailboxName};
use waxseal_ports::store::{MailboxInfo, SpecialUse};

/// Names in order.
pub(super) struct Tree<'a> {
    nodes: BTreeMap<&'a str, Node>,
}

/// One name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Node {
    /// There is such a mailbox; otherwise it is a level above one, or a subscription to nothing.
    pub(super) exists: bool,
    pub(super) subscribed: bool,
    /// There are mailboxes below it.
    pub(super) children: bool,
    /// There are subscribed names below it.
    pub(super) subscribed_below: bool,
    pub(super) special_use: Option<SpecialUse>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(mailboxes: &'a [MailboxInfo], subscriptions: &'a [MailboxName]) -> Self {
        let mut tree = Self {
            nodes: BTreeMap::new(),
        };
        for info in mailboxes {
            let node = tree.nodes.entry(info.name.as_str()).or_default();
            node.exists = true;
            node.special_use = info.special_use;
            tree.mark_above(info.name.as_str(), |above| above.children = true);
        }
        for name in subscriptions {
            tree.nodes.entry(name.as_str()).or_default().subscribed = true;
            tree.mark_above(name.as_str(), |above| above.subscribed_below = true);
        }
        tree
    }

    fn mark_above(&mut self, name: &'a str, mark: impl Fn(&mut Node)) {
        let mut name = name;
        while let Some((above, _)) = name.rsplit_once(HIERARCHY_DELIMITER) {
            mark(self.nodes.entry(above).or_default());
            name = above;
        }
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (&'a str, &Node)> {
        self.nodes.iter().map(|(name, node)| (*name, node))
    }
}
