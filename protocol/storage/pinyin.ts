/**
 * Pinyin of people's names, for finding by keyboard. A table of 42 KB made from pinyin-pro: the library itself takes
 * 40 MB and 0.1 s at the start (measured), which a village's computer has better uses for.
 */
import { SYLLABLES } from './syllables.ts'

/** Surnames that are read otherwise than the same character elsewhere, a syllable for each character. */
const SURNAMES: Readonly<Record<string, string>> = {
  万俟: 'mo qi',
  尉迟: 'yu chi',
  单于: 'chan yu',
  澹台: 'tan tai',
  长孙: 'zhang sun',
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

/** The syllable of each character of a name, lower case without tones; empty where it is no Chinese. */
export function syllablesOf(name: string): string[] {
  const characters = [...name]
  const head = [2, 1].map((length) => characters.slice(0, length).join('')).find((one) => Object.hasOwn(SURNAMES, one))
  const surname = head === undefined ? [] : (SURNAMES[head] as string).split(' ')
  return [...surname, ...characters.slice(surname.length).map(syllableOf)]
}

/** The first letters of syllables. */
export const initialsOf = (syllables: readonly string[]): string =>
  syllables.map((syllable) => syllable.slice(0, 1)).join('')
