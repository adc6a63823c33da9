"use strict";
// Suggestions under the search boxes and two keys. Every page works without this file.
(() => {
  const KEYS = "waxseal-keys";
  const keysOn = () => {
    try { return localStorage.getItem(KEYS) !== "off"; } catch { return true; }
  };
  const make = (name, attributes, text) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };

  function combobox(input, number) {
    const id = "suggestions" + number;
    const list = make("div", { id, role: "listbox", "aria-label": "Suggestions", class: "suggest", hidden: "" });
    const told = make("span", { role: "status", class: "hidden" });
    input.parentElement.append(list, told);
    for (const [key, value] of Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id })) input.setAttribute(key, value);
    let options = [], active = -1, asked = "", busy = false;

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (to) => {
      if (options[active]) options[active].setAttribute("aria-selected", "false");
      active = to;
      const option = options[active];
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };
    const show = (groups) => {
      list.replaceChildren();
      options = [];
      for (const group of groups) {
        const box = make("div", { role: "group", "aria-label": group.type });
        box.append(make("p", { "aria-hidden": "true" }, group.type));
        for (const item of group.items) {
          const option = make("a", { id: id + "-" + options.length, role: "option", "aria-selected": "false", href: item.url, tabindex: "-1" }, item.title);
          if (item.name) option.append(" ", make("small", {}, item.name));
          options.push(option);
          box.append(option);
        }
        list.append(box);
      }
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = !options.length;
      input.setAttribute("aria-expanded", String(options.length > 0));
      told.textContent = options.length === 1 ? "1 suggestion" : options.length + " suggestions";
    };
    const ask = async () => {
      const text = input.value.trim();
      if (busy || text === asked) return;
      asked = text;
      if (text.length < 2) { options = []; return close(); }
      busy = true;
      try {
        const answer = await fetch("/suggest?q=" + encodeURIComponent(text));
        if (answer.ok && document.activeElement === input) show((await answer.json()).groups);
      } catch { close(); }
      busy = false;
      ask();
    };
    input.addEventListener("input", ask);
    input.addEventListener("blur", close);
    list.addEventListener("mousedown", (event) => event.preventDefault());
    input.addEventListener("keydown", (event) => {
      const open = !list.hidden;
      const last = options.length - 1;
      if (event.key === "Escape" && open) { close(); event.preventDefault(); }
      else if (event.key === "Enter" && open && active >= 0) { event.preventDefault(); options[active].click(); }
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!options.length) return;
        event.preventDefault();
        if (!open) { list.hidden = false; input.setAttribute("aria-expanded", "true"); }
        const step = event.key === "ArrowDown" ? 1 : -1;
        const to = active + step;
        mark(to > last ? -1 : to < -1 ? last : to);
      }
    });
  }
  const boxes = [...document.querySelectorAll('form[role="search"] input[type="search"]')];
  boxes.forEach(combobox);

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    if (event.key === "/" && boxes[0]) { event.preventDefault(); boxes[0].focus(); boxes[0].select(); }
    else if (event.key === "?") location.href = "/search/help#keys";
  });

  const place = document.getElementById("keys-switch");
  if (place) {
    const button = make("button", { type: "button" });
    const state = make("span", { role: "status" });
    const draw = () => {
      state.textContent = keysOn() ? place.dataset.on : place.dataset.off;
      button.textContent = keysOn() ? "Switch them off" : "Switch them on";
    };
    button.addEventListener("click", () => {
      try { localStorage.setItem(KEYS, keysOn() ? "off" : "on"); } catch { /* nothing is kept */ }
      draw();
    });
    place.replaceChildren(state, " ", button);
    draw();
  }
})();
