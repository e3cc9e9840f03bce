// What makes the pages quicker for hands on a keyboard. Every page works without it.
"use strict";
(() => {
  const all = (where, what) => [...where.querySelectorAll(what)];

  // What the identity provider has sent back is sent on at once.
  const back = document.querySelector("form[data-send]");
  if (back) back.requestSubmit();

  // The first thing to read after a form was refused, and after one was taken.
  const summary = document.querySelector(".faults, .notice");
  if (summary) summary.focus();

  // Lists with ticks: how many are chosen; Shift ticks a range.
  for (const form of all(document, "form[data-batch]")) {
    const ticks = () => all(form, "input[type=checkbox][data-tick]");
    const bar = form.querySelector(".batch");
    const count = form.querySelector("[data-count]");
    let last = null;
    const tell = () => {
      const chosen = ticks().filter(tick => tick.checked).length;
      if (count) count.textContent = `已选${chosen}个`;
      if (bar) bar.classList.toggle("idle", chosen === 0);
    };
    form.addEventListener("click", event => {
      const tick = event.target;
      if (!tick.matches || !tick.matches("input[data-tick]")) return;
      if (event.shiftKey && last && last !== tick) {
        const list = ticks();
        const [from, to] = [list.indexOf(last), list.indexOf(tick)].sort((a, b) => a - b);
        for (const between of list.slice(from, to + 1)) between.checked = tick.checked;
      }
      last = tick;
      tell();
    });
    form.addEventListener("change", tell);
    tell();
  }

  // Rows with fields: Enter goes to the next one, once the row itself was sent.
  document.addEventListener("keydown", event => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || !field.matches || !field.matches("input[data-row]")) return;
    const fields = all(document, "input[data-row]:not([disabled])");
    const next = fields.slice(fields.indexOf(field) + 1).find(other => other.closest("tr") !== field.closest("tr"));
    event.preventDefault();
    if (field.value.trim() !== "") field.dispatchEvent(new CustomEvent("row", { bubbles: true }));
    if (next) next.focus();
  });

  // What stands in a row's field is replaced by what is typed.
  document.addEventListener("focusin", event => {
    if (event.target.matches("input[data-row]")) event.target.select();
  });

  const PAUSE = 500;
  let until = 0;
  // A row that was taken by a button of its own leaves the focus nowhere: the next row gets it.
  document.addEventListener("htmx:after:swap", () => {
    const taken = document.querySelector("tr[data-taken]");
    if (!taken) return;
    taken.removeAttribute("data-taken");
    until = 0; // it was confirmed: what is typed now is meant for the next row
    if (document.activeElement !== document.body) return;
    const follows = field => taken.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING;
    const fields = all(document, "input[data-row]");
    (fields.find(follows) || fields[0])?.focus();
  });

  // A row that was not taken has the focus back, unless the next one is being typed already. Keys that come with no
  // pause after that were meant for the next row: they are dropped, so that no day is registered for another account.
  document.addEventListener("htmx:after:swap", () => {
    const row = document.querySelector("tr[data-refused]");
    if (!row) return;
    row.removeAttribute("data-refused");
    const now = document.activeElement;
    if (now && now.matches("input[data-row]") && now.value !== "" && !row.contains(now)) return;
    row.querySelector("input[aria-invalid]").focus();
    until = Date.now() + PAUSE;
  });
  document.addEventListener("keydown", event => {
    if (Date.now() >= until || !event.target.matches("input[data-row]") || (event.key.length > 1 && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    until = Date.now() + PAUSE;
  }, true);

  // Copy a number or an address.
  document.addEventListener("click", event => {
    const button = event.target.closest && event.target.closest("button[data-copy]");
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => { button.textContent = "已复制"; });
  });

  // What is typed into a password's field can be looked at; it is hidden again before it is sent.
  for (const field of all(document, "input[type=password]")) {
    const tick = Object.assign(document.createElement("input"), { type: "checkbox" });
    const label = document.createElement("label");
    label.className = "shown";
    label.append(tick, "显示密码");
    const hide = () => { field.type = tick.checked ? "text" : "password"; };
    tick.addEventListener("change", hide);
    field.form.addEventListener("submit", () => { tick.checked = false; hide(); });
    (field.closest("label") || field).after(label);
  }

  // A form that takes a while says so; it is sent once.
  document.addEventListener("submit", event => {
    const button = event.submitter;
    if (button && button.dataset.busy) {
      button.setAttribute("aria-busy", "true");
      button.textContent = button.dataset.busy;
    }
  });

  // Rows that were filled and not sent are not lost by a slip.
  let sent = false;
  document.addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", event => {
    const open = all(document, "input[data-row]").some(field => field.value.trim() !== "" && !field.disabled);
    if (open && !sent) event.preventDefault();
  });
})();
