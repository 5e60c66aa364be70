// What pages gain with JavaScript; each also works without it (docs/pages.md).
(function () {
  "use strict";

  // A form with data-confirm asks in a dialog before it is sent. Its own checkbox, for browsers without JavaScript, is in
  // a <noscript> element and so isn't there.
  var dialog = document.getElementById("confirm-dialog");
  var waiting = null;

  function ask(event) {
    var form = event.target;
    var sentence = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    if (!sentence || !dialog || !dialog.showModal || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form: form, submitter: event.submitter };
    dialog.querySelector("[data-sentence]").textContent = sentence;
    dialog.returnValue = "";
    dialog.showModal();
  }

  function answer() {
    var asked = waiting;
    waiting = null;
    if (!asked || dialog.returnValue !== "yes") return;
    asked.form.dataset.confirmed = "yes";
    asked.form.requestSubmit(asked.submitter || undefined);
    delete asked.form.dataset.confirmed;
  }

  if (dialog) dialog.addEventListener("close", answer);

  // Whoever holds an office is logged out after half an hour without a page. A form that is half filled in then says so
  // before it is sent, keeps what was typed, and takes up the new log-in's token.
  var idle = Number(document.body.dataset.idle || 0) * 1000;
  var heard = Date.now();
  var typed = false;

  function takeToken(state) {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach(function (field) {
      field.value = state.token;
    });
    var notice = document.getElementById("idle-notice");
    if (notice) {
      notice.hidden = state.logged_in;
      if (!state.logged_in) notice.scrollIntoView({ block: "center" });
    }
    heard = state.logged_in ? Date.now() : 0;
    return state.logged_in;
  }

  function stillThere() {
    return fetch(document.body.dataset.alive, { credentials: "same-origin" })
      .then(function (answer) {
        return answer.json();
      })
      .then(takeToken);
  }

  function holdIdle(event) {
    var form = event.target;
    if (!idle || form.method !== "post" || Date.now() - heard < idle - 30000) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    var submitter = event.submitter || undefined;
    stillThere().then(function (loggedIn) {
      if (loggedIn) form.requestSubmit(submitter);
    });
  }

  if (idle) {
    document.addEventListener("submit", holdIdle, true);
    document.addEventListener("input", function () {
      typed = true;
    });
    window.setInterval(function () {
      if (typed && heard && Date.now() - heard > idle + 5000) stillThere();
    }, 15000);
  }

  document.addEventListener("submit", ask, true);

  // A filter or a choice with data-submits sends its form at once.
  document.addEventListener("change", function (event) {
    var field = event.target.closest("[data-submits]");
    if (field && field.form) field.form.requestSubmit();
  });

  // Folded boxes: their line says which are ticked, and what another field has chosen isn't among them.
  document.addEventListener("change", function () {
    document.querySelectorAll(".boxes").forEach(function (fold) {
      var taken = document.getElementById(fold.dataset.taken);
      var line = fold.querySelector("summary");
      var ticked = Array.from(fold.querySelectorAll("input")).filter(function (box) {
        box.disabled = box.parentElement.hidden = box.value === taken.value;
        box.checked = box.checked && !box.disabled;
        return box.checked;
      });
      var names = ticked.map(function (box) {
        return box.labels[0].textContent;
      });
      line.textContent = names.join(line.dataset.between) || line.dataset.none;
    });
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-prints]")) window.print();
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // What is open where there is room begins folded on a phone; without this file it stays open.
  function foldOnPhones() {
    if (!window.matchMedia("(max-width: 35.99em)").matches) return;
    document.querySelectorAll("details[data-wide]").forEach(function (fold) {
      fold.open = false;
      fold.removeAttribute("data-wide");
    });
  }
  document.addEventListener("htmx:afterSettle", foldOnPhones);
  foldOnPhones();

  // A patch that meets the log-in means that the session has ended: load the whole page, which leads there and back.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.xhr.responseURL;
    if (!answer || new URL(answer).pathname.indexOf("/account/") !== 0) return;
    event.detail.shouldSwap = false;
    window.location.reload();
  });

  // A patch that fails is said, in place of silence.
  function sayFailure() {
    var notice = document.getElementById("patch-failed");
    if (notice) notice.hidden = false;
  }
  document.addEventListener("htmx:responseError", sayFailure);
  document.addEventListener("htmx:sendError", sayFailure);

  document.addEventListener("keydown", function (event) {
    var menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // The search in the frame: "/" leads to it, the arrows through what it found, Escape back.
  var box = document.querySelector(".site-search");
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    var field = document.querySelector("main input[type=search][autofocus]") || (box && box.offsetParent && box.querySelector("input"));
    if (!field) field = document.querySelector(".search-link");
    if (!field) return;
    event.preventDefault();
    field.focus();
    if (field.select) field.select();
  });
  if (box) {
    box.addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      var stops = [box.querySelector("input")].concat(Array.from(box.querySelectorAll(".search-found a")));
      if (event.key === "Escape") {
        stops[0].focus();
        stops[0].value = "";
        box.querySelector(".search-found").replaceChildren();
      }
      if (!step || stops.length === 1) return;
      event.preventDefault();
      stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
    });
    document.addEventListener("click", function (event) {
      if (!box.contains(event.target)) box.querySelector(".search-found").replaceChildren();
    });
  }
})();
