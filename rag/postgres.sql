-- The catalog in PostgreSQL: the tables of schema.sql without what is derived from them. A row knows
-- the version in which it was inserted and last changed, so that a replica asks for what it lacks.
-- Uniqueness beyond the keys is held by the one writer's own replica.
CREATE SCHEMA footnote;

-- One row. `version` counts transactions; `token` names the writer that may make the next one.
CREATE TABLE footnote.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    truth text NOT NULL,
    version bigint NOT NULL,
    token bigint NOT NULL,
    oldest bigint NOT NULL
);

-- Keys of rows that went, since version `oldest` of the head; a replica that is older begins anew.
CREATE TABLE footnote.removed (version bigint NOT NULL, name text NOT NULL, key text NOT NULL);
CREATE INDEX removed_by_version ON footnote.removed (version);

CREATE TABLE footnote.meta (
    name text PRIMARY KEY, value text NOT NULL, inserted bigint NOT NULL, changed bigint NOT NULL
);
CREATE TABLE footnote.documents (
    id text PRIMARY KEY,
    last_revision bigint NOT NULL,
    inserted bigint NOT NULL,
    changed bigint NOT NULL
);
CREATE TABLE footnote.audiences (
    id bigint PRIMARY KEY, labels text NOT NULL, inserted bigint NOT NULL, changed bigint NOT NULL
);
CREATE TABLE footnote.roots (
    root text PRIMARY KEY, labels text NOT NULL, inserted bigint NOT NULL, changed bigint NOT NULL
);
CREATE TABLE footnote.refusals (
    uri text PRIMARY KEY,
    name text NOT NULL,
    reason text NOT NULL,
    inserted bigint NOT NULL,
    changed bigint NOT NULL
);
CREATE TABLE footnote.revisions (
    document_id text NOT NULL,
    revision bigint NOT NULL,
    audience bigint NOT NULL,
    born bigint,
    gone bigint,
    body_hash text NOT NULL,
    title text NOT NULL,
    metadata text NOT NULL,
    blocks text NOT NULL,
    text text NOT NULL,
    inserted bigint NOT NULL,
    changed bigint NOT NULL,
    PRIMARY KEY (document_id, revision)
);
CREATE TABLE footnote.addresses (
    key bigint PRIMARY KEY,
    document_id text NOT NULL,
    uri text NOT NULL,
    url text,
    root text NOT NULL,
    source_hash text NOT NULL,
    born bigint,
    gone bigint,
    inserted bigint NOT NULL,
    changed bigint NOT NULL
);
CREATE TABLE footnote.passages (
    key bigint PRIMARY KEY,
    id text NOT NULL,
    document_id text NOT NULL,
    revision bigint NOT NULL,
    ordinal bigint NOT NULL,
    heading_path text NOT NULL,
    start_char bigint NOT NULL,
    end_char bigint NOT NULL,
    text text NOT NULL,
    lead_in text NOT NULL,
    units text NOT NULL,
    text_hash bytea NOT NULL,
    unit_hashes bytea NOT NULL,
    inserted bigint NOT NULL,
    changed bigint NOT NULL
);
CREATE TABLE footnote.embeddings (
    model text NOT NULL,
    text_hash bytea NOT NULL,
    vector bytea NOT NULL,
    inserted bigint NOT NULL,
    changed bigint NOT NULL,
    PRIMARY KEY (model, text_hash)
);
CREATE INDEX documents_by_change ON footnote.documents (changed);
CREATE INDEX revisions_by_change ON footnote.revisions (changed);
CREATE INDEX addresses_by_change ON footnote.addresses (changed);
CREATE INDEX passages_by_change ON footnote.passages (changed);
CREATE INDEX embeddings_by_change ON footnote.embeddings (changed);
