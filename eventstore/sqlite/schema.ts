/**
 * The tables of the log.
 *
 * Streams are numbered in the order of their arrival and events refer to the number, so that new rows of each
 * table and of the index on (stream, revision) go to its end, or near it. Names are close to random; an index
 * on them kept with every append would write one page of it for each new stream, many times what the event
 * itself takes. So `stream_names` lags: it has all streams up to `meta.names_through` and is brought up to
 * date in portions, in order of name; those after it are held in memory (see `StreamNames`).
 */

/** Raised with each change of the tables. */
export const formatVersion = 1

/** "TRBL": tells our files from others (https://sqlite.org/pragma.html#pragma_application_id). */
export const applicationId = 0x5452424c

/** Bytes. Measured: four times the throughput of SQLite's 4,096 once the log is large. */
export const pageSize = 16_384

/**
 * Bytes of write-ahead log after which it is moved into the file: a larger one has less moved in all, and stalls longer
 * when it is. A thread that writes beside the one that decides had better stall for no longer than what is decided lasts.
 */
export const checkpointSizes = { alone: 64 * 1024 * 1024, beside: 8 * 1024 * 1024 } as const

export const createTables = `
  CREATE TABLE meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    format INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    created_at TEXT NOT NULL,
    names_through INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
  ) STRICT;
  CREATE TABLE stream_names (
    name TEXT PRIMARY KEY,
    id INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (stream, revision)
  ) STRICT;
`

/** Milliseconds for which an append may block its thread while another process commits; then it is tried again. */
export const busyTimeout = 20
