/** The panel: a column at the left, or on a narrow window a sheet that is pulled up from the bottom. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useWords } from "../i18n";

export const SHEET_SIZES = ["peek", "half", "full"] as const;
export type SheetSize = (typeof SHEET_SIZES)[number];

/** A pull shorter than this is a tap. */
const TAP_PX = 8;

/** The size nearest to a height, given as part of the window's. */
export function nearestSize(part: number): SheetSize {
  if (part < 0.3) return "peek";
  return part < 0.72 ? "half" : "full";
}

interface Props {
  narrow: boolean;
  size: SheetSize;
  setSize(size: SheetSize): void;
  children: ComponentChildren;
}

export function Sheet({ narrow, size, setSize, children }: Props) {
  const { t } = useWords();
  const frame = useRef<HTMLDivElement>(null);
  const pull = useRef<{ y: number; height: number; moved: boolean } | null>(null);
  const [height, setHeight] = useState<number | null>(null);
  if (!narrow) return <div class="panel" id="panel">{children}</div>;

  const next = SHEET_SIZES[(SHEET_SIZES.indexOf(size) + 1) % SHEET_SIZES.length] ?? "half";
  return (
    <div
      ref={frame} id="panel" class={`panel sheet ${size} ${height === null ? "" : "pulled"}`}
      {...(height === null ? {} : { style: { height: `${height}px` } })}
    >
      <button
        type="button" class="grip" aria-label={t(`sheet.${next}`)}
        onClick={() => !pull.current?.moved && setSize(next)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          pull.current = { y: event.clientY, height: frame.current?.offsetHeight ?? 0, moved: false };
        }}
        onPointerMove={(event) => {
          const from = pull.current;
          if (!from || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
          const by = from.y - event.clientY;
          if (Math.abs(by) > TAP_PX) from.moved = true;
          if (from.moved) setHeight(Math.max(60, from.height + by));
        }}
        onPointerUp={() => {
          if (pull.current?.moved && height !== null) setSize(nearestSize(height / innerHeight));
          setHeight(null);
          // The click that follows a pull must not count as a tap.
          setTimeout(() => { pull.current = null; });
        }}
        onPointerCancel={() => { pull.current = null; setHeight(null); }}
      ><span /></button>
      {children}
    </div>
  );
}
