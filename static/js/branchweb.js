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

  document.addEventListener("submit", ask, true);
  if (dialog) dialog.addEventListener("close", answer);

  // A filter or a choice with data-submits sends its form at once.
  document.addEventListener("change", function (event) {
    var field = event.target.closest("[data-submits]");
    if (field && field.form) field.form.requestSubmit();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-prints]")) window.print();
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

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
})();
