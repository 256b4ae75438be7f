/** Signs and hatchings of the kinds, drawn on a canvas when the map asks for them. */
import { KINDS, type Kind } from "../api/types";
import { KIND_LOOKS, type Hatching } from "../palette";
import { hatchName, iconName } from "./style";

/** Pixels of the image per pixel of the map. */
export const IMAGE_RATIO = 3;

function drawing(size: number, draw: (context: CanvasRenderingContext2D) => void): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * IMAGE_RATIO;
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.scale(IMAGE_RATIO, IMAGE_RATIO);
  draw(context);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function drawSign(kind: Kind): ImageData | null {
  const { path, colour } = KIND_LOOKS[kind];
  return drawing(20, (context) => {
    context.translate(2, 2);
    const outline = new Path2D(path);
    context.lineJoin = "round";
    context.strokeStyle = "#ffffff";
    context.lineWidth = 3;
    context.stroke(outline);
    context.fillStyle = colour;
    context.fill(outline);
  });
}

/** Lines of a hatching in a tile of 8 by 8 that joins with itself on every side. */
const HATCHINGS: Record<Hatching, (context: CanvasRenderingContext2D) => void> = {
  rising: (c) => strokes(c, [[-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]]),
  falling: (c) => strokes(c, [[-2, -2, 10, 10], [6, -2, 10, 2], [-2, 6, 2, 10]]),
  upright: (c) => strokes(c, [[4, 0, 4, 8]]),
  level: (c) => strokes(c, [[0, 4, 8, 4]]),
  crossed: (c) => strokes(c, [[-2, 10, 10, -2], [-2, -2, 10, 10]]),
  dots: (c) => {
    for (const [x, y] of [[2, 2], [6, 6]] as const) {
      c.beginPath();
      c.arc(x, y, 1, 0, 2 * Math.PI);
      c.fill();
    }
  },
};

function strokes(context: CanvasRenderingContext2D, lines: readonly (readonly [number, number, number, number])[]): void {
  for (const [x1, y1, x2, y2] of lines) {
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  }
}

function drawHatching(kind: Kind): ImageData | null {
  const { hatching, colour } = KIND_LOOKS[kind];
  return drawing(8, (context) => {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 1;
    HATCHINGS[hatching](context);
  });
}

/** The image of a name of this page, null for any other name. */
export function imageFor(name: string): ImageData | null {
  const kind = KINDS.find((one) => iconName(one) === name || hatchName(one) === name);
  if (!kind) return null;
  return iconName(kind) === name ? drawSign(kind) : drawHatching(kind);
}
