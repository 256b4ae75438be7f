import { useEffect, useState } from "preact/hooks";

/** True while the window is at most this wide: the panel is then a sheet at the bottom. */
export const NARROW = "(max-width: 760px)";
export const DARK = "(prefers-color-scheme: dark)";

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    update();
    list.addEventListener("change", update);
    return () => list.removeEventListener("change", update);
  }, [query]);
  return matches;
}

/** The value after it has stayed the same for `wait_ms`. */
export function useSettled<T>(value: T, waitMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), waitMs);
    return () => clearTimeout(timer);
  }, [value, waitMs]);
  return settled;
}

export type Loaded<T> = { state: "loading" } | { state: "ready"; value: T } | { state: "failed"; error: unknown };

/** Loads again whenever `key` changes; an answer that comes too late is dropped. Null loads nothing. */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [result, setResult] = useState<{ key: string | null; loaded: Loaded<T> }>({ key: null, loaded: { state: "loading" } });
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    load(abort.signal).then(
      (value) => !abort.signal.aborted && setResult({ key, loaded: { state: "ready", value } }),
      (error: unknown) => !abort.signal.aborted && setResult({ key, loaded: { state: "failed", error } }),
    );
    return () => abort.abort();
  }, [key]);
  return result.key === key ? result.loaded : { state: "loading" };
}
