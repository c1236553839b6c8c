/** What JSON may give before it is checked. */

/** Whether a value is an object of named parts, neither a list nor nothing. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The signs of JSON that stand outside of its texts and begin, end or part something. */
function* signsOf(json: string): Generator<string> {
  let isText = false
  for (let at = 0; at < json.length; at++) {
    const sign = json[at] as string
    if (isText && sign === '\\') at += 1
    else if (sign === '"') isText = !isText
    else if (!isText && '{}[],'.includes(sign)) yield sign
  }
}

/** Whether JSON holds parts within parts deeper than a bound: what walks through it later would run out of stack. */
export function isDeeper(json: string, bound: number): boolean {
  let depth = 0
  for (const sign of signsOf(json)) {
    if (sign === '{' || sign === '[') depth += 1
    else if (sign !== ',') depth -= 1
    if (depth > bound) return true
  }
  return false
}

/** Whether JSON holds more values than a bound, in whatever lists and parts: each takes memory, however short it is written. */
export function hasMoreValues(json: string, bound: number): boolean {
  let values = 1
  for (const sign of signsOf(json)) {
    if (sign === '}' || sign === ']') continue
    values += 1
    if (values > bound) return true
  }
  return false
}
