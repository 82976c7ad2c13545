
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const numbers = (block) =>
    (block.dataset.rows || "").split(" ").filter(Boolean).flatMap((run) => {
      const [first, last] = run.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, n) => first + n);
    });
  const rows = (block) => {
    const key = block.closest(".guide").id;
    return numbers(block).map((n) => document.getElementById(`${key}-${n}`)).filter(Boolean);
  };
  const clear = (name) => all(`.${name}`).forEach((each) => each.classList.remove(name));
  const put = (name, each) => each.forEach((one) => one.classList.add(name));

  const inView = (row) => {
    const pane = row.closest(".listing");
    const [around, place] = [pane.getBoundingClientRect(), row.getBoundingClientRect()];
    if (place.top < around.top || place.bottom > around.bottom) {
      pane.scrollTop += place.top - around.top - around.height / 3;
    }
  };
  const choose = (block) => {
    const there = rows(block);
    clear("chosen");
    put("chosen", [block, ...there]);
    if (there.length) inView(there[0]);
  };
  const light = (event) => {
    const block = event.target.closest(".block");
    clear("lit");
    if (block) put("lit", [block, ...rows(block)]);
  };
  document.addEventListener("mouseover", light);
  document.addEventListener("focusin", light);
  document.addEventListener("click", (event) => {
    const block = event.target.closest(".block");
    const row = event.target.closest(".listing li");
    if (block && !String(getSelection())) {
      event.preventDefault();
      choose(block);
    } else if (row) {
      const number = Number(row.id.split("-")[1]);
      const found = all(".block", row.closest(".guide")).filter((each) => numbers(each).includes(number));
      const inner = found.pop();
      if (inner) {
        choose(inner);
        inner.scrollIntoView({ block: "nearest" });
      }
    }
  });

  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const guide = target && target.closest(".guide");
    if (guide && !guide.open) {
      guide.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  const tools = document.getElementById("tools");
  if (!tools) return;
  const lines = all("tr[data-guide]");
  const narrow = () => {
    const words = document.getElementById("find").value.toLowerCase().trim();
    const which = document.getElementById("which").value;
    let shown = 0;
    for (const line of lines) {
      const has = !which || line.dataset.has.split(" ").includes(which);
      line.hidden = !has || !line.textContent.toLowerCase().includes(words);
      document.getElementById(line.dataset.guide).hidden = line.hidden;
      shown += line.hidden ? 0 : 1;
    }
    document.getElementById("count").textContent = `${shown} of ${lines.length} guides`;
  };
  const openAll = (open) =>
    all(".guide").filter((guide) => !guide.hidden).forEach((guide) => { guide.open = open; });
  document.getElementById("open").addEventListener("click", () => openAll(true));
  document.getElementById("close").addEventListener("click", () => openAll(false));
  tools.addEventListener("input", narrow);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  narrow();
})();
