/** The map in the page, with its buttons and the line of coordinates. */
import { useEffect, useRef, useState } from "preact/hooks";
import { position } from "../format";
import { useWords } from "../i18n";
import { Icon } from "../ui/icons";
import type { Bbox } from "../api/types";
import { buildStyle, type StyleInput } from "./style";
import { MapView, type Padding, type Picked, type Position } from "./view";

export interface Flight {
  box: Bbox;
  padding: Padding;
  /** A new number for every flight, so that the same box can be flown to again. */
  number: number;
}

interface Props {
  style: StyleInput;
  bounds: Bbox | null;
  /** What lies over the map when everything is shown. */
  padding: Padding;
  flight: Flight | null;
  picked(things: Picked[]): void;
}

export function MapPane({ style, bounds, padding, flight, picked }: Props) {
  const { t } = useWords();
  const container = useRef<HTMLDivElement>(null);
  const view = useRef<MapView | null>(null);
  const pick = useRef(picked);
  pick.current = picked;
  const [at, setAt] = useState<Position | null>(null);
  const [bearing, setBearing] = useState(0);
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    if (!container.current) return;
    try {
      view.current = new MapView(container.current, buildStyle(style), bounds, padding, t("map.label"), {
        picked: (things) => pick.current(things), moved: setAt, turned: setBearing,
      });
    } catch {
      // No WebGL: lists, cards and uploads work without the map.
      setBroken(true);
      return;
    }
    view.current.setAttribution(style.info.basemap ? style.info.attribution : null);
    return () => {
      view.current?.remove();
      view.current = null;
    };
  }, []);

  const built = useRef<string | null>(null);
  useEffect(() => {
    const { theme, version, filters, highlight, tilesets } = style;
    const first = built.current === null;
    built.current = version;
    if (!first) view.current?.setStyle(buildStyle({ ...style, theme, version, filters, highlight, tilesets }));
  }, [style.theme, style.version, style.filters, style.highlight, style.tilesets]);

  useEffect(() => {
    if (flight) view.current?.fly(flight.box, flight.padding);
  }, [flight?.number]);

  useEffect(() => view.current?.setLabel(t("map.label")), [t]);

  return (
    <div class="map-pane">
      <div ref={container} id="map" class="map" />
      {broken && <p class="map-broken" role="alert">{t("map.no_webgl")}</p>}
      <div class="map-buttons" role="group" aria-label={t("map.buttons")}>
        <button type="button" onClick={() => view.current?.zoomBy(1)} aria-label={t("map.zoom_in")} title={t("map.zoom_in")}><Icon name="plus" /></button>
        <button type="button" onClick={() => view.current?.zoomBy(-1)} aria-label={t("map.zoom_out")} title={t("map.zoom_out")}><Icon name="minus" /></button>
        <button type="button" onClick={() => view.current?.north()} aria-label={t("map.north")} title={t("map.north")}>
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" style={{ transform: `rotate(${-bearing}deg)` }}>
            <path d="M10 2 13.5 10h-7Z" fill="#c2402a" /><path d="M10 18 6.500 10h7Z" fill="currentColor" opacity=".55" />
          </svg>
        </button>
        {bounds && (
          <button
            type="button" aria-label={t("map.whole")} title={t("map.whole")}
            onClick={() => view.current?.fly(bounds, padding)}
          ><Icon name="whole" /></button>
        )}
      </div>
      {at && (
        <output class="coordinates" aria-label={t("map.position")}>
          <span>{position(at.lon, at.lat)}</span><span class="zoom">z {at.zoom.toFixed(1)}</span>
        </output>
      )}
    </div>
  );
}
