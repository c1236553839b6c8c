/** Money in words: whole fen inside, yuan for people. */
/** An amount in fen as money: 12.50 元. */
export const yuanWords = (fen: number): string => `${(fen / 100).toFixed(2)} 元`

/** An amount in fen as it is typed: 12.50; empty for nothing. */
export const yuanText = (fen: number | undefined): string => (fen === undefined ? '' : (fen / 100).toFixed(2))

/** A range of amounts in fen: 10.00 元, or 10.00 至 50.00 元. */
export const rangeWords = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  from === to ? yuanWords(from) : `${yuanText(from)} 至 ${yuanWords(to)}`

/** Typed yuan as whole fen, digit by digit so that nothing is rounded; undefined when it is no amount. */
export function fenOf(text: string): number | undefined {
  const found = /^([0-9]{1,11})(?:[.]([0-9]{1,2}))?$/.exec(text.replaceAll(/[,,\s元]/g, ''))
  return found ? Number(`${found[1]}${(found[2] ?? '').padEnd(2, '0')}`) : undefined
}
