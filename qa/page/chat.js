// The page's own script: copies quotes, opens articles over the chat, and gives the chat names that can be read aloud.
// It runs nothing and builds nothing from text of articles: they come escaped, from this server alone.
(() => {
  "use strict";
  const say = (button, words) => {
    const label = button.firstChild, before = label.data;
    label.data = words;
    setTimeout(() => { label.data = before; }, 1600);
  };

  const copy = async (button) => {
    const held = button.querySelector(".at-exact");
    try {
      await navigator.clipboard.writeText(decodeURIComponent(held.textContent));
      say(button, "Copied");
    } catch { say(button, "Not copied"); }
  };

  const reader = () => {
    let dialog = document.getElementById("at-reader");
    if (dialog) return dialog;
    dialog = document.createElement("dialog");
    dialog.id = "at-reader";
    dialog.setAttribute("aria-label", "Article");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "at-close";
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    const bar = document.createElement("div");
    bar.className = "at-bar";
    bar.append("Article", close);
    const body = document.createElement("div");
    body.className = "at-reading";
    body.tabIndex = -1;
    dialog.append(bar, body);
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => body.replaceChildren());
    document.body.append(dialog);
    return dialog;
  };

  const open = async (link) => {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const article = page.querySelector("main.at-article");
    if (!article) return window.open(link.href, "_blank", "noopener");
    const dialog = reader(), body = dialog.querySelector(".at-reading");
    body.replaceChildren(document.importNode(article, true));
    dialog.showModal();
    const quote = body.querySelector("#quote");
    body.scrollTop = 0;
    if (quote) body.scrollTop = quote.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3;
    body.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".at-copy");
    if (button) { copy(button); return; }
    const link = event.target.closest("a.at-open");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link).catch(() => window.open(link.href, "_blank", "noopener"));
  });

  const saved = new WeakSet();
  const save = (file) => {
    if (saved.has(file)) return;
    saved.add(file);
    const [name, media, text] = [...file.children].map((part) => decodeURIComponent(part.textContent));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: media }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  // Gradio names each message by its HTML; days get the browser's own date fields; a new question comes into view.
  let before = 0;
  const tidy = () => {
    for (const [who, name] of [["user", "Question"], ["bot", "Answer"]])
      for (const said of document.querySelectorAll(`#at-chat [data-testid="${who}"]`))
        if (said.getAttribute("aria-label") !== name) said.setAttribute("aria-label", name);
    for (const day of document.querySelectorAll(".at-date input"))
      if (day.type !== "date") day.type = "date";
    for (const opener of document.querySelectorAll("#at-side .label-wrap")) {
      const open = String(opener.classList.contains("open"));
      if (opener.getAttribute("aria-expanded") !== open) opener.setAttribute("aria-expanded", open);
    }
    document.querySelectorAll("#at-export .at-file").forEach(save);
    const questions = document.querySelectorAll('#at-chat [data-testid="user"]');
    const now = questions.length + document.querySelectorAll("#at-chat .at-turn").length;
    if (now > before && questions.length) questions[questions.length - 1].scrollIntoView({ block: "start" });
    before = now;
  };
  const start = () => {
    new MutationObserver(tidy).observe(document.body, { childList: true, subtree: true, attributeFilter: ["aria-label", "class"] });
    tidy();
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
