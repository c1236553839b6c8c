/** Works through a list, a few at once: as fast as several windows, and enough to be cut in the middle. */

const AT_ONCE = 4

/** Does the work for each of a list; the results in the list's order. */
export async function each<Value, Of = void>(
  list: Iterable<Value>,
  work: (value: Value) => Promise<Of>,
): Promise<Of[]> {
  const waiting = [...list].entries()
  const results: Of[] = []
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [place, value] of waiting) results[place] = await work(value)
    }),
  )
  return results
}
