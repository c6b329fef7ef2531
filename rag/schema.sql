-- The catalog, format 5. Offsets are characters of revisions.text, end exclusive.
--
-- A revision or address is live from the epoch in which it was `born` until the one in which it was
-- `gone`. One that was never born is staged: no reader sees it. One that went in the last epoch is
-- kept, so that it can be brought back.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE documents (id TEXT PRIMARY KEY, last_revision INTEGER NOT NULL) WITHOUT ROWID;

-- A set of labels, as a sorted JSON list; the empty one is the public. Each has keywords of its own,
-- keywords_<id> with vocabulary_<id> (keywords.sql), as it has vectors of its own: what a reader may
-- not see can't even be felt in the frequencies of words.
CREATE TABLE audiences (id INTEGER PRIMARY KEY, labels TEXT NOT NULL UNIQUE);

-- Which audience was named for what an ingest finds under a path; the longest path decides.
CREATE TABLE roots (root TEXT PRIMARY KEY, labels TEXT NOT NULL) WITHOUT ROWID;

-- Documents that the last ingest of their address could not read, and why.
CREATE TABLE refusals (uri TEXT PRIMARY KEY, name TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;

-- body_hash names all that a reader gets of it; two addresses with one body are one document.
CREATE TABLE revisions (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    audience INTEGER NOT NULL REFERENCES audiences (id),
    born INTEGER,
    gone INTEGER,
    body_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    metadata TEXT NOT NULL,
    blocks TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (document_id, revision)
);
CREATE UNIQUE INDEX one_live_revision ON revisions (document_id)
WHERE born IS NOT NULL AND gone IS NULL;
CREATE INDEX revisions_by_body ON revisions (body_hash);

-- Where a document was found; its first live address is the one it is known by.
-- source_hash names the bytes and all else that decides what is read from them.
CREATE TABLE addresses (
    key INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    uri TEXT NOT NULL,
    url TEXT,
    root TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    born INTEGER,
    gone INTEGER
);
CREATE UNIQUE INDEX one_live_address ON addresses (uri) WHERE born IS NOT NULL AND gone IS NULL;
CREATE INDEX addresses_of_document ON addresses (document_id);

-- id is document:revision:n and never used again; key joins the keyword index.
CREATE TABLE passages (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    heading_path TEXT NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    text TEXT NOT NULL,
    lead_in TEXT NOT NULL,
    units TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    unit_hashes BLOB NOT NULL,
    FOREIGN KEY (document_id, revision) REFERENCES revisions ON DELETE CASCADE
);
CREATE INDEX passages_of_revision ON passages (document_id, revision, ordinal);

-- The words of staged passages. They join an audience's keywords when they become live, not before:
-- the weights of words are what readers see, too.
CREATE TABLE staged_keywords (
    key INTEGER PRIMARY KEY REFERENCES passages (key) ON DELETE CASCADE,
    context TEXT NOT NULL,
    body TEXT NOT NULL,
    spelling TEXT NOT NULL
);

CREATE TABLE embeddings (
    model TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, text_hash)
) WITHOUT ROWID;

CREATE VIEW live_revisions AS
SELECT * FROM revisions WHERE born IS NOT NULL AND gone IS NULL;

CREATE VIEW live_addresses AS
SELECT * FROM addresses WHERE born IS NOT NULL AND gone IS NULL;

CREATE VIEW live_passages AS
SELECT passages.*, live_revisions.title, live_revisions.audience
FROM live_revisions JOIN passages USING (document_id, revision);
