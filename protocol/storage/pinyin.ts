/**
 * Pinyin of people's names, for finding by keyboard. A table of 42 KB made from pinyin-pro: the library itself takes
 * 40 MB and 0.1 s at the start (measured), which a village's computer has better uses for.
 */
import { SYLLABLES } from './syllables.ts'

/** Surnames that are read otherwise than the same character elsewhere. */
const SURNAMES: Readonly<Record<string, string>> = {
  万俟: 'moqi',
  尉迟: 'yuchi',
  单于: 'chanyu',
  澹台: 'tantai',
  长孙: 'zhangsun',
  乐: 'yue',
  缪: 'miao',
  解: 'xie',
  单: 'shan',
  於: 'yu',
  郗: 'xi',
  仇: 'qiu',
  薄: 'bo',
  能: 'nai',
  都: 'du',
  曾: 'zeng',
  查: 'zha',
  盖: 'ge',
  区: 'ou',
  朴: 'piao',
  员: 'yun',
  繁: 'po',
  折: 'she',
}
/** Initials of the surnames of two characters, whose syllables cannot be told apart from their letters. */
const DOUBLE_INITIALS: Readonly<Record<string, string>> = { 万俟: 'mq', 尉迟: 'yc', 单于: 'cy', 澹台: 'tt', 长孙: 'zs' }

const FIRST = 0x4e00
const SPAN = 0x9fa5 - FIRST + 1
const names = SYLLABLES.flatMap((line) => line.split(' '))
const syllables = names.map((entry) => entry.replace(/[^a-z]+/, ''))
/** For every character the place of its syllable, from 1; 0 when it has none. */
const places = new Uint16Array(SPAN)
for (const [place, entry] of names.entries()) {
  for (let at = (syllables[place] as string).length; at < entry.length; at++) {
    places[entry.charCodeAt(at) - FIRST] = place + 1
  }
}

const syllableOf = (character: string): string => {
  const place = places[character.charCodeAt(0) - FIRST] ?? 0
  return place === 0 ? '' : (syllables[place - 1] as string)
}

/** A name in full pinyin and as initials, lower case without tones or spaces; empty when it has no Chinese. */
export function pinyinOf(name: string): { readonly full: string; readonly initials: string } {
  const head = [2, 1].map((length) => name.slice(0, length)).find((start) => Object.hasOwn(SURNAMES, start)) ?? ''
  let full = SURNAMES[head] ?? ''
  let initials = DOUBLE_INITIALS[head] ?? full.slice(0, 1)
  for (let at = head.length; at < name.length; at++) {
    const syllable = syllableOf(name.charAt(at))
    full += syllable
    initials += syllable.slice(0, 1)
  }
  return { full, initials }
}
