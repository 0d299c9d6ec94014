// Conveniences over a page that is whole without them: sorting, filtering, and the values of marks.
// Nothing is asked of a network and nothing is kept; all controls are made here.

const all = (within, selector) => [...within.querySelectorAll(selector)];

const make = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const pressed = (button) => button.getAttribute("aria-pressed") === "true";
const press = (button, on) => button.setAttribute("aria-pressed", on);

const spoken = make("p", { role: "status", class: "unseen" });
document.querySelector("main").append(spoken);

// Sorting: a header with data-sort="number" or "text" turns into a button, in tables that are unfolded.

const NUMBER = /^[+−-]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?(?=$|[\s×%])/;
const ORDERS = [undefined, "ascending", "descending"];
const collator = new Intl.Collator("en", { numeric: true });
const asPrinted = new WeakMap(); // tbody → its rows in the order of the file

const plainRows = (tbody) => [...tbody.rows].filter((row) => !row.querySelector("[scope=rowgroup]"));

function sortable(table) {
  const bodies = [...table.tBodies];
  if (bodies.some((tbody) => asPrinted.has(tbody)) || !bodies.some((tbody) => plainRows(tbody).length > 1)) return;
  for (const tbody of bodies) asPrinted.set(tbody, plainRows(tbody));
  for (const header of all(table, "thead th[data-sort]")) {
    header.append(make("button", { type: "button", class: "sort" }, ...header.childNodes));
  }
}

// What a cell is sorted by: data-value, else its text without small print; null, which comes last, where it has none.
function sortValue(cell, kind) {
  const large = [...cell.childNodes].filter((node) => !["SMALL", "SUP"].includes(node.nodeName));
  const text = (cell.dataset.value ?? large.map((node) => node.textContent).join("")).trim();
  if (kind === "text") return ["", "–"].includes(text) ? null : text;
  const number = NUMBER.exec(text);
  return number && Number(number[0].replaceAll(",", "").replace("−", "-"));
}

function sort(header) {
  const order = ORDERS[(ORDERS.indexOf(header.getAttribute("aria-sort") ?? undefined) + 1) % ORDERS.length];
  const table = header.closest("table");
  const kind = header.dataset.sort;
  for (const each of all(table, "[aria-sort]")) each.removeAttribute("aria-sort");
  if (order) header.setAttribute("aria-sort", order);
  for (const tbody of table.tBodies) {
    const keyed = asPrinted.get(tbody).map((row) => [order && sortValue(row.cells[header.cellIndex], kind), row]);
    const compare = kind === "number" ? (a, b) => a - b : collator.compare;
    const sign = order === "descending" ? -1 : 1;
    if (order) {
      keyed.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : sign * compare(a, b)));
    }
    tbody.append(...keyed.map(([, row]) => row));
  }
  spoken.textContent = order ? `Sorted by ${header.textContent.trim()}, ${order}.` : "In the original order.";
}

for (const table of all(document, "table")) if (!table.closest("details:not([open])")) sortable(table);
document.addEventListener("toggle", (event) => all(event.target, "table").forEach(sortable), true);

// Filtering: items of the checklist by verdict and by words; within an item, what is said with another verdict hides.

const VERDICTS = ["fail", "undecidable", "waived", "declared", "pass", "not_applicable", "nothing_to_judge", "not_asked"];
const MARKS = { nothing_to_judge: "not_applicable" };
const items = all(document, ".items > li").filter((item) => item.querySelector("[data-verdict]"));
const inWords = (verdict) => verdict.replaceAll("_", " ");
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ");

function filtering() {
  const judged = items.map((item) => [item, all(item, "[data-verdict]")]);
  const has = (verdict) => judged.filter(([, said]) => said.some((each) => each.dataset.verdict === verdict)).length;
  const symbol = (verdict) => {
    const mark = document.querySelector(".mark").cloneNode(true);
    for (const name of ["role", "aria-label"]) mark.removeAttribute(name);
    mark.setAttribute("aria-hidden", "true");
    mark.setAttribute("class", `mark ${verdict}`);
    mark.querySelector("use").setAttribute("href", `#mark-${verdict}`);
    return mark;
  };
  const chips = VERDICTS.filter(has).map((verdict) =>
    make("button", { type: "button", "aria-pressed": "false", "data-chosen": verdict },
      symbol(MARKS[verdict] ?? verdict), `${inWords(verdict)} `, make("b", {}, String(has(verdict)))));
  const field = make("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
  const restore = make("button", { type: "button", class: "restore", hidden: "" }, "Show all");
  const status = make("p", { role: "status" }, `${items.length} of ${items.length} items shown.`);
  const filter = make("div", { class: "filter", role: "search", "aria-label": "The checklist" },
    make("div", { class: "chips", role: "group", "aria-labelledby": "items-with" },
      make("span", { id: "items-with" }, "Items with"), ...chips),
    make("div", { class: "words-sought" },
      make("label", { for: "search" }, "Codes, names, methods, words"), field, restore), status);
  items[0].closest("section").querySelector(".section, .items").before(filter);

  const texts = new Map(); // of what is said, with the words of its rule and item; made at the first search
  const textOf = (item, said) => {
    if (!texts.has(said)) {
      const heads = [...all(item, ".words, .inside > .quiet"), said.closest(".rule")?.querySelector("h4")];
      const body = [...said.childNodes].filter((node) => !node.matches?.(".evidence")); // which is a part of all
      texts.set(said, plain([...heads, ...body].map((each) => each?.textContent ?? "").join(" ")));
    }
    return texts.get(said);
  };
  const folds = items.flatMap((item) => all(item, ":scope > details"));
  let unfolded = null; // which items were open before the filter

  const apply = () => {
    const chosen = chips.filter(pressed).map((chip) => chip.dataset.chosen);
    const sought = plain(field.value).split(" ").filter(Boolean);
    const active = chosen.length > 0 || sought.length > 0;
    if (active) unfolded ??= new Map(folds.map((details) => [details, details.open]));
    for (const [item, said] of judged) {
      for (const each of said) {
        const fits = (!chosen.length || chosen.includes(each.dataset.verdict))
          && (!sought.length || sought.every((word) => textOf(item, each).includes(word)));
        each.hidden = !fits;
      }
      for (const rule of all(item, ".rule")) rule.hidden = all(rule, "[data-verdict]").every((each) => each.hidden);
      item.hidden = said.every((each) => each.hidden);
    }
    if (active) for (const details of folds) details.open ||= !details.parentElement.hidden;
    for (const list of new Set(items.map((item) => item.parentElement))) {
      list.hidden = [...list.children].every((item) => item.hidden);
      if (list.previousElementSibling?.matches(".section")) list.previousElementSibling.hidden = list.hidden;
    }
    const beyond = document.getElementById("beyond");
    if (beyond) beyond.hidden = all(beyond, ".items").every((list) => list.hidden);
    if (!active && unfolded) {
      for (const [details, open] of unfolded) details.open = open;
      unfolded = null;
    }
    restore.hidden = !active;
    filter.classList.toggle("active", active);
    const shown = items.filter((item) => !item.hidden).length;
    const why = [chosen.map(inWords).join(" or "), field.value.trim() && `“${field.value.trim()}”`].filter(Boolean);
    status.textContent = `${shown} of ${items.length} items shown${why.map((each) => `, with ${each}`).join("")}.`;
  };
  const showAll = () => {
    for (const chip of chips) press(chip, false);
    field.value = "";
    apply();
  };
  field.addEventListener("input", apply);
  filter.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button === restore) {
      showAll();
      field.focus();
    } else if (button) {
      press(button, !pressed(button));
      apply();
    }
  });
  document.addEventListener("click", (event) => { // a link to what is hidden shows it
    const link = event.target.closest("a[href^='#']");
    if (link && document.getElementById(link.getAttribute("href").slice(1))?.closest("[hidden]")) showAll();
  });
}
if (items.length > 1) filtering();

// Methods: those pressed in a key stand out in the drawings below it.

for (const entry of all(document, ".legend li[data-method]")) {
  entry.append(make("button", { type: "button", class: "method", "aria-pressed": "false" }, ...entry.childNodes));
}

function choose(button) {
  press(button, !pressed(button));
  const chosen = all(button.closest(".legend"), "button").filter(pressed);
  const names = new Set(chosen.map((each) => each.parentElement.dataset.method));
  for (const trace of all(button.closest(".pair"), ".plot [data-method]")) {
    trace.classList.toggle("dim", names.size > 0 && !names.has(trace.dataset.method));
  }
  const told = chosen.map((each) => each.textContent.trim()).join(", ");
  spoken.textContent = told ? `The curves of all methods but ${told} are dimmed.` : "No curve is dimmed.";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".sort, .method");
  if (button?.matches(".sort")) sort(button.parentElement);
  else if (button) choose(button);
});

// Values: the words of the mark that is nearest to the pointer, or that arrow keys have stepped to.

const box = make("div", { class: "values", "aria-hidden": "true", hidden: "" });
document.body.append(box);
const marks = new WeakMap(); // drawing → its marks with words, made when it is first asked
let shown = null;
let dismissed = null;

for (const plot of all(document, ".plot")) {
  if (!plot.querySelector("use > title")) continue;
  plot.setAttribute("tabindex", "0");
  plot.setAttribute("role", "application");
  plot.setAttribute("aria-label", `${plot.getAttribute("aria-label")} Arrow keys step through its marks.`);
}

function marksOf(plot) {
  if (!marks.has(plot)) {
    marks.set(plot, all(plot, "use > title").map((title) => {
      const mark = title.parentElement;
      return { mark, title, plot, trace: mark.parentElement, x: +mark.getAttribute("x"), y: +mark.getAttribute("y") };
    }));
  }
  return marks.get(plot).filter(({ trace }) => !trace.classList.contains("dim"));
}

function hide() {
  if (!shown) return;
  shown.mark.append(shown.title);
  shown.mark.classList.remove("shown");
  box.hidden = true;
  shown = null;
}

function show(place, byKey) {
  if (shown !== place) {
    hide();
    place.title.remove(); // or the browser shows it a second time
    place.mark.classList.add("shown");
    box.textContent = place.title.textContent;
    box.hidden = false;
    const at = place.mark.getBoundingClientRect();
    const room = document.documentElement.clientWidth - box.offsetWidth - 8;
    const left = Math.max(8, Math.min(at.left + at.width / 2 - box.offsetWidth / 2, room));
    const above = at.top - box.offsetHeight - 8;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(above < 0 ? at.bottom + 8 : above) + scrollY}px`;
  }
  shown = place;
  place.byKey = byKey;
  if (byKey) spoken.textContent = box.textContent;
}

function point(event) {
  if (event.target === box) return;
  const plot = event.target.closest?.(".plot[tabindex]");
  const reach = event.pointerType === "touch" ? 28 : 14; // pixels
  let nearest = null;
  if (plot) {
    const frame = plot.getBoundingClientRect();
    const scale = frame.width / plot.viewBox.baseVal.width;
    let least = reach;
    for (const place of marksOf(plot)) {
      const apart = Math.hypot(frame.left + place.x * scale - event.clientX, frame.top + place.y * scale - event.clientY);
      if (apart <= least) [least, nearest] = [apart, place];
    }
  }
  if (nearest !== dismissed || event.type === "pointerdown") dismissed = null;
  if (nearest && !dismissed) show(nearest, false);
  else if (!nearest && (!shown?.byKey || event.type === "pointerdown")) hide();
}

document.addEventListener("pointermove", point);
document.addEventListener("pointerdown", point);
document.documentElement.addEventListener("pointerleave", (event) => {
  if (event.pointerType !== "touch" && !shown?.byKey) hide();
});
addEventListener("resize", hide);

document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".plot[tabindex]:focus-visible") && marksOf(target).length) show(marksOf(target)[0], true);
});
document.addEventListener("focusout", ({ target }) => {
  if (target.matches(".plot[tabindex]")) hide();
});

// Left and right lead along the curves, one after the other; up and down to the curve before and after, at this ratio.
function step(places, key) {
  const at = places.indexOf(shown);
  if (key === "Home" || at < 0) return places[0];
  if (key === "End") return places.at(-1);
  if (key === "ArrowRight" || key === "ArrowLeft") return places[at + (key === "ArrowRight" ? 1 : -1)];
  const traces = [...new Set(places.map(({ trace }) => trace))];
  const next = traces[traces.indexOf(shown.trace) + (key === "ArrowDown" ? 1 : -1)];
  const near = (place) => Math.abs(place.x - shown.x);
  return places.filter(({ trace }) => trace === next).sort((a, b) => near(a) - near(b))[0];
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shown) {
    dismissed = shown.byKey ? null : shown;
    hide();
  }
  const plot = event.target.closest(".plot[tabindex]");
  if (!plot || event.ctrlKey || event.altKey || event.metaKey || !/^(Arrow.+|Home|End)$/.test(event.key)) return;
  event.preventDefault();
  const place = step(marksOf(plot), event.key);
  if (place) show(place, true);
});
