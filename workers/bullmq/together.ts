/** What is asked for in one turn of the event loop goes to Redis together: a round trip costs more than what it carries. */

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Calls `ask` with the items of one turn, at most `most` at once; it answers each in its place. What it rejects with,
 * all of them are rejected with. `later`: when a turn is over.
 */
export const together = <Item, Answer>(
  most: number,
  ask: (items: readonly Item[]) => Promise<readonly Answer[]>,
  later: (send: () => void) => void = setImmediate,
): ((item: Item) => Promise<Answer>) => {
  let waiting: Waiting<Item, Answer>[] = []

  const send = async (batch: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await ask(batch.map(({ item }) => item))
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0)
        later(() => {
          const all = waiting
          waiting = []
          for (let at = 0; at < all.length; at += most) void send(all.slice(at, at + most))
        })
      waiting.push({ item, resolve, reject })
    })
}
