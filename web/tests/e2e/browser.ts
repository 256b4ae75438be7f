/** A browser, and pages that keep book of what must not happen. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
];

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", headless: true, args: FLAGS });
}

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/**
 * Opens a page, lets `use` work with it, and then asks: no error in the console, none uncaught, no request to anywhere
 * but `origin`. `name` is that of the picture left in test-results/. `expected` is what the console may say after all.
 */
export async function withPage(
  browser: Browser, origin: string, name: string, path: string, use: (page: Page) => Promise<void>,
  { expected, ...options }: BrowserContextOptions & { expected?: RegExp } = {},
): Promise<void> {
  const context = await browser.newContext({ viewport: WIDE, locale: "zh-CN", ...options });
  const wrong: string[] = [];
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(blob|data):/.test(url)) wrong.push(`request to ${url}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => message.type() === "error" && !expected?.test(message.text()) && wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`uncaught: ${error.message}`));
  try {
    await page.goto(origin + path);
    await page.locator("[data-group]").first().waitFor();
    await page.locator("canvas.maplibregl-canvas").waitFor();
    await use(page);
  } finally {
    await mkdir("test-results", { recursive: true });
    await page.screenshot({ path: `test-results/${name}.png` });
    await context.close();
  }
  assert.deepEqual(wrong, []);
}

/** Waits until the map has stopped: its place in the address stays the same for a while. */
export async function settled(page: Page): Promise<void> {
  let before = "";
  for (let same = 0; same < 4;) {
    await page.waitForTimeout(250);
    const now = new URL(page.url()).hash;
    same = now === before && now !== "" ? same + 1 : 0;
    before = now;
  }
  await page.waitForTimeout(500);
}

/** Zoom, latitude, longitude of the map, as its address says. */
export function mapPosition(page: Page): [number, number, number] {
  const [zoom = Number.NaN, lat = Number.NaN, lon = Number.NaN] = (/map=([^&]+)/.exec(page.url())?.[1] ?? "").split("/").map(Number);
  return [zoom, lat, lon];
}

/** How many pixels of what is seen have about this colour (`#rrggbb`). */
export async function pixels(page: Page, colour: string, tolerance = 26): Promise<number> {
  const picture = (await page.locator("#map").screenshot()).toString("base64");
  return page.evaluate(async ([data = "", wanted = "", near]) => {
    const bytes = Uint8Array.from(atob(String(data)), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    if (!context) return 0;
    context.drawImage(image, 0, 0);
    const all = context.getImageData(0, 0, image.width, image.height).data;
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(String(wanted).slice(at, at + 2), 16)) as [number, number, number];
    let found = 0;
    for (let i = 0; i < all.length; i += 4) {
      const far = Math.abs((all[i] ?? 0) - r) + Math.abs((all[i + 1] ?? 0) - g) + Math.abs((all[i + 2] ?? 0) - b);
      if (far <= Number(near)) found++;
    }
    return found;
  }, [picture, colour, tolerance] as const);
}
