-- A collection is a log: entries in order of date_added, each on a shelf (core/shelves.py).

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta VALUES ('access_generation', 0);

CREATE TABLE collections (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    last_position INTEGER NOT NULL DEFAULT 0,
    last_date     INTEGER NOT NULL DEFAULT 0,
    changes       INTEGER NOT NULL DEFAULT 0,
    shelves       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE objects (
    number INTEGER PRIMARY KEY,
    id     TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE bodies (
    number  INTEGER PRIMARY KEY,
    holders INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE TABLE entries (
    collection INTEGER NOT NULL,
    shelf      INTEGER NOT NULL,
    date_added INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    object     INTEGER NOT NULL,
    type       TEXT NOT NULL,
    stix_20    INTEGER NOT NULL,
    instant    INTEGER NOT NULL,
    version    TEXT NOT NULL,
    body       INTEGER NOT NULL,
    PRIMARY KEY (collection, shelf, date_added)
) STRICT, WITHOUT ROWID;

CREATE INDEX entries_by_type ON entries (collection, type, shelf, date_added);
CREATE INDEX entries_by_object ON entries (collection, object, shelf, date_added);
CREATE UNIQUE INDEX entries_by_version ON entries (collection, instant, object, stix_20);

CREATE TABLE contributions (
    collection   INTEGER NOT NULL,
    object       INTEGER NOT NULL,
    organisation TEXT NOT NULL,
    digest       BLOB NOT NULL,
    date_added   INTEGER NOT NULL,
    PRIMARY KEY (collection, object, organisation)
) STRICT, WITHOUT ROWID;

CREATE TABLE statuses (
    id           TEXT PRIMARY KEY,
    api_root     TEXT NOT NULL,
    organisation TEXT NOT NULL,
    expires      INTEGER NOT NULL,
    content      BLOB NOT NULL
) STRICT;

CREATE INDEX statuses_by_expiry ON statuses (expires);

CREATE TABLE accounts (
    name          TEXT PRIMARY KEY,
    organisation  TEXT NOT NULL,
    role          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created       INTEGER NOT NULL,
    is_disabled   INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    digest     BLOB NOT NULL UNIQUE,
    label      TEXT NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER,
    last_used  INTEGER,
    is_revoked INTEGER NOT NULL
) STRICT;
