import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Finding, Group, Info } from "../../src/api/types";
import { PARTY_COLOURS } from "../../src/palette";
import { mapPosition, NARROW, pixels, settled, startBrowser, withPage } from "./browser";
import { startServer, type Server } from "./server";

let server: Server;
let browser: Browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
}, { timeout: 300_000 });

after(async () => {
  await browser?.close();
  await server?.stop();
});

const visit = (name: string, path: string, use: (page: Page) => Promise<void>, options = {}) =>
  withPage(browser, server.origin, name, path, use, options);

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(server.origin + path);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
}

/** A finding with two parties and a polygon. */
async function someFinding(): Promise<Finding> {
  const { findings } = await ask<{ findings: Finding[] }>("/api/v1/findings?kind=overlap&sort=-area&limit=50");
  const found = findings.find((one) => one.units.length === 2 && one.bbox && one.point);
  assert.ok(found, "the demo has an overlap of two units");
  return found;
}

const groups = (page: Page) => page.locator("[data-group]");
const card = (page: Page) => page.locator("aside.card");

describe("the page", { timeout: 600_000 }, () => {
  it("lists the findings in groups and draws units and names", () => visit("start", "/", async (page) => {
    const { groups: asked, matched } = await ask<{ groups: Group[]; matched: number }>("/api/v1/findings/groups?limit=40&sort=-area");
    assert.equal(await groups(page).count(), asked.length);
    assert.ok((await page.locator(".list-head p").innerText()).includes(matched.toLocaleString("zh-CN")));
    const first = asked[0];
    assert.ok(first);
    for (const name of first.unit_names) assert.ok((await groups(page).first().innerText()).includes(name));
    await settled(page);
    assert.ok(await pixels(page, "#fbfbf8") > 50_000, "units are filled");
    assert.ok(await pixels(page, "#d55e00", 60) > 50, "overlaps are drawn");
  }));

  it("flies to a finding chosen in the list and shows both parties", () => visit("chosen", "/?kind=overlap", async (page) => {
    await settled(page);
    const before = mapPosition(page);
    const pair = groups(page).filter({ hasText: " — " }).first();
    await pair.click();
    await card(page).waitFor();
    const names = (await pair.locator("strong").innerText()).split(" — ");
    await page.locator("[data-finding]").first().click();
    await page.waitForURL(/finding=/);
    await card(page).locator(".facts").waitFor();
    await settled(page);
    const now = mapPosition(page);
    assert.ok(now[0] > before[0], `zoom ${before[0]} → ${now[0]}`);
    for (const name of names) assert.ok((await card(page).locator(".parties").innerText()).includes(name));
    for (const colour of PARTY_COLOURS.slice(0, 2)) assert.ok(await pixels(page, colour) > 20, `party in ${colour}`);
    for (const format of ["html", "xlsx", "geojson", "csv"]) {
      const links = card(page).locator(`.reports a[href*="format=${format}"]`);
      assert.equal(await links.count(), 3, `reports as ${format}: the line and both units`);
    }
    const report = await links(page);
    for (const link of report) assert.equal((await fetch(server.origin + link)).status, 200, link);
  }));

  it("chooses a finding by a click on the map", async () => {
    const { point, id } = await someFinding();
    assert.ok(point);
    await visit("map-click", `/#map=17/${point[1]}/${point[0]}`, async (page) => {
      await settled(page);
      const box = await page.locator("#map").boundingBox();
      assert.ok(box);
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.waitForURL(/finding=/);
      await card(page).locator(".facts").waitFor();
      const chosen = new URL(page.url()).searchParams.get("finding");
      const there = await ask<{ properties: Finding }>(`/api/v1/findings/${encodeURIComponent(chosen ?? "")}`);
      const [w, s, e, n] = there.properties.bbox ?? [0, 0, 0, 0];
      assert.ok(chosen === id || (w <= point[0] && point[0] <= e && s <= point[1] && point[1] <= n), "what was clicked lies there");
    });
  });

  it("opens a direct link, and goes back and forward", async () => {
    const finding = await someFinding();
    await visit("direct", `/?finding=${encodeURIComponent(finding.id)}`, async (page) => {
      await card(page).locator(".facts").waitFor();
      await settled(page);
      const [zoom, lat, lon] = mapPosition(page);
      const [w, s, e, n] = finding.bbox ?? [0, 0, 0, 0];
      const roomy = Math.max(e - w, n - s, 0.002) * 2;
      assert.ok(Math.abs(lon - (w + e) / 2) < roomy && Math.abs(lat - (s + n) / 2) < roomy, `at ${lon}, ${lat}, zoom ${zoom}`);
      await card(page).locator(".close").click();
      await card(page).waitFor({ state: "detached" });
      // The address follows the card a frame later.
      await page.waitForURL((url) => !url.searchParams.has("finding"));
      await page.goBack();
      await card(page).locator(".facts").waitFor();
      assert.ok(page.url().includes(`finding=${encodeURIComponent(finding.id)}`));
      await page.goForward();
      await card(page).waitFor({ state: "detached" });
    });
  });

  it("says clearly when a link leads nowhere", async () => {
    // The browser itself writes the answer 404 into the console: this page is not asked for a clean one.
    const context = await browser.newContext({ locale: "zh-CN" });
    const page = await context.newPage();
    await page.goto(`${server.origin}/?finding=nothing-here`);
    const failure = card(page).locator(".failure");
    await failure.waitFor();
    assert.match(await failure.innerText(), /\p{Script=Han}/u);
    await context.close();
  });

  it("speaks Chinese first and English when asked, and remembers", () => visit("english", "/", async (page) => {
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    assert.ok((await page.locator(".chips").first().innerText()).includes("重叠"));
    await page.getByRole("radio", { name: "English" }).check();
    await page.getByText("Overlap", { exact: true }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await page.reload();
    await page.getByText("Overlap", { exact: true }).waitFor();
    await groups(page).first().waitFor();
    await page.goto(`${server.origin}/?lang=zh`);
    await page.getByText("重叠", { exact: true }).first().waitFor();
    await groups(page).first().waitFor();
  }));

  it("filters by kind, level, severity, area and unit, list and map alike", () => visit("filters", "/", async (page) => {
    const total = await page.locator(".list-head p").innerText();
    await page.getByRole("button", { name: "空白", exact: true }).click();
    await page.waitForFunction((before) => document.querySelector(".list-head p")?.textContent !== before, total);
    const { matched } = await ask<{ matched: number }>("/api/v1/findings?kind=gap&limit=1");
    await page.waitForFunction((n) => document.querySelector(".list-head p")?.textContent?.includes(n), matched.toLocaleString("zh-CN"));
    assert.ok(page.url().includes("kind=gap"));
    for (const text of await groups(page).locator(".kinds").allInnerTexts()) assert.ok(text.includes("空白"), text);
    await settled(page);
    assert.equal(await pixels(page, "#d55e00", 20), 0, "no overlap is left on the map");
    assert.ok(await pixels(page, "#0072b2", 20) > 20, "gaps are");
    const finding = await someFinding();
    await page.getByRole("button", { name: "更多筛选" }).click();
    await page.getByRole("button", { name: "空白", exact: true }).click();
    const listed = async (query: string) => {
      const { matched: n } = await ask<{ matched: number }>(`/api/v1/findings?${query}&limit=1`);
      await page.waitForFunction((text) => document.querySelector(".list-head p")?.textContent?.includes(text), ` ${n.toLocaleString("zh-CN")} 处`);
    };
    await page.getByRole("button", { name: "错误", exact: true }).click();
    await listed("severity=error");
    await page.getByLabel("最小面积").fill("50000");
    await page.keyboard.press("Enter");
    await listed("severity=error&min_area_m2=50000");
    await page.locator(".controls .segments").getByText("县级").click();
    await listed("severity=error&min_area_m2=50000&level=county");
    await page.locator(".controls .segments").getByText("全部").click();
    await page.getByRole("combobox", { name: "单位", exact: true }).fill((finding.unit_names[0] ?? "").slice(0, 2));
    await page.locator(".filters [role=option]").filter({ hasText: finding.unit_names[0] ?? "" }).first().click();
    await page.waitForURL(/unit=/);
    await page.getByRole("button", { name: "清除筛选" }).first().click();
    await page.waitForFunction((before) => document.querySelector(".list-head p")?.textContent === before, total);
  }));

  it("works with keys alone", () => visit("keys", "/", async (page) => {
    await settled(page);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
    await page.keyboard.press("Enter");
    assert.ok(await page.evaluate(() => document.activeElement?.hasAttribute("data-group")), "the skip link leads to the list");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.locator("[data-finding]").first().waitFor();
    await page.keyboard.press("ArrowRight");
    assert.ok(await page.evaluate(() => document.activeElement?.hasAttribute("data-finding")), "the right arrow goes in");
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    assert.equal(ring, "solid", "the focus is seen");
    await page.keyboard.press("Enter");
    await page.waitForURL(/finding=/);
    await card(page).locator(".facts").waitFor();
    await page.keyboard.press("Escape");
    await card(page).waitFor({ state: "detached" });
    await page.keyboard.press("ArrowLeft");
    assert.ok(await page.evaluate(() => document.activeElement?.hasAttribute("data-group")), "the left arrow goes out");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "combobox");
    // Tab reaches everything else: the map and its buttons among them.
    const reached = new Set<string>();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement?.closest(".map-buttons, #map, .status, .list-head, .filters")?.className ?? ""));
    }
    for (const part of ["map-buttons", "status", "list-head", "filters"]) assert.ok([...reached].some((name) => name.includes(part)), part);
    assert.ok([...reached].some((name) => name.includes("maplibregl-map")), "the map itself");
  }));

  it("finds a unit and a place by the beginning of their names", () => visit("search", "/", async (page) => {
    const finding = await someFinding();
    const name = finding.unit_names[0] ?? "";
    await page.keyboard.press("/");
    await page.keyboard.type(name.slice(0, 2));
    const options = page.locator(".search [role=option]");
    await options.filter({ hasText: name }).first().waitFor();
    await options.filter({ hasText: name }).first().click();
    await card(page).getByText("行政单位", { exact: true }).waitFor();
    const { places } = await ask<{ places: { name: string }[] }>("/api/v1/places?limit=1");
    const place = places[0]?.name ?? "";
    assert.ok(place, "the demo has places");
    await page.keyboard.press("/");
    await page.keyboard.type(place);
    await page.locator(".search [role=option]").filter({ hasText: place }).last().click();
    await page.waitForURL(/place=/);
    await card(page).getByText("地名", { exact: true }).first().waitFor();
  }));

  it("takes an upload with a bad row, shows each row, and refreshes the map", () => visit("upload", "/", async (page) => {
    const info = await ask<Info>("/api/v1/info");
    const [w, s, e, n] = info.bounds ?? [114, 30, 115, 31];
    const square = (at: number, size: number) => {
      const [x, y] = [w + (e - w) * at, s + (n - s) * at];
      return { type: "Polygon", coordinates: [[[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]] };
    };
    const feature = (code: string, name: string, geometry: unknown) => ({ type: "Feature", properties: { code, name }, geometry });
    const file = {
      type: "FeatureCollection",
      features: [
        feature("420199001201", "测试甲村", square(0.4, 0.02)),
        feature("420199001202", "测试乙村", square(0.41, 0.02)),
        feature("420199001203", "测试丙村", { type: "Polygon", coordinates: [[["east", "north"]]] }),
      ],
    };
    const payload = { name: "villages.geojson", mimeType: "application/geo+json", buffer: Buffer.from(JSON.stringify(file)) };
    await page.getByRole("button", { name: "上传", exact: true }).first().click();
    await page.setInputFiles("[data-picker]", payload);
    await page.locator("dialog").getByLabel("层级", { exact: true }).fill("village");
    await page.getByRole("button", { name: "上传", exact: true }).last().click();
    const receipt = page.locator(".receipt");
    await receipt.waitFor();
    const counts = await receipt.locator(".counts dd").allInnerTexts();
    assert.deepEqual([counts[0], counts[1], counts[3]], ["3", "2", "1"]);
    const rows = receipt.locator(".row-table tbody tr");
    await rows.filter({ hasText: "拒绝" }).first().waitFor();
    assert.equal(await rows.count(), 1, "the rejected row comes first");
    assert.match(await rows.first().innerText(), /^3\b/);
    await receipt.locator(".segments label").first().click();
    await rows.nth(2).waitFor();
    for (const format of ["CSV", "JSON"]) {
      const [download] = await Promise.all([page.waitForEvent("download"), receipt.locator(".formats").getByText(format).click()]);
      const text = await readFile(await download.path(), "utf8");
      assert.ok(text.includes("测试丙村") || text.includes("rejected"), format);
    }
    await page.screenshot({ path: "test-results/receipt.png" });
    await page.getByRole("button", { name: "历次提交" }).first().click();
    await page.locator(".earlier").getByText("villages.geojson").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    // The audit runs by itself; then the new level and its overlap are there without a reload.
    await page.locator(".controls .segments").getByText("村级").click({ timeout: 60_000 });
    await groups(page).filter({ hasText: "测试甲村" }).filter({ hasText: "重叠" }).first().waitFor({ timeout: 60_000 });
  }));

  it("tries a file without writing anything", () => visit("dry-run", "/?lang=en", async (page) => {
    const before = await ask<Info>("/api/v1/info");
    await page.getByRole("button", { name: "Upload", exact: true }).first().click();
    const table = "name,lon,lat\nA pier,114.1,30.4\n,114.1,30.4\n";
    await page.setInputFiles("[data-picker]", { name: "piers.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
    await page.getByLabel("Dry run").check();
    await page.getByRole("button", { name: "Try", exact: true }).click();
    const receipt = page.locator(".receipt");
    await receipt.getByText("Dry run", { exact: true }).waitFor();
    assert.equal(await receipt.locator(".counts dd").first().innerText(), "2");
    await receipt.locator(".row-table .mark.rejected").waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), receipt.locator(".formats").getByText("JSON").click()]);
    assert.equal((JSON.parse(await readFile(await download.path(), "utf8")) as { rows: { read: number } }).rows.read, 2);
    const now = await ask<Info>("/api/v1/info");
    assert.deepEqual(now.counts, before.counts);
  }));

  it("lets the sender say what columns are, accept corrections, see rows on the map, and remembers it", () => visit("remedies", "/", async (page) => {
    const dialog = page.locator("dialog");
    const receipt = page.locator(".receipt");
    const open = async (name: string, table: string) => {
      await page.getByRole("button", { name: "上传", exact: true }).first().click();
      await page.setInputFiles("[data-picker]", { name, mimeType: "text/csv", buffer: Buffer.from(table) });
    };
    const before = await ask<Info>("/api/v1/info");
    // Nobody can know these headers.
    const head = "甲,乙,丙\n";
    await open("unknown.csv", `${head}测试亭,114.31,30.51\n测试廊,30.52,114.32\n测试台,114.33,30.53\n,114.34,30.54\n`);
    await dialog.getByLabel("只试读").check();
    await dialog.getByRole("button", { name: "试读", exact: true }).click();
    await receipt.getByText("还没有列对应", { exact: false }).waitFor();
    await page.screenshot({ path: "test-results/columns.png" });
    await receipt.getByLabel("列“甲”的字段").selectOption({ label: "标准名称" });
    await receipt.getByLabel("列“乙”的字段").selectOption({ label: "东经" });
    await receipt.getByLabel("列“丙”的字段").selectOption({ label: "北纬" });
    await receipt.getByRole("button", { name: "按此对应上传" }).click();
    await receipt.getByText("经纬度颠倒").first().waitFor();
    assert.deepEqual((await receipt.locator(".counts dd").allInnerTexts()), ["4", "3", "1", "1"]);
    const stored = await ask<Info>("/api/v1/info");
    assert.equal(stored.counts.places, before.counts.places + 3);
    // The rejected row is somewhere.
    await receipt.locator(".on-map").first().click();
    const pointed = page.locator(".pointed");
    await pointed.waitFor();
    await settled(page);
    const [, lat, lon] = mapPosition(page);
    assert.ok(Math.abs(lat - 30.54) < 0.01 && Math.abs(lon - 114.34) < 0.01, `${lat}, ${lon}`);
    await page.screenshot({ path: "test-results/pointed.png" });
    await pointed.getByRole("button", { name: "回到回执" }).click();
    await receipt.getByRole("button", { name: "采纳全部同类" }).click();
    await page.screenshot({ path: "test-results/remedies-chosen.png" });
    await receipt.getByRole("button", { name: "提交采纳的 2 处改正" }).click();
    await receipt.getByText("经纬度颠倒").first().waitFor({ state: "detached" });
    await receipt.waitFor();
    assert.deepEqual((await receipt.locator(".counts dd").allInnerTexts()), ["4", "3", "0", "1"]);
    const corrected = await ask<Info>("/api/v1/info");
    assert.equal(corrected.counts.places, stored.counts.places, "the same records");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    // The next file of the kind is read as this one was.
    await open("next.csv", `${head}测试榭,114.35,30.55\n`);
    await dialog.getByLabel("只试读").check();
    await dialog.getByRole("button", { name: "试读", exact: true }).click();
    await page.locator(".memory").getByText("unknown.csv").waitFor();
    assert.deepEqual((await receipt.locator(".counts dd").allInnerTexts()), ["1", "1", "0", "0"]);
    await page.getByRole("button", { name: "以后不再沿用" }).click();
    await page.locator(".memory").waitFor({ state: "detached" });
  }));

  it("sends a large file in pieces, and goes on after the line broke", () => visit("pieces", "/", async (page) => {
    // Larger than one piece of 8 MiB: rows with a long remark.
    const row = (at: number) => `大文件${at},114.${300 + at},30.5,${"注".repeat(90_000)}\n`;
    const table = `名称,经度,纬度,备注\n${Array.from({ length: 45 }, (_, at) => row(at)).join("")}`;
    let pieces = 0;
    await page.route("**/api/v1/uploads/*", async (route) => {
      if (route.request().method() === "PATCH") {
        pieces += 1;
        // The line breaks under the second piece, once.
        if (pieces === 2) return route.abort("connectionreset");
      }
      return route.continue();
    });
    await page.getByRole("button", { name: "上传", exact: true }).first().click();
    await page.setInputFiles("[data-picker]", { name: "large.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
    await page.locator("dialog").getByLabel("只试读").check();
    await page.locator("dialog").getByRole("button", { name: "试读", exact: true }).click();
    await page.locator(".receipt").waitFor({ timeout: 60_000 });
    assert.deepEqual((await page.locator(".counts dd").allInnerTexts()).slice(0, 2), ["45", "45"]);
    assert.equal(pieces, 3, "the first, the one that broke, and it again");
  }, { expected: /ERR_CONNECTION_RESET/ }));

  it("exports what is held as a file for other programs", () => visit("exports", "/", async (page) => {
    await page.getByRole("button", { name: "上传", exact: true }).first().click();
    await page.locator("dialog").getByRole("button", { name: "导出", exact: true }).click();
    await page.locator(".exports").getByLabel("内容").selectOption({ label: "行政区：县级" });
    await page.locator(".exports").getByLabel("格式").selectOption("csv");
    await page.locator(".exports").getByLabel("坐标系").fill("EPSG:4547");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载" }).click()]);
    const text = await readFile(await download.path(), "utf8");
    assert.ok(text.startsWith("\ufeff") && text.includes("MULTIPOLYGON"), text.slice(0, 80));
    assert.match(download.suggestedFilename(), /\.csv$/);
  }));

  it("offers what is dropped on the page", () => visit("drop", "/", async (page) => {
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["name,lon,lat\n"], "dropped.csv", { type: "text/csv" }));
      window.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    });
    await page.locator("dialog .files").getByText("dropped.csv").waitFor();
    assert.ok(await page.locator("dialog input[value=places]").isChecked(), "a table is taken for places");
  }));

  it("fits a telephone: map above, sheet below, nothing wider than the screen", () => visit("narrow", "/", async (page) => {
    await settled(page);
    const wider = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(await wider(), false);
    const sheet = page.locator(".sheet");
    const half = (await sheet.boundingBox())?.height ?? 0;
    assert.ok(half > 300 && half < 500, `half the height: ${half}`);
    await page.locator(".grip").tap();
    await page.waitForTimeout(400);
    assert.ok(((await sheet.boundingBox())?.height ?? 0) > 700, "the grip raises it");
    await groups(page).filter({ hasText: " — " }).first().tap();
    await page.locator("[data-finding]").first().tap();
    await card(page).locator(".facts").waitFor();
    await settled(page);
    assert.equal(await wider(), false);
    const box = await card(page).boundingBox();
    assert.ok(box && box.width <= NARROW.width && box.y > 200, "the card is in the sheet, the map above it");
    await page.screenshot({ path: "test-results/narrow-card.png" });
    await card(page).locator(".back").tap();
    await groups(page).first().waitFor();
  }, { viewport: NARROW, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }));
});

/** Addresses of the reports for print of what is chosen. */
function links(page: Page): Promise<string[]> {
  return card(page).locator('.reports a[href*="format=html"]').evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? ""));
}
