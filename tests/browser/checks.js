// What is wrong with the page as it stands, in words; `small` is the least side of a target in CSS pixels.
({ small, least }) => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const text = (element.textContent || element.value || "").trim().slice(0, 30);
    return `<${element.localName}${id}.${element.className}> "${text}"`;
  };
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".vh");
  const fault = (what, element) => faults.push(element ? `${what}: ${name(element)}` : what);

  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const edge = document.documentElement.clientWidth;
    const out = all("main *, header *, footer *").filter((e) => {
      const box = e.getBoundingClientRect();
      return seen(e) && (box.right > edge + 0.5 || box.left < -0.5) && !e.closest("pre, .body table");
    });
    fault(`scrolls sideways by ${wide} px`, out.at(-1));
  }

  const headings = all("h1, h2, h3, h4, h5, h6").filter((e) => e.checkVisibility());
  if (headings.filter((e) => e.localName === "h1").length !== 1) fault("not one h1");
  let before = 0;
  for (const heading of headings) {
    const level = +heading.localName[1];
    if (level > before + 1) fault(`h${level} after h${before}`, heading);
    before = level;
  }

  for (const input of all("input:not([type=hidden]), select, textarea")) {
    const label = [...(input.labels || [])].some((l) => l.textContent.trim());
    if (!label && !input.getAttribute("aria-label")) fault("no label", input);
  }
  for (const control of all("button, a[href], summary")) {
    if (!(control.textContent.trim() || control.getAttribute("aria-label"))) fault("no name", control);
  }
  for (const attribute of ["aria-labelledby", "aria-describedby", "for", "form"]) {
    for (const element of all(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(" ")) {
        if (!document.getElementById(id)) fault(`${attribute}=${id} leads nowhere`, element);
      }
    }
  }
  for (const element of all("[aria-describedby]")) {
    if (element.outerHTML.split(">")[0].split("aria-describedby").length > 2) fault("twice described", element);
  }
  const ids = all("[id]").map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) fault(`id twice: ${id}`);
  if (!document.documentElement.lang || !document.documentElement.dir) fault("no lang or dir of the page");
  for (const body of all("article.post:not(.gone) .body")) {
    if (!body.lang || !body.dir) fault("a post without lang or dir", body);
  }
  for (const image of all("img")) if (!image.hasAttribute("alt")) fault("no alt", image);

  const targets = "button, summary, select, input:not([type=hidden]), nav a, .btn, .deeds a, .menu a, .chip, .t, .tiles a";
  for (const target of all(targets).filter(seen)) {
    const tick = target.closest("label.tick");
    const box = (tick || target).getBoundingClientRect();
    if (target.localName === "a" && getComputedStyle(target).display === "inline") {
      // A line of text: what counts is that its line is high enough and no other target is nearer than that.
      if (parseFloat(getComputedStyle(target).lineHeight) < small - 0.5) fault("a low line", target);
      continue;
    }
    if (box.width < small - 0.5 || box.height < small - 0.5) {
      fault(`only ${box.width.toFixed(0)} × ${box.height.toFixed(0)} px`, target);
    }
  }

  const parse = (text) => {
    const numbers = text.match(/-?[\d.]+(e-?\d+)?/g)?.map(Number) || [0, 0, 0, 0];
    const scale = text.startsWith("color(") ? 255 : 1;
    return [...numbers.slice(0, 3).map((n) => n * scale), numbers[3] ?? 1];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const page = getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches;
    return layers.reduceRight((under, top) => over(top, under), page ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const told = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (least && walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(element) || told.has(element.className + element.localName)) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const [a, b] = [light(over(parse(style.color), under)), light(under)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : least)) {
      told.add(element.className + element.localName);
      fault(`contrast ${ratio.toFixed(2)}`, element);
    }
  }
  return faults;
}
