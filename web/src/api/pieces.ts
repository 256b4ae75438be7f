/**
 * Large files in pieces (tus): a broken line costs the last piece, and a page that was closed goes on where it was when the
 * same file is chosen again.
 */
import { Upload } from "tus-js-client";
import { ApiError } from "./client";

/** Files from here on go in pieces. */
export const LARGE = 8 * 1024 * 1024;
const PIECE = 8 * 1024 * 1024;
/** Waits between attempts, ms: about a minute in all. */
const DELAYS = [0, 1000, 3000, 8000, 15_000, 30_000];
const ENDPOINT = "/api/v1/uploads";

/** Files that the server holds whole, by their number there. */
const whole = new WeakMap<File, string>();

/** Sends a file, or what is still missing of it; gives its number. */
export function sendPieces(file: File, progress: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  const known = whole.get(file);
  if (known !== undefined) {
    progress(file.size);
    return Promise.resolve(known);
  }
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      metadata: { filename: file.name },
      removeFingerprintOnSuccess: true,
      onProgress: progress,
      onError: (error) => {
        const response = "originalResponse" in error ? error.originalResponse : null;
        const status = response?.getStatus() ?? 0;
        reject(new ApiError(status === 0 ? "offline" : "upload", response?.getBody() ?? error.message, status));
      },
      onSuccess: () => {
        const id = upload.url?.split("/").pop() ?? "";
        whole.set(file, id);
        resolve(id);
      },
    });
    signal.addEventListener("abort", () => {
      // What is there stays there: choosing the file again goes on from it.
      void upload.abort();
      reject(new DOMException("aborted", "AbortError"));
    }, { once: true });
    upload.findPreviousUploads().then(
      ([last]) => {
        if (last) upload.resumeFromPreviousUpload(last);
        upload.start();
      },
      () => upload.start(),
    );
  });
}

/** The server need not hold a file any longer. */
export function releasePieces(file: File): void {
  const id = whole.get(file);
  if (id === undefined) return;
  whole.delete(file);
  // If that fails, it goes after a day.
  void fetch(`${ENDPOINT}/${id}`, { method: "DELETE", headers: { "tus-resumable": "1.0.0" } }).catch(() => undefined);
}
