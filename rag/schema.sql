-- The catalog, format 4. Offsets are characters of revisions.text, end exclusive.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- live_revision is NULL until the first revision is published.
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    live_revision INTEGER
) WITHOUT ROWID;

-- A set of labels, as a sorted JSON list; the empty one is the public. Each has keywords of its own,
-- keywords_<id> with vocabulary_<id> (keywords.sql), as it has vectors of its own: what a reader may
-- not see can't even be felt in the frequencies of words.
CREATE TABLE audiences (id INTEGER PRIMARY KEY, labels TEXT NOT NULL UNIQUE);

-- Which audience was named for what an ingest finds under a path; the longest path decides.
CREATE TABLE roots (root TEXT PRIMARY KEY, labels TEXT NOT NULL) WITHOUT ROWID;

-- Documents that the last ingest of their address could not read, and why.
CREATE TABLE refusals (uri TEXT PRIMARY KEY, name TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE revisions (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    title TEXT NOT NULL,
    url TEXT,
    text TEXT NOT NULL,
    blocks TEXT NOT NULL,
    metadata TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    audience INTEGER NOT NULL REFERENCES audiences (id),
    PRIMARY KEY (document_id, revision)
) WITHOUT ROWID;

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

CREATE TABLE embeddings (
    model TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, text_hash)
) WITHOUT ROWID;

CREATE VIEW live_passages AS
SELECT passages.*, revisions.title, revisions.audience
FROM passages
JOIN documents ON documents.id = passages.document_id
    AND documents.live_revision = passages.revision
JOIN revisions ON revisions.document_id = passages.document_id
    AND revisions.revision = passages.revision;
