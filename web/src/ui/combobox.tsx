/** A field that offers matches while one types (combobox with a list box, by the ARIA pattern). */
import type { ComponentChildren, Ref } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useWords } from "../i18n";
import { useSettled } from "./hooks";
import { Icon } from "./icons";

export interface Option<T> {
  key: string;
  value: T;
  content: ComponentChildren;
}

interface Props<T> {
  label: string;
  placeholder: string;
  find(text: string, signal: AbortSignal): Promise<Option<T>[]>;
  choose(value: T): void;
  inputRef?: Ref<HTMLInputElement>;
  class?: string;
  hint?: string;
}

export function Combobox<T>({ label, placeholder, find, choose, inputRef, class: className = "", hint }: Props<T>) {
  const { t } = useWords();
  const id = useId();
  const [text, setText] = useState("");
  const [options, setOptions] = useState<Option<T>[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const asked = useSettled(text.trim(), 180);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (asked === "") {
      setOptions(null);
      return;
    }
    const abort = new AbortController();
    find(asked, abort.signal).then(
      (found) => {
        if (abort.signal.aborted) return;
        setFailed(false);
        setOptions(found);
        setActive(0);
      },
      () => !abort.signal.aborted && (setFailed(true), setOptions([])),
    );
    return () => abort.abort();
  }, [asked, find]);

  const take = (option: Option<T> | undefined) => {
    if (!option) return;
    choose(option.value);
    setText("");
    setOptions(null);
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const size = options?.length ?? 0;
    if (event.key === "ArrowDown" && size) setActive((at) => (at + 1) % size);
    else if (event.key === "ArrowUp" && size) setActive((at) => (at + size - 1) % size);
    else if (event.key === "Enter") take(options?.[active]);
    // The key that leads here from elsewhere is no beginning of a name.
    else if (event.key === "/" && text === "") event.stopPropagation();
    else if (event.key === "Escape" && (text !== "" || open)) {
      setText("");
      setOpen(false);
      event.stopPropagation();
      return;
    } else return;
    event.preventDefault();
  };
  const shown = open && text.trim() !== "" && options !== null;
  return (
    <div
      class={`combobox ${className}`} ref={box}
      onFocusOut={(event) => !box.current?.contains(event.relatedTarget as Node | null) && setOpen(false)}
    >
      <Icon name="search" size={18} />
      <input
        ref={inputRef ?? null} type="text" role="combobox" autocomplete="off" spellcheck={false}
        aria-label={label} aria-expanded={shown} aria-controls={`${id}-list`} aria-autocomplete="list"
        {...(shown && options?.length ? { "aria-activedescendant": `${id}-${active}` } : {})}
        placeholder={placeholder} value={text}
        onInput={(event) => { setText(event.currentTarget.value); setOpen(true); }}
        onFocus={() => setOpen(true)} onKeyDown={onKeyDown}
      />
      {hint && text === "" && <kbd aria-hidden="true">{hint}</kbd>}
      <ul id={`${id}-list`} role="listbox" aria-label={label} hidden={!shown}>
        {shown && options?.map((option, at) => (
          <li
            key={option.key} id={`${id}-${at}`} role="option" aria-selected={at === active}
            onPointerDown={(event) => event.preventDefault()} onClick={() => take(option)} onPointerMove={() => setActive(at)}
          >
            {option.content}
          </li>
        ))}
        {shown && options?.length === 0 && <li class="empty" role="presentation">{t(failed ? "search.failed" : "search.none")}</li>}
      </ul>
    </div>
  );
}
