-- A message row is named by mailbox * 2^32 + uid, so that a mailbox is one run of the table.
CREATE TABLE domain (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    catch_all TEXT
) STRICT;

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    domain INTEGER NOT NULL REFERENCES domain (id),
    local_part TEXT NOT NULL,
    address TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    UNIQUE (domain, local_part)
) STRICT;

CREATE TABLE alias (
    id INTEGER PRIMARY KEY,
    domain INTEGER NOT NULL REFERENCES domain (id),
    local_part TEXT NOT NULL,
    address TEXT NOT NULL,
    targets TEXT NOT NULL,
    UNIQUE (domain, local_part)
) STRICT;

-- AUTOINCREMENT: the id of a deleted mailbox never comes back.
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    special_use TEXT,
    uid_validity INTEGER NOT NULL,
    keywords TEXT NOT NULL DEFAULT '[]',
    UNIQUE (account, name)
) STRICT;

CREATE TABLE mailbox_counter (
    id INTEGER PRIMARY KEY,
    uid_next INTEGER NOT NULL,
    highest_modseq INTEGER NOT NULL
) STRICT;

CREATE TABLE subscription (
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (
    id INTEGER PRIMARY KEY,
    pack INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    octets INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    refs INTEGER NOT NULL
) STRICT;
CREATE INDEX blob_dead ON blob (id) WHERE refs <= 0;

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    modseq INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    size INTEGER NOT NULL,
    date INTEGER NOT NULL,
    zone INTEGER NOT NULL
) STRICT;

CREATE TABLE message_detail (
    id INTEGER PRIMARY KEY,
    blob INTEGER NOT NULL,
    prefix BLOB NOT NULL,
    facts BLOB NOT NULL
) STRICT;

CREATE TABLE queue (
    seq INTEGER PRIMARY KEY,
    id INTEGER NOT NULL,
    blob INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    hold TEXT,
    entry BLOB NOT NULL,
    progress BLOB NOT NULL
) STRICT;

CREATE TABLE trace (
    seq INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    at INTEGER NOT NULL,
    events BLOB NOT NULL
) STRICT;
CREATE INDEX trace_message ON trace (message);
