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

  // Filter of the findings. Only what fits is in the page, and of that the first so many: a list of ten thousand would
  // be laid out anew at every key. The rest waits in a template. The text of an item is read once, when first asked for.
  const STEP = 200;
  const list = document.getElementById("finding-list");
  const box = document.getElementById("filter-text");
  const count = document.getElementById("filter-count");
  const more = document.getElementById("finding-more");
  const rest = document.getElementById("finding-rest");
  const items = list ? [...list.children, ...(rest ? rest.content.children : [])] : [];
  const byId = new Map(items.map((item) => [item.querySelector(".body").id, item]));
  let texts = null;
  let fitting = items;
  let limit = STEP;
  const number = (n) => n.toLocaleString("en");
  const show = () => {
    const shown = fitting.slice(0, limit);
    list.replaceChildren(...shown);
    const part = fitting.length < items.length ? `${number(fitting.length)} of ${number(items.length)} fit` : "";
    const head = shown.length < fitting.length ? `the first ${number(shown.length)} of ${number(fitting.length)} shown` : "";
    count.textContent = [part, head].filter(Boolean).join(", ");
    more.hidden = shown.length === fitting.length;
  };
  const ticked = (name) => new Set(Array.from(document.querySelectorAll(`.filters input[name=${name}]:checked`), (i) => i.value));
  const apply = () => {
    texts ??= items.map((item) => item.textContent.toLowerCase());
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = ticked("severity");
    const levels = ticked("level");
    fitting = items.filter((item, i) => severities.has(item.dataset.severity) && levels.has(item.dataset.level) && words.every((w) => texts[i].includes(w)));
    limit = STEP;
    show();
  };
  if (list) {
    let timer = 0;
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 80); });
    document.querySelector(".filters").addEventListener("change", apply);
    more.addEventListener("click", () => { limit += STEP; show(); });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
      event.preventDefault();
      box.focus();
    });
    if (items.length > STEP) show();
  }

  // A link to a finding opens it, and brings it back if the filter hides it.
  const reveal = (id) => {
    const item = byId.get(id);
    if (item && !item.isConnected) {
      if (!fitting.includes(item)) {
        box.value = "";
        document.querySelectorAll(".filters input[type=checkbox]").forEach((input) => { input.checked = true; });
        apply();
      }
      // One that stands far down is shown after the others, alone.
      if (!item.isConnected) list.append(item);
    }
    const target = id && document.getElementById(id);
    const fold = target && target.closest("details");
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
