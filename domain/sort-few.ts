/** Sorting what is mostly a handful. */

const few = 12

/** Sorts in place, and stably: a handful by insertion, which is done before the general way has begun. */
export const sortFew = <Value extends object | number>(
  values: Value[],
  compare: (a: Value, b: Value) => number,
): Value[] => {
  if (values.length > few) return values.sort(compare)
  for (let end = 1; end < values.length; end += 1) {
    const value = values[end]
    if (value === undefined) break
    let at = end
    for (
      let ahead = values[at - 1];
      ahead !== undefined && compare(value, ahead) < 0;
      ahead = values[at - 1]
    ) {
      values[at] = ahead
      at -= 1
    }
    values[at] = value
  }
  return values
}
