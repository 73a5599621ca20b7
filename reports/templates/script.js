// Comfort only: everything on the page can be read without this.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js-on");

  // Copying a command, with the older way for pages that a browser does not trust with the clipboard.
  const status = document.createElement("p");
  status.className = "vh";
  status.setAttribute("role", "status");
  document.body.append(status);
  const copied = (button, done) => {
    button.textContent = done ? "Copied" : "Select it";
    status.textContent = done ? "Command copied" : "Could not copy; the command is selected";
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  };
  const byHand = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    try { return document.execCommand("copy"); } catch { return false; }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    const clipboard = navigator.clipboard;
    if (!clipboard) { copied(button, byHand(code)); return; }
    clipboard.writeText(code.textContent).then(() => copied(button, true), () => copied(button, byHand(code)));
  });

  // Filter of the findings. The text of an item is read once, when it is first asked for.
  const list = document.getElementById("finding-list");
  const box = document.getElementById("filter-text");
  const count = document.getElementById("filter-count");
  const items = list ? Array.from(list.children) : [];
  let texts = null;
  const ticked = (name) => new Set(Array.from(document.querySelectorAll(`.filters input[name=${name}]:checked`), (i) => i.value));
  const apply = () => {
    texts ??= items.map((item) => item.textContent.toLowerCase());
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = ticked("severity");
    const levels = ticked("level");
    let shown = 0;
    items.forEach((item, i) => {
      const fits = severities.has(item.dataset.severity) && levels.has(item.dataset.level) && words.every((w) => texts[i].includes(w));
      item.hidden = !fits;
      if (fits) shown += 1;
    });
    count.textContent = shown === items.length ? "" : `${shown} of ${items.length} shown`;
  };
  if (list) {
    let timer = 0;
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 80); });
    document.querySelector(".filters").addEventListener("change", apply);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
      event.preventDefault();
      box.focus();
    });
  }

  // A link to a finding opens it, and brings it back if the filter hides it.
  const reveal = (id) => {
    const target = id && document.getElementById(id);
    if (!target) return;
    const item = target.closest("li.finding");
    if (item?.hidden) {
      box.value = "";
      document.querySelectorAll(".filters input[type=checkbox]").forEach((input) => { input.checked = true; });
      apply();
    }
    const fold = target.closest("details");
    if (fold) {
      // A browser may have unfolded it already, and yet not have moved there: what is far away has no layout yet.
      fold.open = true;
      target.scrollIntoView();
    }
  };
  const wanted = () => reveal(decodeURIComponent(location.hash.slice(1)));
  addEventListener("hashchange", wanted);
  wanted();

  // Paper cannot be unfolded: the proof of the causes is printed.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details.proof:not([open])"));
    opened.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => { opened.forEach((fold) => { fold.open = false; }); });
})();
