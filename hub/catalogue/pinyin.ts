/** Pinyin of names, made when a catalogue is brought in, so that every counter finds an item by keyboard without a dictionary. */
import { pinyin } from 'pinyin-pro'

/** Full pinyin without tones, a space, the initials: `shengyudengji sydj`. Letters and digits stay, ü is typed v. */
export function searchPinyin(name: string): string {
  const parts = pinyin(name, { toneType: 'none', type: 'array', nonZh: 'consecutive', v: true })
    .map((part) => part.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .filter((part) => part !== '')
  return `${parts.join('')} ${parts.map((part) => part[0]).join('')}`
}
