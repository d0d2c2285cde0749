/** For what watches the process: it is answered whatever does not. */

/** Undefined where it failed, or said nothing within `milliseconds`: longer than what is well takes, shorter than who asks waits. */
export const inTime = async <T>(asked: Promise<T>, milliseconds = 2_000): Promise<T | undefined> => {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), milliseconds)
  try {
    return await Promise.race([asked, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
