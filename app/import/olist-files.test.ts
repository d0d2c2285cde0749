import { rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { freshFolder } from '../../tests/e2e/run-script.ts'
import { findOlistFiles } from './olist-files.ts'

const published = [
  'olist_sellers_dataset.csv',
  'olist_products_dataset.csv',
  'olist_customers_dataset.csv',
  'olist_orders_dataset.csv',
  'olist_order_items_dataset.csv',
  'olist_order_payments_dataset.csv',
  'product_category_name_translation.csv',
]

let folder = ''
const write = (...names: readonly string[]) => {
  for (const name of names) writeFileSync(join(folder, name), '')
}

beforeEach(() => {
  folder = freshFolder()
})

describe('the files of the data set', () => {
  it('are found under the names that they were published under', () => {
    write(...published, 'olist_geolocation_dataset.csv', 'olist_order_reviews_dataset.csv')
    expect(
      Object.values(findOlistFiles(folder))
        .flat()
        .map((path) => basename(path))
        .toSorted(),
    ).toEqual(published.toSorted())
  })

  it('are found short, gzipped and in parts, which are read in their order', () => {
    write(...published.map((name) => name.replace(/olist_|_dataset/g, '')))
    rmSync(join(folder, 'order_items.csv'))
    const parts = [
      'order_items_1of11.csv.gz',
      ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((part) => `order_items_${part}of11.csv.gz`),
    ]
    write(...parts)
    const { order_items } = findOlistFiles(folder)
    expect(order_items.map((path) => basename(path))).toEqual(parts)
  })

  it.each([
    ['a table is missing', ['olist_orders_dataset.csv'], [], 'orders.csv (or orders.csv.gz) is missing'],
    [
      'a part is missing',
      ['olist_orders_dataset.csv'],
      ['orders_2of2.csv'],
      'Part 1 of 2 of orders is missing',
    ],
    ['a table is there twice', [], ['orders.csv.gz'], 'orders more than once'],
    [
      'parts are of two divisions',
      ['olist_orders_dataset.csv'],
      ['orders_1of2.csv', 'orders_2of3.csv'],
      'more than once',
    ],
  ])('are refused where %s', (_, gone, more, words) => {
    write(...published)
    for (const name of gone) rmSync(join(folder, name))
    write(...more)
    expect(() => findOlistFiles(folder)).toThrow(words)
  })

  it('are not looked for where there is no folder', () => {
    expect(() => findOlistFiles(join(folder, 'none'))).toThrow('There is no folder')
  })
})
