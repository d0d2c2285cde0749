/** Questions about states that are mostly at hand: answered at once then, and after loading what is missing else. */
import type { EventLike, Read, StateSource } from './decider.ts'

/** Gives the state of another stream at once. */
export type Look = <State, Event extends EventLike>(source: StateSource<State, Event>, id: string) => State

interface Loaded<State> {
  readonly evolve: unknown
  readonly category: string
  readonly id: string
  readonly state: State
}

/** It was loaded by the source's own `evolve`, so its state is the source's. */
const isOf = <State, Event extends EventLike>(
  loaded: Loaded<unknown>,
  source: StateSource<State, Event>,
  id: string,
): loaded is Loaded<State> =>
  loaded.evolve === source.evolve && loaded.category === source.category && loaded.id === id

/** Ends an attempt: the state of a stream has to be loaded before the next. */
class NotAtHand extends Error {
  override readonly name = 'NotAtHand'
  readonly load: () => Promise<Loaded<unknown>>
  constructor(stream: string, load: () => Promise<Loaded<unknown>>) {
    super(`The state of ${stream} is not at hand.`)
    this.load = load
  }
}

/**
 * The answer to a question, which looks at states: at once, or, where one of them is not at hand, once it was loaded.
 * The question is then asked from the start, so it must be pure, and let pass what it did not throw itself.
 */
export const answered = <Answer>(read: Read, question: (look: Look) => Answer): Answer | Promise<Answer> => {
  const loaded: Loaded<unknown>[] = []
  const look: Look = (source, id) => {
    for (const each of loaded) if (isOf(each, source, id)) return each.state
    const state = read(source, id)
    if (!(state instanceof Promise)) return state
    const { evolve, category } = source
    throw new NotAtHand(`${category}-${id}`, async () => ({ evolve, category, id, state: await state }))
  }
  const goOn = async (missing: NotAtHand): Promise<Answer> => {
    for (let next = missing; ; ) {
      loaded.push(await next.load())
      try {
        return question(look)
      } catch (error) {
        if (!(error instanceof NotAtHand)) throw error
        next = error
      }
    }
  }
  try {
    return question(look)
  } catch (error) {
    if (error instanceof NotAtHand) return goOn(error)
    throw error
  }
}
