// The planner's grid: a meeting is dragged to another day. Its day is written into the field that holds it; the form of a
// stored meeting is sent at once, that of a proposal when the secretary has finished. Without this file the fields do it.
(function () {
  "use strict";

  var PROPOSED = "form .plan-lines input[type=date]";
  var dragged = null;

  function chipOf(field) {
    return field.id ? document.querySelector('[data-field="' + field.id + '"]') : null;
  }

  function cellUnder(event) {
    return event.target.closest ? event.target.closest("[data-day]") : null;
  }

  function fits(cell) {
    return dragged && cell && cell.dataset.day >= dragged.dataset.first && cell.dataset.day <= dragged.dataset.last;
  }

  function forgetTarget() {
    document.querySelectorAll(".is-target").forEach(function (cell) { cell.classList.remove("is-target"); });
  }

  // A chip stands where its field says, and isn't shown when its line is left out.
  function place(field) {
    var chip = chipOf(field);
    var cell = chip && document.querySelector('[data-day="' + field.value + '"]');
    if (cell && chip.parentElement !== cell) cell.appendChild(chip);
  }

  function leaveOut(box) {
    var chip = document.querySelector('[data-field="' + box.id.replace(/-DELETE$/, "-day") + '"]');
    if (chip) chip.hidden = box.checked;
  }

  function arrange() {
    var hint = document.getElementById("drag-hint");
    if (hint) hint.hidden = false;
    document.querySelectorAll(PROPOSED).forEach(place);
    document.querySelectorAll(".plan-lines input[id$=-DELETE]").forEach(leaveOut);
  }

  document.addEventListener("dragstart", function (event) {
    dragged = event.target.closest ? event.target.closest("[data-field]") : null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.title);
  });

  document.addEventListener("dragover", function (event) {
    var cell = cellUnder(event);
    if (!fits(cell)) return;
    event.preventDefault();
    if (cell.classList.contains("is-target")) return;
    forgetTarget();
    cell.classList.add("is-target");
  });

  document.addEventListener("drop", function (event) {
    var cell = cellUnder(event);
    if (!fits(cell)) return;
    event.preventDefault();
    var field = document.getElementById(dragged.dataset.field);
    if (!field || field.value === cell.dataset.day) return;
    field.value = cell.dataset.day;
    place(field);
    if (field.form.hasAttribute("data-stores")) field.form.requestSubmit();
  });

  document.addEventListener("dragend", function () {
    dragged = null;
    forgetTarget();
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches(".plan-lines input[id$=-DELETE]")) leaveOut(event.target);
    else if (event.target.matches(PROPOSED)) place(event.target);
  });

  document.addEventListener("htmx:afterSettle", arrange);
  arrange();
})();
