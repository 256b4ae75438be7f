/** Order and names of the levels of units. A level is free text; the usual ones have names here. */
import { isKey, type Translate } from "./i18n";

const COARSE_TO_FINE = ["country", "province", "city", "prefecture", "county", "district", "township", "street", "village", "community"];

/** Smaller = coarser; unknown words come after the known ones. */
export function levelRank(level: string): number {
  const at = COARSE_TO_FINE.indexOf(level);
  return at < 0 ? COARSE_TO_FINE.length : at;
}

export function levelName(t: Translate, level: string | null): string {
  if (level === null) return t("level.all");
  if (level === "") return t("level.none");
  const key = `level.${level}`;
  return isKey(key) ? t(key) : level;
}
