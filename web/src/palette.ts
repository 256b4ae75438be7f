/**
 * How kinds, severities and parties look. Colours are of the Okabe-Ito set, told apart with every common colour
 * vision; each kind has a shape and a hatching besides, so that colour is never the only sign.
 */
import type { Kind, Severity } from "./api/types";

export type Hatching = "rising" | "dots" | "upright" | "level" | "crossed" | "falling";

export interface KindLook {
  colour: string;
  /** Outline of the sign in a box of 16 by 16; drawn both as SVG in the panel and on the canvas of the map. */
  path: string;
  hatching: Hatching;
}

export const KIND_LOOKS: Record<Kind, KindLook> = {
  overlap: { colour: "#d55e00", path: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z", hatching: "rising" },
  gap: { colour: "#0072b2", path: "M2.5 2.5h11v11h-11Z", hatching: "dots" },
  spill: { colour: "#b8518f", path: "M8 1.8 14.6 13.6H1.4Z", hatching: "upright" },
  mismatch: { colour: "#c98400", path: "M8 1.2 14.8 8 8 14.8 1.2 8Z", hatching: "level" },
  invalid: {
    colour: "#3d4348",
    path: "M4.2 1.8 8 5.6l3.8-3.8 2.4 2.4L10.4 8l3.8 3.8-2.4 2.4L8 10.4l-3.8 3.8-2.4-2.4L5.6 8 1.8 4.2Z",
    hatching: "crossed",
  },
  code: { colour: "#857300", path: "M4.6 2h6.8L15 8l-3.6 6H4.6L1 8Z", hatching: "falling" },
  hierarchy: { colour: "#3a93c9", path: "M8 14.2 1.4 2.4h13.2Z", hatching: "falling" },
  name: {
    colour: "#00835f",
    path: "M8 1.2l2 4.5 4.9.5-3.7 3.3 1.1 4.8L8 11.8l-4.3 2.5 1.1-4.8L1.1 6.2 6 5.7Z",
    hatching: "falling",
  },
};

export const SEVERITY_COLOURS: Record<Severity, string> = { error: "#b3261e", warning: "#a86500", info: "#4f6b7a" };

/** First and second party of a finding, then further ones. */
export const PARTY_COLOURS = ["#0f8b8d", "#b98900", "#6c63b5", "#7a8b2a"] as const;

export function partyColour(index: number): string {
  return PARTY_COLOURS[index % PARTY_COLOURS.length] ?? PARTY_COLOURS[0];
}

export type Theme = "light" | "dark";

/** Text in the colour of a party, dark or light enough to be read. */
export function partyInk(index: number, theme: Theme): string {
  const inks = theme === "light" ? ["#0a5557", "#6b4f00", "#443d87", "#4a561a"] : ["#7fd6d4", "#e9c463", "#b9b3f0", "#c3d27a"];
  return inks[index % inks.length] ?? "#000000";
}

export interface MapColours {
  ground: string;
  unit: string;
  line: string;
  label: string;
  minor: string;
  place: string;
  halo: string;
  chosen: string;
}

export const MAP_COLOURS: Record<Theme, MapColours> = {
  light: {
    ground: "#e4e9e7", unit: "#fbfbf8", line: "#7d8c8a", label: "#1f3033", minor: "#52656a", place: "#5a6b6d", halo: "#ffffff", chosen: "#14211f",
  },
  dark: {
    ground: "#12191b", unit: "#1e282b", line: "#66797b", label: "#e3ecec", minor: "#a9babb", place: "#9fb0b1", halo: "#141c1e", chosen: "#ffffff",
  },
};
