import type { Kind, Severity } from "../api/types";
import { KIND_LOOKS, SEVERITY_COLOURS } from "../palette";

/** Strokes of the icons in a box of 20 by 20. */
const STROKES = {
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Zm4 9.500 4 4",
  close: "M5 5l10 10M15 5 5 15",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  upload: "M10 13V4m0 0L6.500 7.500M10 4l3.500 3.500M4 13v3h12v-3",
  chevron: "M7.500 5l5 5-5 5",
  down: "M5 7.500l5 5 5-5",
  back: "M12.500 5l-5 5 5 5",
  link: "M8.500 11.500a3 3 0 0 0 4.300 0l2.400-2.400a3 3 0 0 0-4.300-4.300l-.9.9m1.500 2.800a3 3 0 0 0-4.300 0L4.800 10.900a3 3 0 0 0 4.300 4.300l.9-.9",
  whole: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  download: "M10 4v9m0 0 3.500-3.500M10 13 6.500 9.500M4 16h12",
  filter: "M4 5.500h12M6.500 10h7M8.500 14.500h3",
  check: "M4.500 10.500l3.500 3.500 7.500-8",
  file: "M5.500 3h6l3.500 3.500V17h-9.500ZM11 3v4h4",
  again: "M15.500 8A6 6 0 1 0 16 11.500M16 4v4h-4",
  pin: "M10 17s5-4.800 5-8.800A5 5 0 0 0 5 8.200C5 12.200 10 17 10 17Zm0-7a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600Z",
  unit: "M4 6.500 9 4l7 3-1.500 8-6 1.500L4 13Z",
} as const;

export type IconName = keyof typeof STROKES;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={STROKES[name]} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The sign of a kind, as on the map. */
export function KindSign({ kind, size = 14 }: { kind: Kind; size?: number }) {
  const look = KIND_LOOKS[kind];
  return (
    <svg class="sign" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={look.path} fill={look.colour} />
    </svg>
  );
}

/** Error: filled disc with a bar; warning: triangle; info: ring. Told apart by shape. */
export function SeveritySign({ severity, label }: { severity: Severity; label: string }) {
  const colour = SEVERITY_COLOURS[severity];
  return (
    <svg class="sign" width="14" height="14" viewBox="0 0 16 16" role="img" aria-label={label}>
      <title>{label}</title>
      {severity === "error" && <path d="M8 1.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13ZM4.800 7.100v1.800h6.400V7.100Z" fill={colour} fill-rule="evenodd" />}
      {severity === "warning" && <path d="M8 1.500 15 14H1ZM7.200 6v4h1.600V6Zm0 5v1.500h1.600V11Z" fill={colour} fill-rule="evenodd" />}
      {severity === "info" && <circle cx="8" cy="8" r="5.500" fill="none" stroke={colour} stroke-width="2" />}
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" width="34" height="34" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#14535a" />
      <path d="M4 12 13 5l8 6-2 9-9 3z" fill="#7fd0c9" fill-opacity=".85" />
      <path d="m13 14 12-3 4 9-9 8-9-5z" fill="#f3c35b" fill-opacity=".85" />
    </svg>
  );
}
