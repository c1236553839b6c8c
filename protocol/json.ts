/** What JSON may give before it is checked. */

/** Whether a value is an object of named parts, neither a list nor nothing. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
