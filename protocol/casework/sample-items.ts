/** The sample catalogue, by the name under which it was known before it became a folder. */
export { SAMPLE_ITEMS } from './samples/items.ts'
