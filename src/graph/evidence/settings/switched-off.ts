import { type KeyMeaning, wordsOf } from '../../addresses/key-meaning.ts';
import type { SettingGroup } from './workload-settings.ts';

const switchWords: ReadonlySet<string> = new Set(['enable', 'enabled', 'use', 'active', 'on']);
const offWords: ReadonlySet<string> = new Set(['disable', 'disabled', 'skip', 'off', 'no']);

/**
 * Whether a setting belongs to something that another setting switches off: `ENABLE_ASSISTANT=false` to `ASSISTANT_ADDR`,
 * `-Dspring.zipkin.enabled=false` to `ZIPKIN`. Answers with the name of the switch, or null.
 */
export function switchedOff(groups: readonly SettingGroup[]): (meaning: KeyMeaning) => string | null {
  const switches: { readonly name: string; readonly words: readonly string[] }[] = [];
  for (const { key, value } of groups.flatMap(({ settings }) => settings).flatMap(withFlags)) {
    const words = wordsOf(key);
    const on = words.findIndex((word) => switchWords.has(word));
    const off = words.findIndex((word) => offWords.has(word));
    const isOff = (on >= 0 && /^(?:false|0|no|off)$/i.test(value)) || (off >= 0 && /^(?:true|1|yes|on)$/i.test(value));
    const subject = words.filter((word) => !switchWords.has(word) && !offWords.has(word)).slice(-2);
    if (isOff && subject.length > 0) switches.push({ name: key, words: subject });
  }
  return ({ subject }) =>
    switches.find(({ words }) => {
      const last = words.at(-1);
      return (
        last !== undefined &&
        subject.includes(last) &&
        words.every((word) => subject.includes(word) || isFramework(word))
      );
    })?.name ?? null;
}

/** `spring.zipkin.enabled` is about zipkin. */
function isFramework(word: string): boolean {
  return ['spring', 'quarkus', 'micronaut', 'app', 'management', 'service', 'feature', 'features'].includes(word);
}

/** Switches also hide in option strings: `JAVA_OPTS=-Xmx1g -Dspring.zipkin.enabled=false`. */
function withFlags(setting: { readonly key: string; readonly value: string }): { key: string; value: string }[] {
  if (!setting.value.includes('=') || setting.value.length > 5_000) return [setting];
  const flags = setting.value.split(/\s+/).flatMap((word) => {
    const flag = /^-{0,2}(?:D(?=[a-z]))?([\w.-]{1,100})=([\w]{1,10})$/.exec(word);
    return flag?.[1] === undefined ? [] : [{ key: flag[1], value: flag[2] ?? '' }];
  });
  return [setting, ...flags];
}
