/** Tables of a generation's file and the statements that write them. */
import type { DatabaseSync } from 'node:sqlite'
import type { CollectionSpec, FieldValue, ProjectionSpec } from '../documents.ts'

/** Of the catalogue and of generations alike. */
export const schemaVersion = 2

/**
 * Null is kept as minus infinity in a field's column: so it sorts before everything and equals itself, and one
 * row-value comparison, which an index answers, takes a page on from any document. A real NULL there marks a
 * tombstone, which no comparison finds.
 */
export const encodeField = (value: FieldValue): string | number => value ?? Number.NEGATIVE_INFINITY
export const decodeField = (value: unknown): FieldValue =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : null

/** Positions go in as integers: exact as a number where that is safe, else as a BigInt. */
export const encodePosition = (position: string): number | bigint => {
  const number = Number(position)
  return Number.isSafeInteger(number) ? number : BigInt(position)
}

// Names were checked against a spec (letters, digits, _ and -): quoting is enough.
export const tableOf = (collection: string): string => `"c_${collection}"`
export const columnOf = (field: string): string => `"f_${field}"`

/**
 * Rows lie in the order of their writing, not of their keys: a rebuild that must spill then appends documents and
 * touches only the small key index at random (three times as fast as a table clustered by key).
 */
export const createTables = (db: DatabaseSync, spec: ProjectionSpec): void => {
  db.exec(`
    CREATE TABLE checkpoint (
      partition INTEGER PRIMARY KEY, epoch TEXT NOT NULL, position INTEGER, event TEXT, recorded_at TEXT,
      scanned INTEGER NOT NULL
    );
    CREATE TABLE lease (partition INTEGER PRIMARY KEY, owner TEXT, token INTEGER NOT NULL);
    CREATE TABLE parked (
      partition INTEGER NOT NULL, stream TEXT NOT NULL, parked TEXT NOT NULL, PRIMARY KEY (partition, stream)
    );
  `)
  for (const { name, fields } of spec.collections) {
    // Text columns have no affinity: it would turn minus infinity into text.
    const columns = Object.entries(fields).map(
      ([field, type]) => `, ${columnOf(field)}${type === 'integer' ? ' INTEGER' : ''}`,
    )
    db.exec(
      `CREATE TABLE ${tableOf(name)} (key TEXT PRIMARY KEY NOT NULL, position INTEGER NOT NULL, document TEXT${columns.join('')})`,
    )
  }
  db.exec(`PRAGMA user_version = ${schemaVersion}`)
}

/** One statement for each declared index. */
export const createIndexes = (collection: CollectionSpec): readonly string[] =>
  collection.indexes.map(
    (fields, index) =>
      `CREATE INDEX "i_${collection.name}_${index}" ON ${tableOf(collection.name)} (${[...fields.map(columnOf), 'key'].join(', ')})`,
  )

/**
 * Parameters: key, position, document, then the fields in the order of the spec. `whole` writes every field; without
 * it a document that takes the place of another leaves the fixed ones, and so their indexes, which SQLite would write
 * anew whether or not anything in them changed. Of a tombstone nothing is left to leave: that takes the whole.
 */
export const upsert = ({ name, fields, fixed = [] }: CollectionSpec, whole: boolean): string => {
  const table = tableOf(name)
  const columns = ['position', 'document', ...Object.keys(fields).map(columnOf)]
  const kept = new Set(whole ? [] : fixed.map(columnOf))
  const changing = columns.filter((column) => !kept.has(column))
  return `INSERT INTO ${table} (key, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})
    ON CONFLICT (key) DO UPDATE SET ${changing.map((column) => `${column} = excluded.${column}`).join(', ')}
    WHERE excluded.position > ${table}.position${whole ? '' : ` AND ${table}.document IS NOT NULL`}`
}

/** Parameters: partition, epoch, position, event, recorded at, scanned. */
export const upsertCheckpoint = `INSERT INTO checkpoint (partition, epoch, position, event, recorded_at, scanned) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (partition) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, event = excluded.event,
    recorded_at = excluded.recorded_at, scanned = excluded.scanned
  WHERE excluded.epoch <> checkpoint.epoch OR checkpoint.position IS NULL OR excluded.position >= checkpoint.position`
