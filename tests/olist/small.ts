/** A made-up data set of the same form as Olist's: small enough to see through. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder } from '../e2e/run-script.ts'

/** An id as the files have them, made of a letter and a number. */
const hex = (letter: string, number: number): string =>
  `${Buffer.from(letter).toString('hex')}${String(number).padStart(30, '0')}`

export const seller = (number: number): string => hex('s', number)
export const product = (number: number): string => hex('p', number)
export const order = (number: number): string => hex('o', number)
const customer = (number: number): string => hex('c', number)
const person = (number: number): string => hex('u', number)

export type Tables = Record<string, (string | number)[][]>

/**
 * Order 1: two partners, paid in two parts. 2: the same person later, canceled, a cent too much paid, free freight.
 * 3: nobody known, another price, underpaid. 4: payments without items, one of zero. 5: never paid.
 */
export const smallTables = (): Tables => ({
  sellers: [
    ['seller_id', 'seller_zip_code_prefix', 'seller_city', 'seller_state'],
    [seller(1), '13023', 'campinas', 'SP'],
    [seller(2), '13844', '"mogi guacu, centro"', 'SP'],
  ],
  product_category_name_translation: [
    ['product_category_name', 'product_category_name_english'],
    ['perfumaria', 'perfumery'],
  ],
  products: [
    ['product_id', 'product_category_name', 'product_weight_g'],
    [product(1), 'perfumaria', 225],
    [product(2), 'pc_gamer', 900],
    [product(3), '', ''],
  ],
  customers: [
    ['customer_id', 'customer_unique_id', 'customer_zip_code_prefix', 'customer_city', 'customer_state'],
    [customer(1), person(1), '01000', 'sao paulo', 'SP'],
    [customer(2), person(1), '01000', 'sao paulo', 'SP'],
    [customer(4), person(4), '20000', 'rio de janeiro', 'RJ'],
    [customer(5), person(5), '20000', 'rio de janeiro', 'RJ'],
  ],
  orders: [
    [
      'order_id',
      'customer_id',
      'order_status',
      'order_purchase_timestamp',
      'order_approved_at',
      'order_delivered_carrier_date',
      'order_delivered_customer_date',
      'order_estimated_delivery_date',
      'source',
    ],
    [order(1), customer(1), 'delivered', '2017-07-31 23:30:00', '2017-08-01 10:00:00', '', '', '', 'A'],
    [order(2), customer(2), 'canceled', '2017-09-01 12:00:00', '', '2017-10-02 08:00:00', '', '', 'A'],
    [order(4), customer(4), 'unavailable', '2017-09-02 12:00:00', '', '', '', '', 'B'],
    [order(5), customer(5), 'shipped', '2017-09-03 12:00:00', '', '', '', '', 'B'],
  ],
  order_items: [
    ['order_id', 'order_item_id', 'product_id', 'seller_id', 'shipping_limit_date', 'price', 'freight_value'],
    [order(1), 1, product(1), seller(1), '2017-08-05 09:00:00', '10', '2.5'],
    [order(1), 2, product(2), seller(2), '2017-08-05 09:00:00', '20.00', '3'],
    [order(2), 1, product(3), seller(1), '2017-09-05 09:00:00', '50', '0'],
    [order(3), 1, product(1), seller(1), '2018-02-02 09:00:00', '12.34', '1'],
    [order(3), 2, product(1), seller(1), '2018-01-31 23:59:59', '12.34', '1'],
    [order(5), 1, product(2), seller(2), '2017-09-09 09:00:00', '7', '1'],
  ],
  order_payments: [
    ['order_id', 'payment_sequential', 'payment_type', 'payment_installments', 'payment_value'],
    [order(1), 2, 'voucher', 1, '5.5'],
    [order(1), 1, 'credit_card', 3, '30'],
    [order(2), 1, 'boleto', 1, '50.01'],
    [order(3), 1, 'credit_card', 0, '20'],
    [order(4), 1, 'credit_card', 1, '99.99'],
    [order(4), 2, 'not_defined', 1, '0'],
  ],
})

/** Writes the tables into a folder of this test alone, each as `{name}.csv`. */
export const writeTables = (tables: Tables): string => {
  const folder = freshFolder()
  for (const [name, rows] of Object.entries(tables))
    writeFileSync(join(folder, `${name}.csv`), rows.map((row) => `${row.join(',')}\n`).join(''))
  return folder
}
