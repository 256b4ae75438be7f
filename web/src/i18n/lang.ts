/** The languages of the page. Chinese is the first. */
export const LANGS = ["zh", "en"] as const;
export type Lang = (typeof LANGS)[number];

const KEY = "jieming.lang";

export function isLang(value: unknown): value is Lang {
  return value === "zh" || value === "en";
}

/** The language to start with: the address first, then what was chosen before, then Chinese. */
export function startLang(fromAddress: string | null, remembered: string | null): Lang {
  if (isLang(fromAddress)) return fromAddress;
  return isLang(remembered) ? remembered : "zh";
}

/** Storage may be shut off in the browser; the choice is then good for this page only. */
export function recallLang(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberLang(lang: Lang): void {
  try {
    localStorage.setItem(KEY, lang);
  } catch {
    // See recallLang.
  }
}
