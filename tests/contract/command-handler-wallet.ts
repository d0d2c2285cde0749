/** A wallet, for the tests of the command handler to decide about. */
import { type Decider, nothingElse, Rejection, type StateSource, unreachable } from '../../domain/decider.ts'
import type { Catalogue } from '../../eventstore/codec.ts'

export type WalletEvent =
  | { readonly type: 'Deposited'; readonly data: { readonly amount: number; readonly note?: string } }
  | { readonly type: 'Withdrawn'; readonly data: { readonly amount: number } }
  | { readonly type: 'Named'; readonly data: { readonly name: string } }

export type WalletCommand =
  | { readonly type: 'Deposit'; readonly amount: number; readonly note?: string }
  /** Each a `Deposited` of its own. */
  | { readonly type: 'DepositMany'; readonly amounts: readonly number[] }
  /** Refused where there is too little. */
  | { readonly type: 'Withdraw'; readonly amount: number }
  /** Decides nothing where that is the name already. */
  | { readonly type: 'Name'; readonly name: string }
  /** Throws what no decision should throw. */
  | { readonly type: 'Break' }
  | { readonly type: 'DecideNonsense' }

export const mistake = new RangeError('a mistake in the domain')

export interface WalletState {
  readonly balance: number
  readonly name: string
  /** The amounts in the order in which they came. */
  readonly entries: readonly number[]
}

const initial: WalletState = { balance: 0, name: '', entries: [] }

const evolve = (state: WalletState, event: WalletEvent): WalletState => {
  switch (event.type) {
    case 'Deposited': {
      const { amount } = event.data
      return { ...state, balance: state.balance + amount, entries: [...state.entries, amount] }
    }
    case 'Withdrawn': {
      const { amount } = event.data
      return { ...state, balance: state.balance - amount, entries: [...state.entries, -amount] }
    }
    case 'Named':
      return { ...state, name: event.data.name }
    default:
      return unreachable(event)
  }
}

const decide = (state: WalletState, command: WalletCommand): readonly WalletEvent[] => {
  switch (command.type) {
    case 'Deposit': {
      const { type: _, ...data } = command
      return [{ type: 'Deposited', data }]
    }
    case 'DepositMany':
      return command.amounts.map((amount) => ({ type: 'Deposited', data: { amount } }))
    case 'Withdraw':
      if (state.balance < command.amount)
        throw new Rejection('WRONG_STATE', 'There is too little in the wallet.', ['amount'])
      return [{ type: 'Withdrawn', data: { amount: command.amount } }]
    case 'Name':
      return command.name === state.name ? [] : [{ type: 'Named', data: { name: command.name } }]
    case 'Break':
      throw mistake
    case 'DecideNonsense':
      return [{ type: 'Deposited', data: { amount: Number.NaN } }]
    default:
      return unreachable(command)
  }
}

const types = ['Deposited', 'Withdrawn', 'Named'] as const

export const wallet: Decider<WalletState, WalletCommand, WalletEvent> = {
  category: 'wallet',
  initial,
  evolve,
  types,
  gather: nothingElse,
  decide,
}

/** The wallet, gathering as told. */
export const walletThat = (
  gather: Decider<WalletState, WalletCommand, WalletEvent>['gather'],
): Decider<WalletState, WalletCommand, WalletEvent> => ({ ...wallet, gather })

/** A second way to look at a wallet. */
export const deposits: StateSource<number, WalletEvent> = {
  category: 'wallet',
  initial: 0,
  evolve: (count, event) => (event.type === 'Deposited' ? count + 1 : count),
  types,
}

export const walletCatalogue: Catalogue = {
  current: (type) => (types.some((known) => known === type) ? 1 : undefined),
  upcast: (_type, _version, data) => data,
}
