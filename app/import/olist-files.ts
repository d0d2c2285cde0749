/** The files of the Olist data set: which tables it has, in which columns, and where they are in a folder. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type CsvRow, readCsv } from './csv.ts'
import { ImportError } from './import-error.ts'

/** The columns that are read. */
export const olistTables = {
  sellers: ['seller_id', 'seller_city', 'seller_state'],
  product_category_name_translation: ['product_category_name', 'product_category_name_english'],
  products: ['product_id', 'product_category_name'],
  customers: ['customer_id', 'customer_unique_id', 'customer_state'],
  orders: [
    'order_id',
    'customer_id',
    'order_status',
    'order_purchase_timestamp',
    'order_approved_at',
    'order_delivered_carrier_date',
    'order_delivered_customer_date',
  ],
  order_items: [
    'order_id',
    'order_item_id',
    'product_id',
    'seller_id',
    'shipping_limit_date',
    'price',
    'freight_value',
  ],
  order_payments: ['order_id', 'payment_sequential', 'payment_type', 'payment_installments', 'payment_value'],
} as const

export type OlistTable = keyof typeof olistTables
export type OlistColumn<Table extends OlistTable> = (typeof olistTables)[Table][number]
export type OlistRow<Table extends OlistTable> = CsvRow<OlistColumn<Table>>

/** The files of each table, in their order. */
export type OlistFiles = Readonly<Record<OlistTable, readonly string[]>>

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    throw new ImportError(
      `There is no folder ${folder} that can be read. Name the one with the CSV files of the data set.`,
      null,
      error,
    )
  }
}

interface Part {
  readonly name: string
  readonly part: number
  readonly parts: number
}

/** As published (`olist_orders_dataset.csv`) or short (`orders.csv`), plain or gzipped, whole or `…_1of2…`. */
const partsOf = (table: OlistTable, names: readonly string[]): readonly Part[] => {
  const pattern = new RegExp(`^(?:olist_)?${table}(?:_dataset)?(?:_(\\d+)of(\\d+))?\\.csv(?:\\.gz)?$`)
  return names.flatMap((name): Part[] => {
    const found = pattern.exec(name)
    return found === null ? [] : [{ name, part: Number(found[1] ?? 1), parts: Number(found[2] ?? 1) }]
  })
}

const filesOf = (table: OlistTable, names: readonly string[], folder: string): readonly string[] => {
  const found = partsOf(table, names)
  const parts = found[0]?.parts ?? 1
  const files = Array.from({ length: parts }, (_, index) => {
    const [file, another] = found.filter(({ part }) => part === index + 1)
    if (file === undefined)
      throw new ImportError(
        parts === 1
          ? `${table}.csv (or ${table}.csv.gz) is missing in ${folder}.`
          : `Part ${index + 1} of ${parts} of ${table} is missing in ${folder}.`,
      )
    if (another !== undefined || file.parts !== parts)
      throw new ImportError(
        `${folder} has ${table} more than once: ${found.map(({ name }) => name).join(', ')}. Keep one of them.`,
      )
    return join(folder, file.name)
  })
  return files
}

/**
 * The files of all tables in a folder.
 * @throws {ImportError} where one is missing, or there twice
 */
export const findOlistFiles = (folder: string): OlistFiles => {
  const names = namesIn(folder)
  const of = (table: OlistTable) => filesOf(table, names, folder)
  return {
    sellers: of('sellers'),
    product_category_name_translation: of('product_category_name_translation'),
    products: of('products'),
    customers: of('customers'),
    orders: of('orders'),
    order_items: of('order_items'),
    order_payments: of('order_payments'),
  }
}

/** The rows of a table, from all of its files. @throws {ImportError} */
export async function* readOlist<Table extends OlistTable>(
  files: OlistFiles,
  table: Table,
): AsyncGenerator<OlistRow<Table>> {
  const columns: readonly OlistColumn<Table>[] = olistTables[table]
  for (const path of files[table]) yield* readCsv(path, columns)
}
