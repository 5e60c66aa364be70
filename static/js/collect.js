// The collect page: the sum of what is ticked, a tick for whoever's amount is typed, and arrows from person to person.
(function () {
  "use strict";

  var form = document.querySelector("[data-collects]");
  if (!form) return;
  var rows = Array.prototype.map.call(form.querySelectorAll(".collect-row"), function (row) {
    return { hand: row.querySelector("[data-hand]"), amount: row.querySelector("[data-amount]") };
  });
  var sums = form.querySelector("[data-sums]");

  // Fen of what was typed; what can't be read counts as nothing here and is refused by the server.
  function fen(text) {
    var plain = text.normalize("NFKC").replace(/[¥元,\s]/g, "");
    return /^\d+(\.\d{1,2})?$/.test(plain) ? Math.round(parseFloat(plain) * 100) : 0;
  }

  function add() {
    var ticked = rows.filter(function (row) {
      return row.hand.checked;
    });
    var sum = ticked.reduce(function (total, row) {
      return total + fen(row.amount.value);
    }, 0);
    sums.hidden = false;
    sums.querySelector("[data-count]").textContent = ticked.length;
    sums.querySelector("[data-sum]").textContent = (sum / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
  }

  function move(event) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    var place = rows.findIndex(function (row) {
      return row.hand === event.target || row.amount === event.target;
    });
    var next = step && place >= 0 && rows[place + step];
    if (!next) return;
    event.preventDefault();
    (event.target.hasAttribute("data-hand") ? next.hand : next.amount).focus();
  }

  form.addEventListener("input", function (event) {
    rows.forEach(function (row) {
      if (row.amount === event.target) row.hand.checked = row.amount.value.trim() !== "";
    });
    add();
  });
  form.addEventListener("keydown", move);
  add();
})();
