import { describe, expect, it } from 'vitest'
import { NewStreamGuess } from './handler-guess.ts'

describe('guessing that a stream is new', () => {
  it('goes on while it is right', () => {
    const guess = new NewStreamGuess()
    expect([1, 2, 3].map(() => guess.mayBeNew('purchase'))).toEqual([true, true, true])
  })

  it('stops for a while after it was wrong, in that category alone, and is then tried again', () => {
    const guess = new NewStreamGuess()
    guess.wrong('purchase')
    expect(guess.mayBeNew('journey')).toBe(true)
    const guesses = Array.from({ length: 66 }, () => guess.mayBeNew('purchase'))
    expect(guesses.indexOf(true)).toBe(64)
    expect(guesses.at(-1)).toBe(true)
  })
})
