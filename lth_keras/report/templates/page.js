// Tables are sorted by a click on a heading: once ascending, again descending.
function cellValue(row, column) {
  const text = row.cells[column].textContent.trim();
  // "−1.07 [−2.43, +0.30]" and "94.57 @ 12" are sorted by their first number.
  const number = parseFloat(text.replace(/\u2212/g, "-").replace(/,/g, ""));
  return { text, number };
}

function compareCells(one, other) {
  const numbers = Number.isFinite(one.number) && Number.isFinite(other.number);
  return numbers ? one.number - other.number : one.text.localeCompare(other.text);
}

function sortTable(heading) {
  const table = heading.closest("table");
  const column = heading.cellIndex;
  const descending = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => compareCells(cellValue(a, column), cellValue(b, column)));
  if (descending) rows.reverse();
  table.tBodies[0].append(...rows);
}

for (const button of document.querySelectorAll("table.sortable thead button")) {
  button.addEventListener("click", () => sortTable(button.closest("th")));
}
