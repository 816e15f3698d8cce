// Arrow keys move between the cells of the matrix; one cell at a time is in the order of Tab.
const table = document.querySelector("[data-matrix]");
if (table) {
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("a.qv-cell")]);
  const cells = rows.flat();
  const enter = (cell) => {
    for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
  };
  if (cells.length) enter(cells[0]);
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("a.qv-cell");
    if (cell) enter(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("a.qv-cell");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = rows.findIndex((one) => one.includes(cell));
    const column = rows[row].indexOf(cell);
    let goal = null;
    if (event.key in steps) goal = rows[row + steps[event.key][0]]?.[column + steps[event.key][1]];
    else if (event.key === "Home") goal = rows[row][0];
    else if (event.key === "End") goal = rows[row].at(-1);
    if (!goal) return;
    event.preventDefault();
    goal.focus();
  });
}
