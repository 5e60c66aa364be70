// Beside a list of rows to tick: how many are ticked now, and their sum. Without this the page says what it began with.
(function () {
  "use strict";

  Array.prototype.forEach.call(document.querySelectorAll("[data-ticks]"), function (form) {
    var now = form.querySelector("[data-ticks-now]");

    function add() {
      var ticked = form.querySelectorAll("[data-fen]:checked");
      var fen = Array.prototype.reduce.call(
        ticked,
        function (total, box) {
          return total + Number(box.dataset.fen);
        },
        0
      );
      now.querySelector("[data-count]").textContent = ticked.length;
      now.querySelector("[data-sum]").textContent = (fen / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
    }

    form.querySelector("[data-ticks-listed]").hidden = true;
    now.hidden = false;
    form.addEventListener("change", add);
    add();
  });
})();
