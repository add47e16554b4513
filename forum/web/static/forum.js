// What a page gains with JavaScript. Without it nothing is missing but speed: every deed is a form or a link.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const posts = $("#posts");
const composer = $("#composer");

const ask = (method, path, body, headers = {}) =>
  fetch(path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    keepalive: method === "PUT",
  });

/* Live: new replies announce themselves and wait; counts follow. */

const fresh = { box: $("#fresh"), count: 0, last: posts ? +posts.dataset.last : 0 };

const announce = () => {
  const words = fresh.count === 1 ? fresh.box.dataset.one : fresh.box.dataset.many;
  const button = document.createElement("button");
  button.className = "btn main";
  button.textContent = words.replace("{n}", fresh.count);
  button.addEventListener("click", showFresh);
  fresh.box.replaceChildren(button);
};

const announceMove = () => {
  const link = document.createElement("a");
  link.className = "btn main";
  link.href = location.pathname;
  link.textContent = fresh.box.dataset.moved;
  fresh.box.replaceChildren(link);
};

async function showFresh() {
  const shown = Math.max(0, ...$$(".post", posts).map((post) => +post.dataset.n));
  const response = await fetch(location.pathname + location.search.replace(/[?&]said=\w+/, ""));
  if (!response.ok) return location.reload();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const added = $$("#posts .post", page).filter((post) => +post.dataset.n > shown);
  const next = shown + 1;
  if (!added.length) {
    // They are on a page that is not this one.
    location.assign(`${location.pathname}?page=${Math.ceil(next / 25)}#p${next}`);
    return;
  }
  fresh.count = 0;
  fresh.box.replaceChildren();
  posts.append(...added);
  added.forEach((post) => seen.observe(post));
  mark(added[0]);
}

const count = (badge, number) => {
  badge.textContent = /\d/.test(badge.textContent) ? badge.textContent.replace(/\d+/, number) : number;
  badge.hidden = !number;
};

function live() {
  const source = new EventSource("/live" + (posts ? `?thread=${posts.dataset.thread}` : ""));
  const on = (kind, deed) => source.addEventListener(kind, (event) => deed(JSON.parse(event.data)));
  on("reply", ({ number }) => {
    if (!posts || number <= fresh.last) return;
    fresh.last = number;
    fresh.count += 1;
    announce();
  });
  on("unread", ({ groups, notices }) => {
    count($("#unread"), notices);
    for (const badge of $$("[data-group]")) count(badge, groups[badge.dataset.group] || 0);
  });
  on("moved", () => posts && announceMove());
  on("gone", ({ reason }) => reason === "signed_out" && source.close());
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && live());
}

/* Read: what has been on the screen for a second counts as read. */

const reading = { number: posts ? +posts.dataset.read : 0, sent: 0, timer: 0 };

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, boundingClientRect, rootBounds, target } of entries) {
    const endSeen = isIntersecting && rootBounds && boundingClientRect.bottom <= rootBounds.bottom + 1;
    if (endSeen) reading.number = Math.max(reading.number, +target.dataset.n);
  }
  clearTimeout(reading.timer);
  reading.timer = setTimeout(tellRead, 1000);
}, { threshold: [0, 0.25, 0.5, 0.75, 1] });

async function tellRead() {
  if (document.hidden || reading.number <= Math.max(reading.sent, +posts.dataset.read)) return;
  reading.sent = reading.number;
  await ask("PUT", `/api/v1/threads/${posts.dataset.thread}/reading`, { number: reading.number });
  if (reading.sent >= +posts.dataset.last) $("#mark-read")?.remove();
}

/* Composer: preview in place, the draft kept on the server, Ctrl+Enter sends. */

const field = (name) => composer.elements.namedItem(name);
const keep = { timer: 0, busy: null, stopped: false, text: "" };

const hidden = (name, value) => {
  let input = field(name);
  if (!input) {
    input = Object.assign(document.createElement("input"), { type: "hidden", name });
    composer.append(input);
  }
  input.value = value;
};

const draft = () => {
  const value = (name) => field(name)?.value || undefined;
  const text = { body: value("body") || "", title: value("title") || "", kind: value("kind"), language: value("language") };
  for (const [name, number] of [["thread", true], ["in_reply_to", true], ["group", false]]) {
    if (value(name)) text[name] = number ? +value(name) : value(name);
  }
  return text;
};

async function keepDraft() {
  const text = draft();
  const whole = JSON.stringify(text);
  if (keep.stopped || keep.busy || whole === keep.text || !(text.body.trim() || text.title.trim())) return;
  keep.busy = sendDraft(text, whole);
  await keep.busy;
  keep.busy = null;
}

async function sendDraft(text, whole) {
  const told = $("#kept");
  try {
    const id = field("draft")?.value;
    const response = id
      ? await ask("PUT", `/api/v1/drafts/${id}`, text, { "If-Match": `"${field("draft_version").value}"` })
      : await ask("POST", "/api/v1/drafts", text);
    if (response.ok) {
      const kept = await response.json();
      hidden("draft", kept.id);
      hidden("draft_version", kept.version);
      keep.text = whole;
      told.textContent = told.dataset.kept;
    } else {
      // Another tab holds a newer text, or there is no room: the form itself still has everything.
      keep.stopped = response.status < 500;
      told.textContent = "";
    }
  } catch {
    told.textContent = told.dataset.failed;
  }
}

async function preview(event) {
  event.preventDefault();
  const box = $("#preview");
  const response = await ask("POST", "/api/v1/preview", { body: field("body").value });
  if (!response.ok) return void composer.requestSubmit(event.target);
  $(".body", box).innerHTML = (await response.json()).html;
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

function compose() {
  $("[data-preview]", composer)?.addEventListener("click", preview);
  composer.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
  });
  if (!$("[data-draft]", composer)) return;
  composer.addEventListener("input", () => {
    clearTimeout(keep.timer);
    keep.timer = setTimeout(keepDraft, 3000);
  });
  composer.addEventListener("submit", (event) => {
    clearTimeout(keep.timer);
    keep.stopped = true;
    if (!keep.busy) return;
    // A draft that is on its way first tells its number, so that what is sent leaves none behind.
    event.preventDefault();
    const soon = new Promise((done) => setTimeout(done, 3000));
    Promise.race([keep.busy, soon]).then(() => ((keep.busy = null), composer.requestSubmit(event.submitter)));
  });
}

/* Search: what is meant may be offered while it is typed; arrows choose, Enter goes there. */

const link = (list, href, words, note) => {
  const option = document.createElement("a");
  option.href = href;
  option.id = `${list.id}-${list.children.length}`;
  option.tabIndex = -1;
  option.setAttribute("role", "option");
  const [name, hint] = [document.createElement("bdi"), document.createElement("small")];
  name.textContent = words;
  hint.textContent = note;
  option.append(name, hint);
  list.append(option);
};

function offer(form, place) {
  const input = form.elements.q;
  const list = document.createElement("div");
  const [group, person] = form.dataset.offers.split("|");
  let timer = 0, asked = null, at = -1;
  list.id = `offers${place}`;
  list.className = "offers";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent || input.getAttribute("aria-label"));
  for (const [name, value] of [["role", "combobox"], ["aria-controls", list.id], ["aria-autocomplete", "list"],
    ["aria-expanded", "false"], ["autocomplete", "off"]]) input.setAttribute(name, value);
  form.append(list);

  const choose = (number) => {
    list.children[at]?.removeAttribute("aria-selected");
    at = number;
    const option = list.children[at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const show = (open) => {
    choose(-1);
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
  };
  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    show(false);
  };
  const fill = async () => {
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams({ q: input.value.slice(0, 200) });
    if (form.elements.group) query.set("group", form.elements.group.value);
    const response = await fetch(`/api/v1/suggestions?${query}`, { signal: asked.signal }).catch(() => null);
    if (!response?.ok) return;
    const found = await response.json().catch(() => null);
    if (!found) return;
    list.replaceChildren();
    for (const { id, slug, title, group } of found.threads) link(list, `/t/${id}/${slug}`, title, group);
    for (const { slug, title } of found.groups) link(list, `/g/${slug}`, title, group);
    for (const { username, name } of found.people) link(list, `/m/${username}`, name, person);
    show(list.children.length > 0 && document.activeElement === input);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim().length < 2) return close();
    timer = setTimeout(fill, 150);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const many = list.children.length;
    // Between the last offer and the first one lies the text itself.
    if (event.key === "ArrowDown") choose(at + 1 < many ? at + 1 : -1);
    else if (event.key === "ArrowUp") choose(at < 0 ? many - 1 : at - 1);
    else if (event.key === "Enter" && at >= 0) list.children[at].click();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  // A press on an offer leaves the focus where it is, so that the list is still there for the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

/* Similar threads: below a thread once its end is near, and below a title while it is being written. */

const similar = async (address) => {
  const response = await fetch(address);
  return response.ok ? $("#main .alike", new DOMParser().parseFromString(await response.text(), "text/html")) : null;
};

function atTheEnd(place) {
  const near = new IntersectionObserver(async ([{ isIntersecting }]) => {
    if (!isIntersecting) return;
    near.disconnect();
    const list = await similar($("a", place).href);
    if (list) $("h2", place).after(list);
    else place.hidden = true;
  }, { rootMargin: "400px" });
  near.observe(place);
}

function whileWriting(place) {
  const title = field("title");
  let timer, last;
  title.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const asked = (last = title.value);
      const list = asked.trim() && (await similar("/similar?" + new URLSearchParams({ title: asked.slice(0, 200) })));
      if (asked === last) place.replaceChildren(...(list ? [list] : []));
    }, 600);
  });
}

/* Keys: only where nothing is being typed. */

let waiting = "";

const mark = (item) => {
  $(".at")?.classList.remove("at");
  item.classList.add("at");
  item.scrollIntoView({ block: item.offsetHeight > innerHeight ? "start" : "nearest" });
  const target = $(".t", item) || item;
  if (target === item) item.tabIndex = -1;
  target.focus({ preventScroll: true });
};

const step = (by) => {
  const items = $$(".post, .lines-of > li");
  const now = items.indexOf($(".at"));
  const first = items.findIndex((item) => item.getBoundingClientRect().top >= 0);
  const next = now < 0 ? first : now + by;
  if (items[next]) mark(items[next]);
};

const press = (key) => {
  const link = $(`.at [data-key="${key}"], .post:target [data-key="${key}"]`);
  if (link) return link.click();
  if (key === "reply" && composer) field("body")?.focus();
};

async function help() {
  const dialog = document.createElement("dialog");
  const page = new DOMParser().parseFromString(await (await fetch("/keys")).text(), "text/html");
  dialog.append(...$("main", page).children);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => $(".at .t")?.click(),
  u: () => $(".crumb a")?.click(),
  n: () => $("#new, .lines-of .new .t")?.scrollIntoView(),
  r: () => press("reply"),
  q: () => press("quote"),
  e: () => press("edit"),
  "/": () => ($("#q") || $(".find input"))?.focus(),
  "?": help,
};
const places = { h: "/", n: "/notices", g: "/groups", l: "/latest", i: "/initiatives", m: "/moderation" };

addEventListener("keydown", (event) => {
  // Out of a field of a verdict, so that its digits are keys again.
  if (event.key === "Escape") event.target.closest("#verdict") && event.target.blur();
  if (event.key === "Escape") $$("details.menu[open], details.more[open]").forEach((open) => open.removeAttribute("open"));
  const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || "keys" in document.documentElement.dataset) return;
  const after = waiting;
  waiting = "";
  if (after === "g" && places[event.key]) return location.assign(places[event.key]);
  if (event.key === "g") return void (waiting = "g");
  const verdict = /^[1-5]$/.test(event.key) && $(`[data-digit="${event.key}"]`);
  if (verdict) return verdict.click();
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

/* A menu closes when one looks elsewhere. */
addEventListener("click", (event) => {
  for (const open of $$("details.menu[open], details.more[open]")) {
    if (!open.contains(event.target)) open.removeAttribute("open");
  }
});

$$("form[data-offers]").forEach(offer);
if (composer) compose();
if ($("#alike")) atTheEnd($("#alike"));
if ($("#alike-title")) whileWriting($("#alike-title"));
if (posts) $$(".post", posts).forEach((post) => seen.observe(post));
if (fresh.box || !posts) live();
