/** Where money is to be paid: sealed before it goes into an event, and never told again by the API. */
import { z } from 'zod'
import { canonicalJson } from '../../platform/canonical.ts'
import type { Filled, Filling, Input } from '../graphql/command-spec.ts'
import type { InputField } from '../graphql/input-node.ts'
import { Unprepared } from '../graphql/prepare.ts'
import { errorsOfIssues } from '../graphql/user-error.ts'
import type { Services } from '../services.ts'

const text = (required: boolean, description: string): InputField => ({
  node: { kind: 'scalar', scalar: 'String' },
  required,
  emptyByDefault: false,
  description,
})

/** What every payee mutation takes beside the id. */
export const payeeInput: Readonly<Record<string, InputField>> = {
  payee: {
    node: {
      kind: 'object',
      name: 'PayeeDetailsInput',
      fields: new Map([
        ['holder', text(true, 'Whose account it is.')],
        ['account', text(true, 'The number of the account: an IBAN, or what the country has.')],
        ['bank', text(false, 'The bank, by its name or code.')],
      ]),
    },
    required: true,
    emptyByDefault: false,
    description: 'Kept sealed; no answer ever shows it.',
  },
}

/** Where the details stand, sealed for this place alone. */
const placeOf = (party: string): string => `payee-${party}`

const details = z.strictObject({
  holder: z.string().trim().min(1).max(200),
  // The longest numbers of accounts have 34 characters, and people write them in groups.
  account: z.string().trim().min(4).max(64),
  bank: z.string().trim().min(1).max(200).nullish(),
})

/** @throws (rejects) {Unprepared} INVALID, for what is nobody, or no account */
export const sealPayee = async ({ input, services, streamId }: Filling): Promise<Filled> => {
  const parsed = details.safeParse(input.payee)
  if (!parsed.success)
    throw new Unprepared(
      errorsOfIssues(parsed.error.issues, (inner) => ['input', 'payee', ...inner.map(String)]),
    )
  return {
    details: await services.sealing.seal(streamId, 'payee', placeOf(streamId), canonicalJson(parsed.data)),
  }
}

/** A plain hash of an account number could be guessed: the key stands for a keyed one. */
export const hashPayee = (input: Input, { identityHash }: Services): unknown => ({
  ...input,
  payee: identityHash('payee details', canonicalJson(input.payee)),
})
