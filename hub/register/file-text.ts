/** The text of a file from an office computer: UTF-8, or the national encoding that spreadsheets save in. */

/** Decodes UTF-8 when it is that, GB 18030 (which includes GBK) otherwise; a byte order mark is left out. */
export function textOfFile(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes) // not UTF-8, so it is what Chinese spreadsheets write by default
  }
}
