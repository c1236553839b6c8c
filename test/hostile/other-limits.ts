/** Other limits for one test: an attack that takes a gigabyte at the real ones is tried at a hundred bytes. */
import { onTestFinished } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'

/** Limits of the running test alone. */
export function withLimits(limits: Partial<Record<keyof typeof LIMITS, number>>): void {
  const before = Object.fromEntries(Object.keys(limits).map((name) => [name, LIMITS[name as keyof typeof LIMITS]]))
  Object.assign(LIMITS, limits)
  onTestFinished(() => void Object.assign(LIMITS, before))
}
