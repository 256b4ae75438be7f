/** The map itself: one object around MapLibre, told what to show by a style and where to go by a box. */
import maplibregl, { type MapMouseEvent, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker.js?url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { Bbox } from "../api/types";
import { IMAGE_RATIO, imageFor } from "./images";
import { PICKABLE, PICKABLE_PLACES } from "./style";

export interface Picked {
  type: "finding" | "place";
  id: string;
}

export interface Position {
  lon: number;
  lat: number;
  zoom: number;
}

export interface Padding {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface MapEvents {
  /** Everything under the pointer, uppermost first; empty for a click on nothing. */
  picked(things: Picked[]): void;
  /** Where the pointer is, or the middle of the map when it is elsewhere. */
  moved(at: Position): void;
  turned(bearing: number): void;
}

/** How near in pixels a click must come to a small thing. */
const REACH = 6;
/** The largest zoom a flight goes to; a sliver of decimetres still shows its two sides there. */
const CLOSEST = 18.5;

export class MapView {
  readonly map: maplibregl.Map;

  constructor(container: HTMLElement, style: StyleSpecification, bounds: Bbox | null, padding: Padding, label: string, events: MapEvents) {
    maplibregl.setWorkerUrl(workerUrl);
    this.map = new maplibregl.Map({
      container,
      style,
      // A position in the address goes before these bounds.
      ...(bounds ? { bounds, fitBoundsOptions: { padding } } : { center: [105, 35], zoom: 3 }),
      hash: "map",
      maxZoom: 22,
      minZoom: 1,
      attributionControl: false,
      localIdeographFontFamily: "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif",
      renderWorldCopies: false,
      dragRotate: true,
      pitchWithRotate: false,
      maxPitch: 0,
      refreshExpiredTiles: false,
      locale: { "Map.Title": label },
    });
    this.map.touchZoomRotate.enableRotation();
    this.map.addControl(new maplibregl.ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
    this.map.on("styleimagemissing", ({ id }) => {
      const image = imageFor(id);
      if (image && !this.map.hasImage(id)) this.map.addImage(id, image, { pixelRatio: IMAGE_RATIO });
    });
    this.map.on("click", (event) => events.picked(this.thingsAt(event)));
    this.map.on("mousemove", (event) => {
      events.moved({ lon: event.lngLat.lng, lat: event.lngLat.lat, zoom: this.map.getZoom() });
      this.map.getCanvas().style.cursor = this.thingsAt(event).length ? "pointer" : "";
    });
    const middle = () => {
      const { lng, lat } = this.map.getCenter();
      events.moved({ lon: lng, lat, zoom: this.map.getZoom() });
    };
    this.map.on("mouseout", middle);
    this.map.on("moveend", middle);
    this.map.on("load", middle);
    this.map.on("rotate", () => events.turned(this.map.getBearing()));
    this.map.getCanvas().setAttribute("aria-label", label);
  }

  private thingsAt(event: MapMouseEvent): Picked[] {
    const { x, y } = event.point;
    const box: [[number, number], [number, number]] = [[x - REACH, y - REACH], [x + REACH, y + REACH]];
    const layers = [...PICKABLE, ...PICKABLE_PLACES].filter((id) => this.map.getLayer(id));
    if (layers.length === 0) return [];
    const seen = new Set<string>();
    const things: Picked[] = [];
    for (const feature of this.map.queryRenderedFeatures(box, { layers })) {
      const type = feature.layer.id === "places" ? "place" : "finding";
      const id = String(feature.properties["id"] ?? "");
      if (id === "" || seen.has(type + id)) continue;
      seen.add(type + id);
      things.push({ type, id });
    }
    // Findings go before places: a place that is found fault with has both.
    return [...things.filter((one) => one.type === "finding"), ...things.filter((one) => one.type === "place")];
  }

  setLabel(label: string): void {
    this.map.getCanvas().setAttribute("aria-label", label);
  }

  setStyle(style: StyleSpecification): void {
    this.map.setStyle(style, { diff: true });
  }

  setAttribution(text: string | null): void {
    if (text) this.map.addControl(new maplibregl.AttributionControl({ compact: false }), "bottom-right");
  }

  fly(box: Bbox, padding: Padding): void {
    this.map.fitBounds([[box[0], box[1]], [box[2], box[3]]], {
      padding: this.fitting(padding), maxZoom: CLOSEST, duration: 900, bearing: this.map.getBearing(),
    });
  }

  /** Padding larger than the map would make MapLibre refuse the flight. */
  private fitting(padding: Padding): Padding {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const room = (a: number, b: number, size: number) => (a + b > size * 0.7 ? (size * 0.7) / (a + b) : 1);
    const across = room(padding.left, padding.right, clientWidth);
    const down = room(padding.top, padding.bottom, clientHeight);
    return {
      left: padding.left * across, right: padding.right * across, top: padding.top * down, bottom: padding.bottom * down,
    };
  }

  zoomBy(step: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + step, duration: 200 });
  }

  north(): void {
    this.map.easeTo({ bearing: 0, pitch: 0, duration: 300 });
  }

  remove(): void {
    this.map.remove();
  }
}
