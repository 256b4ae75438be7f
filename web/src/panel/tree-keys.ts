/** Keys of the list: one stop of Tab for all of it, arrows within, as the ARIA pattern of a tree has it. */

function rowsOf(tree: HTMLElement): HTMLElement[] {
  return [...tree.querySelectorAll<HTMLElement>("[data-row]")];
}

/** Gives the focus to a row and makes it the one that Tab comes back to. */
export function focusRow(tree: HTMLElement, row: HTMLElement | undefined): void {
  if (!row) return;
  for (const one of rowsOf(tree)) one.tabIndex = one === row ? 0 : -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

export function moveInTree(tree: HTMLElement, event: KeyboardEvent): void {
  const rows = rowsOf(tree);
  const at = rows.findIndex((row) => row === document.activeElement);
  const row = rows[at];
  if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
  const expanded = row.getAttribute("aria-expanded");
  const parent = () => rows.slice(0, at).reverse().find((one) => "group" in one.dataset);
  switch (event.key) {
    case "ArrowDown": focusRow(tree, rows[at + 1]); break;
    case "ArrowUp": focusRow(tree, rows[at - 1]); break;
    case "Home": focusRow(tree, rows[0]); break;
    case "End": focusRow(tree, rows[rows.length - 1]); break;
    case "ArrowRight":
      if (expanded === "false") row.click();
      else if (expanded === "true") focusRow(tree, rows[at + 1]);
      break;
    case "ArrowLeft":
      if (expanded === "true") row.click();
      else focusRow(tree, parent());
      break;
    case "Enter":
    case " ": row.click(); break;
    default: return;
  }
  event.preventDefault();
}
