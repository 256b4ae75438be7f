/** What the page knows of the server: its state, the tile sets, and when the data changed. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "./api/client";
import type { Info, TileJson } from "./api/types";
import type { Tilesets } from "./map/style";

const POLL_MS = 1000;
/** An audit that has not begun this long after an upload is not waited for: what was accepted is shown as it is. */
const AUDIT_BEGINS_WITHIN_MS = 20_000;

async function loadTilesets(client: Client, info: Info): Promise<Tilesets> {
  const orNull = (asked: Promise<TileJson>) => asked.catch(() => null);
  const addresses = new Map(info.levels.map(({ level, tiles }) => [tiles, level]));
  const [units, findings, places] = await Promise.all([
    Promise.all([...addresses].map(async ([url, level]) => ({ level, tiles: await orNull(client.getTileset(url)) }))),
    orNull(client.getTileset("/tiles/findings.json")),
    orNull(client.getTileset("/tiles/places.json")),
  ]);
  return { units: units.flatMap(({ level, tiles }) => (tiles ? [{ level, tiles }] : [])), findings, places };
}

export interface Service {
  info: Info | null;
  tilesets: Tilesets | null;
  /** Differs whenever lists and tiles are to be loaded again. */
  version: string;
  error: unknown;
  again(): void;
  /** Follows the audit until it has run, then loads everything again. */
  follow(): void;
}

export function useService(client: Client): Service {
  const [info, setInfo] = useState<Info | null>(null);
  const [tilesets, setTilesets] = useState<Tilesets | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [following, setFollowing] = useState<{ run: number | null; since: number } | null>(null);
  const latest = useRef<Info | null>(null);

  const load = useCallback(async () => {
    try {
      const got = await client.getInfo();
      const tiles = await loadTilesets(client, got);
      latest.current = got;
      setInfo(got);
      setTilesets(tiles);
      setError(null);
      if (got.audit.running) setFollowing((now) => now ?? { run: null, since: Date.now() });
    } catch (cause) {
      setError(cause);
    }
  }, [client]);

  useEffect(() => void load(), []);

  useEffect(() => {
    if (following === null) return;
    let stopped = false;
    let seen = false;
    const look = async () => {
      let now: Info | null = null;
      try {
        now = await client.getInfo();
      } catch {
        // The server is away for a moment; the next look tells.
      }
      if (stopped) return;
      if (now) {
        seen ||= now.audit.running;
        latest.current = now;
        setInfo(now);
        const late = Date.now() - following.since > AUDIT_BEGINS_WITHIN_MS;
        if (!now.audit.running && (seen || now.audit.run !== following.run || late)) {
          setFollowing(null);
          void load();
          return;
        }
      }
      timer = setTimeout(() => void look(), POLL_MS);
    };
    let timer = setTimeout(() => void look(), POLL_MS / 2);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [following, client]);

  return {
    info, tilesets, error,
    version: String(info?.generation ?? 0),
    again: () => void load(),
    follow: () => {
      setFollowing({ run: latest.current?.audit.run ?? null, since: Date.now() });
      void load();
    },
  };
}
