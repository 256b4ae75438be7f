/** Numbers, times and positions as people read them. */
import type { Lang } from "./i18n/lang";

const LOCALES: Record<Lang, string> = { zh: "zh-CN", en: "en-GB" };
export const NONE = "–";

function number(lang: Lang, value: number, digits: number): string {
  return value.toLocaleString(LOCALES[lang], { maximumSignificantDigits: digits });
}

export function count(lang: Lang, value: number): string {
  return value.toLocaleString(LOCALES[lang]);
}

/** Square metres; from 0.1 km² on, square kilometres. */
export function area(lang: Lang, m2: number | null | undefined): string {
  if (m2 === null || m2 === undefined || !Number.isFinite(m2)) return NONE;
  if (Math.abs(m2) >= 100_000) return `${number(lang, m2 / 1e6, 3)} km²`;
  if (Math.abs(m2) >= 1000) return `${Math.round(m2).toLocaleString(LOCALES[lang])} m²`;
  return `${number(lang, m2, 3)} m²`;
}

/** Metres; kilometres from 10 km on, centimetres and millimetres below a metre. */
export function metres(lang: Lang, m: number | null | undefined): string {
  if (m === null || m === undefined || !Number.isFinite(m)) return NONE;
  const size = Math.abs(m);
  if (size >= 10_000) return `${number(lang, m / 1000, 4)} km`;
  if (size >= 1 || size === 0) return `${number(lang, m, 4)} m`;
  if (size >= 0.01) return `${number(lang, m * 100, 3)} cm`;
  return `${number(lang, m * 1000, 2)} mm`;
}

/** Local date and time to the minute, in the order year, month, day in both languages. */
export function time(iso: string | null | undefined): string {
  if (!iso) return NONE;
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Degrees with six decimals (0.1 m), with the half of the globe: `114.305393°E 30.592760°N`. */
export function position(lon: number, lat: number): string {
  const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
  const one = (value: number, plus: string, minus: string) =>
    `${Math.abs(value).toFixed(6)}°${value < 0 ? minus : plus}`;
  return `${one(wrapped, "E", "W")}  ${one(lat, "N", "S")}`;
}

export function bytes(lang: Lang, size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${number(lang, size / 1024, 3)} KB`;
  return `${number(lang, size / 1024 / 1024, 3)} MB`;
}
