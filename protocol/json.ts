/** What JSON may give before it is checked. */

/** Whether a value is an object of named parts, neither a list nor nothing. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether JSON holds parts within parts deeper than a bound: what walks through it later would run out of stack. */
export function isDeeper(json: string, bound: number): boolean {
  let depth = 0
  let isText = false
  for (let at = 0; at < json.length; at++) {
    const sign = json[at]
    if (isText && sign === '\\') at += 1
    else if (sign === '"') isText = !isText
    else if (!isText && (sign === '{' || sign === '[') && ++depth > bound) return true
    else if (!isText && (sign === '}' || sign === ']')) depth -= 1
  }
  return false
}
