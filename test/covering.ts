/** Properties of which it is asserted that the inputs met what matters. */
import fc from 'fast-check'

/** Any number; where it stops meeting what matters, because a generator changed, another one does. */
const SEED = 20_261_125

/**
 * Tries a property on inputs that are the same every time, then asserts what they met, then tries new ones.
 * Coverage that rests on chance would fail now and then on code that is right.
 * @param covered asserts what the first inputs met; called once, between the two
 */
export function assertCovering<Input>(property: fc.IRawProperty<Input>, numRuns: number, covered: () => void): void {
  fc.assert(property, { numRuns, seed: SEED })
  covered()
  fc.assert(property, { numRuns })
}

/** As {@link assertCovering}, for a property that asks real parts. */
export async function assertCoveringAsync<Input>(
  property: fc.IAsyncProperty<Input>,
  numRuns: number,
  covered: () => void,
): Promise<void> {
  await fc.assert(property, { numRuns, seed: SEED })
  covered()
  await fc.assert(property, { numRuns })
}
