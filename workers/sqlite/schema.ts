/**
 * The tables of the embedded queue.
 *
 * `due` is the one time that matters of a job: when it may be taken up. A worker that takes it up moves it ahead by its
 * lease, so that a job whose worker died is simply due again. Dead ones have no `due`, and so stand in no index of work.
 *
 * A handled job stays as a row without data until it is forgotten, oldest rows first. Ids are close to random, so that each change of their
 * index writes a page of it: this way there is one for a job, and not three. Small pages, for the same reason.
 */

/** Raised with each change of the tables. */
export const formatVersion = 1

/** "TRBQ". */
export const applicationId = 0x54524251

/** Bytes; and of write-ahead log after which it is moved into the file. */
export const pageSize = 4_096
export const checkpointSize = 32 * 1024 * 1024

export const createTables = `
  CREATE TABLE meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    format INTEGER NOT NULL,
    deployment TEXT NOT NULL
  ) STRICT;
  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    created INTEGER NOT NULL,
    due INTEGER,
    owner TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    progress TEXT,
    error TEXT,
    dead INTEGER,
    done INTEGER,
    UNIQUE (queue, id)
  ) STRICT;
  CREATE INDEX jobs_due ON jobs (queue, due) WHERE due IS NOT NULL;
  CREATE INDEX jobs_dead ON jobs (queue, dead) WHERE dead IS NOT NULL;
  CREATE TABLE notes (
    seq INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX notes_by_key ON notes (key, seq);
  CREATE INDEX notes_at ON notes (at);
  CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`
