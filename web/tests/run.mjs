/**
 * Runs the tests of a folder (`unit` or `e2e`) with the runner of Node: bundles each `*.test.ts(x)` with Vite, which is
 * here anyway, so that no second tool has to understand TypeScript. Further arguments go to `node --test`.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = fileURLToPath(new URL("..", import.meta.url));
const [suite = "unit", ...options] = process.argv.slice(2);
const folder = join(web, "tests", suite);
const names = (await readdir(folder)).filter((name) => /\.test\.tsx?$/.test(name)).sort();
if (names.length === 0) throw new Error(`no tests in ${folder}`);

// Inside node_modules, so that the bundles find the packages they leave outside.
const out = await mkdtemp(join(web, "node_modules", ".tests-"));
let code = 1;
try {
  await build({
    root: web,
    logLevel: "warn",
    publicDir: false,
    build: {
      ssr: true,
      outDir: out,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(names.map((name) => [name.replace(/\.tsx?$/, ""), join(folder, name)])),
        output: { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
      },
    },
  });
  const tests = names.map((name) => join(out, name.replace(/\.tsx?$/, ".mjs")));
  const runner = spawn(process.execPath, ["--test", "--test-reporter=spec", ...options, ...tests], { cwd: web, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => runner.kill(signal));
  code = await new Promise((resolve) => runner.on("exit", (status) => resolve(status ?? 1)));
} finally {
  await rm(out, { recursive: true, force: true });
}
process.exitCode = code;
