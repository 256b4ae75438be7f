import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Lang } from "./lang";
import { messages } from "./messages";

export type Key = keyof typeof messages;
export type Params = Record<string, string | number>;
export type Translate = (key: Key, params?: Params) => string;

/** The text of a key, with `{name}` replaced. A key without a text does not compile. */
export function translate(lang: Lang, key: Key, params: Params = {}): string {
  return messages[key][lang].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

export function isKey(key: string): key is Key {
  return Object.hasOwn(messages, key);
}

export interface Words {
  lang: Lang;
  t: Translate;
}

export function wordsOf(lang: Lang): Words {
  return { lang, t: (key, params) => translate(lang, key, params) };
}

export const WordsContext = createContext<Words>(wordsOf("zh"));

export function useWords(): Words {
  return useContext(WordsContext);
}
