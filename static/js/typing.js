// Puts text in place of [start, end) so that the browser's undo takes it back.
export const replace = (area, start, end, text) => {
  area.focus();
  area.setSelectionRange(start, end);
  // No other way keeps the undo history; where it is gone, the text still arrives.
  if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
};
