// Elements that bear data-boxes in; those that are about the same boxes light up together. And keys.

const alike = "[data-boxes]";
const boxesOf = (element) => element.dataset.boxes.split(" ");

function light(source) {
  const lit = new Set(source ? boxesOf(source) : []);
  for (const element of document.querySelectorAll(alike)) {
    element.classList.toggle("lit", boxesOf(element).some((box) => lit.has(box)));
  }
  document.body.classList.toggle("lighting", lit.size > 0);
}

if (document.querySelector(alike)) {
  const near = (event) => event.target.closest?.(alike) ?? null;
  // what has the keyboard's focus stays lit when the mouse leaves
  const back = () => light(document.activeElement?.closest(alike) ?? null);
  document.addEventListener("pointerover", (event) => (near(event) ? light(near(event)) : back()));
  document.addEventListener("focusin", (event) => light(near(event)));
  document.addEventListener("focusout", () => light(null));
}

const follow = (selector) => document.querySelector(selector)?.click();

function step(by) {
  const cards = [...document.querySelectorAll(".card h2 a")];
  if (cards.length === 0) {
    follow(by > 0 ? "a[rel=next]" : "a[rel=prev]");
    return;
  }
  const at = cards.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : cards.length - 1) : at + by;
  if (next < 0 || next >= cards.length) {
    follow(next < 0 ? "a[rel=prev]" : "a[rel=next]");
  } else {
    cards[next].focus();
    cards[next].closest(".card").scrollIntoView({ block: "nearest" });
  }
}

function focusOn(selector) {
  const field = document.querySelector(selector);
  field?.focus();
  field?.select?.();
}

function search() {
  if (document.querySelector("#q")) {
    focusOn("#q");
  } else {
    follow("#up");
  }
}

function edit() {
  const details = document.querySelector("#edit");
  if (details) {
    details.open = true;
    details.querySelector("textarea").focus();
  }
}

function help() {
  const keys = document.querySelector("#keys");
  keys.open = !keys.open;
  if (keys.open) {
    keys.querySelector("summary").focus();
  }
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  u: () => follow("#up"),
  "/": search,
  a: () => follow("button[data-key=a]"),
  r: () => follow("button[data-key=r]"),
  e: edit,
  n: () => focusOn("#note"),
  b: () => follow("#boxes-on"),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && field) {
    field.blur();
    return;
  }
  const scrolls = event.key.startsWith("Arrow") && event.target.closest("pre");
  if (field || scrolls || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) {
    return;
  }
  event.preventDefault();
  keys[event.key]();
});

// more is being read or searched: look again, unless the reader has gone on to something
const again = document.querySelector("[data-again]");
if (again) {
  setTimeout(() => {
    if (document.activeElement === document.body && scrollY === 0) {
      location.reload();
    }
  }, 1500);
}

// on a phone the filters would stand before the samples
if (matchMedia("(max-width: 52rem)").matches) {
  document.querySelector(".filters")?.removeAttribute("open");
}
