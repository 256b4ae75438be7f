/** Starts the program with its demo on a free port in a folder of its own, and ends it. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Server {
  origin: string;
  stop(): Promise<void>;
}

/** Making and auditing the demo takes seconds in a release build and minutes in a debug build. */
const START_MS = 240_000;
const STOP_MS = 10_000;

function program(): string {
  const named = process.env["JIEMING_BIN"];
  const places = named ? [resolve(named)] : ["../target/release/jieming", "../target/debug/jieming"].map((path) => resolve(path));
  const found = places.find((path) => existsSync(path));
  if (!found) throw new Error(`no program at ${places.join(" or ")}: build it (cargo build --release) or set JIEMING_BIN`);
  return found;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
    });
  });
}

async function ready(origin: string, child: ChildProcess, said: () => string): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${said()}`);
    try {
      if ((await fetch(`${origin}/readyz`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((wait) => setTimeout(wait, 200));
  }
  throw new Error(`the program is not ready after ${START_MS / 1000} s:\n${said()}`);
}

/** JIEMING_URL uses a server that runs already; it gets uploads from the tests. */
export async function startServer(): Promise<Server> {
  const running = process.env["JIEMING_URL"];
  if (running) return { origin: new URL(running).origin, stop: async () => undefined };

  const folder = await mkdtemp(join(tmpdir(), "jieming-e2e-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(program(), ["demo", "--listen", `127.0.0.1:${port}`], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (text = (text + String(part)).slice(-8000)));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(late);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(origin, child, () => text);
  } catch (error) {
    await stop();
    throw error;
  }
  return { origin, stop };
}
