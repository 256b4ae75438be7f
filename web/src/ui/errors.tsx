import { ApiError } from "../api/client";
import { isKey, useWords, type Translate } from "../i18n";

/** What went wrong in words: our own for what the server could not say, the server's otherwise. */
export function errorText(t: Translate, error: unknown): string {
  if (error instanceof ApiError) {
    const key = `error.${error.code}`;
    if (isKey(key)) return t(key);
    const text = error.message || error.code;
    return error.requestId ? `${text} (${t("error.request", { id: error.requestId })})` : text;
  }
  return t("error.unexpected", { text: error instanceof Error ? error.message : String(error) });
}

export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useWords();
  return (
    <div class="failure" role="alert">
      <p>{errorText(t, error)}</p>
      {again && <button type="button" class="button" onClick={again}>{t("action.again")}</button>}
    </div>
  );
}
