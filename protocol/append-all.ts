/** Lists that grow by what others may make long. */

/**
 * Appends to a list. Not `push(...items)`: each item is an argument on the stack then, and some hundred thousand – the
 * receipts of one case that a member made for it – end whatever runs with a RangeError.
 */
export function appendAll<Item>(list: Item[], items: Iterable<Item>): void {
  for (const item of items) list.push(item)
}
