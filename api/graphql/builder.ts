/** The one schema builder that every module of the schema adds to. Fields and arguments are non-null unless they say so. */
import SchemaBuilder from '@pothos/core'
import type { ApiContext } from './context.ts'
import {
  bigIntScalar,
  currencyScalar,
  dateScalar,
  dateTimeScalar,
  decimalScalar,
  jsonScalar,
} from './scalars.ts'

export interface ApiTypes {
  Context: ApiContext
  DefaultFieldNullability: false
  DefaultInputFieldRequiredness: true
  Scalars: {
    ID: { Input: string; Output: string }
    BigInt: { Input: number; Output: number | bigint | string }
    CurrencyCode: { Input: string; Output: string }
    Date: { Input: string; Output: string }
    DateTime: { Input: string; Output: string }
    Decimal: { Input: string; Output: string }
    JSON: { Input: never; Output: unknown }
  }
}

export const builder = new SchemaBuilder<ApiTypes>({
  defaultFieldNullability: false,
  defaultInputFieldRequiredness: true,
})

builder.scalarType('BigInt', bigIntScalar)
builder.scalarType('CurrencyCode', currencyScalar)
builder.scalarType('Date', dateScalar)
builder.scalarType('DateTime', dateTimeScalar)
builder.scalarType('Decimal', decimalScalar)
builder.scalarType('JSON', jsonScalar)

builder.queryType({ description: 'What can be seen. Every field takes `minPosition` where it reads a view.' })
builder.mutationType({
  description: 'What can be asked for or stated. Expected failures are in `userErrors` of each payload.',
})
builder.subscriptionType({ description: 'What happens, as it happens, over server-sent events.' })
